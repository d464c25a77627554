/**
 * The language server: the protocol on one side, projects and features on the other. Every request finds its file,
 * asks one function of `features/`, and is answered with nothing when that fails (core/guard.ts).
 */
import {
  type CancellationToken,
  CodeActionKind,
  type Connection,
  DidChangeWatchedFilesNotification,
  type InitializeParams,
  type InitializeResult,
  type Position,
  type ServerCapabilities,
  TextDocumentSyncKind,
  TextDocuments,
} from 'vscode-languageserver/node'
import { TextDocument } from 'vscode-languageserver-textdocument'
import type { FileContext } from './core/context.ts'
import { fileOfUri, uriOfFile } from './core/files.ts'
import { type Log, guarded, guardedNotification } from './core/guard.ts'
import type { Project } from './core/project.ts'
import { type ProjectParts, Projects } from './core/projects.ts'
import { Publisher } from './core/publisher.ts'
import {
  type CatalogHit,
  type CatalogSearchParams,
  type CompiledParams,
  type StatusParams,
  catalogSearchMethod,
  compiledMethod,
  statusMethod,
} from './messages.ts'
import { codeActions } from './features/code-actions.ts'
import { compiled } from './features/compiled.ts'
import { completion } from './features/completion.ts'
import { diagnosticsOf } from './features/diagnostics.ts'
import { foldingRanges } from './features/folding.ts'
import { formatting } from './features/formatting.ts'
import { hover } from './features/hover.ts'
import { documentLinks } from './features/links.ts'
import { definition, highlights, prepareRename, references, rename } from './features/names.ts'
import { legend, semanticTokens } from './features/semantic-tokens.ts'
import { signatureHelp } from './features/signature-help.ts'
import { projectStatus } from './features/status.ts'
import { documentSymbols, workspaceSymbols } from './features/symbols.ts'

export interface ServerOptions {
  /** What a project at this root is assembled from: its catalog and whatever reads its data. */
  readonly assemble: (root: string, log: Log) => ProjectParts
  /** The folder that holds `docs/`, for links from diagnostics; absent when it is not installed. */
  readonly documentationFolder?: string
  /** The server is to end. */
  readonly onExit?: () => void
}

const capabilities: ServerCapabilities = {
  textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
  completionProvider: { triggerCharacters: ['.', '"', '@', ':', '(', '='] },
  hoverProvider: true,
  signatureHelpProvider: { triggerCharacters: ['(', ','] },
  definitionProvider: true,
  referencesProvider: true,
  documentHighlightProvider: true,
  renameProvider: { prepareProvider: true },
  documentSymbolProvider: true,
  workspaceSymbolProvider: true,
  documentFormattingProvider: true,
  foldingRangeProvider: true,
  semanticTokensProvider: { legend, full: true },
  codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
  documentLinkProvider: {},
  workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
}

/** Files whose change on disk matters: models, projects, data, the catalog. */
const watched = ['**/*.slip', '**/slipway.json', '**/*.{parquet,csv,json,arrow}', '**/.slipway/catalog.db*']

interface PlaceParams {
  readonly textDocument: { readonly uri: string }
  readonly position: Position
}

/** Answers an editor on a connection until it ends. */
export function startServer(connection: Connection, options: ServerOptions): void {
  const log: Log = message => connection.console.error(message)
  const documents = new TextDocuments(TextDocument)
  const projects = new Projects({
    assemble: root => options.assemble(root, log),
    onChange: project => publisher.schedule(project),
  })
  const documentation = options.documentationFolder && uriOfFile(options.documentationFolder)
  const publisher = new Publisher({
    diagnose: file => diagnosticsOf(file, documentation),
    context: contextOf,
    send: params => void connection.sendDiagnostics(params),
    log,
  })
  const session = { connection, documents, projects, publisher, log }
  connection.onInitialize(params => {
    connection.onInitialized(guardedNotification('initialized', log, () => initialized(session, params)))
    return initializeResult()
  })
  registerDocuments(session)
  registerFeatures(session)
  connection.onShutdown(() => {
    publisher.dispose()
    projects.dispose()
  })
  if (options.onExit) connection.onExit(options.onExit)
  documents.listen(connection)
  connection.listen()
}

interface Session {
  readonly connection: Connection
  readonly documents: TextDocuments<TextDocument>
  readonly projects: Projects
  readonly publisher: Publisher
  readonly log: Log
}

function initializeResult(): InitializeResult {
  return { capabilities, serverInfo: { name: 'slipway' } }
}

async function initialized(
  { connection, projects, publisher, log }: Session,
  params: InitializeParams,
): Promise<void> {
  if (params.capabilities.workspace?.didChangeWatchedFiles?.dynamicRegistration) {
    const watchers = watched.map(globPattern => ({ globPattern }))
    await connection.client.register(DidChangeWatchedFilesNotification.type, { watchers })
  }
  const discover = async (uris: readonly string[]): Promise<void> => {
    for (const folder of uris.flatMap(uri => fileOfUri(uri) ?? [])) await projects.discover(folder)
    for (const project of projects.all()) publisher.schedule(project)
  }
  if (params.capabilities.workspace?.workspaceFolders) {
    connection.workspace.onDidChangeWorkspaceFolders(
      guardedNotification('workspaceFolders', log, event => discover(event.added.map(folder => folder.uri))),
    )
  }
  await discover(params.workspaceFolders?.map(folder => folder.uri) ?? [])
}

