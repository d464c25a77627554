/** The outputs of rows that are scored together. */
import type { OutputPlan, Value } from '../../language/index.ts'
import type { Scored } from '../types.ts'

export interface RankedRows {
  /** Per row; null where it has none. */
  readonly probabilities: readonly (number | null)[]
  /** Of a column of the observation, or of a feature. */
  readonly valueOf: (name: string, row: number) => Value
}

type Rank = Extract<OutputPlan, { kind: 'rank' }>
type Scores = readonly (number | boolean | null)[]

export function outputsOf(outputs: readonly OutputPlan[], rows: RankedRows): Scored[] {
  const scores = new Map<string, Scores>()
  for (const output of outputs) {
    if (output.kind === 'probability') scores.set(output.name, rows.probabilities)
    // A probability of exactly one half counts as true.
    if (output.kind === 'prediction')
      scores.set(
        output.name,
        rows.probabilities.map(p => (p === null ? null : p >= 0.5)),
      )
  }
  for (const output of outputs)
    if (output.kind === 'rank') scores.set(output.name, rank(output, scores.get(output.by)!, rows.valueOf))
  return rows.probabilities.map((_, i) =>
    Object.fromEntries(outputs.map(({ name }) => [name, scores.get(name)![i]!])),
  )
}

/** 1 for the greatest among the rows that agree in `per`, in the rows' order where equal; missing beyond `top`. */
export function rank(output: Rank, by: Scores, valueOf: RankedRows['valueOf']): (number | null)[] {
  const ranks = new Array<number | null>(by.length).fill(null)
  const ranked = by.map((_, i) => i).filter(i => by[i] !== null)
  // Sorting is stable.
  ranked.sort((a, b) => Number(by[b]) - Number(by[a]))
  const counts = new Map<string, number>()
  for (const i of ranked) {
    const key = JSON.stringify(output.per.map(name => valueOf(name, i)))
    const position = (counts.get(key) ?? 0) + 1
    counts.set(key, position)
    if (output.top === undefined || position <= output.top) ranks[i] = position
  }
  return ranks
}
