/**
 * When diagnostics are sent: the edited file at once, the rest of its project in the pauses, and nothing twice.
 * Until a project's data has been read for the first time nothing is said of it, lest warnings flash by.
 */
import type { Diagnostic, PublishDiagnosticsParams } from 'vscode-languageserver/node'
import type { FileContext } from './context.ts'
import { describeError, type Log } from './guard.ts'
import type { Project } from './project.ts'

export interface PublisherOptions {
  readonly diagnose: (file: FileContext) => Diagnostic[]
  readonly context: (project: Project, path: string) => FileContext | undefined
  readonly send: (params: PublishDiagnosticsParams) => void
  readonly log: Log
  /** How long a project waits for its data the first time. */
  readonly firstWaitMs?: number
}

export class Publisher {
  readonly #options: PublisherOptions
  readonly #waiting = new Map<Project, NodeJS.Immediate>()
  /** What was sent last, by URI. */
  readonly #sent = new Map<string, string>()
  readonly #ready = new WeakMap<Project, Promise<void>>()
  #disposed = false

  constructor(options: PublisherOptions) {
    this.#options = options
  }

  /** Diagnoses a project again soon; `first` is the file the user looks at. */
  schedule(project: Project, first?: string): void {
    clearImmediate(this.#waiting.get(project))
    // Edits that have already arrived are taken first.
    const soon = setImmediate(() => {
      this.#waiting.delete(project)
      this.#run(project, first).catch(error =>
        this.#options.log(`Diagnostics failed: ${describeError(error)}`),
      )
    })
    this.#waiting.set(project, soon)
  }

  /** A file is gone: so is what was said of it. */
  clear(uri: string): void {
    if (this.#sent.delete(uri)) this.#options.send({ uri, diagnostics: [] })
  }

  dispose(): void {
    this.#disposed = true
    for (const waiting of this.#waiting.values()) clearImmediate(waiting)
    this.#waiting.clear()
  }

  async #run(project: Project, first: string | undefined): Promise<void> {
    let ready = this.#ready.get(project)
    if (ready === undefined) {
      ready = project.settled(this.#options.firstWaitMs ?? 3000)
      this.#ready.set(project, ready)
    }
    await ready
    const paths = [...new Set([...(first === undefined ? [] : [first]), ...project.files()])]
    for (const path of paths) {
      // A newer edit starts over; what it has in common with this run is cached by the analysis.
      if (this.#disposed || this.#waiting.has(project)) return
      const file = this.#options.context(project, path)
      if (file) this.#publish(file)
      await new Promise(resolve => setImmediate(resolve))
    }
  }

  #publish(file: FileContext): void {
    const { uri, version } = file.document
    const diagnostics = this.#options.diagnose(file)
    const open = file.project.isOpen(file.path)
    const params = { uri, diagnostics, ...(open && { version }) }
    const text = JSON.stringify(params)
    const before = this.#sent.get(uri)
    if (before === text || (before === undefined && diagnostics.length === 0 && !open)) return
    this.#sent.set(uri, text)
    this.#options.send(params)
  }
}
