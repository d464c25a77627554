/** What is looked up by a category or a key. */
import type { GraphBuilder, Ref } from './graph.ts'
import type { OnnxValue } from './values.ts'

/** A value per key, and one for every other. */
export type Table =
  | { readonly dtype: 'float64'; readonly values: readonly number[]; readonly other: number }
  | { readonly dtype: 'int64'; readonly values: readonly bigint[]; readonly other: bigint }

/**
 * Per row the value of its text in the table, (nRows, 1).
 * @param keys texts, one per value of the table
 */
export function lookUp(graph: GraphBuilder, value: OnnxValue, keys: readonly string[], table: Table): Ref {
  const other = graph.constant(table.dtype, [table.other])
  if (keys.length === 0) return other
  const int64 = keys.every(isWhole) ? wholeRef(graph, value) : undefined
  const byInt = int64 !== undefined
  const found = graph.node('LabelEncoder', [int64 ?? textRef(graph, value)], {
    domain: 'ai.onnx.ml',
    attributes: {
      keys_tensor: byInt ? { dtype: 'int64', values: keys.map(BigInt) } : { dtype: 'string', values: keys },
      values_tensor:
        table.dtype === 'int64'
          ? { dtype: table.dtype, values: table.values }
          : { dtype: table.dtype, values: table.values },
      default_tensor:
        table.dtype === 'int64'
          ? { dtype: table.dtype, values: [table.other] }
          : { dtype: table.dtype, values: [table.other] },
    },
  })
  return value.missing ? graph.node('Where', [value.missing, other, found]) : found
}

/** As an int's text is written. */
const isWhole = (text: string): boolean => /^(0|-?[1-9]\d{0,15})$/.test(text)

/** Of an int, or of a category made of one. */
function wholeRef(graph: GraphBuilder, { kind, value, int64 }: OnnxValue): Ref | undefined {
  if (kind === 'int') return int64 ?? graph.cast(value, 'int64')
  return kind === 'timestamp' ? value : int64
}

/** A bool or an int may be encoded without having been made a category. */
function textRef(graph: GraphBuilder, value: OnnxValue): Ref {
  const text = (x: string) => graph.constant('string', [x])
  if (value.kind === 'bool') return graph.node('Where', [value.value, text('true'), text('false')])
  if (value.kind === 'int') return graph.cast(graph.cast(value.value, 'int64'), 'string')
  return value.kind === 'timestamp' ? graph.cast(value.value, 'string') : value.value
}
