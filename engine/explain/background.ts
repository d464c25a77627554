/** What the contributions of a row are told against: the training rows, in a few numbers that the card keeps. */
import type { EncodedRows } from '../estimators/dataset.ts'
import type { Background, FittedModel, FittedParameters } from '../types.ts'

/** @param training the prepared training rows */
export function backgroundOf(
  fitted: Pick<FittedModel, 'features' | 'columns' | 'parameters'>,
  training: EncodedRows,
): Background {
  const { features, columns, parameters } = fitted
  return {
    numbers: training.numbers.map(meanOf),
    categories: columns.codes.map((f, k) => {
      const feature = features[f]!
      return sharesOf(training.codes[k]!, feature.kind === 'category' ? feature.categories.length : 0)
    }),
    random: parameters.kind === 'mixed' ? randomMeans(parameters, training) : [],
  }
}

/** Of the values that are there. */
function meanOf(values: Float64Array): number {
  let sum = 0
  let n = 0
  for (const x of values)
    if (!Number.isNaN(x)) {
      sum += x
      n++
    }
  return n === 0 ? 0 : sum / n
}

/** Per category, then of every other value. */
function sharesOf(codes: Int32Array, nCategories: number): readonly number[] {
  const counts = new Float64Array(nCategories + 1)
  for (const code of codes) counts[code < 0 ? nCategories : code]!++
  return [...counts.map(count => count / Math.max(codes.length, 1))]
}

function randomMeans(
  { random }: Extract<FittedParameters, { kind: 'mixed' }>,
  { nRows, numbers, keys }: EncodedRows,
): readonly number[] {
  return random.map((effect, e) => {
    let sum = 0
    for (let i = 0; i < nRows; i++) sum += randomEffect(effect, keys![e]![i]!, j => numbers[j]![i]!)
    return sum / Math.max(nRows, 1)
  })
}

/** What a random effect adds to the score of a row with the key. */
export function randomEffect(
  effect: Extract<FittedParameters, { kind: 'mixed' }>['random'][number],
  key: number,
  number: (column: number) => number,
): number {
  if (key < 0) return 0
  let at = key * effect.nCoefficients
  let sum = effect.intercept ? effect.values[at++]! : 0
  for (const slope of effect.slopes) sum += effect.values[at++]! * number(slope)
  return sum
}
