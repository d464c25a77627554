/**
 * Catalog features joined to observations, point in time: SQL text that gives every observation exactly once,
 * duplicates included, with the values that were known at its time and nothing from after it. Pure.
 */
import { resolve } from 'node:path'
import { canonicalColumn, sourceRelation } from '../engine/sql/source.ts'
import { quoteName, timestampLiteral } from '../engine/sql/text.ts'
import { defaultSql, windowSql } from '../engine/sql/window.ts'
import type { FeaturePlan, SourcePlan } from '../language/index.ts'
import { CatalogError } from './errors.ts'

export interface JoinedFeature {
  readonly plan: FeaturePlan
  readonly source: SourcePlan
  /** Columns of the observations that carry the key, one per key part, in order. */
  readonly keys: readonly string[]
  /** The name of the new column. */
  readonly as: string
}

export interface JoinOptions {
  /** The project's root: sources' paths start there. */
  readonly root: string
  /** A query whose rows are observed. */
  readonly observations: string
  /** Column of the observations that says when each happened. */
  readonly time: string
  readonly features: readonly JoinedFeature[]
  /** No observation is earlier than this, in microseconds: older rows of a source than its window are not read. */
  readonly fromUs?: number
}

/** Names of ours in the query, which no column of an observation is likely to have. */
const rowColumn = 'slipway row'
const observed = 'slipway observed'

/**
 * A query for the observations' columns followed by one column per feature.
 * @throws CAT007 when the keys do not fit a feature
 */
export function joinSql({ root, observations, time, features, fromUs }: JoinOptions): string {
  for (const feature of features) checkKeys(feature)
  const windows = features.map((feature, i) => ({ ...feature, name: quoteName(`slipway window ${i + 1}`) }))
  const parts = windows.map(
    window => `${window.name} AS MATERIALIZED (\n${windowOf(window, { root, time, fromUs })}\n)`,
  )
  const values = windows.map(
    ({ name, plan, as }) => `, coalesce(${name}.value, ${defaultSql(plan)}) AS ${quoteName(as)}`,
  )
  const joins = windows.map(({ name }) => `\nLEFT JOIN ${name} ON ${name}.row_id = o.${quoteName(rowColumn)}`)
  // The row's number is given once and kept, so that every window sees the same rows.
  return `WITH ${quoteName(observed)} AS MATERIALIZED (
  SELECT row_number() OVER () AS ${quoteName(rowColumn)}, * FROM (${observations}\n)
)${parts.map(part => `,\n${part}`).join('')}
SELECT o.* EXCLUDE (${quoteName(rowColumn)})${values.join('')}
FROM ${quoteName(observed)} o${joins.join('')}
ORDER BY o.${quoteName(rowColumn)}`
}

function checkKeys({ plan, keys }: JoinedFeature): void {
  if (keys.length !== plan.by.length)
    throw new CatalogError(
      'CAT007',
      `Expected ${plan.by.length} key column(s) for ${plan.name} of ${plan.entity}, got ${keys.length}: ` +
        `${keys.join(', ') || 'none'}.`,
    )
}

function windowOf(
  feature: JoinedFeature,
  { root, time, fromUs }: Pick<JoinOptions, 'root' | 'time' | 'fromUs'>,
): string {
  const { plan, source, keys } = feature
  return windowSql({
    feature: plan,
    source,
    sourceRelation: eventsOf(feature, root, fromUs),
    observed: quoteName(observed),
    row: rowColumn,
    time: canonicalColumn(quoteName(time), { kind: 'timestamp', nullable: true }),
    keys: keys.map((key, i) => canonicalColumn(quoteName(key), keyType(plan, source, i))),
  })
}

/** The rows of the source that some window may reach. */
function eventsOf({ plan, source }: JoinedFeature, root: string, fromUs: number | undefined): string {
  const relation = sourceRelation(source.format, resolve(root, source.path))
  if (fromUs === undefined || source.time === undefined) return relation
  const time = canonicalColumn(quoteName(source.time), { kind: 'timestamp', nullable: true })
  return `(SELECT * FROM ${relation} WHERE ${time} >= ${timestampLiteral(fromUs - plan.windowUs)})`
}

/** Keys are compared in the type that the feature's source gives them. */
function keyType(plan: FeaturePlan, source: SourcePlan, i: number) {
  const column = source.columns.find(({ name }) => name === plan.by[i])
  return column?.type ?? ({ kind: 'string', nullable: true } as const)
}
