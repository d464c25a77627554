/**
 * The language server: the protocol on one side, projects and features on the other. Assembled here; requests.ts
 * says which feature answers what, sync.ts what the editor tells of.
 */
import {
  type Connection,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  type InitializeResult,
} from 'vscode-languageserver/node'
import { capabilitiesFor, watched } from './capabilities.ts'
import { describeClient } from './core/client.ts'
import { Documents } from './core/documents.ts'
import { fileOfUri, uriOfFile } from './core/files.ts'
import { type Log, guardedNotification } from './core/guard.ts'
import { Notebooks } from './core/notebooks.ts'
import type { Project } from './core/project.ts'
import { type ProjectParts, Projects } from './core/projects.ts'
import { Publisher } from './core/publisher.ts'
import { Refresher } from './core/refresher.ts'
import { Reports } from './core/reports.ts'
import { readSettings } from './core/settings.ts'
import { watchFolders } from './core/watcher.ts'
import { abilitiesOf } from './features/abilities.ts'
import { diagnosticsOf } from './features/diagnostics.ts'
import { projectFileDiagnostics } from './features/project-file.ts'
import { registerRequests } from './requests.ts'
import type { Session } from './session.ts'
import { fileChanged, registerSync } from './sync.ts'

export interface ServerOptions {
  /** What a project at this root is assembled from: its catalog and whatever reads its data. */
  readonly assemble: (root: string, log: Log) => ProjectParts
  /** The folder that holds `docs/`, for links from diagnostics; absent when it is not installed. */
  readonly documentationFolder?: string
  /** The JSON schema of slipway.json; absent when it is not installed. */
  readonly projectSchema?: object
  /** The server is to end. */
  readonly onExit?: () => void
}

/** Answers an editor on a connection until it ends. */
export function startServer(connection: Connection, options: ServerOptions): void {
  const { promise: opened, resolve: markOpened } = Promise.withResolvers<void>()
  const session = createSession(connection, options, opened)
  const stops: (() => void)[] = []
  connection.onInitialize((params): InitializeResult => {
    session.client = describeClient(params)
    session.abilities = abilitiesOf(params)
    session.documents.encoding = session.client.encoding
    session.publisher.pulled = session.client.pullsDiagnostics
    return { capabilities: capabilitiesFor(session.client), serverInfo: { name: 'slipway' } }
  })
  connection.onInitialized(
    guardedNotification('initialized', session.log, async () => {
      try {
        stops.push(await initialized(session))
      } finally {
        markOpened()
      }
    }),
  )
  registerSync(session)
  registerRequests(session)
  connection.onShutdown(() => {
    for (const stop of stops.splice(0)) stop()
    session.publisher.dispose()
    session.refresher.dispose()
    session.projects.dispose()
  })
  if (options.onExit) connection.onExit(options.onExit)
  connection.listen()
}

function createSession(connection: Connection, options: ServerOptions, opened: Promise<void>): Session {
  const log: Log = message => connection.console.error(message)
  const ignore = (promise: Promise<unknown>): void =>
    void promise.catch(error => log(`The editor refused: ${String(error)}`))
  const documents = new Documents()
  const notebooks = new Notebooks(documents)
  const documentation = options.documentationFolder && uriOfFile(options.documentationFolder)
  const reports = new Reports({
    diagnose: file => diagnosticsOf(file, documentation),
    diagnoseProject: document =>
      projectFileDiagnostics(document, {
        schema: session.client.hasSchema ? undefined : options.projectSchema,
        documentation,
      }),
  })
  const publisher = new Publisher({
    reports,
    send: params => ignore(connection.sendDiagnostics(params)),
    refresh: () => connection.languages.diagnostics.refresh(),
    log,
  })
  const refresher = new Refresher({
    refresh: kind => {
      if (session.client.refreshes[kind]) ignore(connection.sendRequest(`workspace/${kind}/refresh`))
    },
  })
  const changed = (project: Project): void => {
    publisher.schedule(project)
    refresher.schedule()
  }
  const projects = new Projects({
    assemble: root => options.assemble(root, log),
    onChange: changed,
    homeOf: uri => notebooks.notebookOf(uri) ?? uri,
    encoding: () => session.client.encoding,
    settings: root => settingsFor(session, root),
  })
  const session: Session = {
    connection,
    client: describeClient(undefined),
    abilities: abilitiesOf(undefined),
    documents,
    notebooks,
    projects,
    reports,
    publisher,
    refresher,
    opened,
    log,
  }
  return session
}

/** Finds the projects and begins to watch; gives back what ends the watching. */
async function initialized(session: Session): Promise<() => void> {
  const { connection, client, log } = session
  if (client.watchesFiles) {
    const watchers = watched.map(globPattern => ({ globPattern }))
    await connection.client.register(DidChangeWatchedFilesNotification.type, { watchers })
  }
  if (client.registersConfiguration)
    await connection.client.register(DidChangeConfigurationNotification.type, { section: 'slipway' })
  connection.onDidChangeConfiguration(
    guardedNotification('didChangeConfiguration', log, ({ settings }) =>
      configurationChanged(session, settings),
    ),
  )
  const watcher = client.watchesFiles ? undefined : watchFolders(file => fileChanged(session, file), log)
  const open = async (uris: readonly string[]): Promise<void> => {
    const folders = uris.flatMap(uri => fileOfUri(uri) ?? [])
    for (const folder of folders) await watcher?.add(folder)
    // Documents may have had projects read before anyone watched.
    if (watcher) for (const project of session.projects.all()) await project.rescan()
    await discover(session, folders)
  }
  if (client.hasFolders) {
    connection.workspace.onDidChangeWorkspaceFolders(
      guardedNotification('workspaceFolders', log, event => open(event.added.map(folder => folder.uri))),
    )
  }
  await open(client.folders)
  return () => watcher?.dispose()
}

/** Opens the projects in the folders; the editor shows how far it is. */
async function discover(session: Session, folders: readonly string[]): Promise<void> {
  const { connection, client, projects, publisher } = session
  const progress = client.showsProgress ? await connection.window.createWorkDoneProgress() : undefined
  progress?.begin('Slipway', 0, 'Looking for projects', false)
  try {
    for (const folder of folders)
      await projects.discover(folder, () => (done, total) => {
        if (done % 50 === 0 || done === total)
          progress?.report(Math.floor((100 * done) / total), `Read ${done} of ${total} model files`)
      })
  } finally {
    progress?.done()
  }
  for (const project of projects.all()) publisher.schedule(project)
}

/** Of a project: what the editor has set for its folder. */
async function settingsFor(
  { connection, client }: Session,
  root: string,
): Promise<ReturnType<typeof readSettings>> {
  if (!client.hasConfiguration) return readSettings(client.settings)
  const scopeUri = root === '' ? undefined : uriOfFile(root)
  const item = { section: 'slipway', ...(scopeUri !== undefined && { scopeUri }) }
  return readSettings(await connection.workspace.getConfiguration(item))
}

/** @param pushed what an editor sends that cannot be asked */
async function configurationChanged(session: Session, pushed: unknown): Promise<void> {
  const { client, projects } = session
  const own = (pushed as { slipway?: unknown } | null | undefined)?.slipway
  for (const project of projects.all()) {
    if (client.hasConfiguration) project.setSettings(await settingsFor(session, project.root))
    else if (own !== undefined) project.setSettings(readSettings(own))
  }
}
