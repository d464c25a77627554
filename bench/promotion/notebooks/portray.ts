/**
 * What a value is, in plain JSON that has nothing to do with the project's own codecs: what comparisons of the
 * benchmark rest on. Imported by cells of the running notebook, so it must not import anything of the project.
 */
import { writeFileSync } from 'node:fs'

/** Rows of a table that are looked at; `slipway run --json` shows as many. */
export const shownRows = 100

export interface TablePortrait {
  readonly kind: 'table'
  readonly columns: readonly string[]
  readonly nRows: number
  /** The first hundred. */
  readonly rows: readonly (readonly unknown[])[]
}

export interface ModelPortrait {
  readonly kind: 'model'
  readonly model: string
  readonly metrics: unknown
  readonly rows: unknown
}

export type Portrait = TablePortrait | ModelPortrait | { readonly kind: 'plain'; readonly value: unknown }

/** Writes `{name: portrait}` as JSON. */
export async function writePortraits(file: string, values: Readonly<Record<string, unknown>>): Promise<void> {
  const portraits: Record<string, Portrait> = {}
  for (const [name, value] of Object.entries(values)) portraits[name] = await portray(await value)
  writeFileSync(file, JSON.stringify(portraits))
}

type Any = Readonly<Record<string, unknown>>

async function portray(value: unknown): Promise<Portrait> {
  if (typeof value === 'object' && value !== null) {
    const found =
      (await portrayLazy(value)) ?? portrayArrow(value) ?? portrayFrame(value) ?? portrayModel(value)
    if (found) return found
  }
  return { kind: 'plain', value: plain(value) }
}

async function portrayLazy(value: object): Promise<Portrait | undefined> {
  const table = value as { columns?: unknown; rows?: unknown; toSql?: unknown }
  if (typeof table.rows !== 'function' || typeof table.toSql !== 'function') return undefined
  const { columns, rows, count } = value as {
    columns(): Promise<{ name: string }[]>
    rows(page: object): Promise<Any[]>
    count(): Promise<number>
  }
  const names = (await columns.call(value)).map(column => column.name)
  const objects = await rows.call(value, { limit: shownRows })
  return tablePortrait(
    names,
    await count.call(value),
    objects.map(row => names.map(name => row[name])),
  )
}

function portrayArrow(value: object): Portrait | undefined {
  const table = value as { schema?: { fields: { name: string; type: unknown }[] }; numRows?: number }
  if (!table.schema || table.numRows === undefined || !('batches' in value)) return undefined
  const { getChildAt } = value as unknown as { getChildAt(i: number): { get(row: number): unknown } }
  const isTime = table.schema.fields.map(({ type }) => /^(Timestamp|Date)/.test(String(type)))
  const rows = Array.from({ length: Math.min(shownRows, table.numRows) }, (_, row) =>
    isTime.map((time, i) => {
      const cell = getChildAt.call(value, i).get(row)
      return time && typeof cell === 'number' ? new Date(cell) : cell
    }),
  )
  return tablePortrait(
    table.schema.fields.map(field => field.name),
    table.numRows,
    rows,
  )
}

function portrayFrame(value: object): Portrait | undefined {
  if (!('$data' in value) || !Array.isArray((value as { columns?: unknown }).columns)) return undefined
  const { columns, values } = value as unknown as { columns: unknown[]; values: unknown[][] }
  return tablePortrait(columns.map(String), values.length, values.slice(0, shownRows))
}

function portrayModel(value: object): Portrait | undefined {
  const { card, score } = value as { card?: Any; score?: unknown }
  if (typeof score !== 'function' || !card || card['metrics'] === undefined) return undefined
  return { kind: 'model', model: String(card['model']), metrics: card['metrics'], rows: card['rows'] }
}

function tablePortrait(
  columns: readonly string[],
  nRows: number,
  rows: readonly (readonly unknown[])[],
): Portrait {
  return { kind: 'table', columns, nRows, rows: rows.map(row => row.map(cellOf)) }
}

/** A cell of a table: what no JSON number is counts as missing, times are ISO text. */
export function cellOf(value: unknown): unknown {
  if (value === null || value === undefined) return null
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Date) return value.toISOString()
  return value
}

/** JSON has neither of these; each becomes a text that no other value has. */
function plain(value: unknown): unknown {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : `#number ${Object.is(value, -0) ? '-0' : value}`
    case 'bigint':
      return `#bigint ${value}`
    case 'undefined':
      return '#undefined'
    case 'object':
      return value === null ? null : plainObject(value)
    case 'string':
    case 'boolean':
      return value
    default:
      return `#${typeof value}`
  }
}

function plainObject(value: object): unknown {
  if (Array.isArray(value)) return Array.from(value as unknown[], plain)
  if (value instanceof Date) return `#date ${Number.isNaN(value.getTime()) ? 'none' : value.toISOString()}`
  if (value instanceof Map) return ['#map', ...[...value].map(entry => entry.map(plain))]
  if (value instanceof Set) return ['#set', ...[...value].map(plain)]
  if (ArrayBuffer.isView(value))
    return `#bytes ${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')}`
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]))
}
