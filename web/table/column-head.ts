/** The head of a column: name, type, share of missing values, and what its values look like. */
import type { TableColumn } from '../../library/display/messages.ts'
import { h, svg } from '../support/dom.ts'
import { count, percent, short } from '../support/numbers.ts'

const width = 96
const height = 26

export function isNumeric(column: TableColumn): boolean {
  return /^(int|float|u?(tiny|small|big|huge)int|integer|double|decimal)/.test(column.type)
}

/** `float · 3.2 % null`. */
export function describeType(column: TableColumn, statisticsRows: number): string {
  const missing = column.nNull ?? 0
  if (missing === 0 || statisticsRows === 0) return column.type
  return `${column.type} · ${percent(missing / statisticsRows)} null`
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
  const label = (value: number): string =>
    column.type.startsWith('timestamp') || column.type === 'date'
      ? new Date(value).toISOString().slice(0, 16).replace('T', ' ')
      : short(Number(value.toPrecision(4)))
  const bars = counts.map((n, i) => {
    const size = n === 0 ? 0 : Math.max(1, (n / highest) * height)
    const from = min + ((max - min) * i) / counts.length
    const until = min + ((max - min) * (i + 1)) / counts.length
    const place = { x: i * step, y: height - size, width: Math.max(1, step - 1), height: size }
    return svg('rect', place, svg('title', {}, `${label(from)} – ${label(until)}: ${count(n)}`))
  })
  const text = `Histogram of ${column.name} from ${label(min)} to ${label(max)}`
  return svg(
    'svg',
    { class: 'spark', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': text },
    ...bars,
  )
}

function topValues(top: NonNullable<TableColumn['top']>, rows: number): Element {
  const lines = top.slice(0, 2).map(({ value, count: n }) => {
    const share = rows === 0 ? 0 : n / rows
    const bar = h('u')
    bar.style.width = `${share * 100}%`
    return h('span', { title: `${value}: ${count(n)}` }, bar, h('b', {}, value), h('i', {}, percent(share)))
  })
  return h('span', { class: 'top' }, ...lines)
}
