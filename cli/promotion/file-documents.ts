/** Files that a run has written, as documents that verification compares: by hash, as a table, or by content. */
import { readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { sourceRelation } from '../../engine/sql/source.ts'
import { tableDocumentOf } from '../outputs.ts'
import { fileSize, hashFile } from '../pipeline.ts'

/** The content of larger files stays out: their hash is what is compared. */
const largestContentBytes = 4 << 20

export async function fileDocuments(
  root: string,
  paths: readonly string[],
): Promise<Record<string, unknown>> {
  const documents: Record<string, unknown> = {}
  for (const path of paths) documents[path] = await fileDocument(root, path)
  return documents
}

async function fileDocument(root: string, path: string): Promise<unknown> {
  const file = join(root, path)
  const sizeBytes = fileSize(file)
  const isSmall = sizeBytes <= largestContentBytes
  const table = await tableOf(root, file, isSmall)
  return {
    $slipway: 'file',
    sizeBytes,
    sha256: await hashFile(file),
    ...(table === undefined ? {} : { table }),
    ...(isSmall ? { base64: readFileSync(file).toString('base64') } : {}),
  }
}

const tableFormats: Readonly<Record<string, 'parquet' | 'arrow' | 'csv'>> = {
  '.parquet': 'parquet',
  '.arrow': 'arrow',
  '.feather': 'arrow',
  '.csv': 'csv',
}

/** CSV that is small is compared as text, line by line. What cannot be read is no table, whatever its name says. */
async function tableOf(root: string, file: string, isSmall: boolean): Promise<unknown> {
  const format = tableFormats[extname(file).toLowerCase()]
  if (format === undefined || (format === 'csv' && isSmall)) return undefined
  try {
    return await tableDocumentOf(root, sourceRelation(format, file), { full: true })
  } catch {
    // Its bytes are compared.
    return undefined
  }
}
