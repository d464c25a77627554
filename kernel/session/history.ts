/**
 * The inputs of this session, for `history_request`.
 * https://jupyter-client.readthedocs.io/en/stable/messaging.html#history
 */

/** [session, line, input] or [session, line, [input, output]]. Session 0 is this one. */
export type HistoryEntry = readonly [number, number, string | readonly [string, string | null]]

export interface History {
  add(line: number, input: string): void
  setOutput(line: number, text: string): void
  /** Answers the content of a request; what is not understood gives nothing. */
  answer(request: Readonly<Record<string, unknown>>): HistoryEntry[]
}

interface Entry {
  readonly line: number
  readonly input: string
  output: string | null
}

/** Inputs that are remembered. */
const maxEntries = 10_000

export function createHistory(): History {
  const entries: Entry[] = []
  return {
    add(line, input) {
      entries.push({ line, input, output: null })
      if (entries.length > maxEntries) entries.shift()
    },
    setOutput(line, text) {
      const entry = entries.findLast(e => e.line === line)
      if (entry) entry.output = text
    },
    answer(request) {
      return select(entries, request).map(({ line, input, output }) =>
        request['output'] === true ? [0, line, [input, output]] : [0, line, input],
      )
    },
  }
}

function select(entries: readonly Entry[], request: Readonly<Record<string, unknown>>): readonly Entry[] {
  switch (request['hist_access_type']) {
    case 'tail':
      return last(entries, request['n'])
    case 'range': {
      const start = Number(request['start'] ?? 0)
      const stop =
        request['stop'] === null || request['stop'] === undefined ? Infinity : Number(request['stop'])
      return entries.filter(({ line }) => line >= start && line < stop)
    }
    case 'search': {
      const pattern = globPattern(String(request['pattern'] ?? '*'))
      const found = entries.filter(({ input }) => pattern.test(input))
      return last(request['unique'] === true ? unique(found) : found, request['n'])
    }
    default:
      return []
  }
}

function last(entries: readonly Entry[], n: unknown): readonly Entry[] {
  return typeof n === 'number' && n >= 0 ? entries.slice(Math.max(0, entries.length - n)) : entries
}

/** Of equal inputs the newest. */
function unique(entries: readonly Entry[]): readonly Entry[] {
  const newest = new Map(entries.map(entry => [entry.input, entry]))
  return entries.filter(entry => newest.get(entry.input) === entry)
}

/** `*` and `?` as in file names. */
function globPattern(glob: string): RegExp {
  const escaped = glob.replace(/[.+^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replaceAll('*', '[^]*').replaceAll('?', '[^]')}$`)
}
