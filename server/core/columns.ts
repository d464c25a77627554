/**
 * The columns of a project's data files, for analysis that cannot wait: it asks, gets nothing the first time, and
 * is run again when they have been read. A file that cannot be read is no fault here; analysis says so.
 */
import type { ColumnSchema } from '../../language/index.ts'

export interface SourceRef {
  readonly format: string
  /** Relative to the project's root. */
  readonly path: string
}

export type DescribeSource = (source: SourceRef) => Promise<readonly ColumnSchema[]>

interface Entry {
  readonly source: SourceRef
  columns: readonly ColumnSchema[] | undefined
  loading: Promise<void> | undefined
  /** Asked for again while it was being read. */
  stale: boolean
}

export interface ColumnLoaderOptions {
  readonly describe: DescribeSource
  /** The columns of some file are other than before. */
  readonly onChange: () => void
}

export class ColumnLoader {
  readonly #entries = new Map<string, Entry>()
  readonly #options: ColumnLoaderOptions

  constructor(options: ColumnLoaderOptions) {
    this.#options = options
  }

  /** The columns as far as they are known; starts to read them the first time it is asked. */
  columns(source: SourceRef): readonly ColumnSchema[] | undefined {
    const key = `${source.format}\n${source.path}`
    let entry = this.#entries.get(key)
    if (entry === undefined) {
      entry = { source, columns: undefined, loading: undefined, stale: false }
      this.#entries.set(key, entry)
      this.#load(entry)
    }
    return entry.columns
  }

  /** Reads a file's columns again, when analysis has asked for them before. */
  refresh(path: string): void {
    for (const entry of this.#entries.values()) if (entry.source.path === path) this.#load(entry)
  }

  /** The files that analysis has asked for. */
  paths(): readonly string[] {
    return [...this.#entries.values()].map(entry => entry.source.path)
  }

  /** Comes back when no file is being read, or when the time is over. */
  async settled(timeoutMs: number): Promise<void> {
    const pending = [...this.#entries.values()].flatMap(entry => entry.loading ?? [])
    if (pending.length === 0) return
    let timer: NodeJS.Timeout | undefined
    const timeout = new Promise<void>(resolve => (timer = setTimeout(resolve, timeoutMs)))
    await Promise.race([Promise.all(pending), timeout])
    clearTimeout(timer)
  }

  #load(entry: Entry): void {
    if (entry.loading) {
      entry.stale = true
      return
    }
    entry.loading = this.#read(entry).finally(() => {
      entry.loading = undefined
      if (!entry.stale) return
      entry.stale = false
      this.#load(entry)
    })
  }

  async #read(entry: Entry): Promise<void> {
    // A missing or broken file is what analysis reports by its own diagnostic.
    const columns = await this.#options.describe(entry.source).catch(() => undefined)
    if (JSON.stringify(columns) === JSON.stringify(entry.columns)) return
    entry.columns = columns
    this.#options.onChange()
  }
}
