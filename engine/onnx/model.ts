/** A fitted plan as an ONNX model: observed columns and catalog features in, outputs out, preparation inside. */
import type { ModelFeature, OutputPlan, Plan } from '../../language/index.ts'
import { inputColumns } from '../sql/dataset.ts'
import type { CardInput, CardTensor, FittedFeature, FittedModel } from '../types.ts'
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
  for (const input of inputs) {
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
  const shape = tensors[0] && graph.node('Shape', [tensors[0].tensor])
  const perRow = (ref: Ref) => (shape ? graph.node('Expand', [ref, shape]) : ref)
  const probability = perRow(graph.node('Sigmoid', [z]))
  const outputs = plan.outputs.map(output => {
    const tensor = names.unique(output.name)
    graph.output(tensor, probability, 'float64')
    return { ...output, tensor }
  })
  const exposed = options.withFeatures
    ? plan.features.map(({ name }) => expose(graph, names, perRow, { name, value: features.get(name)! }))
    : []
  return { onnx: graph.serialize(plan.model, plan.doc ?? ''), inputs, tensors, outputs, features: exposed }
}

/** What a caller sends: observed columns that features read, and the catalog features. */
export function inputsOf(plan: Plan): readonly CardInput[] {
  const columns = plan.sources[plan.observe.source]!.columns
  const observed = inputColumns(plan).map((name): CardInput => {
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
  const { kind, nullable } = input.type
  const dtype = dtypes[kind]
  const tensor = names.unique(input.name)
  const value = graph.input(tensor, dtype)
  if (!nullable) return { tensor: { tensor, dtype }, value: { kind, value } }
  const missingTensor = names.unique(`${input.name}#missing`)
  const missing = graph.input(missingTensor, 'bool')
  return { tensor: { tensor, missingTensor, dtype }, value: { kind, value, missing } }
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
  if (fitted.kind === 'numeric') {
    const raw =
      value.kind === 'int' || value.kind === 'float' ? value.value : graph.cast(value.value, 'float64')
    const x = value.missing ? graph.node('Where', [value.missing, number(fitted.impute ?? NaN), raw]) : raw
    const centered = graph.node('Sub', [x, number(fitted.center)])
    return graph.node('Div', [graph.node('Mul', [number(fitted.weight), centered]), number(fitted.scale)])
  }
  if (fitted.categories.length === 0) return number(fitted.other)
  const index = categoryIndex(graph, fitted.categories, value)
  const weights = graph.constant('float64', [...fitted.weights, fitted.other])
  const known = graph.node('Gather', [weights, index])
  return value.missing ? graph.node('Where', [value.missing, number(fitted.other), known]) : known
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
  feature: { readonly name: string; readonly value: OnnxValue },
): OnnxModel['features'][number] {
  const tensor = names.unique(`feature ${feature.name}`)
  const missingTensor = names.unique(`feature ${feature.name}#missing`)
  graph.output(tensor, perRow(feature.value.value), dtypes[feature.value.kind])
  graph.output(missingTensor, perRow(feature.value.missing ?? graph.constant('bool', [false])), 'bool')
  return { name: feature.name, tensor, missingTensor }
}
