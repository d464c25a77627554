/** The active cell and the range from an anchor to it, and how keys move it. Rows from −1, the head. Pure. */

export interface Place {
  readonly row: number
  /** Place among the shown columns. */
  readonly column: number
}

export interface Selection {
  readonly active: Place
  readonly anchor: Place
}

export interface Bounds {
  readonly nRows: number
  readonly nColumns: number
  /** Rows of a page. */
  readonly pageRows: number
}

export interface Range {
  readonly fromRow: number
  /** Included. */
  readonly toRow: number
  readonly fromColumn: number
  readonly toColumn: number
}

export function select(active: Place, anchor: Place = active): Selection {
  return { active, anchor }
}

/** The selected cells; the head is no part of it. */
export function rangeOf({ active, anchor }: Selection): Range {
  return {
    fromRow: Math.max(0, Math.min(active.row, anchor.row)),
    toRow: Math.max(active.row, anchor.row),
    fromColumn: Math.min(active.column, anchor.column),
    toColumn: Math.max(active.column, anchor.column),
  }
}

export function contains(range: Range, row: number, column: number): boolean {
  const { fromRow, toRow, fromColumn, toColumn } = range
  return row >= fromRow && row <= toRow && column >= fromColumn && column <= toColumn
}

export interface Key {
  readonly key: string
  readonly shift: boolean
  /** Control, or Command on a Mac. */
  readonly control: boolean
}

/** The selection after a key; undefined when the key moves nothing. */
export function moved(
  selection: Selection,
  { key, shift, control }: Key,
  bounds: Bounds,
): Selection | undefined {
  const target = targetOf(selection.active, key, { control, bounds })
  if (!target) return undefined
  const active = {
    row: clamp(target.row, shift ? 0 : -1, bounds.nRows - 1),
    column: clamp(target.column, 0, bounds.nColumns - 1),
  }
  return select(active, shift ? selection.anchor : active)
}

function targetOf(
  { row, column }: Place,
  key: string,
  { control, bounds }: { readonly control: boolean; readonly bounds: Bounds },
): Place | undefined {
  const { nRows, nColumns, pageRows } = bounds
  switch (key) {
    case 'ArrowUp':
      return { row: control ? Math.min(row, 0) : row - 1, column }
    case 'ArrowDown':
      return { row: control ? nRows - 1 : row + 1, column }
    case 'ArrowLeft':
      return { row, column: control ? 0 : column - 1 }
    case 'ArrowRight':
      return { row, column: control ? nColumns - 1 : column + 1 }
    case 'PageUp':
      return { row: Math.max(0, row - pageRows), column }
    case 'PageDown':
      return { row: row + pageRows, column }
    case 'Home':
      return { row: control ? 0 : row, column: 0 }
    case 'End':
      return { row: control ? nRows - 1 : row, column: nColumns - 1 }
    default:
      return undefined
  }
}

const clamp = (value: number, min: number, max: number): number => Math.max(min, Math.min(max, value))
