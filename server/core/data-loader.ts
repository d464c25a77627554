/**
 * What is known of a project's data, for analysis that cannot wait: it asks, gets nothing the first time, and is run
 * again when the data has been read. Data that cannot be read is no fault here; analysis says so.
 */
import type { SourceRef } from '../../language/index.ts'

/** Where the data is and how it is read; what the source is called does not matter. */
export type DataRef = Omit<SourceRef, 'name'> & { readonly name?: string }

interface Entry<T> {
  readonly source: SourceRef
  known: T | undefined
  loading: Promise<void> | undefined
  /** Asked for again while it was being read. */
  stale: boolean
}

export interface DataLoaderOptions<T> {
  readonly load: (source: SourceRef) => Promise<T>
  /** What is known of some data is other than before. */
  readonly onChange: () => void
  /** So much data is read at once; without limit when not said. */
  readonly atOnce?: number
}

export class DataLoader<T> {
  readonly #entries = new Map<string, Entry<T>>()
  readonly #options: DataLoaderOptions<T>
  #running = 0
  readonly #queue: (() => void)[] = []

  constructor(options: DataLoaderOptions<T>) {
    this.#options = options
  }

  /** As far as it is known; begins to read the data the first time it is asked. */
  get(source: DataRef): T | undefined {
    const key = keyOf(source)
    let entry = this.#entries.get(key)
    if (entry === undefined) {
      const named = { ...source, name: source.name ?? '' }
      entry = { source: named, known: undefined, loading: undefined, stale: false }
      this.#entries.set(key, entry)
      this.#load(entry)
    }
    return entry.known
  }

  /** Reads a file again, when analysis has asked for it before. */
  refresh(path: string): void {
    for (const entry of this.#entries.values()) if (entry.source.path === path) this.#load(entry)
  }

  /** Reads everything again that analysis has asked for. */
  refreshAll(): void {
    for (const entry of this.#entries.values()) this.#load(entry)
  }

  /** The files that analysis has asked for. */
  paths(): readonly string[] {
    return [...new Set([...this.#entries.values()].map(({ source }) => source.path))].filter(Boolean)
  }

  /** Comes back when nothing is being read, or when the time is over. */
  async settled(timeoutMs: number): Promise<void> {
    const pending = [...this.#entries.values()].flatMap(entry => entry.loading ?? [])
    if (pending.length === 0) return
    let timer: NodeJS.Timeout | undefined
    const timeout = new Promise<void>(resolve => (timer = setTimeout(resolve, timeoutMs)))
    await Promise.race([Promise.all(pending), timeout])
    clearTimeout(timer)
  }

  #load(entry: Entry<T>): void {
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

  async #read(entry: Entry<T>): Promise<void> {
    await this.#turn()
    try {
      // Missing or broken data is what analysis reports by its own diagnostic.
      const known = await this.#options.load(entry.source).catch(() => undefined)
      if (asText(known) === asText(entry.known)) return
      entry.known = known
      this.#options.onChange()
    } finally {
      this.#running--
      this.#queue.shift()?.()
    }
  }

  /** Comes back when there is room for one more. */
  async #turn(): Promise<void> {
    if (this.#running >= (this.#options.atOnce ?? Infinity))
      await new Promise<void>(resolve => this.#queue.push(resolve))
    this.#running++
  }
}

function keyOf({ name: _, ...source }: DataRef): string {
  return JSON.stringify(Object.entries(source).sort(([a], [b]) => (a < b ? -1 : 1)))
}

const asText = (value: unknown): string | undefined =>
  JSON.stringify(value, (_, part: unknown) => (part instanceof Map ? [...part] : part))
