/** Short ways to write plans by hand, for tests and benchmarks. */
import type {
  ColumnSchema,
  Expr,
  FunctionName,
  ModelFeature,
  Plan,
  Preparation,
  Scalar,
  ScalarKind,
  SourcePlan,
  ValueKind,
  ValueType,
} from '../../language/index.ts'
import { planVersion } from '../../language/plan.ts'

export const typeOf = (kind: ValueKind, nullable = true): ValueType => ({ kind, nullable })

export const column = (name: string, kind: ValueKind): Expr => ({ op: 'column', name, type: typeOf(kind) })

export const literal = (kind: ValueKind, value: Scalar): Expr => ({
  op: 'literal',
  type: typeOf(kind, value === null),
  value,
})

export const call = (name: FunctionName, kind: ValueKind, ...args: readonly Expr[]): Expr => ({
  op: 'call',
  function: name,
  args,
  type: typeOf(kind),
})

export const columnsOfKinds = (kinds: Readonly<Record<string, ScalarKind>>): readonly ColumnSchema[] =>
  Object.entries(kinds).map(([name, kind]) => ({ name, type: typeOf(kind) }))

export const numeric: Preparation = { kind: 'numeric', impute: 'median', scale: 'standardize' }
export const oneHot = (max: number): Preparation => ({ kind: 'one_hot', max })

/** A feature of the row, prepared as its type asks for. */
export const rowFeature = (name: string, expr: Expr, prepare?: Preparation): ModelFeature => {
  const isText = expr.type.kind === 'string' || expr.type.kind === 'category'
  return {
    name,
    type: expr.type,
    value: { kind: 'row', expr },
    prepare: prepare ?? (isText ? oneHot(300) : numeric),
  }
}

/** A plan over one source, with defaults for everything but what is given. */
export const planOver = (
  source: SourcePlan,
  given: Pick<Plan, 'features' | 'label'> & Partial<Plan>,
): Plan => ({
  planVersion,
  model: 'model',
  sources: { [source.name]: source },
  observe: { source: source.name },
  catalogFeatures: {},
  split: {
    kind: 'random',
    seed: 7,
    parts: [
      { name: 'train', fraction: 0.7 },
      { name: 'validation', fraction: 0.15 },
      { name: 'test', fraction: 0.15 },
    ],
  },
  algorithm: {
    name: 'logistic_regression',
    hyperparameters: { l2: 1, l1: 0, max_iterations: 100, tolerance: 1e-6 },
  },
  evaluate: [{ metric: 'auc' }, { metric: 'log_loss' }],
  outputs: [{ name: 'probability', kind: 'probability' }],
  require: [],
  tests: [],
  health: [],
  ...given,
})
