/** Turns anything that a cell threw into what a client shows. */
import { inspect } from 'node:util'
import type { Failure } from '../child-protocol.ts'
import { isUserFrame, mapFrame, pathOf } from '../positions.ts'
import type { Scope } from './scope.ts'
import type { Sources } from './sources.ts'

export interface FailureFormat {
  readonly scope: Scope
  readonly sources: Sources
}

/** V8 keeps 10, which an error deep inside a package fills before the cell's own line comes. */
const maxFrames = 50
const maxShownFrames = 20

/** Makes `error.stack` show the user's lines, everywhere in this process. */
export function mapStacks({ sources }: FailureFormat): void {
  Error.stackTraceLimit = maxFrames
  Error.prepareStackTrace = (error, frames) => {
    const lines = frames
      .map(frame => mapFrame(`    at ${String(frame)}`, sources))
      .filter(frame => isUserFrame(frame, sources))
    return [headline(error), ...lines].join('\n')
  }
}

function headline(error: unknown): string {
  try {
    return Error.prototype.toString.call(error)
  } catch {
    return 'Error'
  }
}

/** Never throws, whatever was thrown. */
export function describeFailure(thrown: unknown, format: FailureFormat): Failure {
  try {
    return isError(thrown) ? describeError(thrown, format) : describeValue(thrown)
  } catch {
    return describeValue(thrown)
  }
}

function describeValue(thrown: unknown): Failure {
  const text = inspectSafely(thrown)
  return { status: 'error', ename: 'Thrown', evalue: text, traceback: [`Thrown: ${text}`] }
}

function describeError(thrown: Error, { scope, sources }: FailureFormat): Failure {
  const evalue = plainMessage(thrown, scope)
  const ename = String(thrown.name || 'Error')
  return {
    status: 'error',
    ename,
    evalue,
    traceback: [
      evalue ? `${ename}: ${evalue}` : ename,
      ...shownFrames(thrown, sources),
      ...causes(thrown, sources),
      ...details(thrown),
    ],
  }
}

/** The frames, and under the first that is the user's own what stands there. */
function shownFrames(error: Error, sources: Sources): string[] {
  const frames = foldRepeated(stackFrames(error).slice(1))
  const shown = frames.slice(0, maxShownFrames)
  if (frames.length > shown.length) shown.push(`    … ${frames.length - shown.length} more`)
  const places = shown.map(frame => framePlace(frame))
  const first = places.findIndex(place => place && !place.file.includes('/node_modules/'))
  const excerpt = excerptOf(places[first], sources)
  return shown.flatMap((frame, i) => [shortFrame(frame, sources), ...(i === first ? excerpt : [])])
}

/** A recursion without end is one frame, many times. */
function foldRepeated(frames: readonly string[]): string[] {
  const folded: string[] = []
  for (let i = 0; i < frames.length;) {
    let end = i + 1
    while (frames[end] === frames[i]) end++
    folded.push(frames[i]!)
    if (end - i > 2) folded.push(`    … the same ${end - i - 1} more times`)
    else if (end - i === 2) folded.push(frames[i]!)
    i = end
  }
  return folded
}

interface FramePlace {
  readonly file: string
  readonly line: number
  readonly column: number
}

function framePlace(frame: string): FramePlace | undefined {
  const found = /(?:\(|at |async )((?:Cell\[|file:|\/|[A-Za-z]:[\\/])[^()]*?):(\d+):(\d+)\)?$/.exec(frame)
  return found ? { file: pathOf(found[1]!), line: Number(found[2]), column: Number(found[3]) } : undefined
}

/** Files of the notebook's folder by their names there. */
function shortFrame(frame: string, sources: Sources): string {
  return frame.replace(/file:\/\/[^()]*?(?=:\d+:\d+\)?$)/, address => sources.shown(pathOf(address)))
}

const contextLines = 1
const maxLineLength = 200

/** The lines around a place, its own marked. */
function excerptOf(place: FramePlace | undefined, sources: Sources): string[] {
  const lines = place && sources.lines(place.file)
  if (!lines || place.line > lines.length) return []
  const from = Math.max(1, place.line - contextLines)
  const to = Math.min(lines.length, place.line + contextLines)
  const width = String(to).length
  const shown: string[] = []
  for (let line = from; line <= to; line++) {
    const text = lines[line - 1]!.slice(0, maxLineLength)
    shown.push(`      ${line === place.line ? '>' : ' '} ${String(line).padStart(width)} | ${text}`)
    if (line !== place.line || place.column > maxLineLength) continue
    const indent = text.slice(0, place.column - 1).replace(/[^\t]/g, ' ')
    shown.push(`        ${' '.repeat(width)} | ${indent}^`)
  }
  return shown
}

/** Also an error of another realm. */
const isError = (value: unknown): value is Error =>
  value instanceof Error || Object.prototype.toString.call(value) === '[object Error]'

function stackFrames(error: Error): string[] {
  const stack = String(error.stack ?? '')
  const first = stack.search(/^ {4}at /m)
  return first < 0 ? [''] : ['', ...stack.slice(first).split('\n')]
}

/** V8 names the global object where the user sees a constant. */
function plainMessage(error: Error, scope: Scope): string {
  const message = String(error.message)
  const name = /^Cannot assign to read only property '([^']+)' of object '#<Object>'/.exec(message)?.[1]
  return name && scope.isConstant(name) ? `Assignment to constant variable '${name}'.` : message
}

function causes(error: Error, sources: Sources): string[] {
  const lines: string[] = []
  for (let cause = error.cause, depth = 0; cause !== undefined && depth < 5; depth++) {
    if (!isError(cause)) return [...lines, `Caused by: ${inspectSafely(cause)}`]
    lines.push(`Caused by: ${headline(cause)}`, ...shownFrames(cause, sources))
    cause = cause.cause
  }
  return lines
}

/** What an error carries besides, such as `code`: one line. */
function details(error: Error): string[] {
  if (error instanceof AggregateError)
    return error.errors.slice(0, 10).map(e => `  - ${isError(e) ? headline(e) : inspectSafely(e)}`)
  const entries = Object.entries(error).filter(
    ([key]) => key !== 'name' && key !== 'message' && key !== 'stack',
  )
  if (entries.length === 0) return []
  return [inspectSafely(Object.fromEntries(entries.slice(0, 10)))]
}

function inspectSafely(value: unknown): string {
  try {
    return inspect(value, { depth: 2, maxStringLength: 1000, maxArrayLength: 20 })
  } catch {
    return 'a value that cannot be shown'
  }
}
