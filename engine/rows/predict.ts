/** What fitted parameters say of one prepared row. Twin of engine/sql/predict.ts and engine/onnx/. */
import type { FittedParameters, Link } from '../types.ts'
import type { PreparedRow } from './prepare.ts'

/**
 * After the link: one number, or the probability of every class; null where a value is missing that nothing stands in for,
 * and where the result is not a finite number.
 */
export type Prediction = readonly number[] | null

type Of<Kind> = Extract<FittedParameters, { kind: Kind }>

export function rowPredictor(parameters: FittedParameters): (row: PreparedRow) => Prediction {
  const scoresOf = scorerOf(parameters)
  const link = links[parameters.link]
  return row => {
    // Trees alone know where what is missing goes.
    if (parameters.kind !== 'trees' && row.numbers.some(Number.isNaN)) return null
    const predicted = link(scoresOf(row))
    return predicted.every(Number.isFinite) ? predicted : null
  }
}

function scorerOf(parameters: FittedParameters): (row: PreparedRow) => number[] {
  switch (parameters.kind) {
    case 'linear':
      return row => parameters.scores.map(score => linear(score, row))
    case 'mixed':
      return row => [linear(parameters.fixed, row) + randomEffects(parameters.random, row)]
    case 'trees':
      return treeScorer(parameters)
    case 'network':
      return row => network(parameters, row)
  }
}

function linear(
  { intercept, numbers, categories }: Of<'linear'>['scores'][number],
  row: PreparedRow,
): number {
  let z = intercept
  for (let j = 0; j < numbers.length; j++) z += numbers[j]! * row.numbers[j]!
  for (let k = 0; k < categories.length; k++) z += categories[k]!.at(row.codes[k]!)!
  return z
}

function randomEffects(random: Of<'mixed'>['random'], { keys, numbers }: PreparedRow): number {
  let z = 0
  random.forEach(({ intercept, slopes, nCoefficients, values }, e) => {
    if (keys[e]! < 0) return
    let at = keys[e]! * nCoefficients
    if (intercept) z += values[at++]!
    for (const slope of slopes) z += values[at++]! * numbers[slope]!
  })
  return z
}

/** Trees take turns among the scores. */
function treeScorer({ initial, trees }: Of<'trees'>): (row: PreparedRow) => number[] {
  const walks = trees.map(treeWalk)
  return row => {
    const scores = [...initial]
    walks.forEach((walk, t) => (scores[t % scores.length]! += walk(row)))
    return scores
  }
}

function treeWalk(tree: Of<'trees'>['trees'][number]): (row: PreparedRow) => number {
  const { column, threshold, missingLeft, left, right, value } = tree
  const members = tree.members.map(bins => bins && new Set(bins))
  return ({ numbers, codes }) => {
    let node = 0
    while (left[node]! >= 0) {
      const c = column[node]!
      const x = numbers[c]!
      const isLeft =
        c >= numbers.length
          ? members[node]!.has(codes[c - numbers.length]! + 1)
          : Number.isNaN(x)
            ? missingLeft[node]!
            : x <= threshold[node]!
      node = isLeft ? left[node]! : right[node]!
    }
    return value[node]!
  }
}

function network(
  { layers, nCategories, activation, center, scale }: Of<'network'>,
  { numbers, codes }: PreparedRow,
): number[] {
  let values = inputsOf(nCategories, { numbers, codes })
  layers.forEach(({ nOutputs, weights, bias }, l) => {
    const sums = [...bias]
    values.forEach((x, i) => {
      if (x !== 0) for (let o = 0; o < nOutputs; o++) sums[o]! += x * weights[i * nOutputs + o]!
    })
    values = l === layers.length - 1 ? sums : sums.map(activations[activation])
  })
  return values.map(z => z * scale + center)
}

/** The numbers, then per column of codes one 0/1 per category and one for every other value. */
function inputsOf(
  nCategories: readonly number[],
  { numbers, codes }: Pick<PreparedRow, 'numbers' | 'codes'>,
): number[] {
  const inputs = [...numbers]
  nCategories.forEach((n, k) => {
    for (let i = 0; i < n; i++) inputs.push(codes[k] === i ? 1 : 0)
    inputs.push(codes[k]! < 0 ? 1 : 0)
  })
  return inputs
}

const activations: Readonly<Record<Of<'network'>['activation'], (x: number) => number>> = {
  relu: x => (x > 0 ? x : 0),
  tanh: Math.tanh,
  sigmoid,
  gelu: x => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))),
}

/** Never overflows. */
function sigmoid(z: number): number {
  return z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z))
}

const links: Readonly<Record<Link, (scores: number[]) => number[]>> = {
  identity: scores => scores,
  log: scores => scores.map(Math.exp),
  logistic: scores => scores.map(sigmoid),
  softmax(scores) {
    const greatest = Math.max(...scores)
    const powers = scores.map(z => Math.exp(z - greatest))
    const sum = powers.reduce((a, b) => a + b, 0)
    return powers.map(power => power / sum)
  },
}
