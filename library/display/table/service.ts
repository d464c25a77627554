/** Answers what grids ask over comms of the target `slipway.table` (`TableRequest`, `TableReply`). */
import { clearTimeout, setTimeout } from 'node:timers'
import type { Cell, TableQuery, TableReply, TableRequest } from '../messages.ts'
import { maxFullText } from './cells.ts'
import { offeredTable } from './registry.ts'
import type { TableSource, Work } from './source.ts'

/** What the service uses of a comm (kernel/display/api.ts). */
export interface TableComm {
  send(data: Readonly<Record<string, unknown>>): void
  onMessage(handle: (data: Readonly<Record<string, unknown>>) => void): void
  onClose(handle: () => void): void
}

const maxPageRows = 1000
const defaultColumns = 200
const maxCopyCells = 2_000_000
const maxCopyLength = 50_000_000
const progressMs = 100
const aliveMs = 700

/** Answers a front end about one table, until it closes the comm. */
export function serveTable(comm: TableComm, data: Readonly<Record<string, unknown>>): void {
  const open = new Map<number, AbortController>()
  const end = (request: number): void => open.get(request)?.abort(new Error('The request was taken back.'))
  comm.onClose(() => {
    for (const request of open.keys()) end(request)
  })
  comm.onMessage(message => {
    const asked = message as unknown as TableRequest
    if (asked.kind === 'cancel') return end(asked.request)
    const ending = new AbortController()
    open.set(asked.request, ending)
    // What takes long without knowing how far it is at least says that it is being done.
    const alive = setTimeout(() => {
      if (!ending.signal.aborted) comm.send({ request: asked.request, progress: 0 })
    }, aliveMs)
    void reply(asked, data['handle'], {
      signal: ending.signal,
      onProgress: throttled(progress => {
        if (!ending.signal.aborted) comm.send({ request: asked.request, progress })
      }),
    }).then(answer => {
      clearTimeout(alive)
      open.delete(asked.request)
      if (!ending.signal.aborted) comm.send(answer as unknown as Readonly<Record<string, unknown>>)
    })
  })
}

function throttled(report: (share: number) => void): (share: number) => void {
  let last = performance.now()
  return share => {
    if (performance.now() - last < progressMs) return
    last = performance.now()
    report(share)
  }
}

type Question = Exclude<TableRequest, { kind: 'cancel' }>

async function reply(asked: Question, handle: unknown, work: Work): Promise<TableReply> {
  const { request } = asked
  try {
    const source = offeredTable(handle)
    if (!source) return { request, error: gone }
    return { request, ...(await answer(asked, source, work)) } as TableReply
  } catch (error) {
    return { request, error: error instanceof Error ? error.message : String(error) }
  }
}

const gone =
  'This table is not in the kernel any more: the kernel was restarted, or the table was not kept in a variable. ' +
  'Run the cell again to see more of it.'

async function answer(asked: Question, source: TableSource, work: Work): Promise<object> {
  const query: TableQuery = { sort: asked.sort ?? [], filter: asked.filter ?? [], search: asked.search ?? '' }
  const columns = asked.columns ?? (await source.columns()).slice(0, defaultColumns).map((_, i) => i)
  switch (asked.kind) {
    case undefined:
    case 'rows': {
      const limit = Math.min(natural(asked.limit), maxPageRows)
      return await source.rows({ query, columns, offset: natural(asked.offset), limit }, work)
    }
    case 'statistics':
      return await source.statistics({ query, columns }, work)
    case 'value': {
      const page = {
        query,
        columns: [asked.column],
        offset: natural(asked.row),
        limit: 1,
        maxText: maxFullText,
      }
      const value = String((await source.rows(page, work)).rows[0]?.[0] ?? '')
      return { value, truncated: value.length > maxFullText }
    }
    case 'copy':
      return await copy({ ...asked, columns }, source, { query, work })
    case 'save': {
      const { format, path } = asked
      return { path, nRows: await source.save({ query, columns, format, path }, work) }
    }
  }
}

const natural = (value: number): number => Math.max(0, Math.trunc(Number(value) || 0))

async function copy(
  asked: Question & { kind: 'copy'; columns: readonly number[] },
  source: TableSource,
  { query, work }: { readonly query: TableQuery; readonly work: Work },
): Promise<object> {
  const { columns, format } = asked
  const wanted = natural(asked.limit)
  const limit = Math.min(wanted, Math.max(1, Math.floor(maxCopyCells / Math.max(1, columns.length))))
  const lines: string[] = []
  if (asked.header) {
    const heads = await source.columns()
    lines.push(
      line(
        columns.map(place => heads[place]?.name ?? ''),
        format,
      ),
    )
  }
  let length = 0
  let nRows = 0
  let total = Infinity
  while (nRows < Math.min(limit, total) && length < maxCopyLength) {
    const page = {
      query,
      columns,
      offset: natural(asked.offset) + nRows,
      limit: Math.min(10_000, limit - nRows),
      maxText: maxFullText,
    }
    const answered = await source.rows(page, work)
    total = answered.nRows - natural(asked.offset)
    if (answered.rows.length === 0) break
    for (const row of answered.rows) {
      const text = line(row, format)
      length += text.length
      lines.push(text)
    }
    nRows += answered.rows.length
    work.onProgress(nRows / Math.min(limit, total))
  }
  return { text: lines.join('\n'), nRows, truncated: nRows < Math.min(wanted, total) }
}

/** A line of a spreadsheet. Missing values are empty; text that would break the line is quoted. */
export function line(cells: readonly Cell[], format: 'tsv' | 'csv'): string {
  const separator = format === 'tsv' ? '\t' : ','
  return cells
    .map(cell => {
      if (cell === null) return ''
      const text = String(cell)
      // Empty text is quoted in CSV, where nothing stands for a missing value.
      const quoted = /["\n\r]/.test(text) || text.includes(separator) || (text === '' && format === 'csv')
      return quoted ? `"${text.replaceAll('"', '""')}"` : text
    })
    .join(separator)
}
