/** Values of libraries that are known: what is said of them that their fields do not show. */
import type { Category } from './variable.ts'
import { constructorName, inherited, own } from './look.ts'

export interface KnownValue {
  readonly category: Category
  readonly shape?: string
  readonly sizeBytes?: number
  readonly preview?: string
  readonly type?: string
}

const count = (value: number) => value.toLocaleString('en')

/** Undefined for what is nothing special. May throw where a value only looks like one. */
export function knownValue(value: object): KnownValue | undefined {
  if (own(value, Symbol.for('slipway.Table')) === true) return slipwayTable(value)
  if (own(value, Symbol.for('slipway.TrainedModel')) === true) return trainedModel(value)
  if (own(value, Symbol.for('slipway.Model')) === true)
    return { category: 'model', preview: `model(${JSON.stringify(own(value, 'reference') ?? '')})` }
  const name = constructorName(value)
  if (name === 'DataFrame' || name === 'Series') return danfo(value)
  if (name === 'Table' && typeof inherited(value, 'getChildAt') === 'function') return arrow(value)
  return undefined
}

/** Its rows are not counted: that may be a query of minutes. */
function slipwayTable(value: object): KnownValue {
  const { toSql } = value as { toSql(): string }
  return { category: 'table', type: 'Table', preview: toSql.call(value).slice(0, 400).trim() }
}

interface Trained {
  readonly card: {
    readonly model: string
    readonly metrics: Readonly<Record<string, Readonly<Record<string, number | null>> | undefined>>
  }
  readonly onnx: Uint8Array
}

function trainedModel(value: object): KnownValue {
  const { card, onnx } = value as unknown as Trained
  const split = ['test', 'validation', 'train'].find(name => Object.keys(card.metrics[name] ?? {}).length > 0)
  const metrics = Object.entries((split && card.metrics[split]) ?? {}).map(
    ([metric, score]) => `${metric} ${score === null ? 'undefined' : Number(score.toFixed(4))}`,
  )
  const judged = metrics.length > 0 ? `: ${metrics.join(', ')} on ${split}` : ''
  return { category: 'model', preview: card.model + judged, sizeBytes: onnx.byteLength }
}

function danfo(value: object): KnownValue | undefined {
  const { shape, columns, $isSeries } = value as { shape?: unknown; columns?: unknown; $isSeries?: unknown }
  if (!Array.isArray(shape) || !Array.isArray(columns) || typeof $isSeries !== 'boolean') return undefined
  const [rows = 0, width = 1] = shape as number[]
  return {
    category: 'table',
    shape: $isSeries ? count(rows) : `${count(rows)} × ${count(width)}`,
    preview: columns.slice(0, 50).map(String).join(', '),
  }
}

function arrow(value: object): KnownValue | undefined {
  const { numRows, schema, batches } = value as {
    readonly numRows?: unknown
    readonly schema?: { readonly fields?: readonly { readonly name: string; readonly type: unknown }[] }
    readonly batches?: readonly { readonly data?: { readonly byteLength?: unknown } }[]
  }
  if (typeof numRows !== 'number' || !schema?.fields) return undefined
  const sizes = (batches ?? []).slice(0, 1000).map(({ data }) => data?.byteLength)
  const known = sizes.every(size => typeof size === 'number')
  return {
    category: 'table',
    type: 'arrow.Table',
    shape: `${count(numRows)} × ${count(schema.fields.length)}`,
    ...(known ? { sizeBytes: sizes.reduce<number>((sum, size) => sum + (size as number), 0) } : {}),
    preview: schema.fields
      .slice(0, 50)
      .map(({ name, type }) => `${name}: ${String(type)}`)
      .join(', '),
  }
}
