/** Progress in words and as MIME bundles. Pure. */
import { escapeHtml } from '../display/html.ts'
import { progressMime, type MimeBundle, type ProgressBar, type ProgressMessage } from '../display/messages.ts'

/** One piece of work, as far as it is. */
export interface BarState {
  readonly label: string
  readonly done: number
  /** Undefined when nobody knows. */
  readonly total?: number | undefined
  /** What is counted, e.g. `rows`; undefined for shares, whose numbers say nothing. */
  readonly unit?: string | undefined
  /** Whether items a second and the time left are told. */
  readonly timed?: boolean
  readonly message?: string | undefined
  readonly elapsedMs: number
  readonly state: ProgressBar['state']
}

/** The time left is told when this much is over: before, it would jump. */
const settledMs = 500
const barLength = 20

/** Whole percents, never more than is done; undefined when nobody knows of how many. */
export function percentOf({ done, total }: Pick<BarState, 'done' | 'total'>): number | undefined {
  if (total === undefined) return undefined
  return total > 0 ? Math.min(100, Math.floor((100 * done) / total)) : 100
}

/** `120 of 400 rows · 35 rows/s · 8.0 s left`. */
export function detailsOf(bar: BarState): string {
  const { done, total, unit, message, state, elapsedMs, timed = true } = bar
  const named = unit ? ` ${unit}` : ''
  const rate = timed && elapsedMs >= settledMs && done > 0 ? (1000 * done) / elapsedMs : undefined
  const isRunning = state === 'running'
  return [
    state === 'failed' || state === 'stopped' ? state : '',
    message ?? '',
    unit !== undefined && total !== undefined ? `${count(done)} of ${count(total)}${named}` : '',
    rate === undefined ? '' : rateText(rate, named),
    isRunning && rate !== undefined && total !== undefined
      ? `${duration((1000 * (total - done)) / rate)} left`
      : '',
    isRunning ? '' : duration(elapsedMs),
  ]
    .filter(part => part !== '')
    .join(' · ')
}

/** How much is done of work whose size nobody knows; nothing where nothing was counted. */
function countedText({ done, unit, state }: BarState): string {
  return done === 0 && state !== 'running' ? '' : count(done) + (unit ? ` ${unit}` : '')
}

/** A line of text: `Adding 45 % ▕█████████           ▏ 45 of 100 · 8.0 s left`. */
export function lineOf(bar: BarState): string {
  const percent = percentOf(bar)
  const details = detailsOf(bar)
  if (percent === undefined) return [bar.label, countedText(bar), details].filter(Boolean).join('  ')
  const full = Math.round((percent * barLength) / 100)
  return `${bar.label} ${String(percent).padStart(3)} % ▕${'█'.repeat(full).padEnd(barLength)}▏ ${details}`.trimEnd()
}

/** What every client can show of the bars; the outer ones first. */
export function boardBundle(bars: readonly BarState[]): MimeBundle {
  const message: ProgressMessage = { bars: bars.map(messageBar) }
  return {
    [progressMime]: message,
    'text/html': bars.map(htmlBar).join(''),
    'text/plain': bars.map((bar, depth) => '  '.repeat(depth) + lineOf(bar)).join('\n'),
  }
}

function messageBar(bar: BarState): ProgressBar {
  const { label, done, total, state } = bar
  const percent = percentOf(bar)
  const text = [percent === undefined ? countedText(bar) : `${percent} %`, detailsOf(bar)]
  return {
    label,
    done,
    ...(total === undefined ? {} : { total }),
    state,
    share: text[0]!,
    details: text[1]!,
  }
}

function htmlBar(bar: BarState, depth: number): string {
  const { label, done, total, state } = bar
  const { share, details } = messageBar(bar)
  const value =
    total === undefined
      ? state === 'running'
        ? ''
        : ' value="1" max="1"'
      : ` value="${done}" max="${total}"`
  return (
    `<div style="margin-left:${depth}em">${escapeHtml(label)} ` +
    `<progress${value} aria-label="${escapeHtml(label)}"></progress> ${escapeHtml(`${share} ${details}`)}</div>`
  )
}

function rateText(rate: number, named: string): string {
  if (rate < 1) return `${Number((1 / rate).toPrecision(2))} s each`
  return `${count(rate < 10 ? Number(rate.toFixed(1)) : Math.round(rate))}${named}/s`
}

function count(value: number): string {
  return value.toLocaleString('en')
}

/** `840 ms`, `12.4 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`
}
