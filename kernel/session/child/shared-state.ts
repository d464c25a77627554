/**
 * What user code's thread and the one that interrupts it share, by the names of `places`. Interrupts and runs have
 * numbers that grow; 0 is none.
 */
export const places = {
  /** Of the last interrupt that was asked for, and of the last that the user thread has handled. */
  asked: 0,
  handled: 1,
  /** Of the run that began last. */
  begun: 2,
  /** 1 while the user thread stands still until it is terminated. */
  standing: 3,
  /** Another number whenever the user thread has something to say to the control thread, which sleeps on it. */
  bell: 4,
  /** 1 while the user thread waits for input. */
  input: 5,
  /** Odd while the user thread waits for a process (`execSync`), another number each time; and the run for which it does. */
  waits: 6,
  waitingRun: 7,
} as const

export const createSharedState = (): Int32Array =>
  new Int32Array(new SharedArrayBuffer(4 * Object.keys(places).length))
