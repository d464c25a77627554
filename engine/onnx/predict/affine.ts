/** A weighted sum of the prepared columns. */
import type { GraphBuilder, Ref } from '../graph.ts'
import type { Columns } from './columns.ts'

export interface Affine {
  /** Per column of numbers one weight per output. */
  readonly weights: readonly (readonly number[])[]
  /** Per column of codes: per category, and last for every other value, one weight per output. */
  readonly tables: readonly (readonly (readonly number[])[])[]
  /** One per output. */
  readonly bias: readonly number[]
}

/** (nRows, nOutputs), or (1, nOutputs) when there are no columns. */
export function affine(graph: GraphBuilder, columns: Columns, { weights, tables, bias }: Affine): Ref {
  const nOutputs = bias.length
  const constant = graph.matrix(bias, [1, nOutputs])
  // The runtime fuses a division by one scale with the product after it, and keeps the scale as a float of 32 bits.
  const product = columns.numbers && [
    graph.node(weights.length === 1 ? 'Mul' : 'MatMul', [
      columns.numbers,
      graph.matrix(weights.flat(), [weights.length, nOutputs]),
    ]),
  ]
  const looked = tables.map((table, k) => rowsOf(graph, columns, { table, k, nOutputs }))
  return sum(graph, [...(product ?? []), ...looked, constant])
}

/** One weight is looked up as it is, several as the row of a matrix. */
function rowsOf(
  graph: GraphBuilder,
  columns: Columns,
  {
    table,
    k,
    nOutputs,
  }: { readonly table: Affine['tables'][number]; readonly k: number; readonly nOutputs: number },
): Ref {
  const values = table.slice(0, -1)
  const other = table.at(-1)!
  if (nOutputs === 1)
    return columns.byCategory(k, {
      dtype: 'float64',
      values: values.map(([weight]) => weight!),
      other: other[0]!,
    })
  const index = columns.byCategory(k, {
    dtype: 'int64',
    values: values.map((_, i) => BigInt(i)),
    other: BigInt(values.length),
  })
  const flat = graph.node('Reshape', [index, graph.constant('int64', [-1n])])
  return graph.node('Gather', [graph.matrix(table.flat(), [table.length, nOutputs]), flat])
}

export function sum(graph: GraphBuilder, terms: readonly Ref[]): Ref {
  return terms.length === 1 ? terms[0]! : graph.node('Sum', terms)
}
