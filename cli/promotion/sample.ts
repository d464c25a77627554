/** Cuts data files of a scratch project to a number of rows, evenly over the file and in its order. */
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { quoteText } from '../../engine/sql/text.ts'
import { createSession, type Session } from '../../library/session.ts'
import type { Sample } from '../../promote/index.ts'

/** Larger JSON documents are left whole: they would be read at once. */
const largestJsonBytes = 256 << 20

interface Cut {
  readonly rows: number
  readonly of: number
}

/** @param paths relative to the root; what cannot be cut is left whole, and named */
export async function sampleFiles(root: string, paths: readonly string[], rows: number): Promise<Sample> {
  const files: Sample['files'][number][] = []
  const whole: string[] = []
  const session = createSession(root)
  try {
    for (const path of paths) {
      const cut = await cutFile(session, join(root, path), rows)
      if (cut) files.push({ path, ...cut })
      else whole.push(path)
    }
  } finally {
    await session.close()
  }
  return { rows, files, whole }
}

async function cutFile(session: Session, file: string, rows: number): Promise<Cut | undefined> {
  switch (extname(file).toLowerCase()) {
    case '.csv':
    case '.tsv':
      return await cutTable(session, file, { rows, ...(await csvRelation(session, file)) })
    case '.parquet':
      return await cutTable(session, file, {
        rows,
        relation: `read_parquet(${quoteText(file)})`,
        format: 'format parquet',
      })
    case '.ndjson':
    case '.jsonl':
      return cutLines(file, rows)
    case '.json':
      return cutJson(file, rows)
    default:
      return undefined
  }
}

/** As text, so that every value is written as it stood. */
async function csvRelation(session: Session, file: string) {
  const found = await session.database.all({ sql: `select Delimiter from sniff_csv(${quoteText(file)})` })
  const delimiter = quoteText(String(found.rows[0]?.[0] ?? ','))
  return {
    relation: `read_csv(${quoteText(file)}, all_varchar = true, header = true, delim = ${delimiter})`,
    format: `format csv, header true, delimiter ${delimiter}`,
  }
}

interface TableCut {
  readonly rows: number
  readonly relation: string
  readonly format: string
}

async function cutTable(session: Session, file: string, { rows, relation, format }: TableCut): Promise<Cut> {
  const counted = await session.database.all({ sql: `select count(*)::double from ${relation}` })
  const of = Number(counted.rows[0]?.[0])
  if (of <= rows) return { rows: of, of }
  const next = `${file}.cut`
  const select = `select * exclude (slipway_row) from (select *, row_number() over () as slipway_row from ${relation}) where ${kept('slipway_row - 1', { rows, of })}`
  await session.database.all({ sql: `copy (${select}) to ${quoteText(next)} (${format})` })
  // What is a link to the user's file is replaced, never written through.
  rmSync(file)
  renameSync(next, file)
  return { rows, of }
}

/** Of `of` rows exactly `rows`, evenly: where the whole part of i · rows / of goes up. */
function kept(i: string, { rows, of }: Cut): string {
  return `floor((${i} + 1) * ${rows}.0 / ${of}) > floor((${i}) * ${rows}.0 / ${of})`
}

function evenly<T>(items: readonly T[], rows: number): readonly T[] {
  if (items.length <= rows) return items
  return items.filter(
    (_, i) => Math.floor(((i + 1) * rows) / items.length) > Math.floor((i * rows) / items.length),
  )
}

function cutLines(file: string, rows: number): Cut {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter(line => line.trim() !== '')
  return replace(file, { all: lines.length, kept: evenly(lines, rows) }, kept => `${kept.join('\n')}\n`)
}

function cutJson(file: string, rows: number): Cut | undefined {
  if (statSync(file).size > largestJsonBytes) return undefined
  const value = JSON.parse(readFileSync(file, 'utf8')) as unknown
  if (!Array.isArray(value)) return undefined
  return replace(file, { all: value.length, kept: evenly(value, rows) }, kept => JSON.stringify(kept))
}

function replace<T>(
  file: string,
  { all, kept }: { readonly all: number; readonly kept: readonly T[] },
  print: (kept: readonly T[]) => string,
): Cut {
  if (kept.length < all) {
    const text = print(kept)
    rmSync(file)
    writeFileSync(file, text)
  }
  return { rows: kept.length, of: all }
}
