/**
 * The blocks on the diagonal of XᵀHX + penalty, factorized: one of the fixed parameters, one of every key. Solving with them
 * is one round of block descent from 0 in which every block sees the others as they were.
 */
import { factorizePacked, packedLength, solvePacked } from './cholesky.ts'
import { sampleRows, secondMoments } from '../design.ts'
import { columnProducts } from '../products.ts'
import { columnsOf, endOf, type Design, type KeyedEffect } from './design.ts'

/** With more fixed parameters, or more numbers in an effect's blocks, only the diagonal is taken. */
const maxFixed = 1000
const maxBlockNumbers = 2 ** 25
/** Products of pairs of columns that are summed for the fixed block; beyond, evenly spaced rows stand for all. */
const maxProducts = 2 ** 27

/** Replaces b by M⁻¹·b. */
export type Preconditioner = (b: Float64Array) => void

/** `curvature`: per row, weight included. */
export function createPreconditioner(design: Design, curvature: Float64Array): Preconditioner {
  const fixed = fixedBlock(design, curvature)
  const effects = design.effects.map(effect => effectBlocks(effect, curvature))
  return b => {
    fixed(b)
    for (const solve of effects) solve(b)
  }
}

function fixedBlock({ fixed, penalty }: Design, curvature: Float64Array): Preconditioner {
  const n = fixed.layout.nParameters
  const weighted = { ...fixed, rows: { ...fixed.rows, weights: curvature } }
  const diagonal = secondMoments(weighted).map((moment, j) => moment + penalty[j]!)
  if (n > maxFixed)
    return b => {
      for (let j = 0; j < n; j++) b[j] = diagonal[j]! > 0 ? b[j]! / diagonal[j]! : 0
    }
  const nColumns = 1 + fixed.rows.numbers.length + fixed.rows.codes.length
  const rows = sampleRows(weighted.rows, Math.ceil(maxProducts / packedLength(nColumns)))
  const scale = fixed.rows.nRows / rows.nRows
  const products = columnProducts({ ...fixed, rows }, rows.weights!)
  const factor = new Float64Array(packedLength(n))
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) factor[packedLength(i) + j] = scale * products[i * n + j]!
    // What the rows that were passed over add to the diagonal keeps the block positive.
    factor[packedLength(i) + i] = Math.max(diagonal[i]!, scale * products[i * n + i]!)
  }
  factorizePacked(factor, n)
  return b => solvePacked(factor, n, b)
}

function effectBlocks(effect: KeyedEffect, curvature: Float64Array): Preconditioner {
  const { nCoefficients: n, nKeys, offset } = effect
  if (n === 1 || (nKeys + 1) * packedLength(n) > maxBlockNumbers) return effectDiagonal(effect, curvature)
  const size = packedLength(n)
  const blocks = effectProducts(effect, curvature)
  for (let k = 0; k < nKeys; k++) {
    for (let c = 0; c < n; c++) blocks[k * size + packedLength(c) + c]! += effect.l2
    factorizePacked(blocks, n, k * size)
  }
  return b => {
    for (let k = 0; k < nKeys; k++) solvePacked(blocks, n, b, { at: k * size, bAt: offset + k * n })
  }
}

function effectDiagonal(effect: KeyedEffect, curvature: Float64Array): Preconditioner {
  const { nCoefficients, offset, keys } = effect
  const diagonal = new Float64Array((effect.nKeys + 1) * nCoefficients).fill(effect.l2)
  columnsOf(effect).forEach((column, c) => {
    for (let i = 0; i < keys.length; i++) {
      const x = column ? column[i]! : 1
      diagonal[keys[i]! * nCoefficients + c]! += curvature[i]! * x * x
    }
  })
  const end = endOf(effect)
  return b => {
    for (let j = offset; j < end; j++) b[j] = diagonal[j - offset]! > 0 ? b[j]! / diagonal[j - offset]! : 0
  }
}

/** Per key, the packed lower triangle of ZᵀHZ. */
function effectProducts(effect: KeyedEffect, curvature: Float64Array): Float64Array {
  const { keys } = effect
  const columns = columnsOf(effect)
  const size = packedLength(columns.length)
  const products = new Float64Array((effect.nKeys + 1) * size)
  columns.forEach((a, ca) => {
    for (let cb = 0; cb <= ca; cb++) {
      const b = columns[cb]
      const at = packedLength(ca) + cb
      for (let i = 0; i < keys.length; i++)
        products[keys[i]! * size + at]! += curvature[i]! * (a ? a[i]! : 1) * (b ? b[i]! : 1)
    }
  })
  return products
}
