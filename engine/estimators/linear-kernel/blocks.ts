/**
 * Columns of numbers block by block of rows in the kernel's memory, which holds one block: rows are copied there as often
 * as they are gone through, which costs less than memory of their own for all.
 */
import { blockRows, type Block, type Design } from '../design.ts'
import { createKernel, filledUp } from './kernel.ts'

/** Works on one block of rows after the other. */
export interface NumberBlocks {
  /** One buffer per score, of a block's rows, to be read and written. */
  readonly scores: readonly Float64Array[]
  /** Takes the parameters of all scores; the sums begin with 0. */
  start(parameters: Float64Array): void
  load(block: Block): void
  /** Every score += the loaded numbers · its parameters. */
  addScores(): void
  /** Every score's sums += Σ score · number, per column of numbers. */
  addSums(): void
  /** Adds the sums to a gradient, where the parameters of numbers have their places. */
  finish(gradient: Float64Array): void
  /** Gives the block's Σ log loss and replaces the score by the derivative; of labels 0 and 1 without weights. */
  logistic(block: Block): number
}

/** Rows whose 1 + e^−|z| ≤ 2 are multiplied before one logarithm is taken of all. */
const factorRows = 512
/** A score that adds nothing to the loss of label 0. */
const nothing = -1000

export function createNumberBlocks(design: Design, nScores: number): NumberBlocks {
  const { nNumbers, nParameters } = design.layout
  const rows = filledUp(blockRows(design))
  const [k, stride] = [filledUp(nNumbers), 8 * rows]
  const { kernel, buffers } = createKernel({
    x: k * rows,
    label: rows,
    scores: nScores * rows,
    factors: nScores * k,
    sums: nScores * k,
    product: 1,
  })
  const { x, label, factors, sums, product } = buffers
  const scores = Array.from({ length: nScores }, (_, s) => buffers.scores.subarray(s * rows, (s + 1) * rows))
  let n = 0
  return {
    scores,
    start(parameters) {
      for (let s = 0; s < nScores; s++) {
        const at = s * nParameters + 1
        factors.set(parameters.subarray(at, at + nNumbers), s * k)
      }
      sums.fill(0)
    },
    load({ rows: { numbers }, from, n: nLoaded }) {
      n = filledUp(nLoaded)
      numbers.forEach((column, j) => {
        const at = j * rows
        x.set(column.subarray(from, from + nLoaded), at)
        x.fill(0, at + nLoaded, at + n)
      })
      for (const z of scores) z.fill(0, nLoaded, n)
    },
    addScores() {
      scores.forEach((z, s) =>
        kernel.score(x.byteOffset, stride, k, n, factors.byteOffset + 8 * s * k, z.byteOffset),
      )
    },
    addSums() {
      scores.forEach((z, s) =>
        kernel.dot(x.byteOffset, stride, k, n, z.byteOffset, sums.byteOffset + 8 * s * k),
      )
    },
    finish(gradient) {
      for (let s = 0; s < nScores; s++)
        for (let j = 0; j < nNumbers; j++) gradient[s * nParameters + 1 + j]! += sums[s * k + j]!
    },
    logistic(block) {
      const z = scores[0]!
      label.set(block.rows.label.subarray(block.from, block.from + block.n))
      label.fill(0, block.n, n)
      z.fill(nothing, block.n, n)
      let loss = 0
      for (let i = 0; i < n; i += factorRows) {
        const size = Math.min(factorRows, n - i)
        loss += kernel.logistic(z.byteOffset + 8 * i, label.byteOffset + 8 * i, size, product.byteOffset)
        loss += Math.log(product[0]!)
      }
      return loss
    },
  }
}
