/** The first rows of a plan's data with the value of every feature: no more is read and joined than they need. */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Plan, Value } from '../../language/index.ts'
import { describeFeatures, type FeaturePreview } from '../plan/preview.ts'
import { labelColumn } from '../sql/dataset.ts'
import { expressionSql } from '../sql/expression.ts'
import { quoteName } from '../sql/text.ts'
import { sourceScope } from '../sql/window.ts'
import { createDataset } from './dataset.ts'
import { select } from './query.ts'
import { loadSources, relationUnder } from './sources.ts'

export interface PreviewOptions {
  /** How many rows, the first of the data that are observed. Default 5. */
  readonly rows?: number
  readonly signal?: AbortSignal
}

export interface Preview {
  readonly features: readonly FeaturePreview[]
  /** Values by feature; timestamps in microseconds. */
  readonly rows: readonly { readonly features: Readonly<Record<string, Value>>; readonly label: Value }[]
}

const defaultRows = 5

/** @throws ENG001 ENG002 as training does */
export async function previewPlan(
  { connection, root }: { readonly connection: DuckDBConnection; readonly root: string },
  plan: Plan,
  { rows = defaultRows, signal }: PreviewOptions,
): Promise<Preview> {
  const queries = signal ? { signal } : {}
  const source = plan.sources[plan.observe.source]!
  await loadSources(connection, [source], { ...queries, root })
  const where = plan.observe.where ? ` WHERE ${expressionSql(plan.observe.where, sourceScope())}` : ''
  const { dataset } = await createDataset(
    connection,
    {
      plan,
      root,
      rows: 'all',
      seed: 0,
      observations: `SELECT * FROM ${relationUnder(root, source)}${where} LIMIT ${rows}`,
      ofObservedKeys: true,
    },
    queries,
  )
  const columns = dataset.features.map(({ column }) => quoteName(column))
  const found = await select(
    connection,
    `SELECT ${[...columns, labelColumn].join(', ')} FROM ${quoteName(dataset.rows)}`,
    queries,
  )
  return {
    features: describeFeatures(plan),
    rows: found.map(row => ({
      features: Object.fromEntries(
        dataset.features.map(({ name, column }) => [name, plainValue(row[column])]),
      ),
      label: plainValue(row[labelColumn]),
    })),
  }
}

function plainValue(value: unknown): Value {
  if (value instanceof Date) return value.getTime() * 1000
  if (typeof value === 'bigint') return Number(value)
  return (value ?? null) as Value
}
