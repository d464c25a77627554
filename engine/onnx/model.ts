/** A fitted plan as an ONNX model: observed columns and catalog features in, outputs out, preparation inside. */
import type { ModelFeature, OutputPlan, Plan } from '../../language/index.ts'
import { inputColumns } from '../plan/inputs.ts'
import type { CardInput, CardTensor, FittedModel } from '../types.ts'
import { expressionOnnx, type OnnxScope } from './expression.ts'
import { createGraph, type GraphBuilder, type Ref } from './graph.ts'
import { addInput, inputsOf } from './inputs.ts'
import { canLackScores, lacksScore, tensorNames, type TensorNames } from './names.ts'
import { preparedColumns } from './predict/columns.ts'
import { outputRef, predictionsOf } from './predict/outputs.ts'
import { scoresOf } from './predict/scores.ts'
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
  const keyColumns = fitted.keys.flatMap(({ source }) => (source.kind === 'column' ? [source.name] : []))
  const read = new Set([...inputColumns(plan), ...keyColumns])
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
  const perRow = rowsOf(graph, tensors)
  const columns = preparedColumns(graph, fitted, {
    features: plan.features.map(({ name }) => features.get(name)!),
    perRow,
  })
  const keys = fitted.keys.map(({ source }) =>
    source.kind === 'feature' ? features.get(source.name)! : values.get(`column ${source.name}`)!,
  )
  const scores = scoresOf(fitted, { graph, columns, keys, perRow })
  const predictions = predictionsOf(graph, fitted, scores)
  const outputs = outputTensors({ graph, names, perRow }, plan.outputs, output =>
    outputRef(graph, fitted, { output, predictions }),
  )
  if (canLackScores(fitted)) graph.output(lacksScore, flat(graph, perRow(anyNaN(graph, scores))), 'bool')
  const exposed = options.withFeatures
    ? plan.features.map(({ name, type }) =>
        expose({ graph, names, perRow }, { name, value: features.get(name)!, size: type.size }),
      )
    : []
  return { onnx: graph.serialize(plan.model, plan.doc ?? ''), inputs, tensors, outputs, features: exposed }
}

interface OutputScope {
  readonly graph: GraphBuilder
  readonly names: TensorNames
  readonly perRow: (ref: Ref) => Ref
}

/** A rank has no tensor of its own: it is given to rows by the tensor of what it ranks by. */
function outputTensors(
  { graph, names, perRow }: OutputScope,
  outputs: readonly OutputPlan[],
  refOf: (output: Exclude<OutputPlan, { kind: 'rank' }>) => ReturnType<typeof outputRef>,
): OnnxModel['outputs'] {
  const tensors = new Map<string, string>()
  for (const output of outputs) {
    if (output.kind === 'rank') continue
    const tensor = names.unique(output.name)
    tensors.set(output.name, tensor)
    const { ref, dtype } = refOf(output)
    graph.output(tensor, flat(graph, perRow(ref)), dtype)
  }
  return outputs.map(output => {
    const tensor = tensors.get(output.kind === 'rank' ? output.by : output.name)!
    return { ...output, tensor }
  })
}

/** (nRows, nScores) → (nRows, 1) */
function anyNaN(graph: GraphBuilder, scores: Ref): Ref {
  const axis = graph.constant('int64', [1n])
  return graph.node('IsNaN', [graph.node('ReduceSum', [scores, axis], { attributes: { keepdims: 1 } })])
}

/** (nRows, 1) → (nRows) */
function flat(graph: GraphBuilder, ref: Ref): Ref {
  return graph.node('Reshape', [ref, graph.constant('int64', [-1n])])
}

/** Repeats what is the same for every row, in as many rows as the first tensor has; in one where nothing is read. */
function rowsOf(graph: GraphBuilder, tensors: readonly CardTensor[]): (ref: Ref) => Ref {
  const scalar = tensors.find(tensor => tensor.size === undefined)
  const vector = () =>
    graph.node('Slice', [tensors[0]!.tensor, ...[0n, 1n, 1n].map(i => graph.constant('int64', [i]))])
  return ref => {
    if (graph.isPerRow(ref)) return ref
    if (tensors.length === 0) return graph.node('Reshape', [ref, graph.constant('int64', [1n, -1n])])
    return graph.node('Expand', [ref, graph.node('Shape', [scalar?.tensor ?? vector()])])
  }
}

function featureValue(
  feature: ModelFeature,
  values: ReadonlyMap<string, OnnxValue>,
  scope: OnnxScope,
): OnnxValue {
  if (feature.value.kind === 'row') return expressionOnnx(feature.value.expr, scope)
  return values.get(`catalog ${feature.name}`)!
}

function expose(
  { graph, names, perRow }: OutputScope,
  feature: { readonly name: string; readonly value: OnnxValue; readonly size?: number | undefined },
): OnnxModel['features'][number] {
  const { size } = feature
  const tensor = names.unique(`feature ${feature.name}`)
  const missingTensor = names.unique(`feature ${feature.name}#missing`)
  const { kind, value } = feature.value
  graph.output(tensor, kind === 'vector' ? value : flat(graph, perRow(value)), dtypes[kind], size)
  graph.output(
    missingTensor,
    flat(graph, perRow(feature.value.missing ?? graph.constant('bool', [false]))),
    'bool',
  )
  return { name: feature.name, tensor, missingTensor }
}
