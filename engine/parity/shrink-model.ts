/** Fitted models with less in them. */
import type { FittedFeature, FittedModel, FittedParameters } from '../types.ts'
import type { ParityCase } from './cases.ts'
import type { FittedTree } from './trees.ts'

/** What stays of the columns, by old index. */
interface Kept {
  readonly numbers: readonly number[]
  readonly codes: readonly { readonly column: number; readonly categories: readonly number[] }[]
}

function everything({ features, columns }: FittedModel): Kept {
  return {
    numbers: columns.numbers.map((_, j) => j),
    codes: columns.codes.map((i, column) => ({
      column,
      categories: categoriesOf(features[i]!).map((_, c) => c),
    })),
  }
}

const categoriesOf = (feature: FittedFeature) => (feature.kind === 'category' ? feature.categories : [])

export function withoutFeature({ plan, fitted, rows }: ParityCase, i: number): ParityCase {
  const { numbers, codes } = fitted.columns
  const all = everything(fitted)
  const kept: Kept = {
    numbers: all.numbers.filter(j => numbers[j]!.feature !== i),
    codes: all.codes.filter(({ column }) => codes[column] !== i),
  }
  const moved = (feature: number) => (feature > i ? feature - 1 : feature)
  return {
    rows,
    plan: { ...plan, features: plan.features.toSpliced(i, 1) },
    fitted: {
      ...fitted,
      features: fitted.features.toSpliced(i, 1),
      columns: {
        numbers: kept.numbers.map(j => ({ ...numbers[j]!, feature: moved(numbers[j]!.feature) })),
        codes: kept.codes.map(({ column }) => moved(codes[column]!)),
      },
      parameters: restrict(fitted.parameters, kept, all),
    },
  }
}

/** Fewer trees, layers, categories and effects; plain numbers. */
export function* simplerModels(parityCase: ParityCase): Iterable<ParityCase> {
  const { fitted } = parityCase
  for (const parameters of simplerParameters(fitted.parameters))
    yield { ...parityCase, fitted: { ...fitted, parameters } }
  for (const [i, feature] of fitted.features.entries()) {
    if (feature.kind === 'category') yield* fewerCategories(parityCase, i)
    if (feature.kind !== 'numeric') continue
    for (const plain of [{ center: 0 }, { scale: 1 }, { impute: 0 }]) {
      const simpler = { ...feature, ...plain }
      if (JSON.stringify(simpler) !== JSON.stringify(feature))
        yield { ...parityCase, fitted: { ...fitted, features: fitted.features.with(i, simpler) } }
    }
  }
  yield* fewerKeys(parityCase)
}

function* fewerCategories(parityCase: ParityCase, i: number): Iterable<ParityCase> {
  const { fitted } = parityCase
  const feature = fitted.features[i]!
  if (feature.kind !== 'category') return
  const all = everything(fitted)
  for (const c of feature.categories.keys()) {
    const kept: Kept = {
      ...all,
      codes: all.codes.map(code =>
        fitted.columns.codes[code.column] === i
          ? { ...code, categories: code.categories.toSpliced(c, 1) }
          : code,
      ),
    }
    const simpler = { ...feature, categories: feature.categories.toSpliced(c, 1) }
    const parameters = restrict(fitted.parameters, kept, all)
    yield { ...parityCase, fitted: { ...fitted, features: fitted.features.with(i, simpler), parameters } }
  }
}

function* fewerKeys(parityCase: ParityCase): Iterable<ParityCase> {
  const { plan, fitted } = parityCase
  const { parameters, keys } = fitted
  if (parameters.kind !== 'mixed') return
  for (const [e, key] of keys.entries()) {
    const effect = parameters.random[e]!
    if (keys.length > 1)
      yield {
        ...parityCase,
        plan: { ...plan, algorithm: { ...plan.algorithm, random: plan.algorithm.random!.toSpliced(e, 1) } },
        fitted: {
          ...fitted,
          keys: keys.toSpliced(e, 1),
          parameters: { ...parameters, random: parameters.random.toSpliced(e, 1) },
        },
      }
    for (const v of key.values.keys()) {
      const values = effect.values.toSpliced(v * effect.nCoefficients, effect.nCoefficients)
      yield {
        ...parityCase,
        fitted: {
          ...fitted,
          keys: keys.with(e, { ...key, values: key.values.toSpliced(v, 1) }),
          parameters: { ...parameters, random: parameters.random.with(e, { ...effect, values }) },
        },
      }
    }
  }
}

function* simplerParameters(parameters: FittedParameters): Iterable<FittedParameters> {
  if (parameters.kind === 'trees') {
    const { trees, initial } = parameters
    const nRounds = trees.length / initial.length
    for (let size = nRounds >> 1 || 1; size >= 1 && nRounds > 0; size >>= 1)
      for (let round = 0; round < nRounds; round += size)
        yield { ...parameters, trees: trees.toSpliced(round * initial.length, size * initial.length) }
    for (const [t, tree] of trees.entries())
      for (let node = 0; node < tree.left.length; node++)
        if (tree.left[node]! >= 0)
          for (const child of [tree.left[node]!, tree.right[node]!])
            yield { ...parameters, trees: trees.with(t, rebuild(tree, { node, child })) }
  }
  if (parameters.kind === 'network')
    for (let l = 0; l < parameters.layers.length - 1; l++)
      for (let unit = 0; unit < parameters.layers[l]!.nOutputs; unit++)
        if (parameters.layers[l]!.nOutputs > 1) yield withoutUnit(parameters, { l, unit })
}

