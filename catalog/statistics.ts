/** Statistics of a feature: what values it took at the times at which its own source has rows. */
import { quoteName } from '../engine/sql/text.ts'
import type { FeaturePlan } from '../language/index.ts'
import type { Database } from './columns/database.ts'
import { computeTableStatistics } from './columns/statistics.ts'
import { CatalogError } from './errors.ts'
import { windowsOf, type FeatureDefinition, type FeatureStatistics } from './feature.ts'
import { joinSql } from './join.ts'
import { withSources } from './sources/load.ts'
import { relationOf } from './sources/relation.ts'

export interface ComputeOptions {
  readonly root: string
  /** How many rows of the source are taken as observations. Default 50,000. */
  readonly sampleRows?: number
}

/**
 * One query: a sample of the source's rows, the feature's value at each, and statistics of these values. A derived
 * feature is looked at where the first of its windows has rows.
 * @throws CAT006 when the source has no time, or what the database throws
 */
export async function computeStatistics(
  database: Database,
  definition: FeatureDefinition,
  { root, sampleRows = 50_000 }: ComputeOptions,
): Promise<FeatureStatistics> {
  const { plan } = definition
  const [window] = windowsOf(definition)
  if (!window) throw new CatalogError('CAT006', `Expected ${plan.name} to come from a window.`)
  const { source } = window
  const { time } = source
  if (time === undefined)
    throw new CatalogError('CAT006', `Expected source ${source.name} of ${plan.name} to declare a time.`)
  const keys = window.plan.by.map((name, i) => ({ from: quoteName(name), to: `slipway key ${i + 1}` }))
  const columns = [
    `${quoteName(time)} AS "slipway time"`,
    ...keys.map(key => `${key.from} AS ${quoteName(key.to)}`),
  ]
  const observations =
    `SELECT ${columns.join(', ')} FROM ${relationOf(source, root)} ` +
    `USING SAMPLE reservoir(${sampleRows} ROWS) REPEATABLE (1)`
  const joined = joinSql({
    root,
    observations,
    time: 'slipway time',
    features: [{ ...definition, keys: keys.map(key => key.to), as: 'value' }],
  })
  const column = { name: 'value', sqlType: sqlTypeOf(plan) }
  const { columns: computed, statisticsRows } = await computeTableStatistics(
    withSources(
      database,
      windowsOf(definition).map(({ source }) => source),
      root,
    ),
    `SELECT value FROM (${joined})`,
    [column],
    { sampleRows },
  )
  const { nNull, nDistinct = 0, std, min, max, mean, quantiles, histogram, top } = computed[0]!
  return {
    computedAt: new Date().toISOString(),
    count: statisticsRows,
    nulls: nNull,
    distinct: nDistinct,
    ...(min === undefined ? {} : { min, max, mean, quantiles, histogram }),
    ...(std === undefined ? {} : { stddev: std }),
    ...(top === undefined ? {} : { top }),
  }
}

const sqlTypes = {
  bool: 'BOOLEAN',
  int: 'BIGINT',
  float: 'DOUBLE',
  string: 'VARCHAR',
  category: 'VARCHAR',
  timestamp: 'TIMESTAMP',
  vector: 'DOUBLE[]',
} as const

function sqlTypeOf(plan: FeaturePlan): string {
  return sqlTypes[plan.type.kind]
}
