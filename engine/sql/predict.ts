/** What fitted parameters say of prepared columns, as SQL text. Twin of engine/rows/predict.ts and engine/onnx/. */
import type { FittedModel, FittedParameters } from '../types.ts'
import { finite } from './bind.ts'
import { numberLiteral, quoteText } from './text.ts'

/** SQL text of the prepared columns. */
export interface PreparedColumns {
  /** DOUBLE, missing where nothing stands in for a missing value. */
  readonly numbers: readonly string[]
  /** Position of the category from 1 on, missing for every other value. */
  readonly codes: readonly string[]
  /** The text of every random effect's key. */
  readonly keys: readonly string[]
}

export interface PredictSql {
  /**
   * A relation in place of another, with every column of that and what was predicted: of several scores a list of
   * probabilities, else a number; missing where it is not finite.
   */
  readonly relation: (from: string) => string
  /** The column. */
  readonly predicted: string
  readonly isList: boolean
}

type Of<Kind> = Extract<FittedParameters, { kind: Kind }>

/** Columns of ours, named as no column of others is likely to be. */
const inner = { z: '"0 z"', greatest: '"0 greatest"', powers: '"0 powers"', predicted: '"0 predicted"' }

export function predictSql(model: FittedModel, prepared: PreparedColumns): PredictSql {
  const { parameters } = model
  const scores = scoresSql(model, prepared)
  const isList = scores.n > 1
  const linked = isList ? softmax : single(parameters.link)
  return {
    relation: from => linked(`(SELECT *, ${scores.sql} AS ${inner.z} FROM ${scores.from(from)})`),
    predicted: inner.predicted,
    isList,
  }
}

interface ScoresSql {
  readonly n: number
  /** A DOUBLE of one score, of more a DOUBLE[]. */
  readonly sql: string
  readonly from: (relation: string) => string
}

function scoresSql({ parameters, keys }: FittedModel, prepared: PreparedColumns): ScoresSql {
  const asIs = (relation: string) => relation
  switch (parameters.kind) {
    case 'linear':
      return { ...together(parameters.scores.map(score => linearSql(score, prepared))), from: asIs }
    case 'mixed':
      return mixedSql(parameters, keys, prepared)
    case 'trees':
      return { ...together(treeScores(parameters, prepared)), from: asIs }
    case 'network':
      return networkSql(parameters, prepared)
  }
}

function together(scores: readonly string[]): Pick<ScoresSql, 'n' | 'sql'> {
  return { n: scores.length, sql: scores.length === 1 ? scores[0]! : `[${scores.join(',\n    ')}]` }
}

/** Halves of halves: a sum written from left to right nests as deep as it is long. */
function sumSql(terms: readonly string[]): string {
  if (terms.length <= 8) return terms.length === 0 ? '0e0' : terms.join(' + ')
  const half = terms.length >> 1
  return `(${sumSql(terms.slice(0, half))})\n    + (${sumSql(terms.slice(half))})`
}

function listSql(values: ArrayLike<number>): string {
  return `[${Array.from(values, numberLiteral).join(', ')}]`
}

/** The last is of every other value. */
function lookedUp(values: readonly number[], position: string): string {
  return `${listSql(values)}[coalesce(${position}, ${values.length})]`
}

function linearSql(
  { intercept, numbers, categories }: Of<'linear'>['scores'][number],
  prepared: PreparedColumns,
): string {
  return sumSql([
    numberLiteral(intercept),
    ...prepared.numbers.map((column, j) => `${numberLiteral(numbers[j]!)} * ${column}`),
    ...prepared.codes.map((column, k) => lookedUp(categories[k]!, column)),
  ])
}

