/** What is written beside a bar. Pure. */
import type { ProgressBar } from '../../library/display/messages.ts'
import { count, duration, short } from '../support/numbers.ts'

/** Whole percents, never more than is done; undefined when nobody knows of how many. */
export function percentOf({ done, total }: ProgressBar): number | undefined {
  if (total === undefined) return undefined
  return total > 0 ? Math.min(100, Math.floor((100 * done) / total)) : 100
}

/** `120 of 400 rows · 35 rows/s · 8.0 s left`. */
export function details(bar: ProgressBar): string {
  const { done, total, unit, rate, elapsedMs, remainingMs, message, state } = bar
  const named = unit === undefined ? '' : ` ${unit}`
  const parts: string[] = []
  if (state === 'failed') parts.push('failed')
  if (state === 'stopped') parts.push('stopped')
  if (message) parts.push(message)
  else if (total !== undefined && total > 1 && unit !== '%')
    parts.push(`${count(done)} of ${count(total)}${named}`)
  if (rate !== undefined && rate > 0)
    parts.push(
      rate >= 1
        ? `${short(Number(rate.toPrecision(2)))}${named || ''}/s`
        : `${(1 / rate).toPrecision(2)} s each`,
    )
  if (state === 'running' && remainingMs !== undefined) parts.push(`${duration(remainingMs)} left`)
  if (state !== 'running') parts.push(duration(elapsedMs))
  return parts.join(' · ')
}
