/** The outputs of rows that are scored together. */
import type { OutputPlan, Value } from '../../language/index.ts'
import type { FittedLabel, Scored } from '../types.ts'
import type { Prediction } from './predict.ts'

export interface PredictedRows {
  readonly label: FittedLabel
  /** Per row; null where it has none. */
  readonly predictions: readonly Prediction[]
  /** Of a column of the observation, or of a feature. */
  readonly valueOf: (name: string, row: number) => Value
}

type Rank = Extract<OutputPlan, { kind: 'rank' }>
type Output = number | boolean | string | null
type Scores = readonly Output[]

export function outputsOf(
  outputs: readonly OutputPlan[],
  { label, predictions, valueOf }: PredictedRows,
): Scored[] {
  const scores = new Map<string, Scores>()
  for (const output of outputs) {
    if (output.kind === 'rank') continue
    const read = output.kind === 'probability' ? probabilityReader(label, output.class) : decider(label)
    scores.set(
      output.name,
      predictions.map(predicted => (predicted === null ? null : read(predicted))),
    )
  }
  for (const output of outputs)
    if (output.kind === 'rank') scores.set(output.name, rank(output, scores.get(output.by)!, valueOf))
  return predictions.map((_, i) =>
    Object.fromEntries(outputs.map(({ name }) => [name, scores.get(name)![i]!])),
  )
}

type Read = (predicted: readonly number[]) => Output

/** Two classes have one score, which is of the second. */
function probabilityReader(label: FittedLabel, of: string | undefined): Read {
  if (label.kind !== 'classes') return ([p]) => p!
  const index = label.classes.indexOf(of ?? '')
  if (index < 0) return () => 0
  return predicted =>
    predicted.length > 1 ? predicted[index]! : index === 1 ? predicted[0]! : 1 - predicted[0]!
}

/** One half counts as true, the first of classes that are equally likely is taken. */
function decider(label: FittedLabel): Read {
  switch (label.kind) {
    case 'number':
      return ([value]) => value!
    case 'bool':
      return ([p]) => p! >= 0.5
    case 'classes':
      return predicted => {
        const each = predicted.length > 1 ? predicted : [1 - predicted[0]!, predicted[0]!]
        return label.classes[each.indexOf(Math.max(...each))]!
      }
  }
}

/** 1 for the greatest among the rows that agree in `per`, in the rows' order where equal; missing beyond `top`. */
export function rank(output: Rank, by: Scores, valueOf: PredictedRows['valueOf']): (number | null)[] {
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
