/** What one connection to an editor consists of; server.ts assembles it, everything else is handed it. */
import type { Connection } from 'vscode-languageserver/node'
import type { Client } from './core/client.ts'
import { type FileContext, contextOf } from './core/context.ts'
import type { Documents } from './core/documents.ts'
import type { Log } from './core/guard.ts'
import type { Notebooks } from './core/notebooks.ts'
import type { Project } from './core/project.ts'
import type { Projects } from './core/projects.ts'
import type { Publisher } from './core/publisher.ts'
import type { Refresher } from './core/refresher.ts'
import type { Reports } from './core/reports.ts'
import type { Abilities } from './features/abilities.ts'

export interface Session {
  readonly connection: Connection
  /** Known once the editor has said who it is; until then it can do nothing. */
  client: Client
  /** What of completion, hovers, hints and lenses the editor shows. */
  abilities: Abilities
  readonly documents: Documents
  readonly notebooks: Notebooks
  readonly projects: Projects
  readonly reports: Reports
  readonly publisher: Publisher
  readonly refresher: Refresher
  /** Comes back when the projects in the editor's folders have been found and read. */
  readonly opened: Promise<void>
  readonly log: Log
}

/** The file of a document with everything a feature needs, as the editor has it now. */
export async function fileOf(session: Session, uri: string): Promise<FileContext | undefined> {
  const project = await projectOf(session, uri)
  return contextOf(project, project.keyOf(uri))
}

/** The project of a document, which it knows as the editor has it now. */
export async function projectOf(session: Session, uri: string): Promise<Project> {
  const project = await session.projects.of(uri)
  bring(session, project, uri)
  return project
}

/** Gives a project the text of a document, which a request may ask about before the notice of its change came. */
export function bring({ documents, notebooks }: Session, project: Project, uri: string): void {
  const notebook = notebooks.notebookOf(uri)
  if (notebook !== undefined) {
    for (const { uri: cell, above } of notebooks.cells(notebook)) project.setCell(documents.get(cell)!, above)
    return
  }
  const document = documents.get(uri)
  if (document && isOurs(document.languageId, uri) && project.document(project.keyOf(uri)) !== document)
    project.setOpen(document)
}

/** Model files and the project's own; an editor may open other files of JSON with us. */
function isOurs(languageId: string, uri: string): boolean {
  return !/^jsonc?$/.test(languageId) || uri.endsWith('/slipway.json')
}
