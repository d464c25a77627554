/**
 * Fills an online store: for every key that a window's source has, the value at the time the data ends. That is what
 * an observation at that moment would be given in training, by the same query. Derived features are not stored: a
 * lookup computes them from the stored windows, so that a key which only some of them know has the same value as in
 * training.
 */
import { canonicalColumn } from '../../engine/sql/source.ts'
import { quoteName, timestampLiteral } from '../../engine/sql/text.ts'
import type { ColumnSchema, Scalar, SourcePlan, ValueType } from '../../language/index.ts'
import type { Database, ResultBatch, Value } from '../columns/database.ts'
import { CatalogError } from '../errors.ts'
import { featureId, windowsOf, type FeatureDefinition, type WindowDefinition } from '../feature.ts'
import { joinSql } from '../join.ts'
import { withSources } from '../sources/load.ts'
import { relationOf } from '../sources/relation.ts'
import type { OnlineEntry, OnlineStore } from './store.ts'

/**
 * Computes every window that the features come from, and puts its values in the place of what the store had for it.
 * @param features a window's `name@version` is what lookups ask for
 * @throws CAT006 when a source has no time or no rows
 */
export async function fillOnlineStore(
  database: Database,
  features: readonly FeatureDefinition[],
  { root, store }: { readonly root: string; readonly store: OnlineStore },
): Promise<void> {
  const windows = features.flatMap(windowsOf).map(window => [featureId(window.plan), window] as const)
  for (const [id, feature] of new Map(windows)) {
    const reading = withSources(database, [feature.source], root)
    const asOfUs = await endOfData(reading, feature, root)
    await store.replace(id, asOfUs, valuesAt(reading, feature, { root, asOfUs }))
  }
}

async function endOfData(
  database: Database,
  { plan, source }: WindowDefinition,
  root: string,
): Promise<number> {
  if (source.time === undefined)
    throw new CatalogError('CAT006', `Expected source ${source.name} of ${plan.name} to declare a time.`)
  const time = canonicalColumn(quoteName(source.time), { kind: 'timestamp', nullable: true })
  const sql = `SELECT max(epoch_us(${time})) FROM ${relationOf(source, root)}`
  const { rows } = await database.all({ sql })
  const end = rows[0]?.[0]
  if (typeof end !== 'number')
    throw new CatalogError('CAT006', `Expected rows with a time in source ${source.name}, found none.`)
  return end
}

async function* valuesAt(
  database: Database,
  { plan, source }: WindowDefinition,
  { root, asOfUs }: { readonly root: string; readonly asOfUs: number },
): AsyncGenerator<readonly OnlineEntry[]> {
  const keys = plan.by.map((name, i) => {
    const type = columnType(source, name)
    return { as: `slipway key ${i + 1}`, sql: canonicalColumn(quoteName(name), type), type }
  })
  const selected = keys.map(({ sql, as }) => `${sql} AS ${quoteName(as)}`).join(', ')
  const present = keys.map(({ sql }) => `${sql} IS NOT NULL`).join(' AND ')
  const joined = joinSql({
    root,
    observations:
      `SELECT DISTINCT ${selected}, ${timestampLiteral(asOfUs)} AS "slipway time" ` +
      `FROM ${relationOf(source, root)} WHERE ${present}`,
    time: 'slipway time',
    fromUs: asOfUs,
    features: [{ plan, source, keys: keys.map(key => key.as), as: 'slipway value' }],
  })
  // Timestamps travel as microseconds: a JavaScript date has milliseconds only.
  const columns = [
    ...keys.map(({ as, type }) => scalarSql(quoteName(as), type)),
    scalarSql('"slipway value"', plan.type),
  ]
  for await (const batch of database.batches({ sql: `SELECT ${columns.join(', ')} FROM (${joined})` }))
    yield entriesOf(batch)
}

function entriesOf({ rows }: ResultBatch): OnlineEntry[] {
  return rows.map(row => ({ key: row.slice(0, -1).map(scalarOf), value: scalarOf(row.at(-1) ?? null) }))
}

function scalarSql(sql: string, type: ValueType): string {
  return type.kind === 'timestamp' ? `epoch_us(${sql})` : sql
}

function scalarOf(value: Value): Scalar {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  return Number(value)
}

function columnType(source: SourcePlan, name: string): ColumnSchema['type'] {
  return source.columns.find(column => column.name === name)?.type ?? { kind: 'string', nullable: true }
}
