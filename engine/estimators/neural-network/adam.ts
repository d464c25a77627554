/** Adam (Kingma and Ba, 2015), with its corrections for the first steps, over all parameters as one buffer. */

export interface Adam {
  /** Changes `values` by one step against `gradient`. */
  step(values: Float32Array, gradient: Float32Array): void
}

const decay = { mean: 0.9, square: 0.999 }
const epsilon = 1e-8

export function createAdam(nParameters: number, learningRate: number): Adam {
  const mean = new Float32Array(nParameters)
  const square = new Float32Array(nParameters)
  let nSteps = 0
  return {
    step(values, gradient) {
      nSteps++
      const correction = Math.sqrt(1 - decay.square ** nSteps)
      const rate = (learningRate * correction) / (1 - decay.mean ** nSteps)
      const least = epsilon * correction
      for (let i = 0; i < nParameters; i++) {
        const g = gradient[i]!
        const m = mean[i]! * decay.mean + g * (1 - decay.mean)
        const s = square[i]! * decay.square + g * g * (1 - decay.square)
        mean[i] = m
        square[i] = s
        values[i]! -= (rate * m) / (Math.sqrt(s) + least)
      }
    },
  }
}
