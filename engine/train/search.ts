/** The search of a plan for hyperparameters: fits to prepared rows, judged where the plan says. */
import type { Plan, TunePlan } from '../../language/index.ts'
import { isRanking, metricName } from '../metrics/evaluate.ts'
import type { Hyperparameters } from '../tune/space.ts'
import { keyOfSearch, openTrialsFile, type TrialsFile } from '../tune/trials-file.ts'
import { tune, type Trial } from '../tune/tune.ts'
import type { Tuning } from '../types.ts'
import { evaluatePart } from './evaluate.ts'
import { fit } from './fit.ts'
import type { Folds } from './folds.ts'
import type { Prepared } from './prepare.ts'

export interface SearchOptions {
  readonly plan: Plan
  /** Of the split: its second part is that of validation. */
  readonly prepared: () => Promise<Prepared>
  readonly folds: Folds
  readonly seed: number
  readonly threads: number
  /** Where finished trials are kept. */
  readonly trialsFile?: string
  readonly signal?: AbortSignal
  readonly onProgress: (message: string, done: number, total: number) => void
}

export interface Search {
  /** The plan with the best hyperparameters in it. */
  readonly plan: Plan
  readonly tuning: Tuning
  /** Forgets the trials on disk: what they were for is done. */
  readonly forget: () => Promise<void>
}

/** Undefined: the plan does not tune. @throws EngineError ENG012; what a fit throws; the signal's reason */
export async function searchHyperparameters(options: SearchOptions): Promise<Search | undefined> {
  const { plan, folds, signal } = options
  const { tune: search } = plan
  if (!search) return undefined
  const store = await openStore(options)
  const known = store?.known ?? []
  const said: Trial[] = [...known]
  const { trials, best } = await tune(search, {
    nParts: search.on === 'folds' ? folds.nFolds : 1,
    known,
    async onTrial(trial, index) {
      await store?.append(trial, index)
      said.push(trial)
    },
    fitTrial: (hyperparameters, { trial, part }) => {
      const of = search.on === 'folds' ? `, fold ${part + 1} of ${folds.nFolds}` : ''
      const place = `Trial ${trial + 1} of ${search.trials}${of}${bestSoFar(search, said)}`
      return judgeTrial(options, { search, hyperparameters, trial, part, place })
    },
    ...(signal && { signal }),
  })
  return {
    plan: withHyperparameters(plan, trials[best]!.hyperparameters),
    tuning: {
      metric: metricName(search.metric),
      direction: search.direction,
      on: search.on,
      search: search.search,
      trials,
      best,
    },
    forget: async () => store?.clear(),
  }
}

async function openStore(options: SearchOptions): Promise<TrialsFile | undefined> {
  const { plan, prepared, folds, seed, trialsFile } = options
  if (trialsFile === undefined) return undefined
  const { parts } = plan.tune!.on === 'folds' ? await folds.prepared(1) : await prepared()
  return await openTrialsFile(trialsFile, keyOfSearch(plan, parts.slice(0, 2), seed))
}

interface JudgedTrial {
  readonly search: TunePlan
  readonly hyperparameters: Hyperparameters
  readonly trial: number
  readonly part: number
  /** For progress. */
  readonly place: string
}

async function judgeTrial(
  { plan, prepared, folds, seed, threads, signal, onProgress }: SearchOptions,
  { search, hyperparameters, trial, part, place }: JudgedTrial,
): Promise<number | null> {
  onProgress(place, trial, search.trials)
  const onFolds = search.on === 'folds'
  const of = onFolds ? await folds.prepared(part + 1) : await prepared()
  const fitted = await fit(withHyperparameters(plan, hyperparameters), of, {
    seed,
    threads,
    validation: of.parts[onFolds ? 2 : 1]!,
    ...(onFolds && { place: `fold ${part + 1}` }),
    ...(signal && { signal }),
    onProgress: ({ message }) => onProgress(`${place}: ${message}`, trial, search.trials),
  })
  const { metric } = search
  const judging: Plan = { ...plan, evaluate: [metric], require: [] }
  const { parameters } = fitted
  const judged = { part: 1, parameters, intervals: false, ...(signal && { signal }) }
  const { metrics } = await evaluatePart(judging, of, judged)
  return metrics[isRanking(metric) ? metricName(metric) : metric.metric] ?? null
}

function bestSoFar({ direction, metric }: TunePlan, trials: readonly Trial[]): string {
  const values = trials.flatMap(({ state, value }) => (state === 'finished' ? [value!] : []))
  if (values.length === 0) return ''
  const best = direction === 'maximize' ? Math.max(...values) : Math.min(...values)
  return `, best ${metricName(metric)} ${best.toFixed(6)}`
}

function withHyperparameters(plan: Plan, hyperparameters: Hyperparameters): Plan {
  const { algorithm } = plan
  const all = { ...algorithm.hyperparameters, ...hyperparameters }
  return { ...plan, algorithm: { ...algorithm, hyperparameters: all } }
}
