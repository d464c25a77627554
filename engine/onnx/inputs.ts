/** What a model is sent, and the tensors that carry it. */
import type { Plan } from '../../language/index.ts'
import { columnsSent } from '../plan/inputs.ts'
import type { CardInput, CardTensor } from '../types.ts'
import type { GraphBuilder } from './graph.ts'
import type { TensorNames } from './names.ts'
import { dtypes, numberInput, type OnnxValue } from './values.ts'

/** What a caller sends: observed columns that features and keys read, and the catalog features. */
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

/** A number that is missing is NaN; of every other kind a second tensor says what is missing. */
export function addInput(
  graph: GraphBuilder,
  names: TensorNames,
  input: Pick<CardInput, 'name' | 'type'>,
): { tensor: Omit<CardTensor, 'source'>; value: OnnxValue } {
  const { kind, nullable, size } = input.type
  const dtype = dtypes[kind]
  const tensor = names.unique(input.name)
  const value = graph.input(tensor, dtype, size ?? 1)
  const described = { tensor, dtype, ...(size !== undefined && { size }) }
  if (!nullable) return { tensor: described, value: { kind, value } }
  if (kind === 'int' || kind === 'float') return { tensor: described, value: numberInput(graph, kind, value) }
  const missingTensor = names.unique(`${input.name}#missing`)
  const missing = graph.input(missingTensor, 'bool', 1)
  return { tensor: { ...described, missingTensor }, value: { kind, value, missing } }
}
