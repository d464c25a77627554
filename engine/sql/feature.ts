/** One catalog feature of any kind, point in time, as SQL text. */
import type { FeaturePlan, SourcePlan, WindowFeaturePlan } from '../../language/index.ts'
import { lookupsOf, type Lookup, type Lookups } from '../plan/lookups.ts'
import { expressionSql } from './expression.ts'
import { sourceRelation } from './source.ts'
import { comment, indent, quoteName, sqlTypes } from './text.ts'
import { defaultSql, windowGroups, windowsSql } from './window.ts'

export interface FeatureQuery {
  readonly feature: FeaturePlan
  /** What a derived feature reads, by `name@version`, and what that reads. */
  readonly features: Readonly<Record<string, FeaturePlan>>
  /** By name. */
  readonly sources: Readonly<Record<string, SourcePlan>>
  /** SQL text of the relation of a source's rows. Default: `sourceRelation` of the source, path as it is. */
  readonly relation?: (source: SourcePlan, feature: WindowFeaturePlan) => string
  /** A relation of observations with the columns named below. */
  readonly observed: string
  /** Column that tells observations apart. */
  readonly row: string
  /** SQL text over a row of `observed`: its time, and its keys in the order of the entity, canonical. */
  readonly time: string
  readonly keys: readonly string[]
}

/** `(row_id, value)`: every observation once; where there is no value, the feature's default. */
export function featureSql(query: FeatureQuery): string {
  const { feature } = query
  const lookups = lookupsOfFeature(query)
  const keyNames = query.keys.map((_, i) => `key${i + 1}`)
  const observation = [
    `${quoteName(query.row)} AS row_id`,
    `${query.time} AS asked_at`,
    ...query.keys.map((key, i) => `${key} AS ${keyNames[i]}`),
  ]
  const groups = groupsOf(lookups, query.sources)
  const parts = groups.map((group, i) => {
    const { feature: window } = group[0]!
    const source = query.sources[window.source]!
    const sql = windowsSql({
      windows: group.map(lookup => ({ feature: lookup.feature, name: lookup.column })),
      source,
      sourceRelation: (query.relation ?? (s => sourceRelation(s, s.path)))(source, window),
      observed: 'asked',
      row: 'row_id',
      time: 'asked_at',
      keys: keyNames,
    })
    return `,\n-- ${comment(titlesOf(group))}\nwindow_${i + 1} AS (\n${indent(sql)}\n)`
  })
  const names = groups.map((_, i) => `window_${i + 1}`)
  const value = lookups.columns.get(feature.name)!
  return `WITH asked AS (
  SELECT ${observation.join(', ')}
  FROM ${query.observed}
)${parts.join('')}
-- ${comment(titleOf(feature))}
SELECT row_id, ${quoteName(value)} AS value
FROM ${lookedUp(lookups, groups, { observed: 'asked', row: 'row_id', names })}`
}

function lookupsOfFeature({ feature, features }: FeatureQuery): Lookups {
  const value = { kind: 'catalog' as const, feature: ' asked', keys: [] }
  return lookupsOf({
    features: [{ name: feature.name, type: feature.type, value, prepare: { kind: 'one_hot', max: 1 } }],
    catalogFeatures: { ...features, ' asked': feature },
  })
}

export interface LookupSources {
  /** Name of the relation of observations, and its column that tells them apart. */
  readonly observed: string
  readonly row: string
  /** Name of the relation of every group of windows: `(row_id, …)` with a column per window. */
  readonly names: readonly string[]
}

/** The windows of the lookups as they are computed together. */
export function groupsOf(
  { windows }: Lookups,
  sources: Readonly<Record<string, SourcePlan>>,
): readonly (readonly Lookups['windows'][number][])[] {
  return windowGroups(windows, name => sources[name]!.knownAfterUs)
}

/** The observations with a column per lookup, as a relation. */
export function lookedUp(
  lookups: Lookups,
  groups: ReturnType<typeof groupsOf>,
  { observed, row, names }: LookupSources,
): string {
  if (names.length === 0) return quoteName(observed)
  const values = groups.flatMap((group, i) =>
    group.map(({ feature, column }) => {
      const value = `${quoteName(names[i]!)}.${quoteName(column)}`
      return `  ${feature.default === null ? value : `coalesce(${value}, ${defaultSql(feature)})`} AS ${quoteName(column)}`
    }),
  )
  const joins = names.map(name => `LEFT JOIN ${quoteName(name)} USING (${row})`)
  const joined = `(
  SELECT ${quoteName(observed)}.*,
  ${values.join(',\n  ')}
  FROM ${quoteName(observed)}
  ${joins.join('\n  ')}
)`
  return lookups.derived.reduce(
    (inner, lookup) =>
      `(\n  -- ${comment(titleOf(lookup.feature))}\n  SELECT *, ${derivedSql(lookup)} AS ${quoteName(lookup.column)}\n  FROM ${indent(inner).trimStart()}\n)`,
    joined,
  )
}

function derivedSql({ feature, inputs }: Lookup<Extract<FeaturePlan, { kind: 'derived' }>>): string {
  const value = expressionSql(feature.expr, {
    column: name => {
      throw new RangeError(`A derived feature reads no column: ${name}`)
    },
    feature: name => quoteName(inputs[name]!),
  })
  const typed = `CAST(${value} AS ${sqlTypes[feature.type.kind]})`
  return feature.default === null ? typed : `coalesce(${typed}, ${defaultSql(feature)})`
}

/** For a reader of the query. */
export function titlesOf(lookups: readonly { readonly feature: FeaturePlan }[]): string {
  return lookups.map(({ feature }) => titleOf(feature)).join('; ')
}

export function titleOf(feature: FeaturePlan): string {
  const name = feature.version > 0 ? `${feature.name}@${feature.version}` : feature.name
  return `${name} of ${feature.entity}${feature.doc === undefined ? '' : `: ${feature.doc}`}`
}
