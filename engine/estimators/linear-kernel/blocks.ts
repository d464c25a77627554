/** What the columns of numbers have to do with scores and gradients, block by block of rows, by the kernel. */
import type { Block, Design } from '../design.ts'
import { createLoader } from './loader.ts'

/** Works on one block of rows after the other; nothing else may from `start` to `finish`. */
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
  const loader = createLoader(design, (rows, k) => ({
    label: rows,
    scores: nScores * rows,
    factors: nScores * k,
    sums: nScores * k,
    product: 1,
  }))
  const { kernel, buffers, rows, addresses } = loader
  const { label, factors, sums, product } = buffers
  const k = addresses.length
  const scores = Array.from({ length: nScores }, (_, s) => buffers.scores.subarray(s * rows, (s + 1) * rows))
  let n = 0
  /** Calls with four columns and the address of what belongs to the first of them in a buffer of so many per score. */
  const forFour = (call: typeof kernel.score, perColumn: Float64Array) => {
    scores.forEach((z, s) => {
      for (let j = 0; j < k; j += 4) {
        const [a, b, c, d] = [addresses[j]!, addresses[j + 1]!, addresses[j + 2]!, addresses[j + 3]!]
        call(a, b, c, d, n, z.byteOffset, perColumn.byteOffset + 8 * (s * k + j))
      }
    })
  }
  return {
    scores,
    start(parameters) {
      loader.begin()
      sums.fill(0)
      factors.fill(0)
      for (let s = 0; s < nScores; s++) {
        const at = s * nParameters + 1
        factors.set(parameters.subarray(at, at + nNumbers), s * k)
      }
    },
    load(block) {
      n = loader.load(block)
      for (const z of scores) z.fill(0, block.n, n)
    },
    addScores: () => forFour(kernel.score, factors),
    addSums: () => forFour(kernel.dot, sums),
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
