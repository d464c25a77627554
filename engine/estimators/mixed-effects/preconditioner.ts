/**
 * The blocks on the diagonal of XᵀHX + penalty, factorized: one of the fixed parameters, one of every key. Solving with them
 * is one round of block descent from 0 in which every block sees the others as they were.
 */
import { factorizePacked, packedLength, solvePacked } from './cholesky.ts'
import { endOf, type Design, type KeyedEffect } from './design.ts'

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

function fixedBlock(design: Design, curvature: Float64Array): Preconditioner {
  const n = design.nFixed
  const diagonal = fixedDiagonal(design, curvature)
  if (n > maxFixed)
    return b => {
      for (let j = 0; j < n; j++) b[j] = diagonal[j]! > 0 ? b[j]! / diagonal[j]! : 0
    }
  const factor = fixedProducts(design, curvature)
  // Rows that were passed over add to the diagonal, so that the block stays positive.
  for (let j = 0; j < n; j++) {
    const own = packedLength(j) + j
    factor[own] = Math.max(diagonal[j]!, factor[own]!)
  }
  factorizePacked(factor, n)
  return b => solvePacked(factor, n, b)
}

function fixedDiagonal(design: Design, curvature: Float64Array): Float64Array {
  const diagonal = design.penalty.slice(0, design.nFixed)
  let total = 0
  for (let i = 0; i < design.nRows; i++) total += curvature[i]!
  diagonal[design.intercept]! += total
  design.numbers.forEach((column, j) => {
    let sum = 0
    for (let i = 0; i < design.nRows; i++) sum += curvature[i]! * column[i]! * column[i]!
    diagonal[j]! += sum
  })
  design.codes.forEach((column, k) => {
    const offset = design.codeOffsets[k]!
    const other = offset + design.codeSizes[k]! - 1
    for (let i = 0; i < design.nRows; i++) {
      const code = column[i]!
      diagonal[code < 0 ? other : offset + code]! += curvature[i]!
    }
  })
  return diagonal
}

/** The packed lower triangle of XᵀHX over the fixed parameters. */
function fixedProducts(design: Design, curvature: Float64Array): Float64Array {
  const products = new Float64Array(packedLength(design.nFixed))
  const nNumbers = design.numbers.length
  const nColumns = nNumbers + design.codes.length + 1
  const stride = Math.max(1, Math.ceil((design.nRows * packedLength(nColumns)) / maxProducts))
  const index = Int32Array.from({ length: nColumns }, (_, j) => j)
  const value = new Float64Array(nColumns).fill(1)
  index[nColumns - 1] = design.intercept
  for (let i = 0; i < design.nRows; i += stride) {
    for (let j = 0; j < nNumbers; j++) value[j] = design.numbers[j]![i]!
    for (let k = 0; k < design.codes.length; k++) {
      const code = design.codes[k]![i]!
      index[nNumbers + k] = design.codeOffsets[k]! + (code < 0 ? design.codeSizes[k]! - 1 : code)
    }
    // Indices ascend, so a ≥ b is the lower triangle.
    for (let a = 0; a < nColumns; a++) {
      const row = (index[a]! * (index[a]! + 1)) / 2
      const scale = stride * curvature[i]! * value[a]!
      for (let b = 0; b <= a; b++) products[row + index[b]!]! += scale * value[b]!
    }
  }
  return products
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

/** The columns that vary by key; undefined is the intercept's, 1 on every row. */
export function columnsOf(effect: KeyedEffect): readonly (Float64Array | undefined)[] {
  return effect.intercept ? [undefined, ...effect.slopes] : effect.slopes
}
