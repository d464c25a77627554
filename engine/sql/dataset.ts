/**
 * The dataset of a plan as SQL text: what is observed, the value of every feature, the label, the part of the
 * split. A dataset is a list of named parts, each reading those above it; they can be made one by one as temporary
 * tables or joined into one query.
 */
import type { ColumnSchema, Plan, SplitName, SplitPlan } from '../../language/index.ts'
import { columnsOf, featuresOf } from '../plan/walk.ts'
import { expressionSql, textOf, type SqlScope } from './expression.ts'
import { contentText, sourceRelation } from './source.ts'
import { quoteName, quoteText, timestampLiteral } from './text.ts'
import { defaultSql, sourceScope, windowSql } from './window.ts'

export interface DatasetOptions {
  /** A path as the database shall see it, from one relative to the project's root. Default: as it is. */
  readonly resolvePath?: (path: string) => string
  /** SQL text of the relation that replaces the observed source. */
  readonly observations?: string
  /** The columns there are. Default: the source's. */
  readonly columns?: readonly ColumnSchema[]
  readonly sample?: { readonly rows: number; readonly seed: number }
  /** Put before every part's name. */
  readonly prefix?: string
}

export interface DatasetPart {
  readonly name: string
  readonly sql: string
  /** Parts that nothing after this one reads. */
  readonly frees: readonly string[]
}

export interface Dataset {
  readonly parts: readonly DatasetPart[]
  /** Name of the last part: one row per observation. */
  readonly rows: string
  /** Columns of `rows`. */
  readonly inputs: readonly { readonly column: string; readonly name: string }[]
  readonly features: readonly { readonly column: string; readonly name: string }[]
  readonly groups: readonly { readonly column: string; readonly name: string }[]
}

/** Columns of the last part beside inputs, features and groups. `part` is an index into `splitNames`, or missing. */
export const labelColumn = 'label'
export const partColumn = 'part'
export const splitNames: readonly SplitName[] = ['train', 'validation', 'test']

const rowColumn = 'row_id'

export function datasetSql(plan: Plan, options: DatasetOptions = {}): Dataset {
  const prefix = options.prefix ?? ''
  const context = contextOf(plan, options)
  const observed = { name: `${prefix}observed`, sql: observedSql(plan, options, context), frees: [] }
  const windows = plan.features.flatMap((feature, i) => {
    const { value } = feature
    if (value.kind !== 'catalog') return []
    const definition = plan.catalogFeatures[value.feature]!
    const source = plan.sources[definition.source]!
    const sql = windowSql({
      feature: definition,
      source,
      sourceRelation: sourceRelation(source.format, (options.resolvePath ?? (p => p))(source.path)),
      observed: quoteName(observed.name),
      row: rowColumn,
      time: columnRef(context, timeColumn(plan)),
      keys: value.keys.map(key => expressionSql(key, scopeOf(plan, context))),
    })
    return [{ name: `${prefix}window_${i + 1}`, sql, frees: [], feature: i, definition }]
  })
  const names = featureColumns(plan)
  const rows = `${prefix}rows`
  const groups = groupNames(plan)
  return {
    parts: [
      observed,
      ...windows.map(({ name, sql }) => ({ name, sql, frees: [] })),
      {
        name: rows,
        sql: rowsSql({ plan, context, observed: observed.name, windows, names, groups }),
        frees: [observed.name, ...windows.map(window => window.name)],
      },
    ],
    rows,
    inputs: inputColumns(plan).map(name => ({ column: context.columns.get(name)!, name })),
    features: plan.features.map((feature, i) => ({ column: names[i]!, name: feature.name })),
    groups: groups.map((name, i) => ({ column: `g${i + 1}`, name })),
  }
}

/** The whole dataset as one query, for reading. */
export function planSql(plan: Plan, options: DatasetOptions = {}): string {
  const { parts } = datasetSql(plan, options)
  const last = parts.at(-1)!
  const before = parts.slice(0, -1).map(({ name, sql }) => `${quoteName(name)} AS MATERIALIZED (\n${sql}\n)`)
  return `WITH ${before.join(',\n')}\n${last.sql}`
}

/** Columns of the observation that some feature's expression reads, in the source's order. */
export function inputColumns(plan: Plan): readonly string[] {
  const used = new Set(plan.features.flatMap(f => (f.value.kind === 'row' ? columnsOf(f.value.expr) : [])))
  return plan.sources[plan.observe.source]!.columns.map(c => c.name).filter(name => used.has(name))
}

