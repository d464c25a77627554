/** A pipeline's outputs as one JSON document: docs/encoding.md. Tables and models are described, not poured out. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createSession } from '../library/session.ts'
import type { StoredValue } from '../library/steps/request.ts'
import { quoteName, quoteText } from '../engine/sql/text.ts'
import type { Card } from '../engine/types.ts'
import { sha256 } from '../promote/index.ts'
import { runPipeline, type RunPipelineOptions } from './run-pipeline.ts'

/** How many rows of a table are shown. */
const shownRows = 100

/** Documents that a test is to compare; what is larger it finds in what comes of it. */
const mostDocumentBytes = 2 ** 20

export interface PipelineDocuments {
  /** By output name. */
  readonly outputs: Record<string, unknown>
  /** What each step gave, by step and name; without what is too large to keep. */
  readonly steps: Record<string, Record<string, unknown>>
}

/** Runs a pipeline and describes what it gives, and what its steps hand on. */
export async function pipelineDocuments(
  options: RunPipelineOptions & DocumentOptions & { readonly onProgress: (message: string) => void },
): Promise<PipelineDocuments> {
  const steps: PipelineDocuments['steps'] = {}
  const outputs = await pipelineOutputs({
    ...options,
    onStored: async stored => {
      for (const { name: step, outputs } of options.manifest.steps) {
        const documents: Record<string, unknown> = {}
        for (const { name } of outputs) {
          const document = await outputDocument(options.root, stored.get(`${step}.${name}`)!)
          if ((JSON.stringify(document) ?? '').length <= mostDocumentBytes) documents[name] = document
        }
        steps[step] = documents
      }
    },
  })
  return { outputs, steps }
}

/** Runs a pipeline and describes what it gives, by output name. */
export async function pipelineOutputs({
  onProgress,
  ...options
}: RunPipelineOptions &
  DocumentOptions & {
    readonly onProgress: (message: string) => void
    /** Called with what lies on disk, before it is described. */
    readonly onStored?: (stored: ReadonlyMap<string, StoredValue>) => Promise<void>
  }): Promise<Record<string, unknown>> {
  const stored = await runPipeline({
    ...options,
    onEvent: (step, event) => {
      if (event.type === 'progress') onProgress(`${step} │ ${event.message ?? event.phase}`)
      options.onEvent?.(step, event)
    },
  })
  await options.onStored?.(stored)
  const documents: Record<string, unknown> = {}
  for (const { name, step, output } of options.manifest.outputs)
    documents[name] = await outputDocument(options.root, stored.get(`${step}.${output}`)!, options)
  return documents
}

export interface DocumentOptions {
  /** For a comparison: all rows of tables that are not too large, and digests of columns. Default: as it is printed. */
  readonly full?: boolean
}

/** What `{"outputs": {name: value}}` holds for one stored value. */
export async function outputDocument(
  root: string,
  output: StoredValue,
  options: DocumentOptions = {},
): Promise<unknown> {
  switch (output.codec) {
    case 'json':
      return JSON.parse(await readFile(output.path, 'utf8'))
    case 'bytes':
      return { $slipway: 'bytes', value: (await readFile(output.path)).toString('base64') }
    case 'table':
      return await tableDocumentOf(root, `read_parquet(${quoteText(output.path)})`, options)
    case 'model':
      return await modelDocument(output)
  }
}

/** How many cells of a table are compared one by one; of larger ones only digests. */
const mostCells = 200_000

/** @param relation what stands behind `from` */
export async function tableDocumentOf(
  root: string,
  relation: string,
  { full = false }: DocumentOptions = {},
): Promise<unknown> {
  const session = createSession(root)
  const all = async (sql: string) => await session.database.all({ sql })
  try {
    const from = `from ${relation}`
    const nRows = Number((await all(`select count(*)::double ${from}`)).rows[0]?.[0])
    const { columns: described } = await all(`select * ${from} limit 0`)
    const isSmall = full && nRows * described.length <= mostCells
    const { columns, rows } = await all(`select * ${from} limit ${isSmall ? nRows : shownRows}`)
    const names = columns.map(({ name }) => name)
    const digested = await all(`select ${digestSql(names)} ${from}`)
    const ofColumns = full
      ? await all(`select ${names.map(name => digestSql([name])).join(', ') || '0'} ${from}`)
      : undefined
    return {
      $slipway: 'table',
      columns: columns.map(({ name, sqlType }) => ({ name, type: sqlType })),
      nRows,
      rows: rows.map(row => row.map(value => (typeof value === 'bigint' ? Number(value) : value))),
      rowsDigest: String(digested.rows[0]?.[0]),
      ...(ofColumns
        ? { columnDigests: Object.fromEntries(columns.map(({ name }, i) => [name, ofColumns.rows[0]?.[i]])) }
        : {}),
    }
  } finally {
    await session.close()
  }
}

/**
 * Of rows, whatever their order: the sum of their hashes. The texts of a row's values are kept apart, and nulls told,
 * by control characters.
 */
function digestSql(columns: readonly string[]): string {
  const texts = columns.map(name => `coalesce(${quoteName(name)}::varchar, chr(30))`)
  return `sum(md5_number_lower(concat_ws(chr(31), ${texts.join(', ') || "''"}))::hugeint)::varchar`
}

async function modelDocument({ path }: StoredValue): Promise<unknown> {
  const card = JSON.parse(await readFile(join(path, 'card.json'), 'utf8')) as Card
  const { model, rows, metrics, requirements, coefficients } = card
  return { $slipway: 'model', model, rows, metrics, requirements, coefficients, digest: await digestOf(path) }
}

/** Of the fitted parameters and the card: what was learned and from what. */
async function digestOf(folder: string): Promise<string> {
  const parts = await Promise.all(
    ['fitted.json', 'card.json', 'model.onnx'].map(file => readFile(join(folder, file))),
  )
  return sha256(Buffer.concat(parts))
}
