/**
 * Where user code stands still, and how it goes on. V8 also stops where nobody asked for: in text of ours between
 * two statements, in Node's own modules at the end of a step, at exceptions that the user's code catches. From
 * there it is sent on without anyone being told.
 */
import type { Debugger } from 'node:inspector'
import type { DebugProtocol } from '@vscode/debugprotocol'
import type { Breakpoints } from './breakpoints.ts'
import { readCatches, type Catches } from './exceptions.ts'
import type { Inspect } from './inspector.ts'
import type { Scripts } from './scripts.ts'

export type StepAction = 'next' | 'stepIn' | 'stepOut'

/** Which exceptions stop. */
export type ExceptionFilter = 'all' | 'uncaught'

export interface Pause {
  readonly event: Debugger.PausedEventDataType
  readonly stopped: DebugProtocol.StoppedEvent['body']
}

export interface Pauses {
  current(): Pause | undefined
  paused(event: Debugger.PausedEventDataType): Promise<void>
  resumed(): void
  step(action: StepAction): Promise<void>
  /** Goes on. */
  resume(): Promise<void>
  /** Stops at the next statement of the user's. */
  pause(): Promise<void>
  setExceptionFilters(filters: readonly string[]): Promise<void>
  exceptionFilters(): readonly string[]
  forget(): void
}

export interface PausesOptions {
  readonly inspect: Inspect
  readonly scripts: Scripts
  readonly breakpoints: Breakpoints
  onStopped(pause: Pause): void
  onContinued(): void
}

/** All cells run on one thread. */
export const threadId = 1

const commands = {
  next: 'Debugger.stepOver',
  stepIn: 'Debugger.stepInto',
  stepOut: 'Debugger.stepOut',
} as const

/** How often in a row V8 is sent on from places that are not the user's before it simply goes on. */
const maxDetours = 60

interface Step {
  readonly action: StepAction
  /** Frames when it began. */
  readonly depth: number
  detours: number
}

