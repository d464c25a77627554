/**
 * When diagnostics are told: of the edited file at once, of the rest of its project in the pauses, and nothing twice.
 * An editor that asks by itself is only told to ask again, when a file that it shows has changed without an edit.
 * Until a project's data has been read for the first time nothing is said of it, lest warnings flash by.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { PublishDiagnosticsParams } from 'vscode-languageserver/node'
import { type Log, createPauses, describeError } from './guard.ts'
import { type Project, projectFile } from './project.ts'
import type { Report, Reports } from './reports.ts'

/** How long nobody types before files that are not edited are looked at. */
const quietMs = 40

export interface PublisherOptions {
  readonly reports: Reports
  readonly send: (params: PublishDiagnosticsParams) => void
  /** Makes the editor ask again. */
  readonly refresh: () => void
  readonly log: Log
}

export class Publisher {
  /** Whether the editor asks for diagnostics itself. */
  pulled = false
  readonly #options: PublisherOptions
  readonly #waiting = new Map<Project, NodeJS.Immediate>()
  /** The id of what was told last, by URI. */
  readonly #told = new Map<string, string>()
  /** Counts the runs of a project, to know which is the latest. */
  readonly #runs = new WeakMap<Project, number>()
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
      const run = this.pulled ? this.#compare(project, first) : this.#publishAll(project, first)
      run.catch(error => this.#options.log(`Diagnostics failed: ${describeError(error)}`))
    })
    this.#waiting.set(project, soon)
  }

  /** The editor was given this report when it asked. */
  told({ uri, id }: Pick<Report, 'uri' | 'id'>): void {
    this.#told.set(uri, id)
  }

  /** Whether the editor was told something else of a file than this. */
  isNews({ uri, id }: Pick<Report, 'uri' | 'id'>): boolean {
    const told = this.#told.get(uri)
    return told !== undefined && told !== id
  }

  /** The files of which something was said. */
  toldUris(): readonly string[] {
    return [...this.#told.keys()]
  }

  /** A file is gone: so is what was said of it. */
  clear(uri: string): void {
    const told = this.#told.get(uri)
    this.#told.delete(uri)
    if (told !== undefined && !this.pulled) this.#options.send({ uri, diagnostics: [] })
  }

  dispose(): void {
    this.#disposed = true
    for (const waiting of this.#waiting.values()) clearImmediate(waiting)
    this.#waiting.clear()
  }

  async #publishAll(project: Project, first: string | undefined): Promise<void> {
    const run = (this.#runs.get(project) ?? 0) + 1
    this.#runs.set(project, run)
    await project.ready()
    if (first !== undefined) {
      this.#publishFile(project, first)
      // While somebody types, the rest waits for a pause.
      await delay(quietMs)
    }
    const pause = createPauses()
    for (const path of [projectFile, ...project.files()]) {
      // A newer edit starts over; what it has in common with this run is cached by the analysis.
      if (this.#disposed || this.#waiting.has(project) || this.#runs.get(project) !== run) return
      if (path !== first) this.#publishFile(project, path)
      await pause()
    }
  }

  #publishFile(project: Project, path: string): void {
    if (this.#disposed) return
    const report = this.#options.reports.of(project, path)
    if (report) this.#publish(project, report)
  }

  #publish({ settings }: Project, { uri, version, diagnostics, id }: Report): void {
    const isOpen = version !== null
    const shown = isOpen || settings.diagnostics.scope === 'project'
    const before = this.#told.get(uri)
    const now = `${version} ${shown ? id : 'none'}`
    if (before === now || (before === undefined && !isOpen && now.endsWith(' none'))) return
    this.#told.set(uri, now)
    this.#options.send({ uri, diagnostics: shown ? diagnostics : [], ...(isOpen && { version }) })
  }

  /** What the editor shows may be others than what it was told; the edited file it asks about by itself. */
  async #compare(project: Project, edited: string | undefined): Promise<void> {
    await project.ready()
    // The editor asks about the edited file first, and is told of others along with it.
    if (edited !== undefined) await delay(quietMs)
    const pause = createPauses()
    let differs = false
    for (const path of [projectFile, ...project.openFiles()]) {
      if (this.#disposed || this.#waiting.has(project)) break
      const report = path === edited ? undefined : this.#options.reports.of(project, path)
      if (report && this.isNews(report)) {
        differs = true
        this.told(report)
      }
      await pause()
    }
    if (differs && !this.#disposed) this.#options.refresh()
  }
}
