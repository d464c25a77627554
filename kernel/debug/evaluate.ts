/** Expressions of the console, of watches and hovers, with the names that the frame and the cells know. */
import type { Debugger, Runtime } from 'node:inspector'
import { isExpression, readExpression, stripTypes } from './conditions.ts'
import type { Inspect } from './inspector.ts'
import { exceptionText } from './variables.ts'

export interface EvaluateOptions {
  /** Without one, the names of the cells only. */
  readonly frame?: Debugger.CallFrame | undefined
  /** Whether it may change anything. Default: true. */
  readonly mayChange?: boolean
  readonly timeoutMs?: number
}

/** What looks at values by itself must not hold up the debugger; a person may wait longer. */
export const glanceMs = 1500
export const consoleMs = 10_000

/** @throws {Error} what the expression threw, in a line */
export async function evaluate(
  inspect: Inspect,
  text: string,
  { frame, mayChange = true, timeoutMs = consoleMs }: EvaluateOptions = {},
): Promise<Runtime.RemoteObject> {
  const expression = isExpression(text) ? `(${readExpression(text)})` : stripTypes(text)
  const common = {
    expression,
    silent: true,
    generatePreview: true,
    throwOnSideEffect: !mayChange,
    timeout: timeoutMs,
  }
  try {
    const { result, exceptionDetails } = frame
      ? await inspect<Debugger.EvaluateOnCallFrameReturnType>('Debugger.evaluateOnCallFrame', {
          ...common,
          callFrameId: frame.callFrameId,
        })
      : await inspect<Runtime.EvaluateReturnType>('Runtime.evaluate', common)
    if (exceptionDetails) throw new Error(exceptionText(exceptionDetails))
    return result
  } catch (error) {
    if (!/Execution was terminated/.test((error as Error).message)) throw error
    throw new Error(`Stopped: it took more than ${timeoutMs / 1000} seconds.`, { cause: error })
  }
}
