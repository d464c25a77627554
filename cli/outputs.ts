/** A pipeline's outputs as one JSON document: docs/encoding.md. Tables and models are described, not poured out. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createSession } from '../library/session.ts'
import type { StoredValue } from '../library/steps/request.ts'
import { quoteText } from '../engine/sql/text.ts'
import type { Card } from '../engine/types.ts'
import { sha256 } from '../promote/index.ts'
import { runPipeline, type RunPipelineOptions } from './run-pipeline.ts'

/** How many rows of a table are shown. */
const shownRows = 100

/** Runs a pipeline and describes what it gives, by output name. */
export async function pipelineOutputs({
  onProgress,
  ...options
}: RunPipelineOptions & { readonly onProgress: (message: string) => void }): Promise<
  Record<string, unknown>
> {
  const stored = await runPipeline({
    ...options,
    onEvent: (step, event) => {
      if (event.type === 'progress') onProgress(`${step} │ ${event.message ?? event.phase}`)
      options.onEvent?.(step, event)
    },
  })
  const documents: Record<string, unknown> = {}
  for (const { name, step, output } of options.manifest.outputs)
    documents[name] = await outputDocument(options.root, stored.get(`${step}.${output}`)!)
  return documents
}

/** What `{"outputs": {name: value}}` holds for one stored value. */
export async function outputDocument(root: string, output: StoredValue): Promise<unknown> {
  switch (output.codec) {
    case 'json':
      return JSON.parse(await readFile(output.path, 'utf8'))
    case 'bytes':
      return { $slipway: 'bytes', value: (await readFile(output.path)).toString('base64') }
    case 'table':
      return await tableDocument(root, output)
    case 'model':
      return await modelDocument(output)
  }
}

async function tableDocument(root: string, { path }: StoredValue): Promise<unknown> {
  const session = createSession(root)
  try {
    const from = `from read_parquet(${quoteText(path)})`
    const { columns, rows } = await session.database.all({ sql: `select * ${from} limit ${shownRows}` })
    const counted = await session.database.all({ sql: `select count(*)::double ${from}` })
    // A sum over the rows' hashes does not depend on their order.
    const digested = await session.database.all({
      sql: `select sum(md5_number_lower(shown::varchar)::hugeint)::varchar from (select * ${from}) as shown`,
    })
    return {
      $slipway: 'table',
      columns: columns.map(({ name, sqlType }) => ({ name, type: sqlType })),
      nRows: Number(counted.rows[0]?.[0]),
      rows: rows.map(row => row.map(value => (typeof value === 'bigint' ? Number(value) : value))),
      rowsDigest: String(digested.rows[0]?.[0]),
    }
  } finally {
    await session.close()
  }
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
