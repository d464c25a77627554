/**
 * Where user code stands still, and how it goes on. V8 also stops where nobody asked for: in text of ours between
 * two statements, in Node's own modules at the end of a step, at exceptions that the user's code catches. From
 * there it is sent on without anyone being told.
 */
import type { Debugger } from 'node:inspector'
import type { DebugProtocol } from '@vscode/debugprotocol'
import type { Awaiters } from './awaiters.ts'
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
  readonly awaiters: Awaiters
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
/** Places per script, and scripts, at which a request to pause waits. */
const maxTraps = 200
const maxTrapScripts = 50

interface Step {
  readonly action: StepAction
  /** Frames when it began. */
  readonly depth: number
  detours: number
}

export function createPauses(options: PausesOptions): Pauses {
  const { inspect, scripts, awaiters, breakpoints } = options
  const catches = new Map<string, Promise<{ catches: Catches; lines: readonly number[] }>>()
  let current: Pause | undefined
  let step: Step | undefined
  let asked = false
  let filters: readonly string[] = []
  /** Breakpoints of ours, until the next stop. */
  const traps: string[] = []

  const go = (method: string) => inspect(method).catch(() => undefined) // It may run again already.

  async function paused(event: Debugger.PausedEventDataType): Promise<void> {
    if (event.reason === 'instrumentation') {
      const { scriptId } = event.data as { scriptId: string }
      await breakpoints.bindScript(scriptId).catch(() => undefined)
      return void (await go('Debugger.resume'))
    }
    const hits = breakpoints.ofHits(event.hitBreakpoints ?? [])
    const isTrapped = traps.some(trap => event.hitBreakpoints?.includes(trap))
    const isException = event.reason === 'exception' || event.reason === 'promiseRejection'
    if (hits.length === 0 && isException && !(await isWanted(event))) return void (await goOnFromException())
    if (hits.length === 0 && !isException && !isTrapped && (step || asked)) {
      const detour = await detourFrom(event)
      if (detour) return void (await go(detour))
    }
    if (isTrapped && (await isOurs(event))) return void (await go('Debugger.stepOver'))
    if (hits.length === 0 && !isException && !step && !asked && !hasUserFrame(event))
      return void (await go('Debugger.resume'))
    const reason = reasonOf(event, hits)
    await removeTraps()
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
    if (step) return 'Debugger.stepInto'
    await trapEverywhere()
    return 'Debugger.resume'
  }

  /** A cell's way back to the kernel: nothing that stands in its text. */
  const isEndOfCell = (event: Debugger.PausedEventDataType) =>
    isReturn(event) &&
    scripts.get(event.callFrames[0]!.location.scriptId)?.kind === 'cell' &&
    !scripts.isUsers(event.callFrames[1]?.location.scriptId ?? '')

  const isReturn = ({ callFrames }: Debugger.PausedEventDataType) => callFrames[0]?.returnValue !== undefined

  /** Whether a place is in text of ours. */
  async function isOurs({ callFrames }: Debugger.PausedEventDataType): Promise<boolean> {
    const { scriptId, lineNumber: line, columnNumber: column = 0 } = callFrames[0]!.location
    return (await scripts.position(scriptId, { line, column })) === undefined
  }

  async function trap(start: Debugger.Location, more: object = {}): Promise<void> {
    const { locations } = await inspect<Debugger.GetPossibleBreakpointsReturnType>(
      'Debugger.getPossibleBreakpoints',
      { start, ...more },
    )
    for (const { type: _, ...location } of locations.slice(0, maxTraps)) {
      const set = inspect<Debugger.SetBreakpointReturnType>('Debugger.setBreakpoint', { location })
      const trapped = await set.catch(() => undefined) // One of the user's stands there.
      if (trapped) traps.push(trapped.breakpointId)
    }
  }

  /** Who awaits the function that is left goes on after it has ended: there a step ends too. */
  async function trapAwaiter(): Promise<void> {
    const event = current?.event
    if (!event || event.callFrames.filter(f => scripts.isUsers(f.location.scriptId)).length !== 1) return
    const awaiter = (await awaiters.of(event)).find(({ location }) => scripts.isUsers(location.scriptId))
    if (awaiter) await trap(awaiter.location, { restrictToFunction: true })
  }

  /** Nothing of the user's runs at the moment: whatever comes first stops. */
  async function trapEverywhere(): Promise<void> {
    const users = scripts.all().filter(script => scripts.isUsers(script.id))
    for (const { id } of users.slice(-maxTrapScripts))
      await trap({ scriptId: id, lineNumber: 0, columnNumber: 0 }).catch(() => undefined)
  }

  async function removeTraps(): Promise<void> {
    for (const breakpointId of traps.splice(0))
      await inspect('Debugger.removeBreakpoint', { breakpointId }).catch(() => undefined)
  }

  async function goOnFromException(): Promise<void> {
    if (!step) return void (await go('Debugger.resume'))
    step.detours = Math.max(1, step.detours)
    await go('Debugger.stepOut')
  }

  async function isWanted(event: Debugger.PausedEventDataType): Promise<boolean> {
    if (!hasUserFrame(event) && !(await awaiters.of(event)).some(a => scripts.isUsers(a.location.scriptId)))
      return false
    if (filters.includes('all')) {
      const top = event.callFrames[0]
      return (top !== undefined && scripts.isUsers(top.location.scriptId)) || !(await isCaught(event))
    }
    return filters.includes('uncaught') && !(await isCaught(event))
  }

  /** Whether a frame between the throw and the end of the user's code catches it. */
  async function isCaught(event: Debugger.PausedEventDataType): Promise<boolean> {
    if ((event.data as { uncaught?: boolean } | undefined)?.uncaught) return false
    const waiting = await awaiters.of(event)
    const places = [...event.callFrames, ...waiting].map(({ location }) => location)
    // Behind it stands the kernel, which catches everything. What it has put in between catches nothing.
    const last = places.findLastIndex(({ scriptId }) => scripts.isUsers(scriptId))
    for (const { scriptId, lineNumber, columnNumber = 0 } of places.slice(0, last + 1)) {
      const kind = scripts.get(scriptId)?.kind
      if (kind === undefined || kind === 'internal') continue
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
      await trapAwaiter()
      step = { action, depth, detours: 0 }
      await inspect(commands[action])
    },
    async resume() {
      step = undefined
      asked = false
      await removeTraps()
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
      traps.length = 0
      catches.clear()
      if (!current) return
      current = undefined
      options.onContinued()
    },
  }
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