type Network = Extract<FittedParameters, { kind: 'network' }>

function withoutUnit(network: Network, { l, unit }: { readonly l: number; readonly unit: number }): Network {
  const layer = network.layers[l]!
  const next = network.layers[l + 1]!
  const nOutputs = layer.nOutputs - 1
  const smaller = {
    ...layer,
    nOutputs,
    weights: layer.weights.filter((_, at) => at % layer.nOutputs !== unit),
    bias: layer.bias.toSpliced(unit, 1),
  }
  const following = {
    ...next,
    nInputs: nOutputs,
    weights: next.weights.toSpliced(unit * next.nOutputs, next.nOutputs),
  }
  return { ...network, layers: network.layers.with(l, smaller).with(l + 1, following) }
}

/** A tree without the nodes that nothing leads to, after `node` was replaced by one of its children. */
function rebuild(
  tree: FittedTree,
  { node: replaced, child }: { readonly node: number; readonly child: number },
  split: (node: number) => {
    readonly column?: number
    readonly members?: readonly number[] | null
  } = () => ({}),
): FittedTree {
  const order: number[] = []
  const left: number[] = []
  const right: number[] = []
  const visit = (from: number): number => {
    const node = from === replaced ? child : from
    const index = order.push(node) - 1
    left.push(-1)
    right.push(-1)
    if (tree.left[node]! < 0) return index
    left[index] = visit(tree.left[node]!)
    right[index] = visit(tree.right[node]!)
    return index
  }
  visit(0)
  const of = <T>(values: readonly T[]) => order.map(node => values[node]!)
  return {
    column: order.map(node => split(node).column ?? tree.column[node]!),
    threshold: of(tree.threshold),
    members: order.map(node => split(node).members ?? tree.members[node]!),
    missingLeft: of(tree.missingLeft),
    left,
    right,
    value: of(tree.value),
    gain: of(tree.gain),
    nRows: of(tree.nRows),
  }
}

function restrict(parameters: FittedParameters, kept: Kept, all: Kept): FittedParameters {
  const { numbers, codes } = kept
  type Score = Extract<FittedParameters, { kind: 'linear' }>['scores'][number]
  const linear = (score: Score): Score => ({
    ...score,
    numbers: numbers.map(j => score.numbers[j]!),
    categories: codes.map(({ column, categories }) => [
      ...categories.map(c => score.categories[column]![c]!),
      score.categories[column]!.at(-1)!,
    ]),
  })
  switch (parameters.kind) {
    case 'linear':
      return { ...parameters, scores: parameters.scores.map(linear) }
    case 'mixed':
      return {
        ...parameters,
        fixed: linear(parameters.fixed),
        random: parameters.random.map(effect => restrictEffect(effect, numbers)),
      }
    case 'trees':
      return { ...parameters, trees: parameters.trees.map(tree => restrictTree(tree, kept, all)) }
    case 'network': {
      const first = parameters.layers[0]!
      const starts = all.codes.map((_, k) =>
        all.codes.slice(0, k).reduce((sum, code) => sum + code.categories.length + 1, all.numbers.length),
      )
      const inputs = [
        ...numbers,
        ...codes.flatMap(({ column, categories }) => [
          ...categories.map(c => starts[column]! + c),
          starts[column]! + all.codes[column]!.categories.length,
        ]),
      ]
      const weights = inputs.flatMap(i => first.weights.slice(i * first.nOutputs, (i + 1) * first.nOutputs))
      return {
        ...parameters,
        nCategories: codes.map(({ categories }) => categories.length),
        layers: parameters.layers.with(0, { ...first, nInputs: inputs.length, weights }),
      }
    }
  }
}

type Effect = Extract<FittedParameters, { kind: 'mixed' }>['random'][number]

function restrictEffect(effect: Effect, numbers: readonly number[]): Effect {
  const { intercept, slopes, nCoefficients, values } = effect
  const first = intercept ? 1 : 0
  const stays = slopes.map(j => numbers.includes(j))
  return {
    intercept,
    slopes: slopes.filter((_, s) => stays[s]).map(j => numbers.indexOf(j)),
    nCoefficients: first + stays.filter(Boolean).length,
    values: values.filter((_, at) => at % nCoefficients < first || stays[(at % nCoefficients) - first]),
  }
}

/** A node that split on what is gone becomes its left child. */
function restrictTree(tree: FittedTree, kept: Kept, all: Kept): FittedTree {
  const nNumbers = all.numbers.length
  const moved = (column: number): number => {
    if (column < nNumbers) return kept.numbers.indexOf(column)
    const k = kept.codes.findIndex(code => code.column === column - nNumbers)
    return k < 0 ? -1 : kept.numbers.length + k
  }
  const isGone = (node: number) => tree.left[node]! >= 0 && moved(tree.column[node]!) < 0
  const gone = tree.left.findIndex((_, node) => isGone(node))
  if (gone >= 0) return restrictTree(rebuild(tree, { node: gone, child: tree.left[gone]! }), kept, all)
  return rebuild(tree, { node: -1, child: -1 }, node => {
    const column = moved(tree.column[node]!)
    const code = kept.codes.find(({ column: c }) => c === tree.column[node]! - nNumbers)
    const members = tree.members[node] ?? null
    if (members === null || !code || tree.left[node]! < 0) return { column: Math.max(column, 0), members }
    const bins = members.flatMap(bin =>
      bin === 0 ? [0] : code.categories.includes(bin - 1) ? [code.categories.indexOf(bin - 1) + 1] : [],
    )
    return { column, members: bins }
  })
}
