/** The layers of a neural network, in float64. */
import type { FittedParameters } from '../../types.ts'
import type { GraphBuilder, Ref } from '../graph.ts'
import { affine } from './affine.ts'
import type { Columns } from './columns.ts'

type Network = Extract<FittedParameters, { kind: 'network' }>

export function networkScores(graph: GraphBuilder, network: Network, columns: Columns): Ref {
  const { layers, activation, center, scale } = network
  const number = (x: number) => graph.constant('float64', [x])
  const last = layers.slice(1).reduce(
    (x, { nInputs, nOutputs, weights, bias }) => {
      const product = graph.node('MatMul', [
        activations[activation](graph, x),
        graph.matrix(weights, [nInputs, nOutputs]),
      ])
      return graph.node('Add', [product, graph.matrix(bias, [1, nOutputs])])
    },
    firstLayer(graph, network, columns),
  )
  const scaled = scale === 1 ? last : graph.node('Mul', [last, number(scale)])
  return center === 0 ? scaled : graph.node('Add', [scaled, number(center)])
}

/** Columns of 0 and 1 are never made: a code picks a row of the weights. */
function firstLayer(graph: GraphBuilder, { layers, nCategories }: Network, columns: Columns): Ref {
  const { nInputs, nOutputs, weights, bias } = layers[0]!
  const row = (i: number) => weights.slice(i * nOutputs, (i + 1) * nOutputs)
  const nCoded = nCategories.reduce((total, n) => total + n + 1, 0)
  const nNumbers = nInputs - nCoded
  let next = nNumbers
  const tables = nCategories.map(n => Array.from({ length: n + 1 }, () => row(next++)))
  return affine(graph, columns, { weights: Array.from({ length: nNumbers }, (_, j) => row(j)), tables, bias })
}

const activations: Readonly<Record<Network['activation'], (graph: GraphBuilder, x: Ref) => Ref>> = {
  relu: (graph, x) => graph.node('Relu', [x]),
  tanh: (graph, x) => graph.node('Tanh', [x]),
  sigmoid: (graph, x) => graph.node('Sigmoid', [x]),
  /** x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³))): the operator of that name takes no doubles. */
  gelu(graph, x) {
    const number = (value: number) => graph.constant('float64', [value])
    const cube = graph.node('Mul', [graph.node('Mul', [x, x]), x])
    const inner = graph.node('Add', [x, graph.node('Mul', [number(0.044715), cube])])
    const bend = graph.node('Tanh', [graph.node('Mul', [number(Math.sqrt(2 / Math.PI)), inner])])
    return graph.node('Mul', [graph.node('Mul', [x, number(0.5)]), graph.node('Add', [number(1), bend])])
  },
}
