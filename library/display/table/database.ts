/**
 * Answers for a lazy table: every page is a query.
 *
 * A query that is more than the scan of a file may give its rows in another order each time and be slow each time,
 * so its result is kept in a table of the database, and so is a sorted result that somebody scrolls down in. There
 * are few such tables at a time, the oldest is dropped.
 */
import { randomUUID } from 'node:crypto'
import type { Database, ResultBatch } from '../../../catalog/columns/database.ts'
import { computeTableStatistics, type ColumnStatistics } from '../../../catalog/columns/statistics.ts'
import { quoteName } from '../../../engine/sql/text.ts'
import type { TableColumn, TableQuery } from '../messages.ts'
import { cut, toColumnCell } from './cells.ts'
import type { TableSource, Work } from './source.ts'
import { inner, innerNames, orderText, typeOf, whereText, type SqlColumn } from './sql-query.ts'

export interface DatabaseTable {
  readonly database: Database
  /** SQL text without parameters. */
  readonly sql: string
  readonly isScan: boolean
}

/** The first rows in some order are found without sorting all; below this a sorted table is kept. */
const maxDirectRows = 2000
/** Results of more cells are computed anew for each page. */
const maxKeptCells = 200_000_000
const maxKeptTables = 4

/** SQL text of a relation whose columns are c0, c1 …, and of what numbers its rows, if anything does. */
interface Relation {
  readonly text: string
  readonly rowNumber?: string
}

export function databaseSource(table: DatabaseTable): TableSource {
  const { database } = table
  let columns: Promise<readonly SqlColumn[]> | undefined
  const results = keptResults(database)

  const columnsOf = () => (columns ??= readColumns(table))

  async function base(work: Work): Promise<Relation> {
    const heads = await columnsOf()
    const text = `(${table.sql}\n) t(${innerNames(heads)})`
    if (table.isScan || heads.length === 0) return { text }
    const kept = await results.keep('base', `select * from ${text}`, { nColumns: heads.length, work })
    return kept === undefined ? { text } : { text: kept, rowNumber: 'rowid' }
  }

  /** The rows a query leaves, in its order. */
  async function selection(query: TableQuery, work: Work): Promise<{ text: string; relation: Relation }> {
    const heads = await columnsOf()
    const relation = await base(work)
    const order = orderText(heads, query)
    const numbered =
      order !== undefined && relation.rowNumber === undefined
        ? `(select *, row_number() over () as rowid from ${relation.text}) t`
        : relation.text
    const ordering = order === undefined ? relation.rowNumber : `${order}, rowid`
    const text = `from ${numbered} ${whereText(heads, query)} ${ordering === undefined ? '' : `order by ${ordering}`}`
    return { text, relation }
  }

  async function count(query: TableQuery, work: Work): Promise<number> {
    const heads = await columnsOf()
    const { text } = await base(work)
    const key = JSON.stringify([query.filter, query.search])
    return await results.count(key, `select count(*) from ${text} ${whereText(heads, query)}`, work)
  }

  async function page(query: TableQuery, range: Range, work: Work): Promise<ResultBatch> {
    const heads = await columnsOf()
    const { text } = await selection(query, work)
    const chosen = range.columns.map(inner).join(', ') || '1'
    const isSorted = (query.sort?.length ?? 0) > 0
    if (isSorted && range.offset + range.limit > maxDirectRows) {
      const sql = `select ${innerNames(heads)} ${text}`
      const kept = await results.keep('sorted', sql, { nColumns: heads.length, work })
      if (kept !== undefined) {
        const until = range.offset + range.limit
        return await database.all(
          {
            sql: `select ${chosen} from ${kept} where rowid >= ${range.offset} and rowid < ${until} order by rowid`,
          },
          work,
        )
      }
    }
    const sql = `select ${chosen} ${text} limit ${range.limit} offset ${range.offset}`
    return await database.all({ sql }, work)
  }

  return {
    columns: columnsOf,
    async rows({ query, offset, limit, columns: places, maxText }, work) {
      const heads = await columnsOf()
      const asked = page(query, { columns: places, offset, limit }, work)
      const [batch, nRows] = await Promise.all([asked, count(query, work)])
      const types = places.map(place => heads[place]?.type ?? '')
      const rows = batch.rows.map(row => types.map((type, i) => toColumnCell(row[i], type, maxText)))
      return { rows, nRows }
    },
    async statistics({ query, columns: places }, work) {
      const heads = await columnsOf()
      const relation = await base(work)
      const chosen = places.map(place => ({ name: inner(place), sqlType: heads[place]!.sqlType }))
      const sql = `select ${chosen.map(({ name }) => name).join(', ') || '1'} from ${relation.text} ${whereText(heads, query)}`
      const isScan = table.isScan || relation.rowNumber !== undefined
      const {
        statisticsRows,
        nRows,
        columns: found,
      } = await computeTableStatistics(database, sql, chosen, {
        isScan,
        signal: work.signal,
      })
      const described = places.map((place, i) => ({ ...headOf(heads[place]!), ...statisticsOf(found[i]) }))
      return { columns: described, statisticsRows, nRows }
    },
    async save({ query, columns: places, format, path }, work) {
      const heads = await columnsOf()
      const { text } = await selection(query, work)
      const named = places.map(place => `${inner(place)} as ${quoteName(heads[place]!.name)}`)
      const { saveQuery } = await import('../../tables/parquet.ts')
      await saveQuery(`select ${named.join(', ')} ${text}`, { path, format, signal: work.signal })
      return await count(query, work)
    },
  }
}

