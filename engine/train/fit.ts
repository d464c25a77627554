/** One fit of a plan's algorithm to prepared rows. */
import type { Plan } from '../../language/index.ts'
import { balanceClasses, isPaged, type EncodedRows, type Rows } from '../estimators/dataset.ts'
import type { Fitted, FitRequest, Parameters, RandomEffect } from '../estimators/estimator.ts'
import { estimatorFor } from '../estimators/index.ts'
import { effectHyperparametersOf, hyperparametersOf } from '../plan/check.ts'
import { checkLabel } from './checks.ts'
import type { Prepared } from './prepare.ts'

export interface FitOptions {
  readonly seed: number
  /** Worker threads that the estimator may use. */
  readonly threads: number
  readonly signal?: AbortSignal
  readonly onProgress?: FitRequest['onProgress']
  /** Parameters to begin with. */
  readonly start?: Parameters
  /** Rows for early stopping. */
  readonly validation?: Rows
  /** What is fitted, for messages. */
  readonly place?: string
}

/** On the first part of the prepared rows. @throws ENG003 ENG005 ENG008 */
export async function fit(
  plan: Plan,
  { parts, encoding, columns }: Prepared,
  { validation, place, ...options }: FitOptions,
): Promise<Fitted> {
  const { label, categories, keys } = encoding
  const training = parts[0]!
  checkLabel(plan, training, label, place)
  const stopping = validation && !isPaged(validation) && validation.nRows > 0 ? validation : undefined
  const request: FitRequest<Rows> = {
    ...options,
    training: plan.balance === 'classes' ? balanceClasses(training, nClasses(encoding.label)) : training,
    // Those that take pages stop where the training rows say.
    ...(stopping && { validation: unweighted(stopping, label) }),
    label,
    nCategories: categories.map(values => values.length),
    hyperparameters: hyperparametersOf(plan),
  }
  const random = plan.algorithm.random?.map((effect, e): RandomEffect => ({
    nKeys: keys[e]!.length,
    intercept: effect.intercept,
    slopes: effect.slopes.flatMap(name => numbersOf(plan, columns, name)),
    hyperparameters: effectHyperparametersOf(plan, effect.hyperparameters),
  }))
  return await estimatorFor(plan.algorithm.name)(random ? { ...request, random } : request)
}

function nClasses(label: Prepared['encoding']['label']): number {
  return label.kind === 'classes' ? label.classes.length : 2
}

/** The columns of a feature, all elements of a vector, without what says that it was missing. */
function numbersOf(plan: Plan, { numbers }: Prepared['columns'], name: string): number[] {
  const feature = plan.features.findIndex(each => each.name === name)
  return numbers.flatMap((source, j) => (source.feature === feature && !source.indicator ? [j] : []))
}

/** Weights are of training rows alone. Rows of a class that was never seen say nothing about when to stop. */
function unweighted(rows: EncodedRows, label: Prepared['encoding']['label']): EncodedRows {
  const { weights: _, ...unweightedRows } = rows
  if (label.kind !== 'classes' || rows.label.every(y => y >= 0)) return unweightedRows
  const kept = Int32Array.from(rows.label.keys()).filter(i => rows.label[i]! >= 0)
  const floats = (column: Float64Array) => Float64Array.from(kept, i => column[i]!)
  const ints = (column: Int32Array) => Int32Array.from(kept, i => column[i]!)
  return {
    nRows: kept.length,
    numbers: rows.numbers.map(floats),
    codes: rows.codes.map(ints),
    label: floats(rows.label),
    groups: rows.groups.map(ints),
    ...(rows.keys && { keys: rows.keys.map(ints) }),
  }
}
