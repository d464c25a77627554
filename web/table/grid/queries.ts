/** What a grid asks for: rows that are sorted, filtered and searched, and the figures of what is left. */
import type { TableFilter, TableQuery, TableSort } from '../../../library/display/messages.ts'
import { select } from '../selection.ts'
import { createFormats, type GridContext } from './context.ts'

export interface Queries {
  setQuery(changes: Partial<TableQuery>): void
  /** Asks for the figures in the heads, of the rows that a query leaves. */
  refreshStatistics(query: TableQuery): void
  /** @param adds to the other keys, rather than in their place */
  sortBy(at: number, direction: 'ascending' | 'descending' | undefined, adds: boolean): void
  /** Ascending, descending, as it came. */
  cycleSort(at: number, adds: boolean): void
  setFilter(at: number, filter: TableFilter | undefined): void
  dispose(): void
}

export function createQueries(grid: GridContext): Queries {
  const { rows, link, table } = grid
  /** What was asked for last; the rows show it when they are here. */
  let wanted: TableQuery = {}
  let asking: AbortController | undefined

  const current = (): TableQuery => (rows.state.busy ? wanted : rows.state.query)

  function setQuery(changes: Partial<TableQuery>): void {
    wanted = { ...current(), ...changes }
    rows.setQuery(wanted)
    grid.top = 0
    grid.frame.scroller.scrollTop = 0
    const { row, column } = grid.selection.active
    grid.selection = select({ row: row < 0 ? -1 : 0, column })
    if ('filter' in changes || 'search' in changes) refreshStatistics(wanted)
    grid.schedule()
  }

  function refreshStatistics(query: TableQuery): void {
    if (!link || rows.state.limited !== undefined) return
    asking?.abort()
    const controller = new AbortController()
    asking = controller
    const places = grid.columns.map((_, i) => i)
    link.ask({ kind: 'statistics', ...query, columns: places }, { signal: controller.signal }).then(
      answer => {
        if (!('columns' in answer) || controller.signal.aborted) return
        grid.columns = answer.columns
        grid.nStatistics += 1
        grid.statisticsRows = answer.statisticsRows
        grid.formats = createFormats(answer.columns, table)
        grid.schedule()
      },
      () => undefined,
    )
  }

  function sortBy(at: number, direction: 'ascending' | 'descending' | undefined, adds: boolean): void {
    const { sort = [] } = current()
    const others = adds ? sort.filter(item => item.column !== at) : []
    const own: TableSort[] = direction ? [{ column: at, descending: direction === 'descending' }] : []
    setQuery({ sort: [...others, ...own] })
  }

  return {
    setQuery,
    refreshStatistics,
    sortBy,
    cycleSort(at, adds) {
      const found = current().sort?.find(item => item.column === at)
      sortBy(at, !found ? 'ascending' : found.descending ? undefined : 'descending', adds)
    },
    setFilter(at, filter) {
      const others = (current().filter ?? []).filter(item => item.column !== at)
      setQuery({ filter: filter ? [...others, filter] : others })
    },
    dispose: () => asking?.abort(),
  }
}
