/** What a session shows of an output without running anything (R0), against what a clean replay shows of it. Pure. */
import { combine, limitsOf, type Comparison, type Document, type Tolerance } from './compare/comparison.ts'
import { compareBytes } from './compare/files.ts'
import { compareModels } from './compare/models.ts'
import { compareTexts, compareValues } from './compare/values.ts'
import type { Shown } from './types.ts'

const modelType = 'application/vnd.slipway.model+json'
const tableType = 'application/vnd.slipway.table+json'

/** @returns undefined when they have nothing in common that could be compared */
export function compareShown(
  live: Shown,
  replayed: Shown,
  tolerance: Tolerance = {},
): Comparison | undefined {
  const given = { ...tolerance, sides: ['the live session', 'the replay'] as const }
  const limits = limitsOf(given)
  const found: Comparison[] = []
  const [a, b] = [live.bundle, replayed.bundle]
  const both = (type: string) => a?.[type] !== undefined && b?.[type] !== undefined
  if (both(modelType)) found.push(compareModels(modelOf(a), modelOf(b), limits))
  else if (both(tableType)) found.push(compareValues(shapeOf(a), shapeOf(b), limits))
  else if (both('image/png')) found.push(compareBytes(bytesOf(a), bytesOf(b), limits))
  else if (both('application/json'))
    found.push(compareValues(a?.['application/json'], b?.['application/json'], limits))
  else if (both('text/plain') && isPlain(a) && isPlain(b))
    found.push(compareTexts(textOf(a), textOf(b), limits))
  // Equal prints say little of large values; different ones say that the values differ.
  const isOther =
    live.fingerprint !== undefined &&
    replayed.fingerprint !== undefined &&
    live.fingerprint !== replayed.fingerprint
  if (isOther && found.length === 0)
    found.push({ verdict: 'different', differences: ['the live session held another value than the replay'] })
  if (live.fingerprint !== undefined && live.fingerprint === replayed.fingerprint && found.length === 0)
    found.push({ verdict: 'exact', differences: [] })
  return found.length > 0 ? combine(found) : undefined
}

type Bundle = Shown['bundle']

function modelOf(bundle: Bundle): Document {
  const { model, metrics } = (bundle?.[modelType] ?? {}) as Document
  return { $slipway: 'model', model, metrics }
}

/** Which rows are on the first page is chance where a query names no order. */
function shapeOf(bundle: Bundle): Document {
  const { columns, nRows, counted } = (bundle?.[tableType] ?? {}) as Document & {
    columns?: readonly { name?: unknown; type?: unknown }[]
  }
  return {
    columns: (columns ?? []).map(({ name, type }) => ({ name, type })),
    nRows: counted === false ? undefined : nRows,
  }
}

function bytesOf(bundle: Bundle): Buffer {
  return Buffer.from(joined(bundle?.['image/png']), 'base64')
}

function textOf(bundle: Bundle): string {
  return joined(bundle?.['text/plain'])
}

/** Text beside richer types is a fallback that says less. */
function isPlain(bundle: Bundle): boolean {
  return Object.keys(bundle ?? {}).every(type => type === 'text/plain' || type === 'text/html')
}

/** nbformat writes texts as lines. */
function joined(value: unknown): string {
  return Array.isArray(value) ? value.join('') : String(value ?? '')
}
