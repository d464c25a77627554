/**
 * What a cell shows of a lazy table: its first rows at once, the number of rows and statistics of the columns as far
 * as they are there in a moment. What takes longer the grid asks for when it is shown.
 */
import { clearTimeout, setTimeout } from 'node:timers'
import type { ResultBatch } from '../../catalog/columns/database.ts'
import { currentSession } from '../session.ts'
import type { Table } from '../tables/table.ts'
import type { MimeBundle, TableMessage } from './messages.ts'
import { firstPage, maxColumns, pageRows, tableBundle, viewMessage } from './table/bundle.ts'
import { toColumnCell } from './table/cells.ts'
import { databaseSource, headOf } from './table/database.ts'
import { offeredTable, offerTable } from './table/registry.ts'
import type { SourceStatistics, TableSource, Work } from './table/source.ts'
import { typeOf } from './table/sql-query.ts'

/** Statistics of more rows come after the first paint: a large table opens as fast as a small one. */
const promptRows = 100_000

/** How long the first paint may wait for the number of rows, and for statistics of no more than `promptRows`. */
const patienceMs = { count: 50, statistics: 400 }

/** The bundle of a table. */
export async function displayTable(table: Table): Promise<MimeBundle> {
  const page = await table.page(pageRows)
  const handle = offerTable(table, { nCells: 0, createSource })
  const message =
    page.rows.length < pageRows
      ? completeMessage(page)
      : await openMessage(
          table,
          page,
          (handle === undefined ? undefined : offeredTable(handle)) ?? createSource(table),
        )
  return tableBundle({ ...message, ...(handle === undefined ? {} : { handle }) })
}

function createSource(table: Table): TableSource {
  const { database } = currentSession()
  return databaseSource({ database, sql: table.toSql(), isScan: table.isScan })
}

const headsOf = (page: ResultBatch) =>
  page.columns.map(({ name, sqlType }) => ({ name, sqlType, type: typeOf(sqlType), detail: sqlType }))

/** Of a table whose rows are all here. */
function completeMessage(page: ResultBatch): TableMessage {
  const columns = headsOf(page).map((head, i) => ({
    ...headOf(head),
    value: (row: number) => page.rows[row]?.[i],
  }))
  return viewMessage({ columns, nRows: page.rows.length })
}

async function openMessage(table: Table, page: ResultBatch, source: TableSource): Promise<TableMessage> {
  const heads = headsOf(page).slice(0, maxColumns)
  const places = heads.map((_, i) => i)
  const query = {}
  const started = (signal: AbortSignal): Work => ({ signal, onProgress: () => undefined, abandons: true })
  const nRows = await withPatience(patienceMs.count, signal => countRows(table, started(signal)))
  const isPrompt = nRows !== undefined && nRows <= promptRows
  const looked = isPrompt
    ? await withPatience(patienceMs.statistics, async signal => {
        const statistics = await source.statistics({ query, columns: places }, started(signal))
        // A query that is run again may give its rows in another order: these are in the order of later pages.
        const all = { query, columns: places, offset: 0, limit: pageRows }
        const { rows } = await source.rows(all, started(signal))
        return { statistics, rows }
      })
    : undefined
  const cells = looked?.rows ?? page.rows.map(row => heads.map(({ type }, i) => toColumnCell(row[i], type)))
  return messageOf({ page, cells: firstPage(cells), nRows, statistics: looked?.statistics })
}

async function countRows(table: Table, work: Work): Promise<number> {
  const { database } = currentSession()
  const { rows } = await database.all({ sql: `select count(*) from (${table.toSql()}\n)` }, work)
  return Number(rows[0]?.[0])
}

interface MessageParts {
  readonly page: ResultBatch
  readonly cells: TableMessage['rows']
  readonly nRows: number | undefined
  readonly statistics: SourceStatistics | undefined
}

function messageOf({ page, cells, nRows, statistics }: MessageParts): TableMessage {
  return {
    columns: statistics?.columns ?? headsOf(page).slice(0, maxColumns).map(headOf),
    rows: cells,
    nRows: nRows ?? page.rows.length,
    ...(nRows === undefined ? { counted: false } : {}),
    nColumns: page.columns.length,
    truncated: true,
    statisticsRows: statistics?.statisticsRows ?? 0,
  }
}

/** What work gives in good time; else it is ended. */
async function withPatience<Result>(
  limitMs: number,
  start: (signal: AbortSignal) => Promise<Result>,
): Promise<Result | undefined> {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(new Error('This takes longer.')), limitMs)
  const ended = new Promise<undefined>(resolve =>
    late.signal.addEventListener('abort', () => resolve(undefined), { once: true }),
  )
  try {
    const work = start(late.signal).catch(error => {
      if (late.signal.aborted) return undefined
      throw error
    })
    return await Promise.race([work, ended])
  } finally {
    clearTimeout(timer)
  }
}
