/** Turns anything that a cell threw into what a client shows. */
import { inspect } from 'node:util'
import type { Failure } from '../child-protocol.ts'
import { isUserFrame, mapFrame } from '../positions.ts'
import type { DecodedMappings } from '../rewrite.ts'
import type { Scope } from './scope.ts'

export interface FailureFormat {
  readonly scope: Scope
  readonly mapsOf: (file: string) => readonly DecodedMappings[] | undefined
  /** A piece of the paths of this kernel's own files. */
  readonly internal: string
}

/** Makes `error.stack` show the user's lines, everywhere in this process. */
export function mapStacks({ mapsOf, internal }: FailureFormat): void {
  Error.prepareStackTrace = (error, frames) => {
    const lines = frames
      .map(frame => mapFrame(`    at ${String(frame)}`, mapsOf))
      .filter(f => isUserFrame(f, internal))
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

export function describeFailure(thrown: unknown, { scope }: FailureFormat): Failure {
  if (!isError(thrown)) {
    const text = inspectSafely(thrown)
    return { status: 'error', ename: 'Thrown', evalue: text, traceback: [`Thrown: ${text}`] }
  }
  const evalue = plainMessage(thrown, scope)
  const ename = String(thrown.name || 'Error')
  const [, ...frames] = stackFrames(thrown)
  return {
    status: 'error',
    ename,
    evalue,
    traceback: [evalue ? `${ename}: ${evalue}` : ename, ...frames, ...causes(thrown), ...details(thrown)],
  }
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

function causes(error: Error): string[] {
  const lines: string[] = []
  for (let cause = error.cause, depth = 0; cause !== undefined && depth < 5; depth++) {
    if (!isError(cause)) return [...lines, `Caused by: ${inspectSafely(cause)}`]
    lines.push(`Caused by: ${headline(cause)}`, ...stackFrames(cause).slice(1))
    cause = cause.cause
  }
  return lines
}

/** What an error carries besides, such as `code`: one line. */
function details(error: Error): string[] {
  if (error instanceof AggregateError) return error.errors.slice(0, 10).map(e => `  - ${headline(e)}`)
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