interface Context {
  /** Source column → column of `observed`. */
  readonly columns: ReadonlyMap<string, string>
  readonly schema: ReadonlyMap<string, ColumnSchema>
}

/** Only columns that something needs are kept. The index in a name keeps names apart that differ in case only. */
function contextOf(plan: Plan, options: DatasetOptions): Context {
  const source = plan.sources[plan.observe.source]!
  const needed = neededColumns(plan)
  const available = options.columns ?? source.columns
  const schema = new Map(available.map(column => [column.name, column]))
  const kept = source.columns.map(c => c.name).filter(name => needed.has(name))
  return { schema, columns: new Map(kept.map((name, i) => [name, `c${i + 1} ${name}`])) }
}

/** Columns of the observation that the plan reads, `where` included. */
export function neededColumns(plan: Plan): ReadonlySet<string> {
  const keys = plan.features.flatMap(f => (f.value.kind === 'catalog' ? f.value.keys.flatMap(columnsOf) : []))
  const hasWindows = plan.features.some(f => f.value.kind === 'catalog')
  const source = plan.sources[plan.observe.source]!
  const features = new Set(plan.features.map(f => f.name))
  return new Set([
    ...inputColumns(plan),
    ...keys,
    ...columnsOf(plan.label.expr),
    ...(plan.observe.where ? columnsOf(plan.observe.where) : []),
    ...(plan.split.kind === 'time' ? [plan.split.column] : []),
    ...(hasWindows && source.time !== undefined ? [source.time] : []),
    ...groupNames(plan).filter(name => !features.has(name)),
  ])
}

function timeColumn(plan: Plan): string {
  return plan.sources[plan.observe.source]!.time ?? ''
}

function groupNames(plan: Plan): readonly string[] {
  const named = [...plan.evaluate, ...plan.require].flatMap(metric => metric.per ?? [])
  return [...new Set(named)]
}

function columnRef(context: Context, name: string): string {
  return quoteName(context.columns.get(name) ?? name)
}

function featureColumns(plan: Plan): readonly string[] {
  return plan.features.map((feature, i) => `f${i + 1} ${feature.name}`)
}

function scopeOf(plan: Plan, context: Context): SqlScope {
  const names = featureColumns(plan)
  return {
    column: name => columnRef(context, name),
    feature: name => quoteName(names[plan.features.findIndex(feature => feature.name === name)]!),
  }
}

function observedSql(plan: Plan, options: DatasetOptions, context: Context): string {
  const source = plan.sources[plan.observe.source]!
  const resolve = options.resolvePath ?? (path => path)
  const relation = options.observations ?? sourceRelation(source.format, resolve(source.path))
  const scope = sourceScope()
  const columns = [...context.columns].map(([name, alias]) => {
    const type = source.columns.find(c => c.name === name)!.type
    return `${scope.column(name, type)} AS ${quoteName(alias)}`
  })
  const { split } = plan
  if (split.kind === 'random')
    columns.push(`${partByHash(split, hashSql(plan, context, 'split', split.seed))} AS part`)
  const sample = options.sample
  if (sample) columns.push(`${hashSql(plan, context, 'sample', sample.seed)} AS draw`)
  const where = plan.observe.where ? ` WHERE ${expressionSql(plan.observe.where, scope)}` : ''
  const all = `SELECT ${columns.join(', ')} FROM ${relation}${where}`
  if (!sample) return all.replace('SELECT ', `SELECT row_number() OVER () AS ${rowColumn}, `)
  return `SELECT row_number() OVER () AS ${rowColumn}, * EXCLUDE (draw)
FROM (SELECT * FROM (${all}) ORDER BY draw LIMIT ${sample.rows})`
}

/** 32 hexadecimal digits from a row's content. Equal rows have equal digits, so no split parts them. */
function hashSql(plan: Plan, context: Context, purpose: string, seed: number): string {
  const columns = plan.sources[plan.observe.source]!.columns.filter(c => context.schema.has(c.name))
  return `md5(${quoteText(`${purpose}:${seed}:`)} || ${contentText(columns)})`
}

