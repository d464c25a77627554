/** What fitted parameters give a row before the link: (nRows, nScores). */
import type { FittedModel, FittedParameters } from '../../types.ts'
import type { GraphBuilder, Ref } from '../graph.ts'
import { lookUp } from '../lookup.ts'
import type { OnnxValue } from '../values.ts'
import { affine, sum } from './affine.ts'
import type { Columns } from './columns.ts'
import { networkScores } from './network.ts'
import { treeScores } from './trees.ts'

export interface ScoreScope {
  readonly graph: GraphBuilder
  readonly columns: Columns
  /** Per random effect the value of its key. */
  readonly keys: readonly OnnxValue[]
  /** Makes one row of all rows, where a value is the same for each. */
  readonly perRow: (ref: Ref) => Ref
}

export function scoresOf(fitted: FittedModel, scope: ScoreScope): Ref {
  const { parameters } = fitted
  const { graph, columns } = scope
  switch (parameters.kind) {
    case 'linear':
      return linearScores(parameters.scores, scope)
    case 'mixed':
      return sum(graph, [
        linearScores([parameters.fixed], scope),
        ...randomEffects(fitted, parameters, scope),
      ])
    case 'trees':
      return treeScores(graph, parameters, columns)
    case 'network':
      return networkScores(graph, parameters, columns)
  }
}

type Parameters<Kind> = Extract<FittedParameters, { kind: Kind }>
type LinearScore = Parameters<'mixed'>['fixed']

function linearScores(scores: readonly LinearScore[], { graph, columns }: ScoreScope): Ref {
  const nNumbers = scores[0]!.numbers.length
  const tables = scores[0]!.categories.map((weights, k) =>
    weights.map((_, code) => scores.map(score => score.categories[k]![code]!)),
  )
  return affine(graph, columns, {
    weights: Array.from({ length: nNumbers }, (_, j) => scores.map(score => score.numbers[j]!)),
    tables,
    bias: scores.map(({ intercept }) => intercept),
  })
}

/** Per effect the intercept of the row's key and its slopes times the numbers; 0 for keys that have none. */
function randomEffects(fitted: FittedModel, parameters: Parameters<'mixed'>, scope: ScoreScope): Ref[] {
  const { graph, columns, keys, perRow } = scope
  return parameters.random.flatMap(({ intercept, slopes, nCoefficients, values }, e) => {
    const texts = fitted.keys[e]!.values
    const coefficient = (i: number) =>
      perRow(
        lookUp(graph, keys[e]!, texts, {
          dtype: 'float64',
          values: texts.map((_, key) => values[key * nCoefficients + i]!),
          other: 0,
        }),
      )
    const first = intercept ? 1 : 0
    const sloped = slopes.map((j, s) => {
      const number = graph.node('Gather', [columns.numbers!, graph.constant('int64', [BigInt(j)])], {
        attributes: { axis: 1 },
      })
      return graph.node('Mul', [coefficient(first + s), number])
    })
    return [...(intercept ? [coefficient(0)] : []), ...sloped]
  })
}