export function createPauses(options: PausesOptions): Pauses {
  const { inspect, scripts, breakpoints } = options
  const catches = new Map<string, Promise<{ catches: Catches; lines: readonly number[] }>>()
  let current: Pause | undefined
  let step: Step | undefined
  let asked = false
  let filters: readonly string[] = []

  const go = (method: string) => inspect(method).catch(() => undefined) // It may run again already.

  async function paused(event: Debugger.PausedEventDataType): Promise<void> {
    if (event.reason === 'instrumentation') {
      const { scriptId } = event.data as { scriptId: string }
      await breakpoints.bindScript(scriptId).catch(() => undefined)
      return void (await go('Debugger.resume'))
    }
    const hits = breakpoints.ofHits(event.hitBreakpoints ?? [])
    const isException = event.reason === 'exception' || event.reason === 'promiseRejection'
    if (hits.length === 0 && isException && !(await isWanted(event))) return void (await goOnFromException())
    if (hits.length === 0 && !isException && (step || asked)) {
      const detour = await detourFrom(event)
      if (detour) return void (await go(detour))
    }
    if (hits.length === 0 && !isException && !step && !asked && !hasUserFrame(event))
      return void (await go('Debugger.resume'))
    const reason = reasonOf(event, hits)
    step = undefined
    asked = false
    current = {
      event,
      stopped: {
        reason,
        threadId,
        allThreadsStopped: true,
        ...(hits.length ? { hitBreakpointIds: [...hits] } : {}),
        ...(isException ? exceptionTexts(event) : {}),
      },
    }
    options.onStopped(current)
  }

  function reasonOf(event: Debugger.PausedEventDataType, hits: readonly number[]): string {
    if (hits.length) return 'breakpoint'
    if (event.reason === 'exception' || event.reason === 'promiseRejection') return 'exception'
    if (asked) return 'pause'
    return step ? 'step' : 'debugger statement'
  }

  const hasUserFrame = ({ callFrames }: Debugger.PausedEventDataType) =>
    callFrames.some(({ location }) => scripts.isUsers(location.scriptId))

  /** How to get to a place of the user's from where a step has ended; undefined when it is one. */
  async function detourFrom(event: Debugger.PausedEventDataType): Promise<string | undefined> {
    const frames = event.callFrames
    const top = frames[0]?.location
    const detours = step ? ++step.detours : 0
    if (detours > maxDetours) {
      step = undefined
      return 'Debugger.resume'
    }
    if (top && scripts.isUsers(top.scriptId)) {
      if (step?.action === 'next' && frames.length > step.depth && detours > 1) return 'Debugger.stepOut'
      const at = { line: top.lineNumber, column: top.columnNumber ?? 0 }
      const place = await scripts.position(top.scriptId, at)
      // Behind a call stands our own text, on the line that was stepped out to.
      if ((place || step?.action === 'stepOut') && !isEndOfCell(event)) return undefined
      return step?.action === 'stepIn' && !isReturn(event) ? 'Debugger.stepInto' : 'Debugger.stepOver'
    }
    // An exception's way out, or what Node does before and after a cell's part.
    if (hasUserFrame(event)) return 'Debugger.stepOut'
    step ??= { action: 'stepIn', depth: 0, detours: 1 }
    return 'Debugger.stepInto'
  }

  /** A cell's way back to the kernel: nothing that stands in its text. */
  const isEndOfCell = (event: Debugger.PausedEventDataType) =>
    isReturn(event) &&
    scripts.get(event.callFrames[0]!.location.scriptId)?.kind === 'cell' &&
    !scripts.isUsers(event.callFrames[1]?.location.scriptId ?? '')

  const isReturn = ({ callFrames }: Debugger.PausedEventDataType) => callFrames[0]?.returnValue !== undefined

  async function goOnFromException(): Promise<void> {
    if (!step) return void (await go('Debugger.resume'))
    step.detours = Math.max(1, step.detours)
    await go('Debugger.stepOut')
  }

  async function isWanted(event: Debugger.PausedEventDataType): Promise<boolean> {
    if (!hasUserFrame(event) && !asyncFrames(event).some(f => scripts.isUsers(f.scriptId))) return false
    if (filters.includes('all')) {
      const top = event.callFrames[0]
      return (top !== undefined && scripts.isUsers(top.location.scriptId)) || !(await isCaught(event))
    }
    return filters.includes('uncaught') && !(await isCaught(event))
  }

  /** Whether a frame between the throw and the kernel catches it. */
  async function isCaught(event: Debugger.PausedEventDataType): Promise<boolean> {
    if ((event.data as { uncaught?: boolean } | undefined)?.uncaught) return false
    const places = [...event.callFrames.map(({ location }) => location), ...asyncFrames(event)].map(
      ({ scriptId, lineNumber, columnNumber = 0 }) => ({ scriptId, lineNumber, columnNumber }),
    )
    for (const { scriptId, lineNumber, columnNumber } of places) {
      const script = scripts.get(scriptId)
      // The kernel itself catches everything: it stands at the end of the user's code.
      if (script?.kind === 'internal') return false
      if (!script) continue
      const { catches, lines } = await catchesOf(scriptId)
      if (catches.catchesAt((lines[lineNumber] ?? 0) + columnNumber)) return true
    }
    return false
  }

  function catchesOf(id: string) {
    const found = catches.get(id)
    if (found) return found
    const read = scripts.code(id).then(code => ({
      catches: readCatches({ code, isModule: scripts.get(id)?.isModule ?? false }),
      lines: lineStarts(code),
    }))
    catches.set(id, read)
    return read
  }

  async function applyFilters(): Promise<void> {
    await inspect('Debugger.setPauseOnExceptions', { state: filters.length ? 'all' : 'none' })
  }

  return {
    current: () => current,
    paused,
    resumed() {
      if (!current) return
      current = undefined
      options.onContinued()
    },
    async step(action) {
      const depth = current?.event.callFrames.length ?? 0
      step = { action, depth, detours: 0 }
      await inspect(commands[action])
    },
    async resume() {
      step = undefined
      asked = false
      await inspect('Debugger.resume')
    },
    async pause() {
      asked = true
      await inspect('Debugger.pause')
    },
    async setExceptionFilters(next) {
      filters = next.filter(name => name === 'all' || name === 'uncaught')
      await applyFilters()
    },
    exceptionFilters: () => filters,
    forget() {
      step = undefined
      asked = false
      catches.clear()
      if (!current) return
      current = undefined
      options.onContinued()
    },
  }
}

/** Of awaiting callers, outermost last. */
function asyncFrames({ asyncStackTrace }: Debugger.PausedEventDataType) {
  const frames = []
  for (let trace = asyncStackTrace; trace; trace = trace.parent) frames.push(...trace.callFrames)
  return frames
}

function exceptionTexts({ data }: Debugger.PausedEventDataType): { description: string; text: string } {
  const { description, value, className } = (data ?? {}) as Record<string, unknown>
  const text = String(description ?? value ?? className ?? 'Exception').split('\n')[0]!
  return { description: 'Paused on exception', text }
}

function lineStarts(code: string): number[] {
  const starts = [0]
  for (let i = code.indexOf('\n'); i >= 0; i = code.indexOf('\n', i + 1)) starts.push(i + 1)
  return starts
}
