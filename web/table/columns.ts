/** The columns as a person has arranged them: order, width, hidden, pinned. Plain data and pure functions. */

export interface Arranged {
  /** Place in the table. */
  readonly column: number
  readonly width: number
  readonly hidden: boolean
  readonly pinned: boolean
}

export type Arrangement = readonly Arranged[]

export const minWidth = 48
export const maxWidth = 1200

/** A column that is drawn, and where. */
export interface Placed {
  readonly column: number
  readonly width: number
  readonly pinned: boolean
  /** From the left edge of its part: the pinned columns or the others. */
  readonly left: number
}

export interface Layout {
  /** The pinned first; a place in this list is what selections speak of. */
  readonly columns: readonly Placed[]
  readonly nPinned: number
  readonly pinnedWidth: number
  /** Of the columns that are not pinned. */
  readonly width: number
}

export function layOut(arrangement: Arrangement): Layout {
  const shown = arrangement.filter(({ hidden }) => !hidden)
  const pinned = place(shown.filter(column => column.pinned))
  const others = place(shown.filter(column => !column.pinned))
  return {
    columns: [...pinned, ...others],
    nPinned: pinned.length,
    pinnedWidth: widthOf(pinned),
    width: widthOf(others),
  }
}

function place(columns: Arrangement): Placed[] {
  let left = 0
  return columns.map(({ column, width, pinned }) => {
    const placed = { column, width, pinned, left }
    left += width
    return placed
  })
}

const widthOf = (columns: readonly Placed[]): number => columns.reduce((sum, { width }) => sum + width, 0)

/** Places in the layout of the columns that are not pinned and lie in a window, `until` excluded. */
export function visibleColumns(
  { columns, nPinned }: Layout,
  window: { readonly left: number; readonly width: number },
): { from: number; until: number } {
  let from = nPinned
  while (from < columns.length && columns[from]!.left + columns[from]!.width <= window.left) from++
  let until = from
  while (until < columns.length && columns[until]!.left < window.left + window.width) until++
  return { from: Math.max(nPinned, from - 1), until: Math.min(columns.length, until + 1) }
}

export function change(
  arrangement: Arrangement,
  column: number,
  changes: Partial<Omit<Arranged, 'column'>>,
): Arrangement {
  const width = changes.width === undefined ? {} : { width: Math.min(maxWidth, Math.max(minWidth, Math.round(changes.width))) } // prettier-ignore
  return arrangement.map(item => (item.column === column ? { ...item, ...changes, ...width } : item))
}

/** Puts a column before another that is shown beside it; a column keeps to its part, pinned or not. */
export function move(arrangement: Arrangement, column: number, by: -1 | 1): Arrangement {
  const item = arrangement.find(each => each.column === column)
  const part = arrangement.filter(each => !each.hidden && each.pinned === item?.pinned)
  const other = part[part.findIndex(each => each.column === column) + by]
  return item && other
    ? moveBefore(arrangement, column, { column: other.column, behind: by === 1 })
    : arrangement
}

/** Puts a column before or behind another, in whose part it then is. */
export function moveBefore(
  arrangement: Arrangement,
  column: number,
  target: { readonly column: number; readonly behind: boolean },
): Arrangement {
  const item = arrangement.find(each => each.column === column)
  const other = arrangement.find(each => each.column === target.column)
  if (!item || !other || item === other) return arrangement
  const rest = arrangement.filter(each => each !== item)
  const at = rest.indexOf(other) + Number(target.behind)
  return rest.toSpliced(at, 0, { ...item, pinned: other.pinned })
}
