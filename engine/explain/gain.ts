/** Gain importance of trees: how much the splits on a feature lowered the loss on the training rows. */
import { gainOf } from '../estimators/trees/contributions.ts'
import type { FittedModel } from '../types.ts'
import { explainedOf } from './examples.ts'

export interface GainImportance {
  readonly name: string
  /** Share of all gain, 0 to 1. */
  readonly share: number
  /** How many splits are on it. */
  readonly nSplits: number
}

/** The greatest first; undefined of a model that is no trees. */
export function gainImportance(fitted: FittedModel): readonly GainImportance[] | undefined {
  const { parameters, columns } = fitted
  if (parameters.kind !== 'trees') return undefined
  const nColumns = columns.numbers.length + columns.codes.length
  const gains = gainOf(parameters, nColumns)
  const splits = new Float64Array(nColumns)
  for (const { column, left } of parameters.trees)
    left.forEach((child, node) => {
      if (child >= 0) splits[column[node]!]!++
    })
  const total = gains.reduce((sum, gain) => sum + gain, 0)
  return explainedOf(fitted)
    .map(({ name, numbers, codes }): GainImportance => {
      const own = [...numbers, ...codes.map(k => columns.numbers.length + k)]
      const sum = (values: Float64Array) => own.reduce((part, c) => part + values[c]!, 0)
      return { name, share: total > 0 ? sum(gains) / total : 0, nSplits: sum(splits) }
    })
    .sort((a, b) => b.share - a.share)
}
