/** Scores become predictions, and predictions a plan's outputs. */
import type { FittedModel, Link } from '../../types.ts'
import type { OutputPlan } from '../../../language/index.ts'
import type { DType, GraphBuilder, Ref } from '../graph.ts'

const links: Readonly<Record<Link, (graph: GraphBuilder, z: Ref) => Ref>> = {
  identity: (_, z) => z,
  logistic: (graph, z) => graph.node('Sigmoid', [z]),
  softmax: (graph, z) => graph.node('Softmax', [z], { attributes: { axis: 1 } }),
  log: (graph, z) => graph.node('Exp', [z]),
}

/** After the link: (nRows, nScores). */
export function predictionsOf(graph: GraphBuilder, fitted: FittedModel, scores: Ref): Ref {
  return links[fitted.parameters.link](graph, scores)
}

export interface OutputTensor {
  readonly ref: Ref
  readonly dtype: DType
}

export function outputRef(
  graph: GraphBuilder,
  fitted: FittedModel,
  {
    output,
    predictions,
  }: { readonly output: Exclude<OutputPlan, { kind: 'rank' }>; readonly predictions: Ref },
): OutputTensor {
  const { label } = fitted
  const isSoftmax = fitted.parameters.link === 'softmax'
  if (output.kind === 'probability') {
    if (label.kind !== 'classes') return { ref: predictions, dtype: 'float64' }
    return {
      ref: classProbability(graph, label.classes, { predictions, of: output.class!, isSoftmax }),
      dtype: 'float64',
    }
  }
  switch (label.kind) {
    case 'number':
      return { ref: predictions, dtype: 'float64' }
    case 'bool': {
      const half = graph.constant('float64', [0.5])
      return { ref: graph.node('GreaterOrEqual', [predictions, half]), dtype: 'bool' }
    }
    case 'classes':
      return { ref: likeliest(graph, label.classes, { predictions, isSoftmax }), dtype: 'string' }
  }
}

/** Without a softmax there are two classes, and the prediction is the probability of the second. A class that training has not seen has none. */
function classProbability(
  graph: GraphBuilder,
  classes: readonly string[],
  {
    predictions,
    of,
    isSoftmax,
  }: { readonly predictions: Ref; readonly of: string; readonly isSoftmax: boolean },
): Ref {
  const index = classes.indexOf(of)
  if (index < 0) return graph.constant('float64', [0])
  if (isSoftmax)
    return graph.node('Gather', [predictions, graph.constant('int64', [BigInt(index)])], {
      attributes: { axis: 1 },
    })
  return index === 1 ? predictions : graph.node('Sub', [graph.constant('float64', [1]), predictions])
}

/** Ties go to the first. */
function likeliest(
  graph: GraphBuilder,
  classes: readonly string[],
  { predictions, isSoftmax }: { readonly predictions: Ref; readonly isSoftmax: boolean },
): Ref {
  const name = (i: number) => graph.constant('string', [classes[i]!])
  if (!isSoftmax) {
    const isSecond = graph.node('Greater', [predictions, graph.constant('float64', [0.5])])
    return graph.node('Where', [isSecond, name(1), name(0)])
  }
  const index = graph.node('ArgMax', [predictions], { attributes: { axis: 1, keepdims: 1 } })
  return graph.node('Gather', [graph.constant('string', classes), index])
}
