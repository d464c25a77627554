/** The catalog features that a model calls, each value once: windows, and what is derived from them. */
import type { DerivedFeaturePlan, Expr, FeaturePlan, Plan, WindowFeaturePlan } from '../../language/index.ts'

export interface Lookup<F extends FeaturePlan = FeaturePlan> {
  readonly feature: F
  readonly keys: readonly Expr[]
  /** Name of its value among all lookups. */
  readonly column: string
  /** Of a derived feature: the lookups that its expression's names stand for. */
  readonly inputs: Readonly<Record<string, string>>
}

export interface Lookups {
  readonly windows: readonly Lookup<WindowFeaturePlan>[]
  /** Every one after those that it reads. */
  readonly derived: readonly Lookup<DerivedFeaturePlan>[]
  /** The column of every model feature that is a catalog feature, by its name. */
  readonly columns: ReadonlyMap<string, string>
}

type Features = Readonly<Record<string, FeaturePlan>>

/** Calls of one feature with the same keys share a value. */
export function lookupsOf(plan: Pick<Plan, 'features' | 'catalogFeatures'>): Lookups {
  const collect = collector(plan.catalogFeatures)
  const columns = new Map<string, string>()
  for (const { name, value } of plan.features)
    if (value.kind === 'catalog') columns.set(name, collect.add(value.feature, value.keys))
  return { ...collect.found, columns }
}

/** The windowed features that a feature is made of: itself, or what it is derived from. */
export function windowsOf(feature: FeaturePlan, features: Features): readonly WindowFeaturePlan[] {
  const found = new Set<WindowFeaturePlan>()
  const visit = (each: FeaturePlan): void => {
    if (each.kind === 'window') found.add(each)
    else for (const key of Object.values(each.inputs)) visit(features[key]!)
  }
  visit(feature)
  return [...found]
}

function collector(features: Features) {
  const windows: Lookup<WindowFeaturePlan>[] = []
  const derived: Lookup<DerivedFeaturePlan>[] = []
  const known = new Map<string, string>()
  const add = (key: string, keys: readonly Expr[]): string => {
    const id = JSON.stringify([key, keys])
    const before = known.get(id)
    if (before !== undefined) return before
    const feature = features[key]
    if (!feature) throw new RangeError(`The plan does not hold the catalog feature ${key}.`)
    const inputs =
      feature.kind === 'derived'
        ? Object.fromEntries(Object.entries(feature.inputs).map(([name, input]) => [name, add(input, keys)]))
        : {}
    const column = `w${known.size + 1} ${feature.name}`
    known.set(id, column)
    if (feature.kind === 'window') windows.push({ feature, keys, column, inputs })
    else derived.push({ feature, keys, column, inputs })
    return column
  }
  return { add, found: { windows, derived } }
}