/** The coefficients of a key are joined by its text. */
function mixedSql(
  { fixed, random }: Of<'mixed'>,
  keys: FittedModel['keys'],
  prepared: PreparedColumns,
): ScoresSql {
  const terms: string[] = []
  const joins = random.map(({ intercept, slopes, nCoefficients, values }, e) => {
    const known = keys[e]!.values
    if (known.length === 0) return ''
    const factors = [...(intercept ? [undefined] : []), ...slopes.map(j => prepared.numbers[j]!)]
    const columns = factors.map((factor, c) => {
      const column = `"0 effect ${e + 1} ${c + 1}"`
      terms.push(`coalesce(${factor === undefined ? column : `${column} * ${factor}`}, 0e0)`)
      const each = known.map((_, key) => values[key * nCoefficients + c]!)
      return `unnest(${listSql(each)}) AS ${column}`
    })
    const key = `"0 key of ${e + 1}"`
    const table = `(SELECT unnest([${known.map(quoteText).join(', ')}]) AS ${key}, ${columns.join(', ')})`
    return `\nLEFT JOIN ${table} ON ${key} = ${prepared.keys[e]!}`
  })
  return {
    n: 1,
    sql: sumSql([`(${linearSql(fixed, prepared)})`, ...terms]),
    from: relation => `${relation}${joins.join('')}`,
  }
}

/** Trees take turns among the scores. */
function treeScores({ initial, trees }: Of<'trees'>, prepared: PreparedColumns): string[] {
  return initial.map((start, s) => {
    const own = trees.filter((_, t) => t % initial.length === s)
    return sumSql([numberLiteral(start), ...own.map(tree => treeSql(tree, prepared))])
  })
}

function treeSql(tree: Of<'trees'>['trees'][number], { numbers, codes }: PreparedColumns): string {
  const node = (i: number): string => {
    if (tree.left[i]! < 0) return numberLiteral(tree.value[i]!)
    const [left, right] = [node(tree.left[i]!), node(tree.right[i]!)]
    const column = tree.column[i]!
    if (column >= numbers.length)
      return `CASE WHEN ${isMember(tree.members[i]!, codes[column - numbers.length]!)} THEN ${left} ELSE ${right} END`
    const threshold = numberLiteral(tree.threshold[i]!)
    // What is missing takes ELSE.
    return tree.missingLeft[i]
      ? `CASE WHEN ${numbers[column]!} > ${threshold} THEN ${right} ELSE ${left} END`
      : `CASE WHEN ${numbers[column]!} <= ${threshold} THEN ${left} ELSE ${right} END`
  }
  return node(0)
}

/** Bin 0 is of every other value, the others are positions. What is in no bin goes right. */
function isMember(bins: readonly number[] | null, position: string): string {
  const members = new Set(bins)
  const last = Math.max(0, ...members)
  const bits = Array.from({ length: last }, (_, i) => (members.has(i + 1) ? '1' : '0')).join('')
  const known =
    last === 0 ? undefined : `get_bit(CAST('${bits}' AS BIT), CAST(${position} - 1 AS INTEGER)) = 1`
  const others = members.has(0) ? 'TRUE' : 'FALSE'
  return known === undefined
    ? `CASE WHEN ${position} IS NULL THEN ${others} ELSE FALSE END`
    : `CASE WHEN ${position} IS NULL THEN ${others} WHEN ${position} <= ${last} THEN ${known} ELSE FALSE END`
}

