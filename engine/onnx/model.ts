/** A fitted plan as an ONNX model: observed columns and catalog features in, outputs out, preparation inside. */
import type { ModelFeature, OutputPlan, Plan } from '../../language/index.ts'
import { columnsSent, inputColumns } from '../plan/inputs.ts'
import type { CardInput, CardTensor, FittedColumn, FittedFeature, FittedModel } from '../types.ts'
import { expressionOnnx, type OnnxScope } from './expression.ts'
import { createGraph, type GraphBuilder, type Ref } from './graph.ts'
import { dtypes, type OnnxValue } from './values.ts'

export interface OnnxModel {
  readonly onnx: Uint8Array
  readonly inputs: readonly CardInput[]
  readonly tensors: readonly CardTensor[]
  readonly outputs: readonly (OutputPlan & { readonly tensor: string })[]
  /** Output tensors of the features' values, when asked for. */
  readonly features: readonly {
    readonly name: string
    readonly tensor: string
    readonly missingTensor: string
  }[]
}

export interface OnnxOptions {
  /** Whether every feature's value and whether it is missing are outputs too. Default false. */
  readonly withFeatures?: boolean
}

export function buildOnnx(plan: Plan, fitted: FittedModel, options: OnnxOptions = {}): OnnxModel {
  const graph = createGraph()
  const names = tensorNames()
  const tensors: CardTensor[] = []
  const inputs = inputsOf(plan)
  const values = new Map<string, OnnxValue>()
  const read = new Set(inputColumns(plan))
  for (const input of inputs) {
    if (input.kind === 'column' && !read.has(input.name)) continue
    const { tensor, value } = addInput(graph, names, { name: input.name, type: input.type })
    tensors.push({ ...tensor, source: { kind: 'input', name: input.name } })
    values.set(`${input.kind} ${input.name}`, value)
  }
  const derivedByText = new Map<string, OnnxValue>()
  const features = new Map<string, OnnxValue>()
  const scope: OnnxScope = {
    graph,
    column: name => values.get(`column ${name}`)!,
    feature: name => features.get(name)!,
    derived(expr) {
      const text = JSON.stringify(expr)
      const known = derivedByText.get(text)
      if (known) return known
      const type = { ...expr.type, nullable: true }
      const { tensor, value } = addInput(graph, names, { name: `derived ${derivedByText.size + 1}`, type })
      tensors.push({ ...tensor, source: { kind: 'derived', expr } })
      derivedByText.set(text, value)
      return value
    },
  }
  for (const feature of plan.features) features.set(feature.name, featureValue(feature, values, scope))
  const terms = plan.features.map((f, i) => contribution(graph, fitted.features[i]!, features.get(f.name)!))
  const z = [graph.constant('float64', [fitted.intercept]), ...terms].reduce((a, b) =>
    graph.node('Add', [a, b]),
  )
  const shaped = tensors.find(tensor => tensor.size === undefined)
  const shape = shaped && graph.node('Shape', [shaped.tensor])
  const perRow = (ref: Ref) => (shape ? graph.node('Expand', [ref, shape]) : ref)
  const probability = perRow(graph.node('Sigmoid', [z]))
  const outputs = outputTensors(graph, names, plan.outputs, probability)
  const exposed = options.withFeatures
    ? plan.features.map(({ name, type }) =>
        expose(graph, names, perRow, { name, value: features.get(name)!, size: type.size }),
      )
    : []
  return { onnx: graph.serialize(plan.model, plan.doc ?? ''), inputs, tensors, outputs, features: exposed }
}

/** A rank has no tensor of its own: it is given to rows by the tensor of what it ranks by. */
function outputTensors(
  graph: GraphBuilder,
  names: TensorNames,
  outputs: readonly OutputPlan[],
  probability: Ref,
): OnnxModel['outputs'] {
  const tensors = new Map<string, string>()
  for (const { name, kind } of outputs) {
    if (kind === 'rank') continue
    const tensor = names.unique(name)
    tensors.set(name, tensor)
    if (kind === 'probability') graph.output(tensor, probability, 'float64')
    else {
      const half = graph.constant('float64', [0.5])
      graph.output(tensor, graph.node('GreaterOrEqual', [probability, half]), 'bool')
    }
  }
  return outputs.map(output => {
    const tensor = tensors.get(output.kind === 'rank' ? output.by : output.name)!
    return { ...output, tensor }
  })
}

/** What a caller sends: observed columns that features read, and the catalog features. */
export function inputsOf(plan: Plan): readonly CardInput[] {
  const columns = plan.sources[plan.observe.source]!.columns
  const observed = columnsSent(plan).map((name): CardInput => {
    return { name, kind: 'column', type: columns.find(c => c.name === name)!.type }
  })
  const catalog = plan.features.flatMap(({ name, type, value }): CardInput[] =>
    value.kind === 'catalog'
      ? [{ name, kind: 'catalog', type: { ...type, nullable: true }, feature: value.feature }]
      : [],
  )
  return [...observed, ...catalog]
}

interface TensorNames {
  unique(name: string): string
}

/** Names as their owner wrote them where possible; a blank in front is kept for inner tensors. */
function tensorNames(): TensorNames {
  const taken = new Set<string>()
  return {
    unique(name) {
      let candidate = name.trim() === '' || name.startsWith(' ') ? `column${name}` : name
      while (taken.has(candidate)) candidate += '#'
      taken.add(candidate)
      return candidate
    },
  }
}

