/**
 * An approximation of XᵀHX + penalty that is quick to solve, for conjugate gradients: exact between the fixed parameters, the
 * random effects of few keys and the one of most keys, so that one grouping, or a large one and small ones, are solved at
 * once; of every further grouping only the blocks on the diagonal. Where even that is too much, the diagonal.
 */
import { secondMoments } from '../design.ts'
import { createArrow } from './arrow.ts'
import { factorizePacked, packedLength, solvePacked } from './cholesky.ts'
import { columnsOf, endOf, type Design, type KeyedEffect } from './design.ts'

/** More fixed parameters are not factorized. */
const maxFixed = 1000
/** So many parameters of random effects join the fixed ones. */
const maxJoined = 600
/** Numbers in an effect's blocks. */
const maxBlockNumbers = 2 ** 25

/** Replaces b by M⁻¹·b. */
export type Preconditioner = (b: Float64Array) => void

/** `curvature`: per row, weight included. */
export function createPreconditioner(design: Design, curvature: Float64Array): Preconditioner {
  const diagonal = diagonalOf(design, curvature)
  const { border, inner, rest } = arrange(design)
  const parts = rest.map(effect => effectBlocks(effect, { curvature, diagonal }))
  const arrow = border && createArrow(design, { curvature, diagonal, border, inner })
  if (arrow) parts.push(arrow)
  else {
    parts.push(b => divide(b, diagonal, 0, design.fixed.layout.nParameters))
    for (const effect of [...(border ?? []), ...(inner ? [inner] : [])])
      parts.push(effectBlocks(effect, { curvature, diagonal }))
  }
  return b => {
    for (const solve of parts) solve(b)
  }
}

interface Arrangement {
  /** Effects that are solved for with the fixed parameters; undefined when those are too many. */
  readonly border: readonly KeyedEffect[] | undefined
  readonly inner: KeyedEffect | undefined
  readonly rest: readonly KeyedEffect[]
}

function arrange({ fixed, effects }: Design): Arrangement {
  if (fixed.layout.nParameters > maxFixed) return { border: undefined, inner: undefined, rest: effects }
  const ascending = effects.toSorted((a, b) => sizeOf(a) - sizeOf(b))
  const ends = ascending.map((_, e) => ascending.slice(0, e + 1).reduce((sum, each) => sum + sizeOf(each), 0))
  const joined = new Set(ascending.filter((_, e) => ends[e]! <= maxJoined))
  const inner = joined.size < effects.length ? ascending.at(-1)! : undefined
  const isBlocked = inner && (inner.nKeys + 1) * packedLength(inner.nCoefficients) <= maxBlockNumbers
  return {
    border: effects.filter(effect => joined.has(effect)),
    inner: isBlocked ? inner : undefined,
    rest: effects.filter(effect => !joined.has(effect) && !(isBlocked && effect === inner)),
  }
}

function sizeOf({ nKeys, nCoefficients }: KeyedEffect): number {
  return nKeys * nCoefficients
}

/** Of XᵀHX + penalty, of all rows. */
function diagonalOf(design: Design, curvature: Float64Array): Float64Array {
  const { fixed, effects, penalty } = design
  const diagonal = penalty.slice()
  secondMoments({ ...fixed, rows: { ...fixed.rows, weights: curvature } }).forEach(
    (moment, j) => (diagonal[j]! += moment),
  )
  for (const effect of effects) {
    const { keys, nCoefficients, offset } = effect
    columnsOf(effect).forEach((column, c) => {
      const first = offset + c
      for (let i = 0; i < keys.length; i++) {
        const x = column ? column[i]! : 1
        diagonal[first + keys[i]! * nCoefficients]! += curvature[i]! * x * x
      }
    })
  }
  return diagonal
}

interface Curvature {
  /** Per row. */
  readonly curvature: Float64Array
  /** Per parameter. */
  readonly diagonal: Float64Array
}

function effectBlocks(effect: KeyedEffect, { curvature, diagonal }: Curvature): Preconditioner {
  const { nCoefficients: n, nKeys, offset } = effect
  if (n === 1 || (nKeys + 1) * packedLength(n) > maxBlockNumbers)
    return b => divide(b, diagonal, offset, endOf(effect))
  const size = packedLength(n)
  const blocks = effectProducts(effect, curvature)
  for (let k = 0; k < nKeys; k++) {
    for (let c = 0; c < n; c++) blocks[k * size + packedLength(c) + c]! += effect.l2
    factorizePacked(blocks, n, { at: k * size })
  }
  return b => {
    for (let k = 0; k < nKeys; k++) solvePacked(blocks, n, b, { at: k * size, bAt: offset + k * n })
  }
}

function divide(b: Float64Array, diagonal: Float64Array, from: number, until: number): void {
  for (let j = from; j < until; j++) b[j] = diagonal[j]! > 0 ? b[j]! / diagonal[j]! : 0
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
