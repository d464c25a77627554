/** Metrics of fitted parameters over rows, held or in pages. */
import type { Plan } from '../../language/index.ts'
import { isPaged } from '../estimators/dataset.ts'
import type { Parameters } from '../estimators/estimator.ts'
import { predict } from '../estimators/predict.ts'
import { evaluatePages } from '../metrics/evaluate-pages.ts'
import { evaluate, type Evaluation } from '../metrics/evaluate.ts'
import type { Prepared } from './prepare.ts'

export interface PartEvaluation {
  /** Index of the part whose rows are judged. */
  readonly part: number
  readonly parameters: Parameters
  /** Default true. */
  readonly intervals?: boolean
  readonly signal?: AbortSignal
}

/** @throws EngineError ENG014; the signal's reason */
export async function evaluatePart(
  plan: Plan,
  { parts, encoding, paging }: Prepared,
  { part, parameters, intervals = true, signal }: PartEvaluation,
): Promise<Evaluation> {
  const rows = parts[part]!
  const { label, groups } = encoding
  const options = { groups, label, intervals }
  if (!isPaged(rows)) return evaluate(plan, rows, predict(parameters, rows), options)
  return await evaluatePages(plan, rows, {
    ...options,
    predict: page => predict(parameters, page),
    folder: paging!.folder,
    ...(signal && { signal }),
  })
}