/** The first 13 digits (52 bits) are a fraction; comparing texts compares fractions. */
function partByHash(split: SplitPlan & { kind: 'random' }, hash: string): string {
  let sum = 0
  const cases = split.parts.map(({ name, fraction }, i) => {
    sum += fraction
    const index = splitNames.indexOf(name)
    return i === split.parts.length - 1
      ? `ELSE ${index}`
      : `WHEN ${hash} < ${quoteText(fractionDigits(sum))} THEN ${index}`
  })
  return cases.length === 1 ? cases[0]!.replace('ELSE ', '') : `CASE ${cases.join(' ')} END`
}

function fractionDigits(fraction: number): string {
  const scaled = Math.round(Math.max(fraction, 0) * 2 ** 52)
  // `g` comes after every hexadecimal digit.
  return scaled >= 2 ** 52 ? 'g' : scaled.toString(16).padStart(13, '0')
}

function partByTime(split: SplitPlan & { kind: 'time' }, time: string): string {
  const cases = split.parts.map(({ name, fromUs, untilUs }) => {
    const bounds = [
      ...(fromUs === undefined ? [] : [`${time} >= ${timestampLiteral(fromUs)}`]),
      ...(untilUs === undefined ? [] : [`${time} < ${timestampLiteral(untilUs)}`]),
      `${time} IS NOT NULL`,
    ]
    return `WHEN ${bounds.join(' AND ')} THEN ${splitNames.indexOf(name)}`
  })
  return `CASE ${cases.join(' ')} END`
}

interface RowsQuery {
  readonly plan: Plan
  readonly context: Context
  readonly observed: string
  readonly windows: readonly {
    readonly name: string
    readonly feature: number
    readonly definition: Plan['catalogFeatures'][string]
  }[]
  readonly names: readonly string[]
  readonly groups: readonly string[]
}

function rowsSql({ plan, context, observed, windows, names, groups }: RowsQuery): string {
  const scope = scopeOf(plan, context)
  const kept = [
    ...plan.features.map((_, i) => quoteName(names[i]!)),
    ...inputColumns(plan).map(name => columnRef(context, name)),
    ...groups.map((name, i) => `${groupSql(plan, name, scope)} AS g${i + 1}`),
    `${expressionSql(plan.label.expr, scope)} AS ${labelColumn}`,
    plan.split.kind === 'time'
      ? `${partByTime(plan.split, columnRef(context, plan.split.column))} AS ${partColumn}`
      : partColumn,
  ]
  return `SELECT ${kept.join(', ')}\nFROM ${layered(plan, joined(observed, windows, names), scope, names)}`
}

/** The observations with the value of every catalog feature. */
function joined(observed: string, windows: RowsQuery['windows'], names: readonly string[]): string {
  if (windows.length === 0) return quoteName(observed)
  const values = windows.map(
    ({ name, feature, definition }) =>
      `coalesce(${quoteName(name)}.value, ${defaultSql(definition)}) AS ${quoteName(names[feature]!)}`,
  )
  const joins = windows.map(({ name }) => `LEFT JOIN ${quoteName(name)} USING (${rowColumn})`)
  return `(SELECT ${quoteName(observed)}.*, ${values.join(', ')} FROM ${quoteName(observed)} ${joins.join(' ')})`
}

/** Row features, those that others read further in. */
export function layered(plan: Plan, from: string, scope: SqlScope, names: readonly string[]): string {
  const depths = new Map<string, number>()
  const layers: string[][] = []
  plan.features.forEach((feature, i) => {
    if (feature.value.kind !== 'row') return void depths.set(feature.name, 0)
    const depth = 1 + Math.max(0, ...featuresOf(feature.value.expr).map(name => depths.get(name) ?? 0))
    depths.set(feature.name, depth)
    ;(layers[depth - 1] ??= []).push(`${expressionSql(feature.value.expr, scope)} AS ${quoteName(names[i]!)}`)
  })
  return layers.reduce((inner, columns) => `(SELECT *, ${columns.join(', ')} FROM ${inner})`, from)
}

function groupSql(plan: Plan, name: string, scope: SqlScope): string {
  const feature = plan.features.find(f => f.name === name)
  const column = plan.sources[plan.observe.source]!.columns.find(c => c.name === name)
  const type = feature?.type ?? column?.type ?? { kind: 'string', nullable: true }
  const sql = feature ? scope.feature(name, type) : scope.column(name, type)
  if (type.kind === 'timestamp' || type.kind === 'float') return `CAST(${sql} AS VARCHAR)`
  return textOf(sql, type)
}
