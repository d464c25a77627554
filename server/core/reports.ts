/**
 * What is wrong with a file, as the editor is told it: made once, and again only when analysis finds something else.
 * Each report has an id that says whether two reports are the same.
 */
import { hash } from 'node:crypto'
import type { Diagnostic as LspDiagnostic } from 'vscode-languageserver/node'
import type { Diagnostic } from '../../language/index.ts'
import { type FileContext, contextOf } from './context.ts'
import type { Document } from './document.ts'
import { type Project, projectFile } from './project.ts'

export interface Report {
  readonly uri: string
  /** Of the document, when it is open in the editor. */
  readonly version: number | null
  readonly diagnostics: LspDiagnostic[]
  /** Two reports with one id say the same. */
  readonly id: string
}

export interface ReportsOptions {
  readonly diagnose: (file: FileContext) => LspDiagnostic[]
  readonly diagnoseProject: (document: Document) => LspDiagnostic[]
}

interface Kept {
  readonly found: readonly Diagnostic[]
  readonly document: Document
  readonly report: Report
}

export class Reports {
  readonly #options: ReportsOptions
  readonly #kept = new WeakMap<Document, Kept>()

  constructor(options: ReportsOptions) {
    this.#options = options
  }

  /** Of a file or, by the name `slipway.json`, of the project itself. Undefined for what is not there. */
  of(project: Project, path: string): Report | undefined {
    if (path === projectFile) return this.#ofProject(project)
    const file = contextOf(project, path)
    if (!file) return undefined
    const found = project.workspace.diagnostics(path)
    const kept = this.#kept.get(file.document)
    if (kept && sameElements(kept.found, found)) return kept.report
    const diagnostics = this.#options.diagnose(file)
    const report = reportOf(file.document, diagnostics, project.isOpen(path))
    // The lines of places in other files may move without any finding being another.
    const isLocal = diagnostics.every(({ relatedInformation }) => !relatedInformation?.length)
    if (isLocal) this.#kept.set(file.document, { found, document: file.document, report })
    else this.#kept.delete(file.document)
    return report
  }

  #ofProject(project: Project): Report | undefined {
    const document = project.projectFile()
    return document && reportOf(document, this.#options.diagnoseProject(document), document.version > 0)
  }
}

function reportOf(document: Document, diagnostics: LspDiagnostic[], isOpen: boolean): Report {
  const id = diagnostics.length === 0 ? 'none' : hash('sha1', JSON.stringify(diagnostics), 'base64url')
  return { uri: document.uri, version: isOpen ? document.version : null, diagnostics, id }
}

function sameElements<T>(a: readonly T[], b: readonly T[]): boolean {
  return a === b || (a.length === b.length && a.every((element, i) => element === b[i]))
}
