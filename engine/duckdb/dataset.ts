/** Makes the dataset of a plan as temporary tables of one connection. */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { ColumnSchema, Plan, SourcePlan, ValueKind, ValueType } from '../../language/index.ts'
import { EngineError } from '../errors.ts'
import { neededColumns } from '../plan/inputs.ts'
import { lookupsOf } from '../plan/lookups.ts'
import { usedColumns } from '../plan/walk.ts'
import {
  datasetSql,
  labelColumn,
  partColumn,
  type Dataset,
  type DatasetOptions,
  type DatasetPart,
} from '../sql/dataset.ts'
import { quoteName } from '../sql/text.ts'
import type { PartCounts, RowCounts } from '../types.ts'
import { describeRelation } from './describe.ts'
import { dataPath } from './paths.ts'
import { execute, select, type QueryOptions } from './query.ts'
import { loadSources, relationUnder } from './sources.ts'

export interface DatasetRequest {
  readonly plan: Plan
  readonly root: string
  readonly rows: number | 'all'
  readonly seed: number
  /** A query whose rows replace those of the observed source. */
  readonly observations?: string | undefined
  /** As in `DatasetOptions`. */
  readonly ofObservedKeys?: boolean
  readonly onPart?: (message: string) => void
}

/** @throws ENG001 a file is missing; ENG002 a column is missing or of another type */
export async function createDataset(
  connection: DuckDBConnection,
  request: DatasetRequest,
  options: QueryOptions,
): Promise<{ readonly dataset: Dataset; readonly counts: Pick<RowCounts, 'observed' | 'sampled'> }> {
  const { plan, root } = request
  await loadSources(connection, sourcesRead(request), { ...options, root })
  const columns = await observedColumns(connection, request, options)
  await checkFeatureSources(connection, request, options)
  const dataset = datasetSql(plan, {
    ...datasetOptions(request),
    columns,
    ...(request.rows !== 'all' && { sample: { rows: request.rows, seed: request.seed } }),
  })
  for (const part of dataset.parts) {
    request.onPart?.(partMessage(plan, part))
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

/** What is left of a dataset. */
export async function dropTables(connection: DuckDBConnection, { rows }: Dataset): Promise<void> {
  await execute(connection, `DROP TABLE IF EXISTS ${quoteName(rows)}`)
}

function datasetOptions({ root, observations, ofObservedKeys }: DatasetRequest): DatasetOptions {
  return {
    ...(ofObservedKeys && { ofObservedKeys }),
    resolvePath: path => dataPath(root, path),
    ...(observations !== undefined && { observations: `(${observations}\n)` }),
  }
}

function partMessage(plan: Plan, { name, title }: DatasetPart): string {
  if (/window_\d+$/.test(name)) return `Computing ${title.split(':')[0]}`
  return name.endsWith('observed') ? `Reading ${plan.observe.source}` : 'Computing features'
}

/** Sources of the windows, and the observed one unless other rows stand for it. */
function sourcesRead({ plan, observations }: DatasetRequest): readonly SourcePlan[] {
  const names = new Set(lookupsOf(plan).windows.map(({ feature }) => feature.source))
  if (observations === undefined) names.add(plan.observe.source)
  return [...names].map(name => plan.sources[name]!)
}

async function observedColumns(
  connection: DuckDBConnection,
  { plan, root, observations }: DatasetRequest,
  options: QueryOptions,
): Promise<readonly ColumnSchema[]> {
  const source = plan.sources[plan.observe.source]!
  const relation = observations === undefined ? relationUnder(root, source) : `(${observations}\n)`
  const columns = await describeRelation(connection, relation, { ...options, measureLists: false })
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
  for (const { feature } of lookupsOf(plan).windows) {
    const source = plan.sources[feature.source]!
    const relation = relationUnder(root, source)
    const found = await describeRelation(connection, relation, { ...options, measureLists: false })
    const where = `the source \`${source.name}\` (${source.path}) of the feature \`${feature.name}\``
    checkColumns(source.columns, { needed: usedColumns(feature, source), found, where })
  }
}

function checkColumns(
  expected: readonly ColumnSchema[],
  { needed, found, where }: { needed: ReadonlySet<string>; found: readonly ColumnSchema[]; where: string },
): void {
  const types = new Map(found.map(column => [column.name, column.type]))
  for (const name of needed) {
    const type = expected.find(column => column.name === name)?.type
    const actual = types.get(name)
    if (actual !== undefined && (type === undefined || fits(type, actual))) continue
    const kind = type && typeName(type)
    const got = actual && typeName(actual)
    const problem =
      got === undefined
        ? `found ${[...types.keys()].map(n => `\`${n}\``).join(', ')}`
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

function typeName({ kind, size }: ValueType): string {
  return size === undefined ? kind : `${kind} of ${size}`
}

/** A list is a vector of any size until its rows are read. */
function fits(expected: ValueType, got: ValueType): boolean {
  const group = (kind: ValueKind) =>
    ({ int: 'number', float: 'number', category: 'string' })[kind as string] ?? kind
  const isSized = expected.size === undefined || got.size === undefined || expected.size === got.size
  return group(expected.kind) === group(got.kind) && isSized
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
  const all = datasetSql({ ...request.plan, features: [] }, datasetOptions(request))
  return await countRows(connection, `(${all.parts[0]!.sql})`, options)
}

/**
 * Rows by part of the split, and by label where that is a bool or has classes; −2 stands for no part, −1 for a part
 * without weight.
 */
export async function countParts(
  connection: DuckDBConnection,
  dataset: Dataset,
  { label, ...options }: QueryOptions & { readonly label: Plan['label'] },
): Promise<Omit<RowCounts, 'observed' | 'sampled'>> {
  const isNumber = label.type.kind === 'int' || label.type.kind === 'float'
  const value = isNumber ? `${labelColumn} IS NOT NULL` : labelColumn
  const sql = `SELECT coalesce(CAST(${partColumn} AS INTEGER), -2) AS part, CAST(${value} AS VARCHAR) AS label,
  ${labelColumn} IS NULL AS missing, count(*) AS n
FROM ${quoteName(dataset.rows)} GROUP BY ALL ORDER BY label`
  const groups = (await select(connection, sql, options)).map(row => ({
    part: Number(row['part']),
    label: String(row['label']),
    missing: row['missing'] === true,
    n: Number(row['n']),
  }))
  type Group = (typeof groups)[number]
  const sum = (keep: (group: Group) => boolean) => groups.filter(keep).reduce((total, { n }) => total + n, 0)
  const perPart = (keep: (group: Group) => boolean): PartCounts => {
    const [train, validation, test] = [0, 1, 2].map(part =>
      sum(g => g.part === part && !g.missing && keep(g)),
    )
    return { train: train!, validation: validation!, test: test! }
  }
  return {
    labelMissing: sum(g => g.missing),
    outsideSplit: sum(g => !g.missing && g.part === -2),
    withoutWeight: sum(g => !g.missing && g.part === -1),
    ...perPart(() => true),
    ...(label.type.kind === 'bool' && { positives: perPart(g => g.label === 'true') }),
    ...(!isNumber && label.type.kind !== 'bool' && { classes: classCounts(groups, perPart) }),
  }
}

/** Of the most frequent classes, should they be too many to be such. */
const maxClassesCounted = 1000

function classCounts(
  groups: readonly { readonly label: string; readonly missing: boolean }[],
  perPart: (keep: (group: { readonly label: string }) => boolean) => PartCounts,
): Readonly<Record<string, PartCounts>> {
  const names = new Set(groups.filter(g => !g.missing).map(g => g.label))
  if (names.size > maxClassesCounted) return {}
  return Object.fromEntries([...names].map(name => [name, perPart(g => g.label === name)]))
}
