/** What the contributions of a row are told against: the training rows, in a few numbers that the card keeps. */
import { pagesOf, type EncodedRows, type Rows } from '../estimators/dataset.ts'
import type { Background, FittedModel, FittedParameters } from '../types.ts'

/** @param training the prepared training rows */
export function backgroundOf(
  fitted: Pick<FittedModel, 'features' | 'columns' | 'parameters'>,
  training: Rows,
): Background {
  const { features, columns, parameters } = fitted
  const nNumbers = columns.numbers.length
  const sums = new Float64Array(nNumbers)
  const known = new Float64Array(nNumbers)
  const counts = columns.codes.map(f => {
    const feature = features[f]!
    return new Float64Array((feature.kind === 'category' ? feature.categories.length : 0) + 1)
  })
  const random = parameters.kind === 'mixed' ? parameters.random : []
  const effects = new Float64Array(random.length)
  for (const page of pagesOf(training)) {
    page.numbers.forEach((column, j) => addKnown(column, j, { sums, known }))
    counts.forEach((perCategory, k) => countCodes(page.codes[k]!, perCategory))
    random.forEach((effect, e) => (effects[e] = sumOfEffect(effect, e, page, effects[e]!)))
  }
  const nRows = Math.max(training.nRows, 1)
  return {
    numbers: [...sums.map((sum, j) => (known[j] === 0 ? 0 : sum / known[j]!))],
    categories: counts.map(perCategory => [...perCategory.map(count => count / nRows)]),
    random: [...effects.map(sum => sum / nRows)],
  }
}

/** Of the values that are there. */
function addKnown(
  values: Float64Array,
  j: number,
  to: { readonly sums: Float64Array; readonly known: Float64Array },
): void {
  let sum = to.sums[j]!
  let n = to.known[j]!
  for (const x of values)
    if (!Number.isNaN(x)) {
      sum += x
      n++
    }
  to.sums[j] = sum
  to.known[j] = n
}

/** Per category, then of every other value. */
function countCodes(codes: Int32Array, counts: Float64Array): void {
  const other = counts.length - 1
  for (const code of codes) counts[code < 0 ? other : code]!++
}

type RandomEffect = Extract<FittedParameters, { kind: 'mixed' }>['random'][number]

function sumOfEffect(
  effect: RandomEffect,
  e: number,
  { nRows, numbers, keys }: EncodedRows,
  before: number,
): number {
  let sum = before
  for (let i = 0; i < nRows; i++) sum += randomEffect(effect, keys![e]![i]!, j => numbers[j]![i]!)
  return sum
}

/** What a random effect adds to the score of a row with the key. */
export function randomEffect(effect: RandomEffect, key: number, number: (column: number) => number): number {
  if (key < 0) return 0
  let at = key * effect.nCoefficients
  let sum = effect.intercept ? effect.values[at++]! : 0
  for (const slope of effect.slopes) sum += effect.values[at++]! * number(slope)
  return sum
}