interface Range {
  readonly columns: readonly number[]
  readonly offset: number
  readonly limit: number
}

async function readColumns({ database, sql }: DatabaseTable): Promise<readonly SqlColumn[]> {
  const { columns } = await database.all({ sql: `select * from (${sql}\n) limit 0` })
  return columns.map(({ name, sqlType }) => ({ name, sqlType, type: typeOf(sqlType), detail: sqlType }))
}

/** What a message says of a column beside its statistics. */
export function headOf({ name, type, detail }: SqlColumn): TableColumn {
  return { name, type, ...(detail === undefined ? {} : { detail: cut(detail, 200) }) }
}

const maxTopText = 80

/** The database's statistics as a message has them. */
export function statisticsOf(statistics: ColumnStatistics | undefined): Partial<TableColumn> {
  if (!statistics) return {}
  const { nNull, nDistinct, histogram, min, max, mean, std, quantiles, top } = statistics
  return {
    nNull,
    ...(nDistinct === undefined ? {} : { nDistinct }),
    ...(histogram && min !== undefined && max !== undefined
      ? { histogram: { min, max, counts: min === max ? [histogram[0] ?? 0] : histogram } }
      : {}),
    ...(mean === undefined ? {} : { mean }),
    ...(std === undefined ? {} : { std }),
    ...(quantiles === undefined ? {} : { quantiles }),
    ...(top ? { top: top.map(({ value, count }) => ({ value: cut(value, maxTopText), count })) } : {}),
  }
}

interface KeptTable {
  readonly drop: () => void
}

const keptKey = Symbol.for('slipway.keptTables')

/** Of this process, whatever copy of this code made them; the oldest first. */
const allKept = (): KeptTable[] => ((globalThis as { [keptKey]?: KeptTable[] })[keptKey] ??= [])

interface CreateOptions {
  readonly nColumns: number
  readonly name: string
  readonly drop: () => void
  readonly forget: () => void
  readonly signal: AbortSignal
}

interface KeepOptions {
  readonly nColumns: number
  readonly work: Work
}

interface KeptResult {
  readonly sql: string
  readonly name: Promise<string | undefined>
  readonly ending: AbortController
}

/** Results in tables of the database: per role the newest. */
function keptResults(database: Database) {
  const roles = new Map<string, KeptResult>()
  let counted: { key: string; nRows: Promise<number> } | undefined

  async function create(
    sql: string,
    { nColumns, drop, forget, name, signal }: CreateOptions,
  ): Promise<string | undefined> {
    const maxRows = Math.floor(maxKeptCells / nColumns)
    try {
      await database.all({ sql: `create table ${name} as ${sql} limit ${maxRows + 1}` }, { signal })
      const { rows } = await database.all({ sql: `select count(*) from ${name}` }, { signal })
      if (Number(rows[0]?.[0]) > maxRows) return void drop()
    } catch (error) {
      drop()
      throw error
    }
    const kept = allKept()
    kept.push({ drop: () => (forget(), drop()) })
    for (const old of kept.splice(0, Math.max(0, kept.length - maxKeptTables))) old.drop()
    return name
  }

  /** Begins to compute a result, in the place of the one that had the role. */
  function begin(role: string, sql: string, nColumns: number): KeptResult {
    const ending = new AbortController()
    roles.get(role)?.ending.abort(new Error('Something else was asked for.'))
    const name = quoteName(`slipway_grid_${randomUUID()}`)
    const forget = (): void => {
      if (roles.get(role) === entry) roles.delete(role)
    }
    const drop = (): void => void database.all({ sql: `drop table if exists ${name}` }).catch(() => undefined)
    const entry = { sql, name: create(sql, { nColumns, drop, forget, name, signal: ending.signal }), ending }
    entry.name.catch(forget)
    roles.set(role, entry)
    return entry
  }

  return {
    /**
     * The name of a table with the result; undefined when it is too large to be kept. Who no longer waits for it
     * leaves it to be completed, for the page that is asked for next.
     */
    async keep(role: string, sql: string, { nColumns, work }: KeepOptions): Promise<string | undefined> {
      const known = roles.get(role)
      const entry = known?.sql === sql ? known : begin(role, sql, nColumns)
      const left = Promise.withResolvers<never>()
      const leave = (): void => {
        left.reject(work.signal.reason)
        if (work.abandons) entry.ending.abort(work.signal.reason)
      }
      work.signal.addEventListener('abort', leave, { once: true })
      try {
        return await Promise.race([entry.name, left.promise])
      } finally {
        work.signal.removeEventListener('abort', leave)
      }
    },
    async count(key: string, sql: string, work: Work): Promise<number> {
      if (counted?.key !== key) {
        const nRows = database.all({ sql }, work).then(({ rows }) => Number(rows[0]?.[0]))
        const entry = { key, nRows }
        counted = entry
        nRows.catch(() => {
          if (counted === entry) counted = undefined
        })
      }
      return await counted.nRows
    },
  }
}
