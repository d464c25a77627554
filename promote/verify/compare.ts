/**
 * Comparing an output with itself computed another way. Outputs come as the JSON documents that `slipway run --json`
 * prints: plain data in the documented encoding, and descriptions of tables, models and files under a `$slipway` tag.
 */
import {
  describe,
  different,
  limitsOf,
  tagOf,
  unverified,
  type Comparison,
  type Document,
  type Tolerance,
} from './compare/comparison.ts'
import { compareBytes, compareFileDocuments } from './compare/files.ts'
import { compareModels } from './compare/models.ts'
import { compareTables, type TableDocument } from './compare/tables.ts'
import { compareValues } from './compare/values.ts'

export type { Comparison, Tolerance, Verdict } from './compare/comparison.ts'

/** @param expected from the notebook, @param actual from the pipeline */
export function compareOutputs(expected: unknown, actual: unknown, tolerance: Tolerance = {}): Comparison {
  const limits = limitsOf(tolerance)
  const [kind, other] = [kindOf(expected), kindOf(actual)]
  if (kind === 'file' || other === 'file') return compareFileDocuments(expected, actual, limits)
  if (expected === undefined || actual === undefined)
    return unverified(`${limits.sides[expected === undefined ? 0 : 1]} gave nothing`)
  if (kind !== other) return different([`expected ${describe(expected)}, got ${describe(actual)}`])
  if (kind === 'table') return compareTables(expected as TableDocument, actual as TableDocument, limits)
  if (kind === 'model') return compareModels(expected as Document, actual as Document, limits)
  const [a, b] = [rawBytes(expected), rawBytes(actual)]
  if (a && b) return compareBytes(a, b, limits)
  return compareValues(expected, actual, limits)
}

const described = new Set<unknown>(['table', 'model', 'file'])

/** Of what is described rather than written out; every other tag is a value of the encoding. */
function kindOf(document: unknown): unknown {
  const tag = tagOf(document)
  return described.has(tag) ? tag : undefined
}

/** An output of the codec `bytes`; typed arrays inside JSON say their type and are compared as numbers. */
function rawBytes(document: unknown): Buffer | undefined {
  if (tagOf(document) !== 'bytes') return undefined
  const { value } = document as { readonly value?: unknown }
  return typeof value === 'string' ? Buffer.from(value, 'base64') : undefined
}
