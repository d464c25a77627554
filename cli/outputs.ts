/** A pipeline's outputs as one JSON document: docs/encoding.md. Tables and models are described, not poured out. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createSession } from '../library/session.ts'
import type { StepOutput } from '../library/steps/request.ts'
import { quoteText } from '../engine/sql/text.ts'
import type { Card } from '../engine/types.ts'

/** How many rows of a table are shown. */
const shownRows = 100

/** What `{"outputs": {name: value}}` holds for one stored value. */
export async function outputDocument(root: string, output: StepOutput): Promise<unknown> {
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

async function tableDocument(root: string, { path, digest }: StepOutput): Promise<unknown> {
  const session = createSession(root)
  try {
    const from = `from read_parquet(${quoteText(path)})`
    const { columns, rows } = await session.database.all({ sql: `select * ${from} limit ${shownRows}` })
    const counted = await session.database.all({ sql: `select count(*)::double ${from}` })
    return {
      $slipway: 'table',
      columns: columns.map(({ name, sqlType }) => ({ name, type: sqlType })),
      nRows: Number(counted.rows[0]?.[0]),
      rows: rows.map(row => row.map(value => (typeof value === 'bigint' ? Number(value) : value))),
      digest,
    }
  } finally {
    await session.close()
  }
}

async function modelDocument({ path, digest }: StepOutput): Promise<unknown> {
  const card = JSON.parse(await readFile(join(path, 'card.json'), 'utf8')) as Card
  const { model, rows, metrics, requirements, coefficients } = card
  return { $slipway: 'model', model, rows, metrics, requirements, coefficients, digest }
}
