/**
 * The functions that await the one that is paused. V8's own asynchronous stacks are not used: Node then follows every
 * promise by hooks that do not survive an interrupt.
 */
import type { Debugger } from 'node:inspector'
import { awaiting } from './inside.ts'
import { callText, type Inspect } from './inspector.ts'
import type { Scripts } from './scripts.ts'

export interface Awaiter {
  readonly name: string
  /** Where it waits. */
  readonly location: { readonly scriptId: string; readonly lineNumber: number; readonly columnNumber: number }
}

export interface Awaiters {
  /** Innermost first; those of the user's code and of packages. */
  of(event: Debugger.PausedEventDataType): Promise<readonly Awaiter[]>
}

export function createAwaiters({ inspect, scripts }: { inspect: Inspect; scripts: Scripts }): Awaiters {
  const known = new WeakMap<object, Promise<readonly Awaiter[]>>()

  async function ask({ callFrames }: Debugger.PausedEventDataType): Promise<Awaiter[]> {
    const top = callFrames[0]
    if (!top) return []
    const { result } = await inspect<Debugger.EvaluateOnCallFrameReturnType>('Debugger.evaluateOnCallFrame', {
      callFrameId: top.callFrameId,
      expression: callText(awaiting),
      returnByValue: true,
      silent: true,
    })
    const sites = JSON.parse(String(result.value)) as {
      name: string
      url: string
      line: number
      column: number
    }[]
    return sites.flatMap(({ name, url, line, column }) => {
      const script = scripts.called(url)
      const location = { scriptId: script?.id ?? '', lineNumber: line - 1, columnNumber: column - 1 }
      return script && script.kind !== 'internal' ? [{ name, location }] : []
    })
  }

  return {
    of(event) {
      const found = known.get(event) ?? ask(event).catch(() => [])
      known.set(event, found)
      return found
    },
  }
}
