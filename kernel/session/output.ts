/**
 * What cells print and show, merged: many small writes become a few messages, in order, each under its own cell,
 * and never more than a client can bear. Other messages are sent after a flush, so that none overtakes the text
 * before it.
 */

export type StreamName = 'stdout' | 'stderr'

export interface OutputOptions {
  /** Sends one merged piece of text of a run. */
  sendStream(run: string, name: StreamName, text: string): void
  /** Default: 10. */
  readonly mergeMs?: number
  /** Characters that one run may print; the rest is dropped, and the user told. Default: `maxOutput()`. */
  readonly maxLength?: number
  /** Characters that the displays of one run may have, counted as JSON. Default: 8 times `maxLength`. */
  readonly maxDisplayLength?: number
}

export interface Output {
  stream(run: string, name: StreamName, text: string): void
  /** Whether another display of a run may be sent; the first that may not is told. */
  admitsDisplay(run: string, data: Readonly<Record<string, unknown>>): boolean
  /** A change of what is displayed under an id: of several that wait, the last is sent. */
  update(displayId: string, send: () => void): void
  /** Sends what is waiting. Before anything else is sent that must not overtake it. */
  flush(): void
  /** Sends what is waiting and stops. */
  dispose(): void
}

interface Piece {
  readonly run: string
  readonly name: StreamName
  text: string
}

interface Update {
  readonly displayId: string
  send(): void
}

/** What waits is sent at once when it is this long. */
const fullLength = 1 << 18
/** More pieces than this at once are merged by run and stream, whose order among each other is lost. */
const maxPieces = 100
/** Runs whose lengths are remembered. */
const maxRuns = 1000
/** What a display costs besides its data. */
const displayCost = 500

/** Characters that a cell may print: what SLIPWAY_MAX_OUTPUT says. Default: 32 million. */
export function maxOutput(env: NodeJS.ProcessEnv = process.env): number {
  const named = Number(env['SLIPWAY_MAX_OUTPUT'])
  return named > 0 ? named : 32_000_000
}

export function createOutput(options: OutputOptions): Output {
  const { sendStream, mergeMs = 10, maxLength = maxOutput() } = options
  const { maxDisplayLength = 8 * maxLength } = options
  const printed = createBudget(maxLength)
  const displayed = createBudget(maxDisplayLength)
  let waiting: (Piece | Update)[] = []
  let length = 0
  let timer: NodeJS.Timeout | undefined

  function flush(): void {
    clearTimeout(timer)
    timer = undefined
    if (waiting.length === 0) return
    const sending = waiting.length > maxPieces ? merged(waiting) : waiting
    waiting = []
    length = 0
    for (const item of sending)
      if ('text' in item) sendStream(item.run, item.name, item.text)
      else item.send()
  }

  function later(): void {
    timer ??= setTimeout(flush, mergeMs)
  }

  function append(run: string, name: StreamName, text: string): void {
    const last = waiting.at(-1)
    if (last && 'text' in last && last.run === run && last.name === name) last.text += text
    else waiting.push({ run, name, text })
    length += text.length
    if (length >= fullLength) flush()
    else later()
  }

  const tell = (run: string, limit: number, what: string) =>
    append(
      run,
      'stderr',
      `\n… what this cell ${what} beyond ${limit.toLocaleString('en')} characters is dropped; SLIPWAY_MAX_OUTPUT sets another limit.\n`,
    )

  return {
    stream(run, name, text) {
      const { admitted, isFirstRefused } = printed.take(run, text.length)
      if (admitted > 0) append(run, name, cut(text, admitted))
      if (isFirstRefused) tell(run, maxLength, 'prints')
    },
    admitsDisplay(run, data) {
      const size = displayCost + lengthOf(data)
      const { admitted, isFirstRefused } = displayed.take(run, size)
      if (isFirstRefused) tell(run, maxDisplayLength, 'shows')
      return admitted === size
    },
    update(displayId, send) {
      waiting = waiting.filter(item => 'text' in item || item.displayId !== displayId)
      waiting.push({ displayId, send })
      later()
    },
    flush,
    dispose: flush,
  }
}

/** How much each run has left. */
function createBudget(limit: number) {
  const used = new Map<string, number>()
  return {
    take(run: string, size: number): { readonly admitted: number; readonly isFirstRefused: boolean } {
      const before = used.get(run) ?? 0
      used.delete(run)
      used.set(run, before + size)
      if (used.size > maxRuns) used.delete(used.keys().next().value!)
      const admitted = Math.min(size, Math.max(0, limit - before))
      return { admitted, isFirstRefused: before <= limit && before + size > limit }
    },
  }
}

/** The beginning of a text, without half a character at its end. */
function cut(text: string, length: number): string {
  if (length >= text.length) return text
  return text.slice(0, length).replace(/[\ud800-\udbff]$/, '')
}

function lengthOf(data: Readonly<Record<string, unknown>>): number {
  const lengths = Object.values(data).map(value =>
    typeof value === 'string' ? value.length : (JSON.stringify(value)?.length ?? 0),
  )
  return lengths.reduce((sum, n) => sum + n, 0)
}

function merged(items: readonly (Piece | Update)[]): (Piece | Update)[] {
  const pieces = new Map<string, Piece>()
  const result: (Piece | Update)[] = []
  for (const item of items) {
    if (!('text' in item)) {
      result.push(item)
      continue
    }
    const key = `${item.name} ${item.run}`
    const piece = pieces.get(key)
    if (piece) {
      piece.text += item.text
      continue
    }
    const first = { ...item }
    pieces.set(key, first)
    result.push(first)
  }
  return result
}
