/** The search for hyperparameters: trials one after the other, each judged, the best of them taken. */
import type { TunePlan } from '../../language/index.ts'
import { EngineError } from '../errors.ts'
import type { Observed } from './bayesian.ts'
import { suggest } from './search.ts'
import { type Hyperparameters, sizeOf } from './space.ts'

/**
 * `finished`: judged on all parts. `stopped`: not on all, because it fell behind on the first ones; its value is their
 * mean. `failed`: it has no value, and `reason` says why.
 */
export interface Trial {
  readonly hyperparameters: Hyperparameters
  /** The mean of `parts`; null when the trial failed. */
  readonly value: number | null
  readonly state: 'finished' | 'stopped' | 'failed'
  /** Of the metric, one per fold or one of the validation part. */
  readonly parts: readonly number[]
  readonly reason?: string
}

export interface Tuned {
  /** In their order. */
  readonly trials: readonly Trial[]
  /** Index of the best finished trial, the first of equals. */
  readonly best: number
}

export interface TuneOptions {
  /** How many parts a trial is judged on: folds, or 1. */
  readonly nParts: number
  /** The metric on one part, from 0; null where it is not defined. An EngineError ENG011 fails the trial, all else the search. */
  readonly fitTrial: (
    hyperparameters: Hyperparameters,
    part: { readonly trial: number; readonly part: number },
  ) => Promise<number | null>
  /** Trials of the same search that are known already, by their index. */
  readonly known?: readonly Trial[]
  /** Called with every trial that was not known. */
  readonly onTrial?: (trial: Trial, index: number) => void | Promise<void>
  readonly signal?: AbortSignal
}

/** So many trials are finished before one is stopped. */
const nBeforeStopping = 4

/**
 * Ends before all trials of the plan when there is nothing left in the space to try.
 * @throws EngineError ENG012 when no trial has a value; the signal's reason; what `fitTrial` throws
 */
export async function tune(plan: TunePlan, options: TuneOptions): Promise<Tuned> {
  const { known = [], onTrial, signal } = options
  const trials: Trial[] = []
  const observed: Observed[] = []
  const tried = new Map<string, Trial>()
  const size = sizeOf(plan.space)
  while (trials.length < plan.trials && tried.size < size) {
    signal?.throwIfAborted()
    const index = trials.length
    const hyperparameters = suggest(plan, observed)
    const text = textOf(hyperparameters)
    const before = known[index] && textOf(known[index].hyperparameters) === text ? known[index] : undefined
    const trial = before ?? tried.get(text) ?? (await runTrial(plan, { ...options, hyperparameters, trials }))
    trials.push(trial)
    observed.push(observedOf(plan, trial))
    tried.set(text, trial)
    if (!before) await onTrial?.(trial, index)
  }
  return { trials, best: bestOf(plan, trials) }
}

/** @throws EngineError ENG012 */
function bestOf(plan: TunePlan, trials: readonly Trial[]): number {
  let best = -1
  for (const [i, { state, value }] of trials.entries())
    if (state === 'finished' && (best < 0 || costOf(plan, value!) < costOf(plan, trials[best]!.value!)))
      best = i
  if (best >= 0) return best
  const reason = trials.find(trial => trial.reason !== undefined)?.reason ?? 'There were no trials.'
  throw new EngineError(
    'ENG012',
    `Expected a value of \`${plan.metric.metric}\` from at least one of ${trials.length} trials, got none. The first one: ${reason}`,
  )
}

interface Running extends TuneOptions {
  readonly hyperparameters: Hyperparameters
  readonly trials: readonly Trial[]
}

async function runTrial(plan: TunePlan, running: Running): Promise<Trial> {
  const { hyperparameters, trials, nParts, fitTrial, signal } = running
  const parts: number[] = []
  for (let part = 0; part < nParts; part++) {
    signal?.throwIfAborted()
    const outcome = await judge(() => fitTrial(hyperparameters, { trial: trials.length, part }))
    if (typeof outcome === 'string')
      return { hyperparameters, value: null, state: 'failed', parts, reason: outcome }
    parts.push(outcome)
    if (part < nParts - 1 && isBehind(plan, parts, trials))
      return { hyperparameters, value: meanOf(parts), state: 'stopped', parts }
  }
  return { hyperparameters, value: meanOf(parts), state: 'finished', parts }
}

/** The value, or why there is none. */
async function judge(fit: () => Promise<number | null>): Promise<number | string> {
  try {
    const value = await fit()
    if (value === null) return 'The metric is not defined on the rows that the trial was judged on.'
    return Number.isFinite(value) ? value : `The metric is ${value}.`
  } catch (error) {
    if (error instanceof EngineError && error.code === 'ENG011') return error.message
    throw error
  }
}

/** Worse on its parts so far than the median finished trial was on the same (the median rule of Google Vizier, 2017). */
function isBehind(plan: TunePlan, parts: readonly number[], trials: readonly Trial[]): boolean {
  const finished = trials.filter(({ state }) => state === 'finished')
  if (finished.length < nBeforeStopping) return false
  const costs = finished
    .map(trial => costOf(plan, meanOf(trial.parts.slice(0, parts.length))))
    .toSorted((a, b) => a - b)
  return costOf(plan, meanOf(parts)) > costs[Math.floor(costs.length / 2)]!
}

function observedOf(plan: TunePlan, { hyperparameters, value }: Trial): Observed {
  return { hyperparameters, cost: value === null ? undefined : costOf(plan, value) }
}

function costOf({ direction }: TunePlan, value: number): number {
  return direction === 'minimize' ? value : -value
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** The same text for the same hyperparameters: they come in the order of the space. */
function textOf(hyperparameters: Hyperparameters): string {
  return JSON.stringify(hyperparameters)
}
