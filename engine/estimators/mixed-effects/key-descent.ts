/**
 * Descent over the blocks of one random effect: every key's few coefficients are fitted by Newton's method with all else
 * fixed. A key whose rows are far from what the others say gets there on its own, without holding the others back.
 */
import { factorizePacked, packedLength, solvePacked } from './cholesky.ts'
import { columnsOf, type Design, type KeyedEffect } from './design.ts'
import type { Family } from './families.ts'
import type { State } from './joint-step.ts'
import { indexKeys } from './keys.ts'

const maxSteps = 30
const maxHalvings = 30
/** A step that promises less than so much of the key's loss is not taken. */
const smallestGain = 1e-9

/** Changes the effect's parameters and the scores of its rows; the objective is left to be computed anew. */
export function descendKeys(design: Design, family: Family, effect: KeyedEffect, { x, scores }: State): void {
  const index = indexKeys(effect.keys, effect.nKeys)
  const problem = createProblem(design, family, effect, largestKey(index.starts))
  for (let key = 0; key < effect.nKeys; key++) {
    const rows = index.order.subarray(index.starts[key]!, index.starts[key + 1]!)
    const at = effect.offset + key * effect.nCoefficients
    const b = x.subarray(at, at + effect.nCoefficients)
    problem.gather(rows, b, scores)
    problem.minimize(b)
    problem.scatter(rows, b, scores)
  }
}

function largestKey(starts: Int32Array): number {
  let largest = 0
  for (let k = 1; k < starts.length; k++) largest = Math.max(largest, starts[k]! - starts[k - 1]!)
  return largest
}

/** One key's problem in buffers that all keys use in turn. */
function createProblem(design: Design, family: Family, effect: KeyedEffect, capacity: number) {
  const sources = columnsOf(effect)
  const n = sources.length
  const columns = sources.map(() => new Float64Array(capacity).fill(1))
  const label = new Float64Array(capacity)
  const weights = new Float64Array(capacity).fill(1)
  /** Scores without the effect. */
  const rest = new Float64Array(capacity)
  const gradient = new Float64Array(n)
  const products = new Float64Array(packedLength(n))
  let nRows = 0

  const effectOf = (b: Float64Array, i: number) => {
    let sum = 0
    for (let c = 0; c < n; c++) sum += b[c]! * columns[c]![i]!
    return sum
  }

  /** The key's part of the objective. */
  const valueAt = (b: Float64Array) => {
    let sum = 0
    for (let i = 0; i < nRows; i++) sum += weights[i]! * family.loss(rest[i]! + effectOf(b, i), label[i]!)
    for (let c = 0; c < n; c++) sum += 0.5 * effect.l2 * b[c]! * b[c]!
    return sum
  }

  const differentiate = (b: Float64Array) => {
    gradient.fill(0)
    products.fill(0)
    for (let i = 0; i < nRows; i++) {
      const mean = family.mean(rest[i]! + effectOf(b, i))
      const residual = weights[i]! * (mean - label[i]!)
      const curvature = weights[i]! * family.curvature(mean)
      for (let a = 0, at = 0; a < n; a++) {
        const x = columns[a]![i]!
        gradient[a]! += residual * x
        for (let c = 0; c <= a; c++, at++) products[at]! += curvature * x * columns[c]![i]!
      }
    }
    for (let c = 0; c < n; c++) {
      gradient[c]! += effect.l2 * b[c]!
      products[packedLength(c) + c]! += effect.l2
    }
  }

  return {
    gather(rows: Int32Array, b: Float64Array, scores: Float64Array) {
      nRows = rows.length
      for (let i = 0; i < nRows; i++) label[i] = design.label[rows[i]!]!
      if (design.weights) for (let i = 0; i < nRows; i++) weights[i] = design.weights[rows[i]!]!
      sources.forEach((source, c) => {
        if (source) for (let i = 0; i < nRows; i++) columns[c]![i] = source[rows[i]!]!
      })
      for (let i = 0; i < nRows; i++) rest[i] = scores[rows[i]!]! - effectOf(b, i)
    },

    scatter(rows: Int32Array, b: Float64Array, scores: Float64Array) {
      for (let i = 0; i < nRows; i++) scores[rows[i]!] = rest[i]! + effectOf(b, i)
    },

    minimize(b: Float64Array) {
      const step = new Float64Array(n)
      const next = new Float64Array(n)
      let value = valueAt(b)
      for (let k = 0; k < maxSteps; k++) {
        differentiate(b)
        factorizePacked(products, n)
        step.set(gradient)
        solvePacked(products, n, step)
        const gain = gradient.reduce((sum, g, c) => sum + g * step[c]!, 0)
        if (!(gain > smallestGain * (Math.abs(value) + 1e-12))) return
        let moved = false
        for (let share = 1, i = 0; i < maxHalvings && !moved; i++, share /= 2) {
          for (let c = 0; c < n; c++) next[c] = b[c]! - share * step[c]!
          const nextValue = valueAt(next)
          if (!(nextValue <= value - 1e-4 * share * gain)) continue
          b.set(next)
          value = nextValue
          moved = true
        }
        if (!moved) return
      }
    },
  }
}
