/** Values that may be missing, as pairs of tensors, and the operations that keep the pairs right. */
import type { ValueKind } from '../../language/index.ts'
import type { DType, GraphBuilder, Ref } from './graph.ts'

export interface OnnxValue {
  readonly kind: ValueKind
  /** Shape (nRows, 1), of a vector (nRows, size); (1) where it is the same for every row. Arbitrary where missing. */
  readonly value: Ref
  /** True where missing; absent when never missing. */
  readonly missing?: Ref | undefined
  /** Of a number: the same with NaN where missing. */
  readonly orNaN?: Ref
  /** The same value as an int64 tensor: set for a category made of an int, whose text is then seldom needed. */
  readonly int64?: Ref
}

export const dtypes: Readonly<Record<ValueKind, DType>> = {
  bool: 'bool',
  int: 'float64',
  float: 'float64',
  string: 'string',
  category: 'string',
  timestamp: 'int64',
  vector: 'float64',
}

/** A number that comes in with NaN where it is missing. */
export function numberInput(graph: GraphBuilder, kind: 'int' | 'float', value: Ref): OnnxValue {
  return { kind, value, missing: graph.node('IsNaN', [value]), orNaN: value }
}

/** As a float64 of the same shape, NaN where missing: a bool as 0 and 1, a timestamp in microseconds. */
export function withNaN(graph: GraphBuilder, { kind, value, missing, orNaN }: OnnxValue): Ref {
  if (orNaN !== undefined) return orNaN
  const number = dtypes[kind] === 'float64' ? value : graph.cast(value, 'float64')
  return missing ? graph.node('Where', [missing, graph.constant('float64', [NaN]), number]) : number
}

export function anyMissing(graph: GraphBuilder, values: readonly (Ref | undefined)[]): Ref | undefined {
  const masks = values.filter(v => v !== undefined)
  if (masks.length === 0) return undefined
  return masks.reduce((a, b) => (a === b ? a : graph.node('Or', [a, b])))
}

/** Missing, too, where a number is not finite. */
export function finite(graph: GraphBuilder, value: Ref, missing: Ref | undefined): OnnxValue {
  const bounded = graph.node('LessOrEqual', [
    graph.node('Abs', [value]),
    graph.constant('float64', [Number.MAX_VALUE]),
  ])
  return { kind: 'float', value, missing: anyMissing(graph, [missing, graph.node('Not', [bounded])]) }
}

/** Three-valued conjunction or disjunction. */
export function kleene(graph: GraphBuilder, operator: 'And' | 'Or', a: OnnxValue, b: OnnxValue): OnnxValue {
  const value = graph.node(operator, [a.value, b.value])
  if (!a.missing && !b.missing) return { kind: 'bool', value }
  const decides = (x: OnnxValue) =>
    present(graph, operator === 'Or' ? x.value : graph.node('Not', [x.value]), x.missing)
  const decided = graph.node('Or', [decides(a), decides(b)])
  const undecided = graph.node('Not', [decided])
  return {
    kind: 'bool',
    value: operator === 'Or' ? decided : undecided,
    missing: graph.node('And', [undecided, anyMissing(graph, [a.missing, b.missing])!]),
  }
}

/** True where the value is true and not missing. */
export function present(graph: GraphBuilder, value: Ref, missing: Ref | undefined): Ref {
  return missing ? graph.node('And', [value, graph.node('Not', [missing])]) : value
}

/** Per row one of two values. */
export function choose(graph: GraphBuilder, condition: Ref, a: OnnxValue, b: OnnxValue): OnnxValue {
  const pick = (x: Ref, y: Ref, kind: ValueKind) =>
    kind === 'bool' ? pickBool(graph, condition, x, y) : graph.node('Where', [condition, x, y])
  const never = graph.constant('bool', [false])
  const missing =
    a.missing || b.missing ? pickBool(graph, condition, a.missing ?? never, b.missing ?? never) : undefined
  return { kind: a.kind, value: pick(a.value, b.value, a.kind), missing }
}

function pickBool(graph: GraphBuilder, condition: Ref, a: Ref, b: Ref): Ref {
  const whenTrue = graph.node('And', [condition, a])
  const whenFalse = graph.node('And', [graph.node('Not', [condition]), b])
  return graph.node('Or', [whenTrue, whenFalse])
}
