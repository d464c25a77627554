/** Between the parameters of linear models by column and the one vector that an optimizer works on. */
import type { Layout } from './design.ts'
import type { LinearParameters, LinearScore, Parameters } from './estimator.ts'
import type { Family } from './families.ts'

/** @throws {TypeError} where they are of other columns */
export function checkStart(
  start: Parameters,
  { link, intercepts }: Family,
  { nNumbers, nParameters }: Layout,
): asserts start is LinearParameters {
  const fits =
    start.kind === 'linear' &&
    start.link === link &&
    start.scores.length === intercepts.length &&
    start.scores.every(({ numbers, categories }) => {
      const nCodes = categories.reduce((n, values) => n + values.length, 0)
      return numbers.length === nNumbers && 1 + nNumbers + nCodes === nParameters
    })
  if (!fits) throw new TypeError('Expected parameters to start from of a fit to the same columns')
}

/** As the layout has them. */
export function parametersOf({ intercept, numbers, categories }: LinearScore, layout: Layout): Float64Array {
  const parameters = new Float64Array(layout.nParameters)
  parameters[0] = intercept
  parameters.set(numbers, 1)
  categories.forEach((values, k) => {
    const nCategories = values.length - 1
    parameters[layout.bases[k]!] = values[nCategories]!
    for (let c = 0; c < nCategories; c++) parameters[layout.bases[k]! + 1 + c] = values[c]!
  })
  return parameters
}

/** The inverse of `parametersOf`, score after score. */
export function scoresOf(
  parameters: Float64Array,
  { nParameters, nNumbers, bases }: Layout,
): readonly LinearScore[] {
  return Array.from({ length: parameters.length / nParameters }, (_, k) => {
    const score = parameters.subarray(k * nParameters, (k + 1) * nParameters)
    return {
      intercept: score[0]!,
      numbers: score.slice(1, 1 + nNumbers),
      categories: bases.map((base, c) =>
        Float64Array.of(...score.subarray(base + 1, bases[c + 1] ?? nParameters), score[base]!),
      ),
    }
  })
}