/** One file with everything a feature needs; undefined when it is not known. */
function contextOf(project: Project, path: string): FileContext | undefined {
  const document = project.document(path)
  const tree = document && project.workspace.tree(path)
  return document && tree && { project, workspace: project.workspace, path, document, tree }
}

function registerDocuments({ connection, documents, projects, publisher, log }: Session): void {
  documents.onDidChangeContent(
    guardedNotification('didChange', log, async ({ document }) => {
      const project = await projects.of(document.uri)
      // A newer text may have come while the project was read; the newest counts.
      project.setOpen(documents.get(document.uri) ?? document)
      publisher.schedule(project, project.keyOf(document.uri))
    }),
  )
  documents.onDidClose(
    guardedNotification('didClose', log, async ({ document }) => {
      const project = await projects.of(document.uri)
      if (documents.get(document.uri)) return
      await project.setClosed(document.uri)
      if (!project.files().includes(project.keyOf(document.uri))) publisher.clear(document.uri)
      publisher.schedule(project)
    }),
  )
  documents.onDidSave(
    guardedNotification('didSave', log, async ({ document }) => {
      const project = await projects.of(document.uri)
      await project.refresh()
    }),
  )
  connection.onDidChangeWatchedFiles(
    guardedNotification('didChangeWatchedFiles', log, async ({ changes }) => {
      for (const { uri } of changes) await fileChanged({ projects, publisher }, uri)
    }),
  )
}

async function fileChanged({ projects, publisher }: Pick<Session, 'projects' | 'publisher'>, uri: string) {
  const file = fileOfUri(uri)
  if (file === undefined) return
  if (file.endsWith('slipway.json')) projects.forgetRoots()
  const project = projects.holding(file)
  if (!project) return
  await project.fileChanged(file)
  if (!file.endsWith('.slip')) return
  if (!project.files().includes(project.keyOf(uri))) publisher.clear(uri)
  publisher.schedule(project)
}

function registerFeatures(session: Session): void {
  const { connection, projects, log } = session

  /** A request about a document. */
  const onFile = <P extends { readonly textDocument: { readonly uri: string } }, R>(
    name: string,
    answer: (file: FileContext, params: P, token: CancellationToken) => R | Promise<R>,
  ): ((params: P, token: CancellationToken) => Promise<R | null>) =>
    guarded(name, log, async (params, token) => {
      const file = await fileOf(session, params.textDocument.uri)
      return file && !token.isCancellationRequested ? await answer(file, params, token) : null
    }) as (params: P, token: CancellationToken) => Promise<R | null>

  /** A request about a place in a document. */
  const onPlace = <P extends PlaceParams, R>(
    name: string,
    answer: (file: FileContext, offset: number, params: P) => R | Promise<R>,
  ) => onFile<P, R>(name, (file, params) => answer(file, file.document.offsetAt(params.position), params))

  connection.onCompletion(onPlace('completion', completion))
  connection.onHover(onPlace('hover', hover))
  connection.onSignatureHelp(onPlace('signatureHelp', signatureHelp))
  connection.onDefinition(onPlace('definition', definition))
  connection.onReferences(
    onPlace(
      'references',
      (file, offset, params: PlaceParams & { context: { includeDeclaration: boolean } }) =>
        references(file, offset, params.context.includeDeclaration),
    ),
  )
  connection.onDocumentHighlight(onPlace('documentHighlight', highlights))
  connection.onPrepareRename(onPlace('prepareRename', prepareRename))
  connection.onRenameRequest(
    onPlace('rename', (file, offset, params: PlaceParams & { newName: string }) =>
      rename(file, offset, params.newName),
    ),
  )
  connection.onDocumentSymbol(onFile('documentSymbol', documentSymbols))
  connection.onDocumentFormatting(onFile('formatting', formatting))
  connection.onFoldingRanges(onFile('foldingRange', foldingRanges))
  connection.onDocumentLinks(onFile('documentLink', documentLinks))
  connection.languages.semanticTokens.on(
    onFile('semanticTokens', semanticTokens) as Parameters<typeof connection.languages.semanticTokens.on>[0],
  )
  connection.onCodeAction(onFile('codeAction', (file, params) => codeActions(file, params.range)))
  connection.onWorkspaceSymbol(
    guarded('workspaceSymbol', log, ({ query }) =>
      projects.all().flatMap(project =>
        project.files().flatMap(path => {
          const file = contextOf(project, path)
          return file ? workspaceSymbols(file, query) : []
        }),
      ),
    ),
  )
  connection.onRequest(compiledMethod, onFile<CompiledParams, unknown>('compiled', compiled))
  connection.onRequest(statusMethod, onFile<StatusParams, unknown>('status', projectStatus))
  connection.onRequest(
    catalogSearchMethod,
    guarded('catalogSearch', log, (params: CatalogSearchParams) => searchCatalogs(session, params)),
  )
}

async function fileOf({ projects, documents }: Session, uri: string): Promise<FileContext | undefined> {
  const project = await projects.of(uri)
  const key = project.keyOf(uri)
  const document = documents.get(uri)
  // A request may overtake the notice of the change before it; a document is changed in place.
  if (document && project.workspace.text(key) !== document.getText()) project.setOpen(document)
  return contextOf(project, key)
}

/** The catalog of the document's project, or the catalogs of all projects. */
async function searchCatalogs({ projects }: Session, params: CatalogSearchParams): Promise<CatalogHit[]> {
  const asked = params.uri === undefined ? projects.all() : [await projects.of(params.uri)]
  const hits = await Promise.all(asked.map(project => project.searchCatalog(params.text, params.limit ?? 50)))
  return hits.flat().slice(0, params.limit ?? 50)
}
