/** V8's inspector on user code's thread, as the debugger sees it. */
import type { Bundle } from '../session/child-protocol.ts'

/** Gives a command. @throws {KernelError} KERNEL003, KERNEL010 */
export type Inspect = <Result = Bundle>(method: string, params?: object) => Promise<Result>

/** How a function of inside.ts is sent. */
export const asText = (body: (...args: never[]) => unknown) => `(${functionText(body)})`

/** A method of an object literal would lack its keyword; ours are all declared functions. */
export const functionText = (body: (...args: never[]) => unknown) => String(body)

/** The call of a function of inside.ts with values that JSON can say. */
export const callText = (body: (...args: never[]) => unknown, ...args: unknown[]) =>
  `${asText(body)}(${args.map(arg => JSON.stringify(arg)).join(', ')})`
