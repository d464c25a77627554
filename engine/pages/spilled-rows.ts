/** Encoded rows on disk: written row after row, read page by page, as often as one asks. */
import {
  allocateRows,
  rowsPerPage,
  type EncodedRows,
  type PagedRows,
  type RowShape,
} from '../estimators/dataset.ts'
import { columnBytes, loadColumn, pageCapacity, storeColumn, type StoredColumn } from './columns.ts'
import { createPageFile } from './page-file.ts'

export interface SpilledRows {
  readonly rows: PagedRows
  /** A column of numbers alone, page by page in one buffer. */
  numbers(j: number): Iterable<Float64Array>
  /** Those that read it fail afterwards. */
  dispose(): void
}

export interface RowSpill {
  /** Buffers of the page that is being filled. */
  readonly page: EncodedRows
  /** Rows of it that are. */
  readonly filled: number
  /** So many more rows of the page are filled; a full one is written. */
  advance(nRows: number): void
  finish(): SpilledRows
  dispose(): void
}

interface StoredPage {
  readonly place: number
  readonly nRows: number
  readonly sizeBytes: number
  readonly columns: readonly StoredColumn[]
}

/** @param folder made when it is not there @throws EngineError ENG014 */
export function spillRows(folder: string, shape: RowShape): RowSpill {
  const file = createPageFile(folder)
  const page = allocateRows(rowsPerPage, shape)
  const bytes = { buffer: new ArrayBuffer(capacityOf(shape)), used: 0 }
  const pages: StoredPage[] = []
  let filled = 0
  const flush = () => {
    bytes.used = 0
    const columns = columnsOf(page).map(column => storeColumn(column.subarray(0, filled), bytes))
    const place = file.append(new Uint8Array(bytes.buffer, 0, bytes.used))
    pages.push({ place, nRows: filled, sizeBytes: bytes.used, columns })
    filled = 0
  }
  return {
    page,
    get filled() {
      return filled
    },
    advance(nRows) {
      filled += nRows
      if (filled === rowsPerPage) flush()
    },
    finish() {
      // Rows that are none are a page without rows, which still says what the columns are.
      if (filled > 0 || pages.length === 0) flush()
      return readerOf({ file, pages, shape })
    },
    dispose: () => file.dispose(),
  }
}

interface Stored {
  readonly file: ReturnType<typeof createPageFile>
  readonly pages: readonly StoredPage[]
  readonly shape: RowShape
}

function readerOf({ file, pages, shape }: Stored): SpilledRows {
  const spare: Room[] = []
  const rows: PagedRows = {
    nRows: pages.reduce((n, page) => n + page.nRows, 0),
    *pages() {
      const room = spare.pop() ?? roomOf(shape)
      try {
        for (const stored of pages) {
          file.read(new Uint8Array(room.buffer, 0, stored.sizeBytes), stored.place)
          const page = firstRows(room.rows, stored.nRows)
          columnsOf(page).forEach((column, c) => loadColumn(stored.columns[c]!, room.buffer, column))
          yield page
        }
      } finally {
        spare.push(room)
      }
    },
  }
  return {
    rows,
    *numbers(j) {
      const buffer = new ArrayBuffer(8 * rowsPerPage)
      const values = new Float64Array(rowsPerPage)
      for (const { place, nRows, columns } of pages) {
        const column = columns[placeOfNumber(shape, j)]!
        file.read(new Uint8Array(buffer, 0, columnBytes(column, nRows)), place + column.at)
        const some = values.subarray(0, nRows)
        loadColumn({ ...column, at: 0 }, buffer, some)
        yield some
      }
    },
    dispose: () => file.dispose(),
  }
}

/** What one reader goes through the pages with. */
interface Room {
  readonly buffer: ArrayBuffer
  readonly rows: EncodedRows
}

function roomOf(shape: RowShape): Room {
  return { buffer: new ArrayBuffer(capacityOf(shape)), rows: allocateRows(rowsPerPage, shape) }
}

function capacityOf({ nNumbers, nCodes, nGroups, nKeys = 0, hasWeights }: RowShape): number {
  const nFloats = nNumbers + 1 + (hasWeights ? 1 : 0)
  return pageCapacity(rowsPerPage, { nFloats, nInts: nCodes + nGroups + nKeys })
}

/** In the order of `columnsOf`. */
function placeOfNumber({ nCodes, nGroups, nKeys = 0 }: RowShape, j: number): number {
  return 1 + nCodes + nGroups + nKeys + j
}

function columnsOf(rows: EncodedRows): (Float64Array | Int32Array)[] {
  return [
    rows.label,
    ...rows.codes,
    ...rows.groups,
    ...(rows.keys ?? []),
    ...rows.numbers,
    ...(rows.weights ? [rows.weights] : []),
  ]
}

function firstRows(rows: EncodedRows, n: number): EncodedRows {
  const ints = (columns: readonly Int32Array[]) => columns.map(column => column.subarray(0, n))
  return {
    nRows: n,
    numbers: rows.numbers.map(column => column.subarray(0, n)),
    codes: ints(rows.codes),
    label: rows.label.subarray(0, n),
    groups: ints(rows.groups),
    ...(rows.keys && { keys: ints(rows.keys) }),
    ...(rows.weights && { weights: rows.weights.subarray(0, n) }),
  }
}
