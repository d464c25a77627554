/** The blocks of one random effect's keys, factorized, and what every key has in common with a dense border. */
import type { BorderRow } from './arrow.ts'
import { factorizePacked, packedLength, solveLower, solvePacked } from './cholesky.ts'
import { columnsOf, type KeyedEffect } from './design.ts'

/** Numbers that are kept of what keys and border have in common. */
const maxShared = 2 ** 25

/** `diagonal`: per parameter, of all rows and with the penalty. */
export function createKeyBlocks(effect: KeyedEffect, diagonal: Float64Array, borderWidth: number) {
  const { nKeys, nCoefficients: n, offset, l2 } = effect
  const size = packedLength(n)
  const sources = columnsOf(effect)
  const factors = new Float64Array(nKeys * size)
  const z = new Float64Array(n)
  /** Of the key at hand: (borderWidth, n), and which of its rows are not 0. */
  const shared = new Float64Array(borderWidth * n)
  const isTouched = new Uint8Array(borderWidth)
  const touched = new Int32Array(borderWidth)
  let nTouched = 0
  /** Of all keys, one after the other: the border's columns, and per column n numbers. */
  const starts = new Int32Array(nKeys + 1)
  let columns = new Int32Array(1024)
  let values = new Float64Array(1024 * n)

  const reserve = (length: number) => {
    if (length <= columns.length) return
    const [oldColumns, oldValues] = [columns, values]
    columns = new Int32Array(2 * length)
    values = new Float64Array(2 * length * n)
    columns.set(oldColumns)
    values.set(oldValues)
  }

  /** matrix −= B·D⁻¹·Bᵀ of the key whose shared columns were just kept. */
  const subtractProducts = (matrix: Float64Array, key: number) => {
    const [from, until] = [starts[key]!, starts[key + 1]!]
    const half = values.slice(from * n, until * n)
    for (let t = 0; t < until - from; t++) solveLower(factors, n, half, { at: key * size, bAt: t * n })
    for (let t = 0; t < until - from; t++) {
      const row = packedLength(columns[from + t]!)
      for (let u = 0; u <= t; u++) {
        let sum = 0
        for (let c = 0; c < n; c++) sum += half[t * n + c]! * half[u * n + c]!
        matrix[row + columns[from + u]!]! -= sum
      }
    }
  }

  /** Replaces the n numbers of b at `at` by D⁻¹ times them. */
  const solveKey = (b: Float64Array, at: number, key: number) => {
    if (n > 1) solvePacked(factors, n, b, { at: key * size, bAt: at })
    else b[at] = factors[key]! > 0 ? b[at]! / (factors[key]! * factors[key]!) : 0
  }

  return {
    add(border: BorderRow, of: { readonly row: number; readonly key: number; readonly curvature: number }) {
      const { row, key, curvature } = of
      for (let c = 0; c < n; c++) z[c] = sources[c] ? sources[c]![row]! : 1
      for (let a = 0, at = key * size; a < n; a++)
        for (let c = 0; c <= a; c++, at++) factors[at]! += curvature * z[a]! * z[c]!
      for (let b = 0; b < border.nColumns; b++) {
        const column = border.columns[b]!
        if (!isTouched[column]) {
          isTouched[column] = 1
          touched[nTouched++] = column
        }
        const scale = curvature * border.values[b]!
        for (let c = 0; c < n; c++) shared[column * n + c]! += scale * z[c]!
      }
    },

    /** Takes the key out of the border's matrix. @returns false when too much would have to be kept */
    eliminate(matrix: Float64Array, key: number): boolean {
      for (let c = 0; c < n; c++) {
        const own = key * size + packedLength(c) + c
        factors[own] = Math.max(factors[own]! + l2, diagonal[offset + key * n + c]!)
      }
      factorizePacked(factors, n, { at: key * size })
      const from = starts[key]!
      const until = from + nTouched
      starts[key + 1] = until
      if (until * n > maxShared) return false
      reserve(until)
      touched.subarray(0, nTouched).sort()
      for (let t = 0; t < nTouched; t++) {
        const column = touched[t]!
        columns[from + t] = column
        isTouched[column] = 0
        for (let c = 0; c < n; c++) {
          values[(from + t) * n + c] = shared[column * n + c]!
          shared[column * n + c] = 0
        }
      }
      nTouched = 0
      subtractProducts(matrix, key)
      return true
    },

    /** b = D⁻¹·b of every key. */
    solveKeys(b: Float64Array) {
      for (let k = 0; k < nKeys; k++) solveKey(b, offset + k * n, k)
    },

    /** x −= B·b over all keys, x being the border's. */
    subtractFromBorder(b: Float64Array, x: Float64Array) {
      for (let k = 0; k < nKeys; k++)
        for (let t = starts[k]!; t < starts[k + 1]!; t++) {
          let sum = 0
          for (let c = 0; c < n; c++) sum += values[t * n + c]! * b[offset + k * n + c]!
          x[columns[t]!]! -= sum
        }
    },

    /** b −= D⁻¹·Bᵀ·x of every key. */
    subtractFromKeys(b: Float64Array, x: Float64Array) {
      for (let k = 0; k < nKeys; k++) {
        z.fill(0)
        for (let t = starts[k]!; t < starts[k + 1]!; t++)
          for (let c = 0; c < n; c++) z[c]! += values[t * n + c]! * x[columns[t]!]!
        solveKey(z, 0, k)
        for (let c = 0; c < n; c++) b[offset + k * n + c]! -= z[c]!
      }
    },
  }
}
