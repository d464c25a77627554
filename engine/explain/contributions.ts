/**
 * What every feature adds to the score of one row, against the training rows. The contributions and the base sum to the
 * score (before the link: a log-odds, a logarithm of a count, a number).
 *
 * - Linear: weight × (x − its mean over the training rows). Mixed effects: the same of the fixed part, and each random
 *   effect less its mean.
 * - Trees: the Shapley values of the trees, expectations along their paths (Lundberg et al. 2018).
 * - Networks: Shapley values by sampling (Štrumbelj and Kononenko 2014), against one row that has the mean of every number
 *   and the most frequent category. They sum to the score exactly; each is off by chance.
 */
import type { Value } from '../../language/index.ts'
import { EngineError } from '../errors.ts'
import { scoresOf } from '../estimators/predict.ts'
import { contributionsOf } from '../estimators/trees/contributions.ts'
import { createRandom, permutation } from '../metrics/random.ts'
import type { EncodedRows } from '../estimators/dataset.ts'
import type { Background, Card, FittedModel, FittedParameters, Link } from '../types.ts'
import { randomEffect } from './background.ts'
import { encodeExamples, explainedOf, type ExampleRow, type Explained } from './examples.ts'

export interface Contribution {
  /** The feature; `per carrier` of random effects. */
  readonly name: string
  /** Of the feature in this row. */
  readonly value: Value
  readonly contribution: number
}

export interface Explanation {
  /** Of more than two classes: whose score it is. Of two: the second. */
  readonly class?: string
  /** What makes a prediction of the score. */
  readonly link: Link
  /** The score that is expected when nothing is known of the row. */
  readonly base: number
  readonly score: number
  readonly method: 'exact' | 'tree_shapley' | 'sampled_shapley'
  /** In the order of the features, random effects last. */
  readonly contributions: readonly Contribution[]
}

/** Per score of the model: one, of more than two classes one per class. @throws EngineError ENG010 without a background */
export function explainExample(
  fitted: FittedModel,
  { background }: Pick<Card, 'background'>,
  example: ExampleRow,
): readonly Explanation[] {
  if (!background)
    throw new EngineError(
      'ENG010',
      `Expected ${fitted.model} to know its training rows, but it was trained by an earlier version. Train it again.`,
    )
  const row = encodeExamples(fitted, [example])
  const { parameters, label } = fitted
  const scores = scoresOf(parameters, row)
  const terms = termsOf(fitted, row, background)
  return [...scores].map((score, s): Explanation => {
    const { base, parts } = terms(s)
    const { classes } = label.kind === 'classes' ? label : { classes: [] }
    const of = classes.length > 2 ? classes[s] : classes[1]
    return {
      ...(of !== undefined && { class: of }),
      link: parameters.link,
      base,
      score,
      method: methods[parameters.kind],
      contributions: parts.map(part => ({ ...part, value: valueOf(fitted, example, part.name) })),
    }
  })
}

const methods = {
  linear: 'exact',
  mixed: 'exact',
  trees: 'tree_shapley',
  network: 'sampled_shapley',
} as const satisfies Record<FittedParameters['kind'], Explanation['method']>

interface Terms {
  readonly base: number
  readonly parts: readonly Omit<Contribution, 'value'>[]
}

function termsOf(fitted: FittedModel, row: EncodedRows, background: Background): (score: number) => Terms {
  const { parameters } = fitted
  const explained = explainedOf(fitted).filter(e => e.numbers.length + e.codes.length > 0)
  switch (parameters.kind) {
    case 'linear':
      return s => linearTerms(parameters.scores[s]!, { row, background, explained })
    case 'mixed':
      return () => {
        const fixed = linearTerms(parameters.fixed, { row, background, explained })
        const parts = parameters.random.map((effect, e) => {
          const added = randomEffect(effect, row.keys![e]![0]!, j => row.numbers[j]![0]!)
          return { name: `per ${fitted.keys[e]!.source.name}`, contribution: added - background.random[e]! }
        })
        const base = background.random.reduce((sum, mean) => sum + mean, fixed.base)
        return { base, parts: [...fixed.parts, ...parts] }
      }
    case 'trees': {
      const { base, values } = contributionsOf(parameters, row)
      const nNumbers = row.numbers.length
      const nColumns = nNumbers + row.codes.length
      return s => {
        const columns = values.subarray(s * nColumns, (s + 1) * nColumns)
        const parts = explained.map(({ name, numbers, codes }) => ({
          name,
          contribution: sumOf([...numbers, ...codes.map(k => nNumbers + k)].map(c => columns[c]!)),
        }))
        return { base: base[s]!, parts }
      }
    }
    case 'network':
      return s => sampledTerms(fitted, { row, background, explained }, s)
  }
}

