/** What the features of a plan are, as the plan alone tells. Pure. */
import type { Expr, FeaturePlan, ModelFeature, Plan, ValueType } from '../../language/index.ts'
import { columnsOf } from './walk.ts'

export interface FeaturePreview {
  readonly name: string
  readonly doc?: string
  readonly type: ValueType
  readonly prepare: ModelFeature['prepare']
  /** The sources that it is computed from. */
  readonly sources: readonly string[]
  /** Columns of the observation that it reads: keys, of a catalog feature. */
  readonly columns: readonly string[]
  /** Of a catalog feature. */
  readonly catalog?: {
    readonly feature: string
    /** Every window that it is made of. */
    readonly windows: readonly {
      readonly feature: string
      readonly function: string
      readonly source: string
      readonly windowUs: number
      readonly knownAfterUs: number
      readonly default: FeaturePlan['default']
    }[]
  }
}

export function describeFeatures(plan: Plan): readonly FeaturePreview[] {
  return plan.features.map(feature => {
    const { name, doc, type, prepare, value } = feature
    const common = { name, ...(doc !== undefined && { doc }), type, prepare }
    if (value.kind === 'row')
      return { ...common, sources: [plan.observe.source], columns: columnsRead(plan, value.expr) }
    const windows = windowsIn(plan, value.feature).map(([id, window]) => ({
      feature: id,
      function: window.aggregate.function,
      source: window.source,
      windowUs: window.windowUs,
      knownAfterUs: plan.sources[window.source]!.knownAfterUs,
      default: window.default,
    }))
    return {
      ...common,
      sources: [...new Set(windows.map(({ source }) => source))],
      columns: [...new Set(value.keys.flatMap(key => columnsRead(plan, key)))],
      catalog: { feature: value.feature, windows },
    }
  })
}

/** Also through features above. */
function columnsRead(plan: Plan, expr: Expr): readonly string[] {
  const found = new Set(columnsOf(expr))
  const visit = (each: Expr): void => {
    if (each.op === 'call') each.args.forEach(visit)
    if (each.op !== 'feature') return
    const { value } = plan.features.find(({ name }) => name === each.name)!
    for (const inner of value.kind === 'row' ? [value.expr] : value.keys)
      for (const column of columnsRead(plan, inner)) found.add(column)
  }
  visit(expr)
  return [...found]
}

type Window = Extract<FeaturePlan, { kind: 'window' }>

function windowsIn(plan: Plan, id: string): readonly (readonly [string, Window])[] {
  const feature = plan.catalogFeatures[id]!
  if (feature.kind === 'window') return [[id, feature]]
  return Object.values(feature.inputs).flatMap(input => windowsIn(plan, input))
}