function addInput(
  graph: GraphBuilder,
  names: TensorNames,
  input: Pick<CardInput, 'name' | 'type'>,
): { tensor: Omit<CardTensor, 'source'>; value: OnnxValue } {
  const { kind, nullable, size } = input.type
  const dtype = dtypes[kind]
  const tensor = names.unique(input.name)
  const value = graph.input(tensor, dtype, size)
  const described = { tensor, dtype, ...(size !== undefined && { size }) }
  if (!nullable) return { tensor: described, value: { kind, value } }
  const missingTensor = names.unique(`${input.name}#missing`)
  const missing = graph.input(missingTensor, 'bool')
  return { tensor: { ...described, missingTensor }, value: { kind, value, missing } }
}

function featureValue(
  feature: ModelFeature,
  values: ReadonlyMap<string, OnnxValue>,
  scope: OnnxScope,
): OnnxValue {
  if (feature.value.kind === 'row') return expressionOnnx(feature.value.expr, scope)
  return values.get(`catalog ${feature.name}`)!
}

/** The feature's part of the linear sum. */
function contribution(graph: GraphBuilder, fitted: FittedFeature, value: OnnxValue): Ref {
  const number = (x: number) => graph.constant('float64', [x])
  const sum = (a: Ref, b: Ref) => graph.node('Add', [a, b])
  switch (fitted.kind) {
    case 'numeric':
      return [columnTerm(graph, fitted, value), ...indicatorTerm(graph, fitted, value)].reduce(sum)
    case 'vector':
      return [vectorTerm(graph, fitted.elements, value), ...indicatorTerm(graph, fitted, value)].reduce(sum)
    case 'one_hot': {
      if (fitted.categories.length === 0) return number(fitted.other)
      const index = categoryIndex(graph, fitted.categories, value)
      const weights = graph.constant('float64', [...fitted.weights, fitted.other])
      const known = graph.node('Gather', [weights, index])
      return value.missing ? graph.node('Where', [value.missing, number(fitted.other), known]) : known
    }
  }
}

function columnTerm(graph: GraphBuilder, fitted: FittedColumn, value: OnnxValue): Ref {
  const number = (x: number) => graph.constant('float64', [x])
  const raw =
    value.kind === 'int' || value.kind === 'float' ? value.value : graph.cast(value.value, 'float64')
  const x = value.missing ? graph.node('Where', [value.missing, number(fitted.impute ?? NaN), raw]) : raw
  const centered = graph.node('Sub', [x, number(fitted.center)])
  return graph.node('Div', [graph.node('Mul', [number(fitted.weight), centered]), number(fitted.scale)])
}

/** All elements at once: a node per element would make large graphs of large vectors. */
function vectorTerm(graph: GraphBuilder, elements: readonly FittedColumn[], value: OnnxValue): Ref {
  const each = (of: (column: FittedColumn) => number) => graph.constant('float64', elements.map(of))
  const axis = graph.constant('int64', [1n])
  const imputed = () => each(({ impute }) => impute ?? NaN)
  const x = value.missing
    ? graph.node('Where', [graph.node('Unsqueeze', [value.missing, axis]), imputed(), value.value])
    : value.value
  const centered = graph.node('Sub', [x, each(({ center }) => center)])
  const weighted = graph.node('Mul', [each(({ weight }) => weight), centered])
  const scaled = graph.node('Div', [weighted, each(({ scale }) => scale)])
  return graph.node('ReduceSum', [scaled, axis], { attributes: { keepdims: 0 } })
}

function indicatorTerm(
  graph: GraphBuilder,
  { indicator }: { readonly indicator?: number },
  { missing }: OnnxValue,
): Ref[] {
  if (indicator === undefined || missing === undefined) return []
  const number = (x: number) => graph.constant('float64', [x])
  return [graph.node('Where', [missing, number(indicator), number(0)])]
}

/** The position among the categories, their number for every other value. */
function categoryIndex(graph: GraphBuilder, categories: readonly string[], value: OnnxValue): Ref {
  const positions = categories.map((_, i) => BigInt(i))
  const byInt = value.int64 !== undefined && categories.every(text => /^-?\d+$/.test(text))
  const asText =
    value.kind === 'bool'
      ? graph.node('Where', [value.value, text(graph, 'true'), text(graph, 'false')])
      : undefined
  return graph.node('LabelEncoder', [byInt ? value.int64! : (asText ?? textRef(graph, value))], {
    domain: 'ai.onnx.ml',
    attributes: {
      ...(byInt ? { keys_int64s: categories.map(BigInt) } : { keys_strings: categories }),
      values_int64s: positions,
      default_int64: categories.length,
    },
  })
}

function text(graph: GraphBuilder, value: string): Ref {
  return graph.constant('string', [value])
}

/** An int that is encoded without having been made a category. */
function textRef(graph: GraphBuilder, value: OnnxValue): Ref {
  return value.kind === 'int' ? graph.cast(graph.cast(value.value, 'int64'), 'string') : value.value
}

function expose(
  graph: GraphBuilder,
  names: TensorNames,
  perRow: (ref: Ref) => Ref,
  feature: { readonly name: string; readonly value: OnnxValue; readonly size?: number | undefined },
): OnnxModel['features'][number] {
  const { size } = feature
  const tensor = names.unique(`feature ${feature.name}`)
  const missingTensor = names.unique(`feature ${feature.name}#missing`)
  const { kind, value } = feature.value
  graph.output(tensor, kind === 'vector' ? value : perRow(value), dtypes[kind], size)
  graph.output(missingTensor, perRow(feature.value.missing ?? graph.constant('bool', [false])), 'bool')
  return { name: feature.name, tensor, missingTensor }
}
