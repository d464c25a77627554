/** Makes the dataset of a plan as temporary tables of one connection. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { ColumnSchema, Plan, ScalarKind } from '../../language/index.ts'
import { EngineError } from '../errors.ts'
import { datasetSql, labelColumn, neededColumns, partColumn, type Dataset } from '../sql/dataset.ts'
import { sourceRelation } from '../sql/source.ts'
import { quoteName } from '../sql/text.ts'
import { usedColumns } from '../plan/walk.ts'
import type { RowCounts } from '../types.ts'
import { describeRelation } from './describe.ts'
import { execute, select, type QueryOptions } from './query.ts'

export interface DatasetRequest {
  readonly plan: Plan
  readonly root: string
  readonly rows: number | 'all'
  readonly seed: number
  /** A query whose rows replace those of the observed source. */
  readonly observations?: string | undefined
  readonly onPart?: (message: string) => void
}

/** @throws ENG001 a file is missing; ENG002 a column is missing or of another type */
export async function createDataset(
  connection: DuckDBConnection,
  request: DatasetRequest,
  options: QueryOptions,
): Promise<{ readonly dataset: Dataset; readonly counts: Pick<RowCounts, 'observed' | 'sampled'> }> {
  const { plan, root } = request
  checkFiles(request)
  const columns = await observedColumns(connection, request, options)
  await checkFeatureSources(connection, request, options)
  const dataset = datasetSql(plan, {
    resolvePath: path => join(root, path),
    columns,
    ...(request.observations !== undefined && { observations: `(${request.observations}\n)` }),
    ...(request.rows !== 'all' && { sample: { rows: request.rows, seed: request.seed } }),
  })
  for (const part of dataset.parts) {
    request.onPart?.(partMessage(plan, part.name))
    await execute(connection, `CREATE OR REPLACE TEMP TABLE ${quoteName(part.name)} AS ${part.sql}`, options)
    for (const name of part.frees) await execute(connection, `DROP TABLE ${quoteName(name)}`)
  }
  const sampled = await countRows(connection, quoteName(dataset.rows), options)
  const observed =
    request.rows === 'all' || sampled < request.rows
      ? sampled
      : await countObserved(connection, request, options)
  return { dataset, counts: { observed, sampled } }
}

function partMessage(plan: Plan, part: string): string {
  const feature = /window_(\d+)$/.exec(part)
  if (feature) return `Computing ${plan.features[Number(feature[1]) - 1]!.name}`
  return part.endsWith('observed') ? `Reading ${plan.observe.source}` : 'Computing features'
}

function checkFiles({ plan, root, observations }: DatasetRequest): void {
  const sources = new Set(Object.values(plan.catalogFeatures).map(feature => feature.source))
  if (observations === undefined) sources.add(plan.observe.source)
  for (const name of sources) {
    const { path, format } = plan.sources[name]!
    if (!existsSync(join(root, path)) && !/[*?[]/.test(path))
      throw new EngineError(
        'ENG001',
        `Expected the file ${path} of the source \`${name}\` in the project, found none. Put it there or mend the path.`,
        {
          details: { name, expected: path },
        },
      )
    if (format === 'arrow')
      throw new EngineError(
        'ENG007',
        `Expected Parquet, CSV or JSON for the source \`${name}\`, got Arrow, which cannot be trained on yet. Convert it to Parquet.`,
      )
  }
}

async function observedColumns(
  connection: DuckDBConnection,
  { plan, root, observations }: DatasetRequest,
  options: QueryOptions,
): Promise<readonly ColumnSchema[]> {
  const source = plan.sources[plan.observe.source]!
  const relation =
    observations === undefined
      ? sourceRelation(source.format, join(root, source.path))
      : `(${observations}\n)`
  const columns = await describeRelation(connection, relation, options)
  const where =
    observations === undefined ? `the source \`${source.name}\` (${source.path})` : 'the observations given'
  checkColumns(source.columns, { needed: neededColumns(plan), found: columns, where })
  return columns
}

async function checkFeatureSources(
  connection: DuckDBConnection,
  { plan, root }: DatasetRequest,
  options: QueryOptions,
): Promise<void> {
  for (const feature of Object.values(plan.catalogFeatures)) {
    const source = plan.sources[feature.source]!
    const found = await describeRelation(
      connection,
      sourceRelation(source.format, join(root, source.path)),
      options,
    )
    const where = `the source \`${source.name}\` (${source.path}) of the feature \`${feature.name}\``
    checkColumns(source.columns, { needed: usedColumns(feature, source), found, where })
  }
}

function checkColumns(
  expected: readonly ColumnSchema[],
  { needed, found, where }: { needed: ReadonlySet<string>; found: readonly ColumnSchema[]; where: string },
): void {
  const kinds = new Map(found.map(column => [column.name, column.type.kind]))
  for (const name of needed) {
    const kind = expected.find(column => column.name === name)?.type.kind
    const got = kinds.get(name)
    if (got !== undefined && (kind === undefined || fits(kind, got))) continue
    const problem =
      got === undefined
        ? `found ${[...kinds.keys()].map(n => `\`${n}\``).join(', ')}`
        : `it is of type ${got}`
    throw new EngineError(
      'ENG002',
      `Expected a column \`${name}\`${kind ? ` of type ${kind}` : ''} in ${where}; ${problem}. Check the data, or compile the model again.`,
      {
        details: { name, expected: kind ?? 'a column', got: got ?? 'nothing' },
      },
    )
  }
}

function fits(expected: ScalarKind, got: ScalarKind): boolean {
  const group = (kind: ScalarKind) =>
    ({ int: 'number', float: 'number', category: 'string' })[kind as string] ?? kind
  return group(expected) === group(got)
}

async function countRows(
  connection: DuckDBConnection,
  relation: string,
  options: QueryOptions,
): Promise<number> {
  const [row] = await select(connection, `SELECT count(*) AS n FROM ${relation}`, options)
  return Number(row!['n'])
}

async function countObserved(
  connection: DuckDBConnection,
  request: DatasetRequest,
  options: QueryOptions,
): Promise<number> {
  const { plan, root, observations } = request
  const all = datasetSql(
    { ...plan, features: [] },
    {
      resolvePath: path => join(root, path),
      ...(observations !== undefined && { observations: `(${observations}\n)` }),
    },
  )
  return await countRows(connection, `(${all.parts[0]!.sql})`, options)
}

/** Rows by part of the split and label; −1 stands for none. */
export async function countParts(
  connection: DuckDBConnection,
  dataset: Dataset,
  options: QueryOptions,
): Promise<Omit<RowCounts, 'observed' | 'sampled'>> {
  const sql = `SELECT coalesce(CAST(${partColumn} AS INTEGER), -1) AS part, coalesce(CAST(${labelColumn} AS INTEGER), -1) AS label, count(*) AS n
FROM ${quoteName(dataset.rows)} GROUP BY 1, 2`
  const groups = (await select(connection, sql, options)).map(row => ({
    part: Number(row['part']),
    label: Number(row['label']),
    n: Number(row['n']),
  }))
  const sum = (keep: (group: (typeof groups)[number]) => boolean) =>
    groups.filter(keep).reduce((total, { n }) => total + n, 0)
  const of = (part: number) => sum(g => g.part === part && g.label >= 0)
  const positives = (part: number) => sum(g => g.part === part && g.label === 1)
  return {
    labelMissing: sum(g => g.label < 0),
    outsideSplit: sum(g => g.label >= 0 && g.part < 0),
    train: of(0),
    validation: of(1),
    test: of(2),
    positives: { train: positives(0), validation: positives(1), test: positives(2) },
  }
}
