/**
 * Which feature answers which request. Every request finds its file and asks one function of `features/`; it is
 * answered with nothing when that fails, and taken back when the text has changed meanwhile (core/guard.ts).
 */
import {
  CancellationToken,
  type CodeAction,
  type CodeActionParams,
  type DocumentDiagnosticParams,
  type Position,
  type Range,
  type RenameFilesParams,
  ResponseError,
} from 'vscode-languageserver/node'
import { registerAssistance } from './assistance.ts'
import type { FileContext } from './core/context.ts'
import { guarded, outdated } from './core/guard.ts'
import { incomingCalls, outgoingCalls, prepareCalls } from './features/call-hierarchy.ts'
import { codeActions } from './features/code-actions.ts'
import { compiled } from './features/compiled.ts'
import { foldingRanges } from './features/folding.ts'
import { formatting, onTypeFormatting, rangeFormatting } from './features/formatting.ts'
import { linkedEditingRanges } from './features/linked-editing.ts'
import { documentLinks } from './features/links.ts'
import { definition, highlights, references, typeDefinition } from './features/names.ts'
import { projectFileActions } from './features/project-file.ts'
import { documentDiagnostics, workspaceDiagnostics } from './features/pull-diagnostics.ts'
import { renameFiles } from './features/rename-files.ts'
import { prepareRename, rename } from './features/rename.ts'
import { selectionRanges } from './features/selection-ranges.ts'
import { SemanticTokensProvider } from './features/semantic-tokens.ts'
import { projectStatus } from './features/status.ts'
import { documentSymbols } from './features/symbols.ts'
import { workspaceSymbols } from './features/workspace-symbols.ts'
import {
  type CatalogHit,
  type CatalogSearchParams,
  type CompiledParams,
  type StatusParams,
  catalogSearchMethod,
  compiledMethod,
  statusMethod,
} from './messages.ts'
import { type Session, fileOf, projectOf } from './session.ts'

export interface FileParams {
  readonly textDocument: { readonly uri: string }
}

interface PlaceParams extends FileParams {
  readonly position: Position
}

type Answer<P, R> = (params: P, token: CancellationToken) => Promise<R | null | ResponseError<void>>

export function registerRequests(session: Session): void {
  const about = createHandlers(session)
  registerAssistance(session, about)
  registerReading(session, about)
  registerNames(session, about)
  registerEdits(session, about)
  registerOwn(session, about)
}

export interface Handlers {
  /** A request about a document. */
  file<P extends FileParams, R>(
    name: string,
    answer: (file: FileContext, params: P, token: CancellationToken) => R | Promise<R>,
  ): Answer<P, R>
  /** A request about a place in a document. */
  place<P extends PlaceParams, R>(
    name: string,
    answer: (file: FileContext, offset: number, params: P) => R | Promise<R>,
  ): Answer<P, R>
  /** What is left to be found out of an item that was given before; as it is when its document is gone. */
  resolved<I extends object>(
    name: string,
    uriOf: (item: I) => string | undefined,
    resolve: (file: FileContext, item: I) => I,
  ): (item: I) => Promise<I>
  /** A request about no document, or about many. */
  other<P, R>(name: string, answer: (params: P, token: CancellationToken) => R | Promise<R>): Answer<P, R>
}

function createHandlers(session: Session): Handlers {
  const { documents, log } = session
  const file: Handlers['file'] = (name, answer) =>
    guarded(name, log, async (params, token) => {
      const { uri } = params.textDocument
      const asked = documents.get(uri)
      const found = await fileOf(session, uri)
      // Positions were meant for the text that the editor had when it asked.
      if (asked && documents.get(uri) !== asked) return outdated() as never
      if (!found || token.isCancellationRequested) return null as never
      const answered = await answer(found, params, token)
      return asked && documents.get(uri) !== asked ? (outdated() as never) : answered
    })
  return {
    file,
    place: (name, answer) =>
      file(name, (found, params) => answer(found, found.document.offsetAt(params.position), params)),
    resolved: (name, uriOf, resolve) => async item => {
      const answer = guarded(name, log, async (given: typeof item) => {
        const uri = uriOf(given)
        const found = uri === undefined ? undefined : await fileOf(session, uri)
        return found ? resolve(found, given) : given
      })
      const answered = await answer(item, CancellationToken.None)
      return answered === null || answered instanceof ResponseError ? item : answered
    },
    other: (name, answer) => guarded(name, log, answer),
  }
}

