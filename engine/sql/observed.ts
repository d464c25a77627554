/** The observed rows of a plan as SQL text: the columns that something needs, drawn into the sample, with their part. */
import type { ColumnSchema, Plan } from '../../language/index.ts'
import { inputColumns, neededColumns } from '../plan/inputs.ts'
import { lookupsOf, type Lookups } from '../plan/lookups.ts'
import { expressionSql, type SqlScope } from './expression.ts'
import { sourceRelation } from './source.ts'
import { foldByHash, hashSql, partByHash } from './split.ts'
import { quoteName } from './text.ts'
import { sourceScope } from './window.ts'
import type { DatasetOptions } from './dataset.ts'

export const rowColumn = 'row_id'

export interface Context {
  readonly plan: Plan
  readonly lookups: Lookups
  /** Source column → column of `observed`. */
  readonly columns: ReadonlyMap<string, string>
  readonly schema: ReadonlyMap<string, ColumnSchema>
  /** Column of every feature. */
  readonly names: readonly string[]
}

/** Only columns that something needs are kept. The index in a name keeps names apart that differ in case only. */
export function contextOf(plan: Plan, options: DatasetOptions): Context {
  const source = plan.sources[plan.observe.source]!
  const needed = neededColumns(plan)
  const available = options.columns ?? source.columns
  const schema = new Map(available.map(column => [column.name, column]))
  const kept = source.columns.map(c => c.name).filter(name => needed.has(name))
  return {
    plan,
    lookups: lookupsOf(plan),
    schema,
    columns: new Map(kept.map((name, i) => [name, `c${i + 1} ${name}`])),
    names: plan.features.map((feature, i) => `f${i + 1} ${feature.name}`),
  }
}

export function columnRef(context: Context, name: string): string {
  return quoteName(context.columns.get(name) ?? name)
}

/** Over the observed rows with their catalog features. */
export function scopeOf(context: Context): SqlScope {
  const { plan, names, lookups } = context
  return {
    column: name => columnRef(context, name),
    feature: name =>
      quoteName(lookups.columns.get(name) ?? names[plan.features.findIndex(f => f.name === name)]!),
  }
}

export function inputRefs(context: Context): readonly string[] {
  return inputColumns(context.plan).map(name => columnRef(context, name))
}

/** Relation of a source's rows. */
export function relationOf(plan: Plan, name: string, options: DatasetOptions): string {
  const source = plan.sources[name]!
  return sourceRelation(source, (options.resolvePath ?? (path => path))(source.path))
}

export function observedSql(context: Context, options: DatasetOptions): string {
  const { plan } = context
  const source = plan.sources[plan.observe.source]!
  const relation = options.observations ?? relationOf(plan, source.name, options)
  const scope = sourceScope()
  const columns = [...context.columns].map(([name, alias]) => {
    const type = source.columns.find(c => c.name === name)!.type
    return `${scope.column(name, type)} AS ${quoteName(alias)}`
  })
  columns.push(...splitColumns(context))
  const { sample } = options
  if (sample) columns.push(`${hashSql(contentColumns(context), 'sample', sample.seed)} AS draw`)
  const where = plan.observe.where ? `\nWHERE ${expressionSql(plan.observe.where, scope)}` : ''
  const all = (first: readonly string[]) =>
    `SELECT ${[...first, ...columns].join(',\n  ')}\nFROM ${relation}${where}`
  if (!sample) return all([`row_number() OVER () AS ${rowColumn}`])
  return `SELECT row_number() OVER () AS ${rowColumn}, * EXCLUDE (draw)
FROM (SELECT * FROM (${all([])}) ORDER BY draw LIMIT ${sample.rows})`
}

/** Part and fold, where a hash decides. */
function splitColumns(context: Context): string[] {
  const { split } = context.plan
  if (split.kind === 'time') return []
  const content = split.kind === 'key' ? keyColumns(context, split.columns) : contentColumns(context)
  const columns = [`${partByHash(split, hashSql(content, 'split', split.seed))} AS part`]
  if (split.folds !== undefined)
    columns.push(`${foldByHash(split.folds, hashSql(content, 'fold', split.seed))} AS fold`)
  return columns
}

function contentColumns({ plan, schema }: Context): readonly ColumnSchema[] {
  return plan.sources[plan.observe.source]!.columns.filter(c => schema.has(c.name))
}

function keyColumns({ plan }: Context, names: readonly string[]): readonly ColumnSchema[] {
  const { columns } = plan.sources[plan.observe.source]!
  return names.map(name => columns.find(c => c.name === name)!)
}
