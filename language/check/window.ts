/** Checks a windowed feature: an aggregate over the rows of one source, per key, over the time before. */
import { type AggregateEntry, aggregates, foreignName } from '../functions.ts'
import type { Expr, WindowFeaturePlan } from '../plan.ts'
import type { CallExpression, Expression, FeatureDeclaration, Name } from '../syntax/ast.ts'
import { writeName } from '../syntax/keywords.ts'
import { list } from '../syntax/parse-items.ts'
import { type Type, describeType, isUnknown, unknownType, valueType } from '../type-rules.ts'
import type { Scalar } from '../types.ts'
import { type ColumnRead, type SourceInfo, sourceSymbol } from './declarations.ts'
import { columnsOf } from './definitions.ts'
import { type Checked, type ExpressionScope, checkExpression, unknownValue } from './expression.ts'
import {
  type CheckedValue,
  type FeatureContext,
  checkCondition,
  checkDefault,
  columnOf,
  documentation,
  sameKind,
  unknownFunction,
  unknownSource,
  withDeclaredUnit,
} from './feature-parts.ts'
import type { Findings } from './findings.ts'
import { expressionsIn } from './mentions.ts'

type ColumnUse = Extract<Expression, { kind: 'column' }>

interface Context extends FeatureContext {
  readonly source: SourceInfo | undefined
  /** As this file calls the source. */
  readonly sourceName: string
  readonly scope: ExpressionScope
}

export function checkWindow(feature: FeatureContext): CheckedValue {
  const { declaration, findings, entity } = feature
  const found = findSource(feature)
  const context = { ...feature, ...found, scope: sourceScope({ ...feature, ...found }) }
  const { source } = found
  const aggregate = checkAggregate(declaration, context)
  // What is no aggregate is one mistake, whatever its clauses are about.
  const isMeant = aggregate.entry !== undefined || source !== undefined || !declaration.value
  const where =
    isMeant && declaration.where ? checkCondition(declaration.where, context.scope, findings) : undefined
  const by = isMeant ? checkBy(context) : undefined
  checkClauses(context, aggregate)
  checkSourceTime(context)
  const empty = checkDefault(declaration, aggregate.type, findings)
  const type = featureType(context, aggregate, empty)
  const reads = readsOf(source, [aggregate.plan?.of, where])
  const planned = valueType(type)
  const complete = planned && aggregate.plan && by && source?.plan && entity?.plan && declaration.over
  if (!complete || (declaration.where && !where)) return { type, reads }
  const plan: WindowFeaturePlan = {
    kind: 'window',
    name: declaration.name?.text ?? '',
    version: 0,
    entity: entity.name,
    source: source.name,
    by,
    aggregate: { ...aggregate.plan, ...(where && { where }) },
    windowUs: declaration.over.us,
    default: empty === undefined ? (aggregate.entry?.empty ?? null) : empty,
    type: planned,
    ...documentation(declaration),
  }
  return { type, reads, plan, source: source.plan }
}

function readsOf(
  source: SourceInfo | undefined,
  exprs: readonly (Expr | undefined)[],
): readonly ColumnRead[] {
  if (!source) return []
  const columns = new Set(exprs.flatMap(columnsOf))
  return [...columns].map(column => ({ source: source.name, path: source.path, column }))
}

/** The source of the first column that names a known one. */
function findSource({ declaration, env }: FeatureContext): Pick<Context, 'source' | 'sourceName'> {
  for (const use of columnUses(declaration)) {
    const source = env.source(use.source.text)
    if (source) return { source, sourceName: use.source.text }
  }
  return { source: undefined, sourceName: '' }
}

function columnUses({ value, by, where }: FeatureDeclaration): readonly ColumnUse[] {
  return [value, ...by, where].flatMap(expressionsIn).filter(expression => expression.kind === 'column')
}

/** In a windowed feature, columns are written with their source, and all are of one source. */
function sourceScope(context: Omit<Context, 'scope'>): ExpressionScope {
  const { findings } = context
  return {
    name: name => bareName(name, context),
    column: use => sourceColumn(use, context),
    call: call => {
      if (aggregates.has(call.callee.text))
        findings.report(
          'SLIP105',
          call.callee.span,
          `The aggregate \`${call.callee.text}\` cannot stand inside an expression.`,
          {
            hint: 'A windowed feature is one aggregate: `mean(source.column)`. A derived feature computes with several.',
          },
        )
      else unknownFunction(call, findings)
      return unknownValue
    },
  }
}

function bareName(name: Name, { env, source, sourceName, findings }: Omit<Context, 'scope'>): Checked {
  // Without any source said, the only one that has the column is meant.
  const among = source ? [sourceName] : env.names('source')
  const having = among.filter(known => env.source(known)?.columns?.has(name.text))
  const written = having.length === 1 ? `${writeName(having[0]!)}.${writeName(name.text)}` : undefined
  findings.report('SLIP102', name.span, `Expected a column with its source, got \`${name.text}\`.`, {
    hint: written ? `Write \`${written}\`.` : 'In a windowed feature, write `source.column`.',
    ...(written && { fixes: [findings.replace(name.span, written, `Change to \`${written}\``)] }),
  })
  return unknownValue
}

