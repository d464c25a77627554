/** What the editor tells of: documents, notebooks, files on disk. Every notice ends in what a project knows. */
import { fileOfUri } from './core/files.ts'
import { guardedNotification } from './core/guard.ts'
import { type Project, projectFile } from './core/project.ts'
import { type Session, bring, projectOf } from './session.ts'

export function registerSync(session: Session): void {
  registerDocuments(session)
  registerNotebooks(session)
  registerFiles(session)
}

function registerDocuments(session: Session): void {
  const { connection, documents, log } = session
  connection.onDidOpenTextDocument(
    guardedNotification('didOpen', log, ({ textDocument }) => {
      documents.open(textDocument)
      return updated(session, textDocument.uri)
    }),
  )
  connection.onDidChangeTextDocument(
    guardedNotification('didChange', log, ({ textDocument, contentChanges }) => {
      documents.change(textDocument, contentChanges)
      return updated(session, textDocument.uri)
    }),
  )
  connection.onDidCloseTextDocument(
    guardedNotification('didClose', log, ({ textDocument: { uri } }) => {
      documents.close(uri)
      return closed(session, uri)
    }),
  )
  connection.onDidSaveTextDocument(
    guardedNotification('didSave', log, async ({ textDocument }) => {
      const project = await session.projects.of(textDocument.uri)
      await project.refresh()
    }),
  )
}

/** A document has another text. */
async function updated(session: Session, uri: string): Promise<void> {
  const project = await projectOf(session, uri)
  session.publisher.schedule(project, project.keyOf(uri))
  if (project.openFiles().length > 1) session.refresher.schedule()
}

async function closed({ documents, projects, publisher }: Session, uri: string): Promise<void> {
  const project = await projects.of(uri)
  // It may have been opened again while the project was read.
  if (documents.get(uri)) return
  const key = project.keyOf(uri)
  await project.setClosed(uri)
  if (project.document(key) === undefined && key !== projectFile) publisher.clear(uri)
  publisher.schedule(project)
  projects.release(project)
}

function registerNotebooks(session: Session): void {
  const { connection, notebooks, log } = session
  /** The cells that a notebook's project knows. */
  const known = new Map<string, ReadonlySet<string>>()

  const changed = async (uri: string): Promise<void> => {
    const project = await session.projects.of(uri)
    const cells = notebooks.cells(uri).map(cell => cell.uri)
    const gone = [...(known.get(uri) ?? [])].filter(cell => !cells.includes(cell))
    known.set(uri, new Set(cells))
    if (cells[0] !== undefined) bring(session, project, cells[0])
    for (const cell of gone) {
      await project.setClosed(cell)
      session.publisher.clear(cell)
    }
    session.publisher.schedule(project)
    session.refresher.schedule()
    session.projects.release(project)
  }
  const { synchronization } = connection.notebooks
  synchronization.onDidOpenNotebookDocument(
    guardedNotification('notebook didOpen', log, params => {
      notebooks.open(params)
      return changed(params.notebookDocument.uri)
    }),
  )
  synchronization.onDidChangeNotebookDocument(
    guardedNotification('notebook didChange', log, params => {
      notebooks.change(params)
      return changed(params.notebookDocument.uri)
    }),
  )
  synchronization.onDidCloseNotebookDocument(
    guardedNotification('notebook didClose', log, params => {
      notebooks.close(params)
      return changed(params.notebookDocument.uri)
    }),
  )
}

function registerFiles(session: Session): void {
  const { connection, log } = session
  connection.onDidChangeWatchedFiles(
    guardedNotification('didChangeWatchedFiles', log, async ({ changes }) => {
      for (const { uri } of changes) {
        const file = fileOfUri(uri)
        if (file !== undefined) await fileChanged(session, file)
      }
    }),
  )
  const { workspace } = connection
  workspace.onDidCreateFiles(
    guardedNotification('didCreateFiles', log, ({ files }) =>
      rescan(
        session,
        files.map(({ uri }) => uri),
      ),
    ),
  )
  workspace.onDidDeleteFiles(
    guardedNotification('didDeleteFiles', log, ({ files }) =>
      rescan(
        session,
        files.map(({ uri }) => uri),
      ),
    ),
  )
  workspace.onDidRenameFiles(
    guardedNotification('didRenameFiles', log, ({ files }) =>
      rescan(
        session,
        files.flatMap(({ oldUri, newUri }) => [oldUri, newUri]),
      ),
    ),
  )
}

/** A file was created, changed or removed on disk. */
export async function fileChanged(session: Session, file: string): Promise<void> {
  const { projects, publisher } = session
  if (file.endsWith(projectFile)) await projectFileChanged(session, file)
  const project = projects.holding(file)
  if (!project) return
  await project.fileChanged(file)
  if (file.endsWith('.slip') || file.endsWith(projectFile)) published(session, project)
  publisher.schedule(project)
}

/** Files or whole folders came, went or moved; a folder's files are not told of one by one. */
async function rescan(session: Session, uris: readonly string[]): Promise<void> {
  const files = uris.flatMap(uri => fileOfUri(uri) ?? [])
  const touched = new Set(files.flatMap(file => session.projects.holding(file) ?? []))
  for (const file of files) if (file.endsWith(projectFile)) await projectFileChanged(session, file)
  for (const project of touched) {
    await project.rescan()
    await project.refresh()
    published(session, project)
    session.publisher.schedule(project)
    session.refresher.schedule()
  }
}

/** What was said of files that are no longer there is taken back. */
function published({ publisher }: Session, project: Project): void {
  for (const uri of publisher.toldUris()) {
    const file = fileOfUri(uri)
    if (file === undefined || !file.startsWith(project.root)) continue
    const key = project.keyOf(uri)
    const isThere = key === projectFile ? project.projectFile() : project.document(key)
    if (key.startsWith('..') || isThere) continue
    publisher.clear(uri)
  }
}

/** A slipway.json came or went: documents may belong elsewhere now. */
async function projectFileChanged(session: Session, file: string): Promise<void> {
  const { projects, documents } = session
  projects.forgetRoots()
  const before = projects.all()
  for (const { uri } of documents.all()) {
    const now = await projects.of(uri)
    for (const project of before) {
      if (project === now || !project.isOpen(project.keyOf(uri))) continue
      await project.setClosed(uri)
      projects.release(project)
    }
    await updated(session, uri)
  }
  await projects.reopen(file)
}
