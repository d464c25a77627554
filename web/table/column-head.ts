/** The head of a column: name, type, share of missing values, and what its values look like. */
import type { TableColumn } from '../../library/display/messages.ts'
import { timeText } from '../../library/display/query/values.ts'
import { h, svg } from '../support/dom.ts'
import { count, percent, short } from '../support/numbers.ts'

const width = 96
const height = 24

/** Numbers stand at the right. */
export function isNumeric(column: TableColumn): boolean {
  return /^(int|float|decimal|u?(tiny|small|big|huge)int|integer|double)/.test(column.type)
}

/** `float · 3.2 % null`. */
export function describeType(column: TableColumn, statisticsRows: number): string {
  const missing = column.nNull ?? 0
  if (missing === 0 || statisticsRows === 0) return column.type
  return `${column.type} · ${percent(missing / statisticsRows)} null`
}

const isTime = ({ type }: TableColumn): boolean => type === 'timestamp' || type === 'date'

function figure(column: TableColumn, value: number): string {
  return isTime(column) ? timeText(Math.round(value), column.type) : short(value)
}

/** What is known of the column's values, as name and text, for people who want the figures. */
export function facts(column: TableColumn, statisticsRows: number): readonly (readonly [string, string])[] {
  const { nNull, nDistinct, histogram, mean, std, quantiles, top } = column
  const share = (n: number) => `${count(n)} (${percent(n / statisticsRows)})`
  const range = histogram && ([['Minimum', figure(column, histogram.min)], ['Maximum', figure(column, histogram.max)]] as const) // prettier-ignore
  const names = ['5 %', '25 %', 'Median', '75 %', '95 %']
  return [
    [
      'Type',
      column.detail && column.detail !== column.type ? `${column.type} (${column.detail})` : column.type,
    ],
    ...(statisticsRows === 0 ? [] : [['Rows looked at', count(statisticsRows)] as const]),
    ...(nNull === undefined || statisticsRows === 0 ? [] : [['Null', share(nNull)] as const]),
    ...(nDistinct === undefined ? [] : [['Different values', `about ${count(nDistinct)}`] as const]),
    ...(range ?? []),
    ...(mean === undefined ? [] : [['Mean', figure(column, mean)] as const]),
    ...(std === undefined || isTime(column) ? [] : [['Standard deviation', short(std)] as const]),
    ...(quantiles ?? []).map((value, i) => [names[i] ?? '', figure(column, value)] as const),
    ...(top ?? [])
      .slice(0, 5)
      .map(({ value, count: n }) => [value === '' ? '(empty text)' : value, share(n)] as const),
  ]
}

/** A histogram for numbers and times, the two most frequent values for text. */
export function summary(column: TableColumn, statisticsRows: number): Element {
  if (column.histogram?.counts.length) return histogram(column, column.histogram)
  if (column.top?.length) return topValues(column.top, statisticsRows)
  return h('span', { class: 'none' })
}

function histogram(
  column: TableColumn,
  { min, max, counts }: NonNullable<TableColumn['histogram']>,
): SVGElement {
  const highest = Math.max(...counts, 1)
  const step = width / counts.length
  const bars = counts.map((n, i) => {
    const size = n === 0 ? 0 : Math.max(1, (n / highest) * height)
    const from = min + ((max - min) * i) / counts.length
    const until = min + ((max - min) * (i + 1)) / counts.length
    const place = { x: i * step, y: height - size, width: Math.max(1, step - 1), height: size }
    // The whole height answers to the mouse, also over a low bar.
    const hit = svg('rect', { class: 'hit', x: i * step, y: 0, width: step, height })
    const title = svg('title', {}, `${figure(column, from)} – ${figure(column, until)}: ${count(n)}`)
    return svg('g', {}, svg('rect', place), hit, title)
  })
  const text = `Histogram of ${column.name} from ${figure(column, min)} to ${figure(column, max)}`
  const attributes = {
    class: 'spark',
    viewBox: `0 0 ${width} ${height}`,
    role: 'img',
    'aria-label': text,
    preserveAspectRatio: 'none',
  }
  return svg('svg', attributes, ...bars)
}

function topValues(top: NonNullable<TableColumn['top']>, rows: number): Element {
  const lines = top.slice(0, 2).map(({ value, count: n }) => {
    const share = rows === 0 ? 0 : n / rows
    const bar = h('u')
    bar.style.width = `${share * 100}%`
    const text = value === '' ? '(empty)' : value
    return h('span', { title: `${text}: ${count(n)}` }, bar, h('b', {}, text), h('i', {}, percent(share)))
  })
  return h('span', { class: 'top' }, ...lines)
}
