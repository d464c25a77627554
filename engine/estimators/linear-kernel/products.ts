/** Products between columns of numbers and the intercept's column of ones, in the kernel's memory. */
import { blockRows, type Block, type Design } from '../design.ts'
import { createKernel, filledUp } from './kernel.ts'

export interface NumberProducts {
  /** Adds Σ weight · x xᵀ of a block to one of the matrices; weights are 0 or more. */
  add(block: Block, weights: Float64Array, matrix: number): void
  /** Writes a matrix to the lower triangle of one of so many columns, first the intercept's. */
  finish(products: Float64Array, width: number, matrix: number): void
}

export function createNumberProducts(design: Design, nMatrices: number): NumberProducts {
  const width = 1 + design.layout.nNumbers
  const rows = filledUp(blockRows(design))
  const k = filledUp(width)
  const { kernel, buffers } = createKernel({ scaled: k * rows, sums: nMatrices * k * k })
  const { scaled, sums } = buffers
  return {
    add({ rows: { numbers }, from, n: nRows }, weights, matrix) {
      const n = filledUp(nRows)
      // Both columns of a product have the root of the weight, so that each is written once.
      for (let i = 0; i < nRows; i++) scaled[i] = Math.sqrt(weights[i]!)
      scaled.fill(0, nRows, n)
      for (let j = 0; j < numbers.length; j++) {
        const column = numbers[j]!
        const at = (1 + j) * rows
        for (let i = 0; i < nRows; i++) scaled[at + i] = scaled[i]! * column[from + i]!
        scaled.fill(0, at + nRows, at + n)
      }
      kernel.products(scaled.byteOffset, 8 * rows, k, n, sums.byteOffset + 8 * matrix * k * k)
    },
    finish(products, columns, matrix) {
      const at = matrix * k * k
      for (let i = 0; i < width; i++)
        for (let j = 0; j <= i; j++) products[i * columns + j] = sums[at + i * k + j]!
    },
  }
}
