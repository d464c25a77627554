/** Files that a notebook writes, by what is in them; files without a reader of their own by their bytes. */
import { different, exact, unverified, type Comparison, type Document, type Limits } from './comparison.ts'
import { compareImages, isPng } from './images.ts'
import { compareTables, type TableDocument } from './tables.ts'
import { compareTexts, compareValues } from './values.ts'

/** A file as a document, `$slipway: 'file'`. */
export interface FileDocument extends Document {
  readonly sizeBytes: number
  readonly sha256: string
  /** Parquet and Arrow files, and whatever else the database reads as one. */
  readonly table?: TableDocument
  /** The content, of files of a few megabytes. */
  readonly base64?: string
}

export function compareFiles(expected: FileDocument, actual: FileDocument, limits: Limits): Comparison {
  if (expected.sha256 === actual.sha256) return exact
  if (expected.table && actual.table) return compareTables(expected.table, actual.table, limits)
  if (expected.base64 === undefined || actual.base64 === undefined)
    return different([`other bytes (${expected.sizeBytes} and ${actual.sizeBytes} of them)`])
  return compareBytes(Buffer.from(expected.base64, 'base64'), Buffer.from(actual.base64, 'base64'), limits)
}

/** By what the bytes are: an image, JSON, a text, or just bytes. */
export function compareBytes(expected: Buffer, actual: Buffer, limits: Limits): Comparison {
  if (expected.equals(actual)) return exact
  if (isPng(expected) && isPng(actual)) {
    const images = compareImages(expected, actual, limits)
    if (images) return images
  }
  const [a, b] = [textOf(expected), textOf(actual)]
  if (a === undefined || b === undefined)
    return different([`other bytes (${expected.length} and ${actual.length} of them)`])
  const [x, y] = [jsonOf(a), jsonOf(b)]
  if (x !== undefined && y !== undefined) return compareValues(x, y, limits)
  return compareTexts(a, b, limits)
}

/** What a step of a pipeline never had to compare: a file that only one side wrote. */
export function compareFileDocuments(expected: unknown, actual: unknown, limits: Limits): Comparison {
  if (expected === undefined && actual === undefined) return unverified('neither wrote the file')
  if (expected === undefined) return different([`${limits.sides[0]} did not write it`])
  if (actual === undefined) return different([`${limits.sides[1]} did not write it`])
  return compareFiles(expected as FileDocument, actual as FileDocument, limits)
}

function textOf(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The largest JSON file that a fixture keeps as it is, so that numbers may differ in their last digits. */
const mostJsonBytes = 256 << 10

/** What a pipeline's fixture keeps of a file that it wrote, and `slipway run --file` says: a table, JSON, or a hash. */
export function summaryOfFile({ sizeBytes, sha256, table, base64 }: FileDocument): unknown {
  if (table) {
    const { columns, nRows, rowsDigest } = table
    return { $slipway: 'file', table: { columns, nRows, rowsDigest } }
  }
  const text = base64 !== undefined && sizeBytes <= mostJsonBytes && textOf(Buffer.from(base64, 'base64'))
  const json = text ? jsonOf(text) : undefined
  return { $slipway: 'file', ...(json === undefined ? { sizeBytes, sha256 } : { json }) }
}