interface Around {
  readonly row: EncodedRows
  readonly background: Background
  readonly explained: readonly Explained[]
}

type LinearScore = Extract<FittedParameters, { kind: 'linear' }>['scores'][number]

function linearTerms(
  { intercept, numbers, categories }: LinearScore,
  { row, background, explained }: Around,
): Terms {
  const means = {
    numbers: numbers.map((weight, j) => weight * background.numbers[j]!),
    categories: categories.map((weights, k) =>
      sumOf(weights.map((weight, c) => weight * background.categories[k]![c]!)),
    ),
  }
  const base = intercept + sumOf(means.numbers) + sumOf(means.categories)
  const parts = explained.map(({ name, numbers: js, codes: ks }) => ({
    name,
    contribution:
      sumOf(js.map(j => numbers[j]! * row.numbers[j]![0]! - means.numbers[j]!)) +
      sumOf(ks.map(k => categories[k]!.at(row.codes[k]![0]!)! - means.categories[k]!)),
  }))
  return { base, parts }
}

/** So many orders are drawn; each is gone through from both ends. */
const nOrders = 100

/** Features take their values in an arbitrary order, again and again; each is given what it changes on average. */
function sampledTerms({ parameters }: FittedModel, { row, background, explained }: Around, s: number): Terms {
  const n = explained.length
  const random = createRandom(0)
  const orders = Array.from({ length: nOrders }, () => permutation(n, random)).flatMap(order => [
    order,
    order.toReversed(),
  ])
  const nRows = orders.length * (n + 1)
  const columns = <T extends Float64Array | Int32Array>(
    own: readonly T[],
    reference: (i: number) => number,
    create: () => T,
  ) => own.map((_, i) => create().fill(reference(i)) as T)
  const mixed = {
    nRows,
    numbers: columns(
      row.numbers,
      j => background.numbers[j]!,
      () => new Float64Array(nRows),
    ),
    codes: columns(
      row.codes,
      k => mostFrequent(background.categories[k]!),
      () => new Int32Array(nRows),
    ),
    label: new Float64Array(nRows),
    groups: [],
  }
  orders.forEach((order, o) => {
    order.forEach((feature, step) => {
      const { numbers, codes } = explained[feature]!
      const from = o * (n + 1) + step + 1
      const until = (o + 1) * (n + 1)
      for (const j of numbers) mixed.numbers[j]!.fill(row.numbers[j]![0]!, from, until)
      for (const k of codes) mixed.codes[k]!.fill(row.codes[k]![0]!, from, until)
    })
  })
  const scores = scoresOf(parameters, mixed)
  const stride = scores.length / nRows
  const at = (i: number) => scores[i * stride + s]!
  const sums = new Float64Array(n)
  orders.forEach((order, o) =>
    order.forEach((feature, step) => {
      const i = o * (n + 1) + step + 1
      sums[feature]! += at(i) - at(i - 1)
    }),
  )
  return {
    base: at(0),
    parts: explained.map(({ name }, i) => ({ name, contribution: sums[i]! / orders.length })),
  }
}

/** Its code: −1 is every other value. */
function mostFrequent(shares: readonly number[]): number {
  const best = shares.indexOf(Math.max(...shares))
  return best === shares.length - 1 ? -1 : best
}

function valueOf(fitted: FittedModel, { values, row }: ExampleRow, name: string): Value {
  const feature = fitted.features.findIndex(each => each.name === name)
  if (feature >= 0) return values[feature]!
  const key = fitted.keys.find(({ source }) => `per ${source.name}` === name)!.source
  if (key.kind === 'column') return row[key.name] ?? null
  return values[fitted.features.findIndex(each => each.name === key.name)]!
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0)
}
