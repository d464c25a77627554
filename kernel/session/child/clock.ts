/** How long a piece of a cell takes: on the clock on the wall, and of the processor. */
import { sendEvent } from './events.ts'

/** Cells may replace globals. */
const now = performance.now.bind(performance)

/** Runs it, awaits also a promise that is its value, and says how long that took. */
export async function timed(
  start: () => Promise<[unknown] | undefined>,
  run: string,
): Promise<[unknown] | undefined> {
  const cpu = process.cpuUsage()
  const startedMs = now()
  try {
    const value = await start()
    return value && [await value[0]]
  } finally {
    const tookMs = now() - startedMs
    const { user, system } = process.cpuUsage(cpu)
    const parts = `user ${duration(user / 1000)}, system ${duration(system / 1000)}`
    const text = `wall ${duration(tookMs)}, CPU ${duration((user + system) / 1000)} (${parts})\n`
    sendEvent({ type: 'stream', run, name: 'stdout', text })
  }
}

/** `312 µs`, `4.21 ms`, `1.3 s`, `2 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 1) return `${Math.round(ms * 1000)} µs`
  if (ms < 1000) return `${Number(ms.toPrecision(3))} ms`
  if (ms < 60_000) return `${Number((ms / 1000).toPrecision(3))} s`
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
