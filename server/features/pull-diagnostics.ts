/** Diagnostics for editors that ask for them: of a document, and of all projects. What was given before is not sent again. */
import {
  type CancellationToken,
  type DocumentDiagnosticParams,
  type DocumentDiagnosticReport,
  DocumentDiagnosticReportKind,
  type FullDocumentDiagnosticReport,
  LSPErrorCodes,
  ResponseError,
  type ResultProgressReporter,
  type UnchangedDocumentDiagnosticReport,
  type WorkspaceDiagnosticParams,
  type WorkspaceDiagnosticReport,
  type WorkspaceDiagnosticReportPartialResult,
  type WorkspaceDocumentDiagnosticReport,
} from 'vscode-languageserver/node'
import { createPauses } from '../core/guard.ts'
import { type Project, projectFile } from '../core/project.ts'
import type { Report } from '../core/reports.ts'
import { type Session, projectOf } from '../session.ts'

type PlainReport = FullDocumentDiagnosticReport | UnchangedDocumentDiagnosticReport

/** With what has changed in other open files of the project, where the editor takes that. */
export async function documentDiagnostics(
  session: Session,
  { textDocument: { uri }, previousResultId }: DocumentDiagnosticParams,
  token: CancellationToken,
): Promise<DocumentDiagnosticReport | ResponseError<{ retriggerRequest: boolean }>> {
  const asked = session.documents.get(uri)
  const project = await projectOf(session, uri)
  await project.ready()
  if (token.isCancellationRequested) return { kind: 'full', items: [] }
  if (session.documents.get(uri) !== asked) return retrigger()
  const report = session.reports.of(project, project.keyOf(uri))
  if (!report) return { kind: 'full', items: [] }
  session.publisher.told(report)
  const relatedDocuments = related(session, project, uri)
  return { ...plain(report, previousResultId), ...(relatedDocuments && { relatedDocuments }) }
}

/** Open files of which the editor knows something that is no longer so. */
function related(
  { client, publisher, reports }: Session,
  project: Project,
  uri: string,
): Record<string, PlainReport> | undefined {
  if (!client.relatedDocuments) return undefined
  const found: Record<string, PlainReport> = {}
  for (const path of [projectFile, ...project.openFiles()]) {
    const report = reports.of(project, path)
    if (!report || report.uri === uri || !publisher.isNews(report)) continue
    publisher.told(report)
    found[report.uri] = plain(report, undefined)
  }
  return Object.keys(found).length > 0 ? found : undefined
}

export interface WorkspaceOptions {
  readonly token: CancellationToken
  /** Where parts of the answer can be sent before it is complete. */
  readonly partial?: ResultProgressReporter<WorkspaceDiagnosticReportPartialResult> | undefined
}

/** Of every file of every project, by and by where the editor can take it so. */
export async function workspaceDiagnostics(
  session: Session,
  { previousResultIds }: WorkspaceDiagnosticParams,
  { token, partial }: WorkspaceOptions,
): Promise<WorkspaceDiagnosticReport> {
  const before = new Map((previousResultIds ?? []).map(({ uri, value }) => [uri, value]))
  const pause = createPauses(token)
  let items: WorkspaceDocumentDiagnosticReport[] = []
  for (const project of session.projects.all()) {
    await project.ready()
    for (const path of [projectFile, ...project.files()]) {
      await pause()
      const report = session.reports.of(project, path)
      if (report) {
        items.push(workspaceReport(project, report, before.get(report.uri)))
        before.delete(report.uri)
      }
      if (partial && items.length >= partSize) {
        partial.report({ items })
        items = []
      }
    }
  }
  // What was wrong with files that are gone is wrong no longer.
  for (const [uri] of before) items.push({ kind: 'full', uri, version: null, items: [] })
  return { items }
}

const partSize = 100

function workspaceReport(
  { settings }: Project,
  report: Report,
  previous: string | undefined,
): WorkspaceDocumentDiagnosticReport {
  const { uri, version } = report
  const shown = version !== null || settings.diagnostics.scope === 'project'
  return { ...plain(shown ? report : { id: 'none', diagnostics: [] }, previous), uri, version }
}

function plain(
  { id, diagnostics }: Pick<Report, 'id' | 'diagnostics'>,
  previous: string | undefined,
): PlainReport {
  if (id === previous) return { kind: DocumentDiagnosticReportKind.Unchanged, resultId: id }
  return { kind: DocumentDiagnosticReportKind.Full, resultId: id, items: diagnostics }
}

/** The text has changed while the project was read: the editor asks again. */
function retrigger(): ResponseError<{ retriggerRequest: boolean }> {
  return new ResponseError(LSPErrorCodes.ServerCancelled, 'The text was changed meanwhile.', {
    retriggerRequest: true,
  })
}