function sourceColumn(
  use: ColumnUse,
  { env, source, sourceName, findings }: Omit<Context, 'scope'>,
): Checked {
  const { source: name, column } = use
  const named = env.source(name.text)
  if (!named) {
    unknownSource(name, env, findings)
    return unknownValue
  }
  findings.refer(name.span, sourceSymbol(named))
  if (!column) return unknownValue
  if (source && (named.name !== source.name || named.path !== source.path)) {
    findings.report(
      'SLIP309',
      name.span,
      `Expected a column of \`${sourceName}\`, got one of \`${name.text}\`.`,
      { hint: 'A windowed feature reads one source.' },
    )
    return unknownValue
  }
  return columnOf(named, column, findings)
}

// The aggregate.

interface CheckedAggregate {
  readonly type: Type
  readonly entry?: AggregateEntry
  readonly plan?: WindowFeaturePlan['aggregate']
}

function checkAggregate({ value }: FeatureDeclaration, context: Context): CheckedAggregate {
  const { findings } = context
  if (!value || value.kind === 'broken') return { type: unknownType }
  const entry = value.kind === 'call' && !value.callee.quoted ? aggregates.get(value.callee.text) : undefined
  if (entry) return checkArgument(value as CallExpression, entry, context)
  const names = [...aggregates.keys()]
  const message = `Expected an aggregate (${list(names)})`
  if (value.kind === 'call')
    reportNoAggregate(value.callee, `${message}, got \`${value.callee.text}\`.`, findings)
  else findings.report('SLIP105', value.span, `${message}, got an expression.`, { hint: valueHint(value) })
  return { type: unknownType }
}

function reportNoAggregate(callee: Name, message: string, findings: Findings): void {
  const meant = foreignName(callee.text)?.name
  if (meant !== undefined && aggregates.has(meant))
    return findings.report('SLIP105', callee.span, message, {
      hint: `Did you mean \`${meant}\`?`,
      fixes: [findings.replace(callee.span, meant, `Change to \`${meant}\``)],
    })
  // A median is spelt like a mean and is another number.
  const among = callee.text.toLowerCase() === 'median' ? [] : aggregates.keys()
  findings.unknownName('SLIP105', callee, message, { among })
}

function valueHint(value: Expression): string {
  const parts = expressionsIn(value)
  if (parts.some(one => one.kind === 'call' && aggregates.has(one.callee.text)))
    return 'Give each aggregate a feature of its own, and compute with their names in a derived feature.'
  if (parts.some(one => one.kind === 'name'))
    return 'A derived feature computes with other features alone: no columns, no `where`, `by` or `over`.'
  return 'For example `mean(flights.delay)`.'
}

function checkArgument(
  call: CallExpression,
  entry: AggregateEntry,
  { scope, findings }: Context,
): CheckedAggregate {
  findings.refer(call.callee.span, { kind: 'aggregate', name: entry.name })
  const args = call.args.map(arg => ({ ...checkExpression(arg, scope, findings), span: arg.span }))
  const [arg] = args
  const wanted = entry.argument === 'optional' ? args.length <= 1 : args.length === 1
  if (!wanted) {
    findings.report('SLIP203', call.span, `Expected 1 argument for \`${entry.name}\`, got ${args.length}.`, {
      hint: `\`${entry.signature}\``,
    })
    return { type: unknownType }
  }
  if (!arg) return { type: entry.result(unknownType), entry, plan: { function: entry.name } }
  if (isUnknown(arg.type)) return { type: failedType(entry), entry }
  if (!(entry.kinds as readonly string[]).includes(arg.type.kind)) {
    const message = `Expected ${list(entry.kinds)} for \`${entry.name}\`, got \`${describeType(arg.type)}\`.`
    findings.report('SLIP201', arg.span, message, { ...argumentHint(entry, arg.type) })
    return { type: failedType(entry), entry }
  }
  const value = measured(entry, arg)
  const type = entry.result(value.type)
  return value.expr ? { type, entry, plan: { function: entry.name, of: value.expr } } : { type, entry }
}

/** Known where the aggregate gives one kind whatever it gets. */
function failedType(entry: AggregateEntry): Type {
  return entry.empty === 0 ? entry.result(unknownType) : unknownType
}

function argumentHint({ name }: AggregateEntry, { kind }: Type): { readonly hint?: string } {
  if (kind === 'string' || kind === 'category')
    return { hint: 'Of texts there are `count`, `distinct`, `min`, `max` and `last`.' }
  if (kind === 'timestamp')
    return { hint: 'Of timestamps there are `count`, `distinct`, `min`, `max` and `last`.' }
  return kind === 'vector' ? { hint: `Take a number of it first, for example \`${name}(norm(…))\`.` } : {}
}

/** True as 1 and false as 0 where there is something to measure: a sum of conditions counts, so it is whole. */
function measured({ name }: AggregateEntry, { type, expr }: Checked): Checked {
  if (type.kind !== 'bool' || name === 'count' || name === 'distinct') return { type, ...(expr && { expr }) }
  const kind = name === 'sum' ? 'int' : 'float'
  const number = { kind, nullable: type.nullable } as const
  return {
    type: number,
    ...(expr && { expr: { op: 'call' as const, function: kind, args: [expr], type: number } }),
  }
}