function registerReading(session: Session, { file, other }: Handlers): void {
  const { connection, projects } = session
  const { languages } = connection
  const tokens = new SemanticTokensProvider(() => session.client)
  connection.onDocumentSymbol(file('documentSymbol', found => documentSymbols(found, session.client)))
  connection.onWorkspaceSymbol(
    other('workspaceSymbol', async ({ query }: { query: string }, token) => {
      await session.opened
      return workspaceSymbols(projects.all(), query, token)
    }),
  )
  connection.onFoldingRanges(file('foldingRange', found => foldingRanges(found, session.client)))
  connection.onSelectionRanges(
    file('selectionRange', (found, { positions }: FileParams & { positions: Position[] }) =>
      selectionRanges(found, positions),
    ),
  )
  connection.onDocumentLinks(file('documentLink', documentLinks))
  languages.semanticTokens.on(answered(file('semanticTokens', found => tokens.full(found))))
  languages.semanticTokens.onDelta(
    answered(
      file('semanticTokens/delta', (found, { previousResultId }: FileParams & { previousResultId: string }) =>
        tokens.delta(found, previousResultId),
      ),
    ),
  )
  languages.semanticTokens.onRange(
    answered(
      file('semanticTokens/range', (found, { range }: FileParams & { range: Range }) =>
        tokens.range(found, range),
      ),
    ),
  )
  languages.diagnostics.on(
    answered(
      other('diagnostic', (params: DocumentDiagnosticParams, token) =>
        documentDiagnostics(session, params, token),
      ),
    ),
  )
  languages.diagnostics.onWorkspace(async (params, token, _progress, partial) => {
    const answer = other('workspace/diagnostic', async () => {
      await session.opened
      return workspaceDiagnostics(session, params, { token, partial })
    })
    return (await answer(params, token)) as never
  })
}

function registerNames(session: Session, { place, other }: Handlers): void {
  const { connection } = session
  const { languages } = connection
  connection.onDefinition(
    place('definition', (found, offset) => definition(found, offset, session.client.definitionLinks)),
  )
  connection.onTypeDefinition(
    place('typeDefinition', (found, offset) =>
      typeDefinition(found, offset, session.client.typeDefinitionLinks),
    ),
  )
  connection.onReferences(
    place(
      'references',
      (found, offset, { context }: PlaceParams & { context?: { includeDeclaration: boolean } }) =>
        references(found, offset, context?.includeDeclaration ?? true),
    ),
  )
  connection.onDocumentHighlight(place('documentHighlight', highlights))
  languages.callHierarchy.onPrepare(place('prepareCallHierarchy', prepareCalls))
  languages.callHierarchy.onIncomingCalls(other('incomingCalls', ({ item }) => incomingCalls(session, item)))
  languages.callHierarchy.onOutgoingCalls(other('outgoingCalls', ({ item }) => outgoingCalls(session, item)))
}

function registerEdits(session: Session, { file, place, other }: Handlers): void {
  const { connection } = session
  connection.onPrepareRename(place('prepareRename', prepareRename))
  connection.onRenameRequest(
    place('rename', (found, offset, { newName }: PlaceParams & { newName: string }) =>
      rename(found, offset, newName),
    ),
  )
  connection.languages.onLinkedEditingRange(place('linkedEditingRange', linkedEditingRanges))
  connection.onDocumentFormatting(file('formatting', formatting))
  connection.onDocumentRangeFormatting(
    file('rangeFormatting', (found, { range }: FileParams & { range: Range }) =>
      rangeFormatting(found, [range]),
    ),
  )
  connection.onDocumentRangesFormatting(
    file('rangesFormatting', (found, { ranges }: FileParams & { ranges: Range[] }) =>
      rangeFormatting(found, ranges),
    ),
  )
  connection.onDocumentOnTypeFormatting(
    place('onTypeFormatting', (found, offset, { ch }: PlaceParams & { ch: string }) =>
      onTypeFormatting(found, offset, ch),
    ),
  )
  const actions = file('codeAction', (found, { range, context }: CodeActionParams) =>
    codeActions(found, range, context?.only),
  )
  connection.onCodeAction(
    other('codeAction', async (params: CodeActionParams, token) => {
      const project = await projectOf(session, params.textDocument.uri)
      const own = project.projectFile()
      if (own?.uri === params.textDocument.uri) return projectFileActions(own, params.range)
      return (await actions(params, token)) as CodeAction[]
    }),
  )
  connection.workspace.onWillRenameFiles(
    answered(
      other('willRenameFiles', ({ files }: RenameFilesParams, token) => renameFiles(session, files, token)),
    ),
  )
}

function registerOwn(session: Session, { file, other }: Handlers): void {
  const { connection } = session
  connection.onRequest(compiledMethod, file<CompiledParams, unknown>('compiled', compiled))
  connection.onRequest(statusMethod, file<StatusParams, unknown>('status', projectStatus))
  connection.onRequest(
    catalogSearchMethod,
    other('catalogSearch', (params: CatalogSearchParams) => searchCatalogs(session, params)),
  )
}

/** The protocol's library wants an answer where the protocol itself takes none. */
export function answered<H>(handler: unknown): H {
  return handler as H
}

/** The catalog of the document's project, or the catalogs of all projects. */
async function searchCatalogs({ projects }: Session, params: CatalogSearchParams): Promise<CatalogHit[]> {
  const asked = params.uri === undefined ? projects.all() : [await projects.of(params.uri)]
  const hits = await Promise.all(asked.map(project => project.searchCatalog(params.text, params.limit ?? 50)))
  return hits.flat().slice(0, params.limit ?? 50)
}
