/**
 * The inputs of this session and, where they are kept, of earlier ones and of other kernels, for `history_request`.
 * https://jupyter-client.readthedocs.io/en/stable/messaging.html#history
 */
import { KernelError } from '../errors.ts'
import type { HistoryStore, StoredInput } from './history-store.ts'

/** [session, line, input] or [session, line, [input, output]]. */
export type HistoryEntry = readonly [number, number, string | readonly [string, string | null]]

export interface History {
  add(line: number, input: string): void
  /** The text of what a cell of this session showed; it is not kept beyond the session. */
  setOutput(line: number, text: string): void
  /** Answers the content of a request. @throws {KernelError} KERNEL008 for one that is not understood */
  answer(request: Readonly<Record<string, unknown>>): Promise<HistoryEntry[]>
  /** Begins another session. */
  restart(): void
  /** Resolves when all is written. */
  close(): Promise<void>
}

interface Entry extends StoredInput {
  output: string | null
}

/** Inputs of this session that are remembered. */
const maxEntries = 10_000

/** @param store opened by the first input; without one, only this session is known, as session 1 */
export function createHistory(store?: HistoryStore): History {
  let entries: Entry[] = []
  let nSessions = 1

  /** Everything that is known, the oldest first and this session last, and this session's number. */
  async function all(): Promise<{ readonly current: number; readonly others: readonly StoredInput[] }> {
    await store?.flush()
    return { current: (await store?.session()) ?? nSessions, others: (await store?.others()) ?? [] }
  }

  async function select(request: Readonly<Record<string, unknown>>): Promise<readonly StoredInput[]> {
    const { current, others } = await all()
    const own = entries.map(entry => ({ ...entry, session: current }))
    switch (request['hist_access_type']) {
      case 'tail':
        return last([...others, ...own], request['n'])
      case 'range':
        return range([...others, ...own], { request, current })
      case 'search': {
        const pattern = globPattern(String(request['pattern'] ?? '*'))
        const found = [...others, ...own].filter(({ input }) => pattern.test(input))
        return last(request['unique'] === true ? unique(found) : found, request['n'])
      }
      default: {
        const got = JSON.stringify(request['hist_access_type']) ?? 'nothing'
        throw new KernelError('KERNEL008', `Expected range, tail or search as hist_access_type, got ${got}.`)
      }
    }
  }

  return {
    add(line, input) {
      entries.push({ session: 0, line, input, output: null })
      if (entries.length > maxEntries) entries.shift()
      store?.add(line, input)
    },
    setOutput(line, text) {
      const entry = entries.findLast(e => e.line === line)
      if (entry) entry.output = text
    },
    async answer(request) {
      const selected = await select(request)
      return selected.map(({ session, line, input, ...rest }) => {
        const output = 'output' in rest ? (rest as Entry).output : null
        return request['output'] === true ? [session, line, [input, output]] : [session, line, input]
      })
    },
    restart() {
      entries = []
      nSessions += 1
      store?.restart()
    },
    close: async () => await store?.close(),
  }
}

interface RangeOptions {
  readonly request: Readonly<Record<string, unknown>>
  /** The number of this session. */
  readonly current: number
}

/** Session 0 is this one and answered as such; -1 is the one before. The end is excluded. */
function range(all: readonly StoredInput[], { request, current }: RangeOptions): readonly StoredInput[] {
  const asked = integer(request['session']) ?? 0
  const session = asked > 0 ? asked : current + asked
  const start = integer(request['start']) ?? 0
  const stop = integer(request['stop']) ?? Infinity
  return all
    .filter(entry => entry.session === session && entry.line >= start && entry.line < stop)
    .map(entry => (asked === 0 ? { ...entry, session: 0 } : entry))
}

const integer = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) ? value : undefined

function last<T>(entries: readonly T[], n: unknown): readonly T[] {
  return typeof n === 'number' && n >= 0 ? entries.slice(Math.max(0, entries.length - n)) : entries
}

/** Of equal inputs the newest. */
function unique(entries: readonly StoredInput[]): readonly StoredInput[] {
  const newest = new Map(entries.map(entry => [entry.input, entry]))
  return entries.filter(entry => newest.get(entry.input) === entry)
}

/** `*` and `?` as in file names. */
function globPattern(glob: string): RegExp {
  const escaped = glob.replace(/[.+^${}()|[\]\\]/g, '\\$&')
  // `**` says no more than `*`, and would take a long time to find nothing.
  return new RegExp(`^${escaped.replace(/\*+/g, '[^]*').replaceAll('?', '[^]')}$`)
}
