/**
 * The benchmark's own comparison: what the live session held against the document that `slipway run --json` prints,
 * read by docs/encoding.md and not by the project's code.
 */
import { cellOf, shownRows, type ModelPortrait, type Portrait, type TablePortrait } from './portray.ts'

/** |a − b| ≤ this · max(1, |a|, |b|), of numbers that are not whole: sums in another order. */
const relative = 1e-9
const most = 5

/** Where they differ; nothing when they are equal. */
export function differences(live: Portrait, document: unknown): readonly string[] {
  const found: string[] = []
  const note = (path: string, a: unknown, b: unknown) =>
    found.push(`${path}: ${short(a)} live, ${short(b)} by the pipeline`)
  if (live.kind === 'plain') compare(live.value, plainOf(document), '$', note)
  else if (live.kind === 'model') compareModel(live, document as Any, note)
  else compareTable(live, document as Any, note)
  return found.slice(0, most)
}

type Any = Readonly<Record<string, unknown>>
type Note = (path: string, live: unknown, pipeline: unknown) => void

function compareModel(live: ModelPortrait, document: Any, note: Note): void {
  if (document?.['$slipway'] !== 'model') return note('$', 'a model', document)
  compare(live.model, document['model'], '$.model', note)
  compare(live.metrics, document['metrics'], '$.metrics', note)
  compare(live.rows, document['rows'], '$.rows', note)
}

function compareTable(live: TablePortrait, document: Any, note: Note): void {
  if (document?.['$slipway'] !== 'table') return note('$', 'a table', document)
  const columns = (document['columns'] as { name: string }[]).map(column => column.name)
  compare(live.columns, columns, '$.columns', note)
  compare(live.nRows, document['nRows'], '$.nRows', note)
  const rows = (document['rows'] as unknown[][]).map(row => row.map(cell => cellOf(timeOf(cell))))
  // Tables that are seen whole are compared whatever the order of their rows: a query without an order promises none.
  const isWhole = live.nRows <= shownRows
  const [a, b] = isWhole ? [sorted(live.rows), sorted(rows)] : [live.rows, rows]
  compare(a, b, '$.rows', note)
}

function sorted(rows: readonly (readonly unknown[])[]): readonly (readonly unknown[])[] {
  const keyOf = (row: readonly unknown[]) =>
    JSON.stringify(row.map(cell => (typeof cell === 'number' ? Number(cell.toPrecision(8)) : cell)))
  return rows
    .map(row => [keyOf(row), row] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, row]) => row)
}

/** Some writers of timestamps leave away the zone or the milliseconds. */
function timeOf(cell: unknown): unknown {
  if (typeof cell !== 'string' || !/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d/.test(cell)) return cell
  const time = new Date(/Z|[+-]\d\d:?\d\d$/.test(cell) ? cell : `${cell.replace(' ', 'T')}Z`)
  return Number.isNaN(time.getTime()) ? cell : time
}

/** docs/encoding.md to the texts of a portrait. */
function plainOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainOf)
  if (typeof value !== 'object' || value === null) return value
  const object = value as Any
  switch (object['$slipway']) {
    case undefined:
      return Object.fromEntries(Object.entries(object).map(([name, item]) => [name, plainOf(item)]))
    case 'number':
      return `#number ${String(object['value'])}`
    case 'bigint':
      return `#bigint ${String(object['value'])}`
    case 'undefined':
      return '#undefined'
    case 'date':
      return `#date ${object['value'] === null ? 'none' : String(object['value'])}`
    case 'map':
      return ['#map', ...(object['entries'] as unknown[][]).map(entry => entry.map(plainOf))]
    case 'set':
      return ['#set', ...(object['values'] as unknown[]).map(plainOf)]
    case 'bytes':
      return `#bytes ${String(object['base64'] ?? object['value'])}`
    default:
      return value
  }
}

function compare(a: unknown, b: unknown, path: string, note: Note): void {
  if (Object.is(a, b)) return
  if (typeof a === 'number' && typeof b === 'number') {
    const areWhole = Number.isSafeInteger(a) && Number.isSafeInteger(b)
    const allowed = areWhole ? 0 : relative * Math.max(1, Math.abs(a), Math.abs(b))
    if (!(Math.abs(a - b) <= allowed)) note(path, a, b)
    return
  }
  const areBranches = typeof a === 'object' && typeof b === 'object' && a !== null && b !== null
  if (!areBranches || Array.isArray(a) !== Array.isArray(b)) return note(path, a, b)
  const [left, right] = [a as Any, b as Any]
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)]))
    compare(left[key], right[key], `${path}.${key}`, note)
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}
