/** Writes rows that live in memory to a file. The file appears when it is complete, and replaces an older one. */
import { randomUUID } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import type { Value } from '../../../catalog/columns/database.ts'
import { isTime, numberOf } from '../query/values.ts'
import { maxFullText, toColumnCell } from './cells.ts'
import { line } from './service.ts'
import { createPause, type Work } from './source.ts'
import { scalarOf, type ColumnHead } from './view.ts'

export interface SaveRows {
  readonly columns: readonly ColumnHead[]
  readonly rows: Iterable<readonly unknown[]>
  readonly nRows: number
  readonly format: 'csv' | 'parquet'
  /** Absolute. */
  readonly path: string
}

const batchRows = 5000

export async function saveRows(request: SaveRows, work: Work): Promise<void> {
  if (request.format === 'parquet') await saveParquet(request)
  else await saveCsv(request, work)
}

async function saveCsv({ columns, rows, nRows, path }: SaveRows, work: Work): Promise<void> {
  const partial = `${path}.${randomUUID()}.part`
  const pause = createPause(work)
  try {
    const file = await open(partial, 'w')
    try {
      let lines = [
        line(
          columns.map(({ name }) => name),
          'csv',
        ),
      ]
      let nDone = 0
      for (const row of rows) {
        lines.push(
          line(
            row.map((value, i) => toColumnCell(value, columns[i]!.type, maxFullText)),
            'csv',
          ),
        )
        nDone += 1
        if (lines.length < batchRows) continue
        await file.write(`${lines.join('\n')}\n`)
        lines = []
        work.onProgress(nDone / nRows)
        await pause()
      }
      await file.write(lines.length > 0 ? `${lines.join('\n')}\n` : '')
    } finally {
      await file.close()
    }
    await rename(partial, path)
  } finally {
    await rm(partial, { force: true })
  }
}

/** Through the database, which knows the format. */
async function saveParquet({ columns, rows, path }: SaveRows): Promise<void> {
  const { writeRows } = await import('../../tables/parquet.ts')
  const named = uniqueNames(columns.map(({ name }) => name || 'index'))
  const declared = columns.map(({ type }, i) => ({ name: named[i]!, sqlType: sqlTypes[type] ?? 'VARCHAR' }))
  function* values(): Generator<Value[]> {
    for (const row of rows) yield row.map((value, i) => sqlValue(value, columns[i]!.type))
  }
  await writeRows(declared, values(), { path })
}

const sqlTypes: Readonly<Record<string, string>> = {
  bool: 'BOOLEAN',
  int: 'BIGINT',
  float: 'DOUBLE',
  decimal: 'DOUBLE',
  timestamp: 'TIMESTAMP',
  date: 'DATE',
}

function sqlValue(value: unknown, type: string): Value {
  const scalar = scalarOf(value, type)
  if (scalar === null) return null
  if (isTime(type)) return typeof scalar === 'number' && !Number.isNaN(scalar) ? new Date(scalar) : null
  if (type === 'int' && typeof scalar === 'number' && !Number.isInteger(scalar)) return null
  if (type === 'decimal') return Number(numberOf(String(scalar)) ?? Number.NaN)
  return scalar
}

function uniqueNames(names: readonly string[]): string[] {
  const seen = new Set<string>()
  return names.map(name => {
    let unique = name
    for (let n = 2; seen.has(unique.toLowerCase()); n++) unique = `${name}_${n}`
    seen.add(unique.toLowerCase())
    return unique
  })
}