function featureType(
  { declaration, findings }: Context,
  { type, entry }: CheckedAggregate,
  empty: Scalar | undefined,
): Type {
  if (isUnknown(type)) return type
  const defaulted = empty !== undefined && empty !== null
  // One value has no deviation, and the newest value may itself be missing: a default does not help there.
  const nullable = type.nullable && !(defaulted && entry?.name !== 'stddev' && entry?.name !== 'last')
  return withDeclaredUnit(declaration, { ...type, nullable }, findings)
}

// The clauses.

function checkBy({ declaration, scope, findings, entity }: Context): readonly string[] | undefined {
  const columns = declaration.by.map(expression => {
    const { type, expr } = checkExpression(expression, scope, findings)
    if (expression.kind !== 'column' && expression.kind !== 'name' && expression.kind !== 'broken')
      findings.report('SLIP312', expression.span, 'Expected a column after `by`, got an expression.')
    return { type, name: expr?.op === 'column' ? expr.name : undefined, span: expression.span }
  })
  const [first] = columns
  // An entity without a key is reported itself.
  if (!entity || !first || declaration.broken || entity.keys.length === 0) return undefined
  if (columns.length !== entity.keys.length) {
    const n = entity.keys.length
    const keys = entity.keys.map(key => key.name).join(', ')
    findings.report(
      'SLIP310',
      { start: first.span.start, end: columns.at(-1)!.span.end },
      `Expected ${n} column${n === 1 ? '' : 's'} for the key of \`${entity.name}\` (${keys}), got ${columns.length}.`,
      entityPlace(entity),
    )
    return undefined
  }
  for (const [i, key] of entity.keys.entries()) {
    const column = columns[i]!
    if (sameKind(key.type, column.type)) continue
    const message = `Expected \`${key.type.kind}\` for the key \`${key.name}\` of \`${entity.name}\`, got \`${describeType({ ...column.type, nullable: false })}\`.`
    findings.report('SLIP310', column.span, message, entityPlace(entity))
  }
  return columns.every(column => column.name !== undefined) ? columns.map(column => column.name!) : undefined
}

function entityPlace({ declaration, path, name }: NonNullable<Context['entity']>) {
  const span = declaration.name?.span
  return span ? { related: [{ path, span, message: `\`${name}\` is declared here.` }] } : {}
}

const secondUs = 1_000_000
const yearUs = 365.25 * 86_400 * secondUs

function checkClauses({ declaration, findings, source }: Context, { entry }: CheckedAggregate): void {
  const { has, name, over, broken } = declaration
  const lacking = [has.by ? '' : 'by', has.over ? '' : 'over'].filter(Boolean)
  if (lacking.length > 0 && name && !broken && entry)
    findings.report(
      'SLIP009',
      name.span,
      `The feature \`${name.text}\` lacks ${lacking.map(word => `\`${word}\``).join(' and ')}.`,
      { hint: 'For example `mean(flights.delay) by flights.origin over 7 days`.' },
    )
  if (!over) return
  const knownAfterUs = source?.plan?.knownAfterUs ?? 0
  if (over.us <= 0) findings.report('SLIP308', over.span, 'Expected a window longer than nothing, got 0.')
  else if (knownAfterUs > 0 && over.us <= knownAfterUs)
    findings.report(
      'SLIP317',
      over.span,
      `The window is always empty: rows of \`${source!.name}\` are known only after ${amount(knownAfterUs)}.`,
      { hint: 'Make it longer than that.', ...knownPlace(source!) },
    )
  else if (over.us < secondUs) findings.report('SLIP318', over.span, 'The window is shorter than a second.')
  else if (over.us > 20 * yearUs)
    findings.report('SLIP318', over.span, `The window is ${Math.round(over.us / yearUs)} years long.`)
}

function knownPlace({ declaration, path }: SourceInfo) {
  const span = declaration.knownAfter?.span
  return span ? { related: [{ path, span, message: 'The source says so here.' }] } : {}
}

function amount(us: number): string {
  const units = [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ] as const
  const [unit, seconds] = units.find(([, of]) => us % (of * secondUs) === 0) ?? units[2]
  const number = us / (seconds * secondUs)
  return `${number} ${unit}${number === 1 ? '' : 's'}`
}

/** A window needs to know when a row happened. */
function checkSourceTime({ declaration, source, sourceName, findings }: Context): void {
  if (!source || source.time !== undefined || source.broken) return
  const use = columnUses(declaration).find(column => column.source.text === sourceName)!
  const { name } = source.declaration
  findings.report(
    'SLIP302',
    use.source.span,
    `The source \`${sourceName}\` has no time, so no window can be taken over it.`,
    {
      hint: `Add \`time\` and its timestamp column to \`source ${source.name}\`.`,
      ...(name && {
        related: [{ path: source.path, span: name.span, message: 'The source is declared here.' }],
      }),
    },
  )
}
