/**
 * The rows a grid shows: those of the message, or pages that the kernel is asked for when they are seen.
 *
 * Where nobody can answer, questions are answered from the rows of the message, and `limited` says so.
 */
import { queryRows } from '../../library/display/query/rows.ts'
import type { Cell, TableMessage, TableQuery } from '../../library/display/messages.ts'
import { type Link, LinkLost } from './link.ts'

export const blockRows = 100
const blockColumns = 40
const maxBlocks = 300

export type Busy = { readonly text: string; readonly share?: number } | undefined

export interface RowsState {
  readonly nRows: number
  /** False when there are at least `nRows`. */
  readonly counted: boolean
  readonly query: TableQuery
  readonly busy: Busy
  /** What went wrong with the last question. */
  readonly problem: string | undefined
  /** Why only the rows of the message can be seen; undefined when all can. */
  readonly limited: string | undefined
}

export interface Rows {
  readonly state: RowsState
  /** Undefined while it is not here. */
  cell(row: number, column: number): Cell | undefined
  /** Fetches what of a window is not here, and forgets what was asked for elsewhere. */
  want(window: { from: number; until: number; columns: readonly number[] }): void
  /** Shows other rows as soon as they are here; the present ones stay until then. */
  setQuery(query: TableQuery): void
  dispose(): void
}

interface Parts {
  readonly table: TableMessage
  readonly link: Link | undefined
  readonly onChange: () => void
}

interface Block {
  readonly rows: readonly (readonly Cell[])[]
  readonly firstColumn: number
}

const noKernel = 'Only the rows that were saved are here. Run the cell to see all of them.'

export function createRows({ table, link, onChange }: Parts): Rows {
  const isComplete = !table.truncated
  let state: RowsState = {
    nRows: isComplete || link ? table.nRows : table.rows.length,
    counted: table.counted ?? true,
    query: {},
    busy: undefined,
    problem: undefined,
    limited: isComplete || link ? undefined : noKernel,
  }
  /** Of the local rows: the places that the query leaves. */
  let places = table.rows.map((_, i) => i)
  let blocks = new Map<string, Block>()
  let open = new Map<string, AbortController>()
  let asking: AbortController | undefined
  // The message's first rows are those of the kernel's table, unless it was not counted yet.
  let isLocalPage = true

  const isLocal = (): boolean => isComplete || state.limited !== undefined
  const update = (changes: Partial<RowsState>): void => {
    state = { ...state, ...changes }
    onChange()
  }

  function lose(reason: string): void {
    for (const controller of open.values()) controller.abort()
    open = new Map()
    const limited = isComplete ? undefined : reason
    state = { ...state, limited, busy: undefined, counted: true }
    queryLocally(state.query)
  }

  function queryLocally(query: TableQuery): void {
    try {
      places = queryRows(table.rows, table.columns, query)
      update({ query, nRows: places.length, busy: undefined, problem: undefined })
    } catch (error) {
      update({ busy: undefined, problem: messageOf(error) })
    }
  }

  async function queryKernel(query: TableQuery): Promise<void> {
    asking?.abort()
    const controller = new AbortController()
    asking = controller
    update({ busy: { text: 'Asking the kernel…' }, problem: undefined })
    try {
      const columns = columnsOfGroup(0)
      const answer = await link!.ask(
        { ...query, offset: 0, limit: blockRows, columns },
        {
          signal: controller.signal,
          onProgress: share =>
            update({ busy: { text: query.sort?.length ? 'Sorting…' : 'Filtering…', share } }),
          onSilence: () => update({ busy: { text: 'Waiting for the running cell…' } }),
        },
      )
      if (!('rows' in answer)) return
      for (const other of open.values()) other.abort()
      open = new Map()
      blocks = new Map([[keyOf(0, 0), { rows: answer.rows, firstColumn: 0 }]])
      isLocalPage = false
      update({ query, nRows: answer.nRows, counted: true, busy: undefined })
    } catch (error) {
      if (controller.signal.aborted) return
      if (error instanceof LinkLost) {
        state = { ...state, query }
        lose(error.message)
      } else update({ busy: undefined, problem: messageOf(error) })
    } finally {
      if (asking === controller) asking = undefined
    }
  }

  const nColumns = Math.max(table.columns.length, 1)
  const columnsOfGroup = (group: number): number[] =>
    Array.from(
      { length: Math.min(blockColumns, nColumns - group * blockColumns) },
      (_, i) => group * blockColumns + i,
    )

  async function fetchBlock(key: string, block: number, group: number): Promise<void> {
    const controller = new AbortController()
    open.set(key, controller)
    try {
      const answer = await link!.ask(
        { ...state.query, offset: block * blockRows, limit: blockRows, columns: columnsOfGroup(group) },
        {
          signal: controller.signal,
          onSilence: () => update({ busy: { text: 'Waiting for the running cell…' } }),
        },
      )
      if (controller.signal.aborted || !('rows' in answer)) return
      blocks.set(key, { rows: answer.rows, firstColumn: group * blockColumns })
      for (const old of blocks.keys()) {
        if (blocks.size <= maxBlocks) break
        blocks.delete(old)
      }
      open.delete(key)
      update({
        nRows: answer.nRows,
        counted: true,
        ...(open.size === 0 && !asking ? { busy: undefined } : {}),
      })
    } catch (error) {
      open.delete(key)
      if (controller.signal.aborted) return
      if (error instanceof LinkLost) lose(error.message)
      else update({ problem: messageOf(error), busy: undefined })
    } finally {
      if (open.size === 0 && state.busy && !state.busy.share) update({ busy: undefined })
    }
  }

  return {
    get state() {
      return state
    },
    cell(row, column) {
      if (isLocal()) {
        const place = places[row]
        return place === undefined ? undefined : (table.rows[place]?.[column] ?? null)
      }
      if (isLocalPage && row < table.rows.length) return table.rows[row]?.[column] ?? null
      const group = Math.floor(column / blockColumns)
      const block = blocks.get(keyOf(Math.floor(row / blockRows), group))
      return block?.rows[row % blockRows]?.[column - block.firstColumn]
    },
    want({ from, until, columns }) {
      if (isLocal() || !link) return
      const wanted = new Set<string>()
      const groups = new Set(columns.map(column => Math.floor(column / blockColumns)))
      for (let block = Math.floor(from / blockRows); block * blockRows < until; block++)
        for (const group of groups) {
          if (isLocalPage && (block + 1) * blockRows <= table.rows.length) continue
          const key = keyOf(block, group)
          wanted.add(key)
          if (!blocks.has(key) && !open.has(key)) void fetchBlock(key, block, group)
        }
      for (const [key, controller] of open)
        if (!wanted.has(key)) {
          open.delete(key)
          controller.abort()
        }
    },
    setQuery(query) {
      if (isLocal()) queryLocally(query)
      else void queryKernel(query)
    },
    dispose() {
      asking?.abort()
      for (const controller of open.values()) controller.abort()
    },
  }
}

const keyOf = (block: number, group: number): string => `${block}:${group}`

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
