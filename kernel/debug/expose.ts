/** What the debugger finds inside the user process (inside.ts); nothing uses it before one is attached. */
export interface Exposed {
  /** The names of cells that stand before the globals. */
  readonly shadow: object
  /** How a value is shown, at once where it allows that. */
  bundle(value: unknown): unknown
}

/** Puts it beside what libraries find of the kernel. */
export function exposeToDebugger(exposed: Exposed): void {
  const hook = (globalThis as unknown as Record<symbol, object>)[Symbol.for('slipway.kernel')]!
  Object.defineProperty(hook, 'debug', { value: exposed, configurable: true })
}