/** A list per layer; the first takes of every code the row of weights that it points at. */
function networkSql(
  { layers, nCategories, activation, center, scale }: Of<'network'>,
  { numbers, codes }: PreparedColumns,
): ScoresSql {
  const [first, ...others] = layers
  const last = layers.at(-1)!
  const hidden = (l: number) => `"0 layer ${l}"`
  // A product refuses lists with a NULL in them, also where a CASE takes another branch.
  const inputs = numbers.length === 0 ? '[0e0]' : `[${numbers.map(n => `coalesce(${n}, 0e0)`).join(', ')}]`
  const whole = '"0 whole"'
  const isKnown = numbers.length === 0 ? 'TRUE' : numbers.map(n => `${n} IS NOT NULL`).join(' AND ')
  const bent = (units: readonly string[], l: number): string =>
    l === layers.length - 1
      ? `[${units.join(',\n    ')}]`
      : `list_transform([${units.join(',\n    ')}], lambda u: ${activations[activation]})`
  const steps = [
    { name: whole, sql: isKnown },
    { name: hidden(0), sql: inputs },
    { name: hidden(1), sql: bent(firstUnits(first!, nCategories, { numbers, codes, inputs: hidden(0) }), 0) },
    ...others.map((layer, l) => ({ name: hidden(l + 2), sql: bent(unitsSql(layer, hidden(l + 1)), l + 1) })),
  ]
  const scores = Array.from(
    { length: last.nOutputs },
    (_, o) => `${hidden(layers.length)}[${o + 1}] * ${numberLiteral(scale)} + ${numberLiteral(center)}`,
  )
  const { n, sql } = together(scores)
  return {
    n,
    sql: `CASE WHEN ${whole} THEN ${sql} END`,
    from: relation =>
      steps.reduce((from, step) => `(SELECT *, ${step.sql} AS ${step.name} FROM ${from})`, relation),
  }
}

type Layer = Of<'network'>['layers'][number]

function unitsSql({ nInputs, nOutputs, weights, bias }: Layer, inputs: string): string[] {
  return Array.from({ length: nOutputs }, (_, o) => {
    const own = Array.from({ length: nInputs }, (_, i) => weights[i * nOutputs + o]!)
    return `list_dot_product(${inputs}, ${listSql(own)}) + ${numberLiteral(bias[o]!)}`
  })
}

function firstUnits(
  { nOutputs, weights, bias }: Layer,
  nCategories: readonly number[],
  { numbers, codes, inputs }: Pick<PreparedColumns, 'numbers' | 'codes'> & { readonly inputs: string },
): string[] {
  return Array.from({ length: nOutputs }, (_, o) => {
    const weight = (input: number) => weights[input * nOutputs + o]!
    let from = numbers.length
    const looked = codes.map((column, k) => {
      const own = Array.from({ length: nCategories[k]! + 1 }, (_, i) => weight(from + i))
      from += own.length
      return lookedUp(own, column)
    })
    const dot =
      numbers.length === 0
        ? []
        : [`list_dot_product(${inputs}, ${listSql(numbers.map((_, j) => weight(j)))})`]
    return sumSql([numberLiteral(bias[o]!), ...dot, ...looked])
  })
}

const activations: Readonly<Record<Of<'network'>['activation'], string>> = {
  relu: 'greatest(u, 0e0)',
  tanh: 'tanh(u)',
  sigmoid: 'CASE WHEN u >= 0 THEN 1 / (1 + exp(-u)) ELSE exp(u) / (1 + exp(u)) END',
  gelu: `u / 2 * (1 + tanh(${numberLiteral(Math.sqrt(2 / Math.PI))} * (u + 0.044715e0 * u * u * u)))`,
}

/** The probabilities of classes, from scores less the greatest of them. */
function softmax(from: string): string {
  const { z, greatest, powers, predicted } = inner
  const shifted = `(SELECT *, list_max(${z}) AS ${greatest} FROM ${from})`
  const raised = `(SELECT *, list_transform(${z}, lambda s: exp(s - ${greatest})) AS ${powers} FROM ${shifted})`
  const whole = `isfinite(${greatest}) AND isfinite(list_min(${z}))`
  return `(SELECT *, CASE WHEN ${whole} THEN list_transform(${powers}, lambda s: s / list_sum(${powers})) END AS ${predicted} FROM ${raised})`
}

function single(link: FittedParameters['link']): (from: string) => string {
  const { z, predicted } = inner
  const linked = {
    identity: z,
    log: `exp(${z})`,
    logistic: `CASE WHEN ${z} >= 0 THEN 1 / (1 + exp(-${z})) ELSE exp(${z}) / (1 + exp(${z})) END`,
    softmax: '1e0',
  }[link]
  return from => `(SELECT *, ${finite(linked)} AS ${predicted} FROM ${from})`
}
