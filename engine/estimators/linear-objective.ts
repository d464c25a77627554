/** The objective of a linear model, over parameters divided by their scales: the mean over the rows' weight. */
import { accumulateRest, blocksOf, startScores, type Design } from './design.ts'
import type { Objective } from './lbfgs.ts'
import { createNumberBlocks } from './linear-kernel/blocks.ts'
import type { Loss } from './losses.ts'

export interface Problem {
  readonly design: Design
  readonly loss: Loss
  /** The parameters of a score follow those of the score before. */
  readonly nScores: number
  readonly l1: number
  readonly l2: number
  /** Sum of the rows' weights. */
  readonly total: number
}

/** Σ weight · loss + l2/2 · ‖parameters‖², intercepts free of it, over `total`. `scales` are those of one score. */
export function scaledObjective(problem: Problem, scales: Float64Array): Objective {
  const { design, loss, nScores } = problem
  const width = design.layout.nParameters
  const parameters = new Float64Array(nScores * width)
  const blocks = createNumberBlocks(design, nScores)
  const { scores } = blocks

  return {
    nParameters: parameters.length,
    evaluate(x, gradient) {
      for (let j = 0; j < x.length; j++) parameters[j] = x[j]! * scales[j % width]!
      gradient.fill(0)
      blocks.start(parameters)
      let sum = 0
      for (const block of blocksOf(design)) {
        blocks.load(block)
        scores.forEach((z, k) => startScores(design, block, { z, parameters, at: k * width }))
        blocks.addScores()
        const isPlain = loss.kernel !== undefined && !block.rows.weights
        sum += isPlain ? blocks[loss.kernel](block) : loss.evaluate(scores, block.rows, block)
        scores.forEach((residual, k) => accumulateRest(design, block, { residual, gradient, at: k * width }))
        blocks.addSums()
      }
      blocks.finish(gradient)
      return (sum + penalize(problem, { parameters, scales, gradient })) / problem.total
    },
  }
}

/** Makes the gradient that of the penalized mean by scaled parameters; gives the penalty. */
function penalize(
  { l2, total }: Problem,
  at: { readonly parameters: Float64Array; readonly scales: Float64Array; readonly gradient: Float64Array },
): number {
  const { parameters, scales, gradient } = at
  const width = scales.length
  let squares = 0
  for (let j = 0; j < gradient.length; j++) {
    const derivative = j % width === 0 ? 0 : l2 * parameters[j]!
    squares += derivative * parameters[j]!
    gradient[j] = ((gradient[j]! + derivative) * scales[j % width]!) / total
  }
  return squares / 2
}
