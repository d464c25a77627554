/** Answers for a table in memory. What was filtered and sorted last is kept, so that paging costs nothing. */
import type { Cell, TableQuery } from '../messages.ts'
import { toColumnCell } from './cells.ts'
import { columnAt, filterView, sortView } from './order.ts'
import { createPause, type TableSource, type Work } from './source.ts'
import { columnStatistics, samplePlaces } from './statistics.ts'
import type { TableView } from './view.ts'

/** The places of a query's rows; undefined for all in the table's order. */
type Places = Uint32Array | undefined

export function memorySource(view: TableView): TableSource {
  const filtered = keepLast<Places>()
  const sorted = keepLast<Places>()

  const filter = ({ filter = [], search = '' }: TableQuery, work: Work): Promise<Places> =>
    filtered(JSON.stringify([filter, search]), work, shared => filterView(view, { filter, search }, shared))

  async function places(query: TableQuery, work: Work): Promise<Places> {
    const { sort = [] } = query
    if (sort.length === 0) return await filter(query, work)
    return await sorted(
      JSON.stringify([query.filter ?? [], query.search ?? '', sort]),
      work,
      async shared => {
        const found = await filter(query, shared)
        return await sortView(view, found ?? allPlaces(view.nRows), { sort, work: shared })
      },
    )
  }

  function* rowsOf(found: Places, columns: readonly number[], range: { from: number; until: number }) {
    const chosen = columns.map(place => columnAt(view, place))
    for (let i = range.from; i < range.until; i++) {
      const row = found ? found[i]! : i
      yield chosen.map(column => column.value(row))
    }
  }

  return {
    columns: () => Promise.resolve(view.columns.map(head)),
    async rows({ query, offset, limit, columns, maxText }, work) {
      const found = await places(query, work)
      const nRows = found?.length ?? view.nRows
      const range = { from: Math.min(offset, nRows), until: Math.min(offset + limit, nRows) }
      const pause = createPause(work)
      const rows: Cell[][] = []
      for (const values of rowsOf(found, columns, range)) {
        rows.push(values.map((value, i) => toColumnCell(value, view.columns[columns[i]!]!.type, maxText)))
        if (rows.length % 1000 === 0) await pause()
      }
      return { rows, nRows }
    },
    async statistics({ query, columns }, work) {
      const found = await filter(query, work)
      const nRows = found?.length ?? view.nRows
      const sample = samplePlaces(nRows, columns.length)
      const sampled = found ? sample.map(place => found[place]!) : sample
      const pause = createPause(work)
      const described = []
      for (const place of columns) {
        const column = columnAt(view, place)
        described.push({ ...head(column), ...columnStatistics(column, sampled) })
        await pause()
      }
      return { columns: described, statisticsRows: sample.length, nRows }
    },
    async save({ query, columns, format, path }, work) {
      const found = await places(query, work)
      const nRows = found?.length ?? view.nRows
      const { saveRows } = await import('./save.ts')
      const heads = columns.map(place => head(columnAt(view, place)))
      const rows = rowsOf(found, columns, { from: 0, until: nRows })
      await saveRows({ columns: heads, rows, nRows, format, path }, work)
      return nRows
    },
  }
}

const head = ({ name, type, detail, isLabel }: TableView['columns'][number]) => ({
  name,
  type,
  ...(detail === undefined ? {} : { detail }),
  ...(isLabel ? { isLabel } : {}),
})

function allPlaces(n: number): Uint32Array {
  const places = new Uint32Array(n)
  for (let i = 0; i < n; i++) places[i] = i
  return places
}

interface Entry<Result> {
  readonly key: string
  readonly result: Promise<Result>
  readonly wanted: Set<AbortSignal>
  readonly ending: AbortController
}

/**
 * Keeps the newest result. Who asks for the same waits for the same work, which ends early only when nobody who
 * asked for it wants it any more.
 */
function keepLast<Result>() {
  let last: Entry<Result> | undefined
  const forget = (entry: Entry<Result>): void => {
    if (last === entry) last = undefined
  }
  const begin = (key: string, work: Work, compute: (work: Work) => Promise<Result>): Entry<Result> => {
    const ending = new AbortController()
    const result = compute({ signal: ending.signal, onProgress: share => work.onProgress(share) })
    const entry = { key, result, wanted: new Set<AbortSignal>(), ending }
    result.catch(() => forget(entry))
    return entry
  }
  return (key: string, work: Work, compute: (work: Work) => Promise<Result>): Promise<Result> => {
    const entry = last?.key === key ? last : begin(key, work, compute)
    last = entry
    entry.wanted.add(work.signal)
    const leave = (): void => {
      entry.wanted.delete(work.signal)
      if (entry.wanted.size > 0) return
      forget(entry)
      entry.ending.abort(work.signal.reason)
    }
    work.signal.addEventListener('abort', leave, { once: true })
    const settled = () => work.signal.removeEventListener('abort', leave)
    entry.result.then(settled, settled)
    return entry.result
  }
}
