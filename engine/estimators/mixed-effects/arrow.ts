/**
 * A matrix of the shape of an arrow: a dense border of few parameters, and beside it one small block per key that meets
 * other keys' blocks nowhere. The keys' blocks are eliminated first; what is left of the border is dense and factorized.
 */
import { factorizePacked, packedLength, solvePacked } from './cholesky.ts'
import type { Design, KeyedEffect } from './design.ts'
import { createKeyBlocks } from './key-blocks.ts'
import { indexKeys } from './keys.ts'

export interface ArrowParts {
  /** Per row, weight included. */
  readonly curvature: Float64Array
  /** Of the whole matrix, of all rows and with the penalty. */
  readonly diagonal: Float64Array
  /** Effects in the border beside the fixed parameters. */
  readonly border: readonly KeyedEffect[]
  /** The effect whose keys have blocks of their own; none when all are in the border. */
  readonly inner: KeyedEffect | undefined
}

/** Products of pairs of columns that are summed; beyond, every so many-th row stands for those between. */
const maxProducts = 2 ** 29

/** Solves in place for the parameters of fixed effect, border and inner effect; undefined when it would take too much memory. */
export function createArrow(design: Design, parts: ArrowParts): ((b: Float64Array) => void) | undefined {
  const { inner } = parts
  const border = createBorder(design, parts)
  const blocks = inner && createKeyBlocks(inner, parts.diagonal, border.width)
  const index = inner && indexKeys(inner.keys, inner.nKeys + 1)
  const nGroups = inner ? inner.nKeys + 1 : 1
  const stride = Math.max(1, Math.ceil((design.nRows * packedLength(border.maxColumns)) / maxProducts))
  for (let key = 0; key < nGroups; key++) {
    const from = index ? index.starts[key]! : 0
    const until = index ? index.starts[key + 1]! : design.nRows
    // The last group has the rows whose key is not fitted.
    const own = blocks && key < inner.nKeys ? blocks : undefined
    // Where rows are passed over, those taken lie evenly in the order of keys, not in every key.
    for (let at = Math.ceil(from / stride) * stride; at < until; at += stride) {
      const row = index ? index.order[at]! : at
      const curvature = stride * parts.curvature[row]!
      border.read(row)
      border.add(curvature)
      own?.add(border.row, { row, key, curvature })
    }
    if (own && !own.eliminate(border.matrix, key)) return undefined
  }
  border.factorize()
  return b => {
    blocks?.solveKeys(b)
    const x = border.take(b)
    blocks?.subtractFromBorder(b, x)
    border.solve(x)
    blocks?.subtractFromKeys(b, x)
    border.put(x, b)
  }
}

/** A row's columns of the border that are not 0, ascending. */
export interface BorderRow {
  readonly columns: Int32Array
  readonly values: Float64Array
  readonly nColumns: number
}

function createBorder({ fixed }: Design, { border, diagonal }: ArrowParts) {
  const { numbers, codes } = fixed.rows
  const { bases, nParameters } = fixed.layout
  const places: { readonly effect: KeyedEffect; readonly at: number }[] = []
  let width = nParameters
  for (const effect of border) {
    places.push({ effect, at: width })
    width += effect.nKeys * effect.nCoefficients
  }
  const maxColumns = 1 + numbers.length + codes.length + border.reduce((sum, e) => sum + e.nCoefficients, 0)
  const matrix = new Float64Array(packedLength(width))
  /** The matrix's diagonal before keys were eliminated. */
  const added = new Float64Array(width)
  const columns = new Int32Array(maxColumns)
  const values = new Float64Array(maxColumns)
  /** What was read last. */
  const row = { columns, values, nColumns: 0 }

  const take = (from: Float64Array) => {
    const taken = new Float64Array(width)
    taken.set(from.subarray(0, nParameters))
    for (const { effect, at } of places)
      taken.set(from.subarray(effect.offset, effect.offset + effect.nKeys * effect.nCoefficients), at)
    return taken
  }

  return {
    width,
    maxColumns,
    matrix,
    row,
    take,
    put(x: Float64Array, to: Float64Array) {
      to.set(x.subarray(0, nParameters))
      for (const { effect, at } of places)
        to.set(x.subarray(at, at + effect.nKeys * effect.nCoefficients), effect.offset)
    },
    read(i: number): void {
      columns[0] = 0
      values[0] = 1
      let nColumns = 1
      const put = (column: number, value: number) => {
        columns[nColumns] = column
        values[nColumns++] = value
      }
      for (let j = 0; j < numbers.length; j++) put(1 + j, numbers[j]![i]!)
      for (let k = 0; k < codes.length; k++) put(bases[k]! + 1 + codes[k]![i]!, 1)
      for (const { effect, at } of places) {
        const key = effect.keys[i]!
        if (key === effect.nKeys) continue
        let column = at + key * effect.nCoefficients
        if (effect.intercept) put(column++, 1)
        for (const slope of effect.slopes) put(column++, slope[i]!)
      }
      row.nColumns = nColumns
    },
    /** The products of the row's columns. */
    add(curvature: number) {
      for (let a = 0; a < row.nColumns; a++) {
        const at = packedLength(columns[a]!)
        const scale = curvature * values[a]!
        added[columns[a]!]! += scale * values[a]!
        for (let b = 0; b <= a; b++) matrix[at + columns[b]!]! += scale * values[b]!
      }
    },
    factorize() {
      const whole = take(diagonal)
      // The penalty, and what rows that were passed over add to the diagonal.
      for (let j = 0; j < width; j++) matrix[packedLength(j) + j]! += Math.max(0, whole[j]! - added[j]!)
      factorizePacked(matrix, width, { scale: whole })
    },
    solve(x: Float64Array) {
      solvePacked(matrix, width, x)
    },
  }
}
