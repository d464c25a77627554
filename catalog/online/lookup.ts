/**
 * A feature's value for a key from what an online store holds: a window's is looked up, a derived feature's computed
 * from its inputs, as in training.
 */
import { evaluateExpression } from '../../engine/rows/expression.ts'
import type { Plan, Scalar } from '../../language/index.ts'
import type { OnlineStore } from './store.ts'

export interface LookedUp {
  readonly value: Scalar
  /** The earliest time of the values that were found; absent when the key is in no window: all is by default. */
  readonly asOfUs?: number
}

export interface LookupOptions {
  /** Absent: nothing is found. */
  readonly store: Pick<OnlineStore, 'lookup'> | undefined
  readonly catalogFeatures: Plan['catalogFeatures']
}

/**
 * @param id a key into `catalogFeatures`
 * @param key one value per key part; with one missing, nothing is found
 */
export function lookUpFeature(id: string, key: readonly Scalar[], options: LookupOptions): LookedUp {
  const plan = options.catalogFeatures[id]
  if (!plan) throw new RangeError(`The plan has no feature ${id}`)
  if (plan.kind !== 'derived') {
    const found = key.includes(null) ? undefined : options.store?.lookup(id, key)
    return found ?? { value: plan.default }
  }
  const inputs = new Map(
    Object.entries(plan.inputs).map(([name, input]) => [name, lookUpFeature(input, key, options)]),
  )
  const value = evaluateExpression(plan.expr, {
    column: name => {
      throw new RangeError(`No column can be read here: ${name}`)
    },
    feature: name => inputs.get(name)?.value ?? null,
  })
  const times = [...inputs.values()].flatMap(({ asOfUs }) => (asOfUs === undefined ? [] : [asOfUs]))
  return {
    value: (value as Scalar) ?? plan.default,
    ...(times.length > 0 && { asOfUs: Math.min(...times) }),
  }
}
