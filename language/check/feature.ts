/** Checks a windowed feature: an aggregate over the rows of one source, per key, over the time before. */
import { type AggregateEntry, aggregates, functions } from '../functions.ts'
import type { Expr, FeaturePlan } from '../plan.ts'
import { list } from '../syntax/parse-items.ts'
import type { CallExpression, Expression, FeatureDeclaration, Name } from '../syntax/ast.ts'
import { writeName } from '../syntax/keywords.ts'
import { type Type, describeType, isText, isUnknown, unknownType, valueType } from '../type-rules.ts'
import type { Scalar } from '../types.ts'
import type { Analysis, Declared, Environment, SourceInfo } from './declarations.ts'
import { type Checked, type ExpressionScope, checkExpression, unknownValue } from './expression.ts'
import { Findings } from './findings.ts'
import { unknownColumn } from './source.ts'

type Feature = FeatureDeclaration
type ColumnUse = Extract<Expression, { kind: 'column' }>

interface Context {
  readonly env: Environment
  readonly findings: Findings
  readonly source: SourceInfo | undefined
  readonly scope: ExpressionScope
}

export function checkFeature(
  { declaration, path }: Declared<Feature>,
  env: Environment,
): Analysis<'feature'> {
  const findings = new Findings(path)
  const name = declaration.name?.text ?? ''
  const source = findSource(declaration, env)
  const context = { env, findings, source, scope: sourceScope(env, { source, findings }) }
  const entity = checkEntityName(declaration, context)
  const aggregate = checkAggregate(declaration, context)
  const where = checkWhere(declaration, context)
  const by = checkBy(declaration, { ...context, entity })
  checkClauses(declaration, context)
  checkSourceTime(declaration, context)
  const defaultValue = checkDefault(declaration, aggregate.type, findings)
  const type = featureType(declaration, { of: aggregate, empty: defaultValue, findings })
  if (declaration.name) findings.define(declaration.name.span, { kind: 'feature', name }, type)
  const info = { declaration, path, name, type, keys: entity?.keys.map(key => key.type) }
  const planned = valueType(type)
  const complete = planned && aggregate.plan && by && source?.plan && entity?.plan && declaration.over
  const whereWrong = declaration.where !== undefined && where === undefined
  if (!complete || whereWrong || declaration.broken || findings.hasErrors) return { info, findings }
  const plan: FeaturePlan = {
    name,
    version: 0,
    entity: entity.name,
    source: source.name,
    by,
    aggregate: { ...aggregate.plan, ...(where && { where }) },
    windowUs: declaration.over!.us,
    default: defaultValue === undefined ? (aggregate.entry?.empty ?? null) : defaultValue,
    type: planned,
    ...(declaration.doc !== undefined && { doc: declaration.doc }),
    ...(declaration.owner && { owner: declaration.owner.value }),
    tags: declaration.tags.map(tag => tag.value),
  }
  return { info: { ...info, plan, source: source.plan, entity: entity.plan }, findings }
}

/** The source of the first column that names a known one. */
function findSource(declaration: Feature, env: Environment): SourceInfo | undefined {
  for (const use of columnUses(declaration)) {
    const source = env.source(use.source.text)
    if (source) return source
  }
  return undefined
}

function columnUses({ aggregate, by, where }: Feature): ColumnUse[] {
  return [aggregate, ...by, where].flatMap(expression => (expression ? columnsIn(expression) : []))
}

function columnsIn(expression: Expression): ColumnUse[] {
  switch (expression.kind) {
    case 'column':
      return [expression]
    case 'call':
      return expression.args.flatMap(columnsIn)
    case 'unary':
      return columnsIn(expression.operand)
    case 'binary':
      return [...columnsIn(expression.left), ...columnsIn(expression.right)]
    default:
      return []
  }
}

/** In a windowed feature, columns are written with their source, and all are of one source. */
function sourceScope(
  env: Environment,
  { source, findings }: { source?: SourceInfo; findings: Findings },
): ExpressionScope {
  return {
    name: name => bareName(name, { source, findings }),
    column: use => sourceColumn(use, { env, source, findings }),
    call: call => {
      const known = aggregates.has(call.callee.text)
      if (known)
        findings.report(
          'SLIP105',
          call.callee.span,
          `The aggregate \`${call.callee.text}\` cannot stand inside an expression.`,
          {
            hint: 'A windowed feature is one aggregate: `mean(source.column)`.',
          },
        )
      else unknownFunction(call.callee, findings)
      return unknownValue
    },
  }
}

function bareName(name: Name, { source, findings }: { source?: SourceInfo; findings: Findings }): Checked {
  const column = source?.columns?.get(name.text)
  const written = source && column && `${writeName(source.name)}.${writeName(name.text)}`
  findings.report('SLIP102', name.span, `Expected a column with its source, got \`${name.text}\`.`, {
    hint: written ? `Write \`${written}\`.` : 'In a windowed feature, write `source.column`.',
    ...(written && { fixes: [findings.replace(name.span, written, `Change to \`${written}\``)] }),
  })
  return unknownValue
}

function sourceColumn(
  { source: sourceName, column }: ColumnUse,
  { env, source, findings }: { env: Environment; source?: SourceInfo; findings: Findings },
): Checked {
  const named = env.source(sourceName.text)
  if (!named) {
    unknownSource(sourceName, env, findings)
    return unknownValue
  }
  findings.refer(sourceName.span, { kind: 'source', name: named.name })
  if (!column) return unknownValue
  if (source && named.name !== source.name)
    findings.report(
      'SLIP309',
      sourceName.span,
      `Expected a column of \`${source.name}\`, got one of \`${named.name}\`.`,
      {
        hint: 'A windowed feature reads one source.',
      },
    )
  return columnOf(named, column, findings)
}

/** A column of a source by its name; reported when there is none. Silent when the columns are unknown. */
export function columnOf(source: SourceInfo, name: Name, findings: Findings, hint?: string): Checked {
  const column = source.columns?.get(name.text)
  findings.refer(name.span, { kind: 'column', name: name.text, container: source.name }, column?.type)
  if (source.columns && !column) {
    unknownColumn(name, { columns: source.columns, source: source.name, findings, hint })
    return unknownValue
  }
  if (!column) return unknownValue
  return { type: column.type, expr: { op: 'column', name: column.name, type: column.type } }
}

export function unknownSource(name: Name, env: Environment, findings: Findings): void {
  findings.unknownName('SLIP101', name, `There is no source \`${name.text}\`.`, {
    among: env.names('source'),
  })
}

export function unknownFunction(name: Name, findings: Findings): void {
  findings.unknownName('SLIP105', name, `There is no function \`${name.text}\`.`, { among: functions.keys() })
}

function checkEntityName({ entity }: Feature, { env, findings }: Context) {
  if (!entity) return undefined
  const info = env.entity(entity.text)
  if (!info)
    findings.unknownName('SLIP104', entity, `There is no entity \`${entity.text}\`.`, {
      among: env.names('entity'),
      hint: `Declare it: \`entity ${entity.text}(key: string)\`.`,
    })
  else findings.refer(entity.span, { kind: 'entity', name: info.name })
  return info
}

interface CheckedAggregate {
  readonly type: Type
  readonly entry?: AggregateEntry
  readonly plan?: FeaturePlan['aggregate']
}

function checkAggregate({ aggregate }: Feature, context: Context): CheckedAggregate {
  const { findings } = context
  if (!aggregate || aggregate.kind === 'broken') return { type: unknownType }
  const entry = aggregate.kind === 'call' ? aggregates.get(aggregate.callee.text) : undefined
  if (entry) return checkArgument(aggregate as CallExpression, entry, context)
  const names = [...aggregates.keys()]
  const message = `Expected an aggregate (${list(names)})`
  if (aggregate.kind === 'call')
    findings.unknownName('SLIP105', aggregate.callee, `${message}, got \`${aggregate.callee.text}\`.`, {
      among: names,
    })
  else
    findings.report('SLIP105', aggregate.span, `${message}.`, { hint: 'For example `mean(flights.delay)`.' })
  return { type: unknownType }
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
  if (isUnknown(arg.type)) return { type: unknownType, entry }
  if (!(entry.kinds as readonly string[]).includes(arg.type.kind)) {
    findings.report(
      'SLIP201',
      arg.span,
      `Expected ${list(entry.kinds)} for \`${entry.name}\`, got \`${describeType(arg.type)}\`.`,
    )
    return { type: unknownType, entry }
  }
  const measured = arg.type.kind === 'bool' && entry.name !== 'count' && entry.name !== 'distinct'
  const value = measured ? asFloat(arg) : arg
  const type = entry.result(value.type)
  return value.expr ? { type, entry, plan: { function: entry.name, of: value.expr } } : { type, entry }
}

/** True as 1 and false as 0: an aggregate of a condition is one of numbers. */
function asFloat({ type, expr }: Checked): Checked {
  const float = { kind: 'float' as const, nullable: type.nullable }
  return {
    type: float,
    ...(expr && { expr: { op: 'call' as const, function: 'float' as const, args: [expr], type: float } }),
  }
}

function checkWhere({ where }: Feature, { scope, findings }: Context): Expr | undefined {
  return where && checkCondition(where, scope, findings)
}

/** Checks what has to be true or false. */
export function checkCondition(
  condition: Expression,
  scope: ExpressionScope,
  findings: Findings,
): Expr | undefined {
  const { type, expr } = checkExpression(condition, scope, findings)
  if (type.kind === 'bool' || isUnknown(type)) return expr
  findings.report(
    'SLIP201',
    condition.span,
    `Expected a condition (\`bool\`), got \`${describeType(type)}\`.`,
  )
  return undefined
}

function checkBy(
  declaration: Feature,
  { scope, findings, entity }: Context & { entity: ReturnType<typeof checkEntityName> },
): readonly string[] | undefined {
  const columns = declaration.by.map(expression => {
    const { type, expr } = checkExpression(expression, scope, findings)
    if (expression.kind !== 'column' && expression.kind !== 'name' && expression.kind !== 'broken')
      findings.report('SLIP312', expression.span, 'Expected a column after `by`, got an expression.')
    return { type, name: expr?.op === 'column' ? expr.name : undefined, span: expression.span }
  })
  if (entity && declaration.has.by && !declaration.broken && columns.length !== entity.keys.length) {
    const span = { start: declaration.by[0]!.span.start, end: declaration.by.at(-1)!.span.end }
    const keys = entity.keys.map(key => key.name).join(', ')
    findings.report(
      'SLIP310',
      span,
      `Expected ${entity.keys.length} column${entity.keys.length === 1 ? '' : 's'} for the key of \`${entity.name}\` (${keys}), got ${columns.length}.`,
    )
    return undefined
  }
  entity?.keys.forEach((key, i) => {
    const column = columns[i]
    if (column && !sameKind(key.type, column.type))
      findings.report(
        'SLIP310',
        column.span,
        `Expected \`${key.type.kind}\` for the key \`${key.name}\` of \`${entity.name}\`, got \`${column.type.kind}\`.`,
      )
  })
  return columns.every(column => column.name !== undefined) ? columns.map(column => column.name!) : undefined
}

/** Whether two kinds of key can be the same value. */
export function sameKind(a: Type, b: Type): boolean {
  return isUnknown(a) || isUnknown(b) || a.kind === b.kind || (isText(a) && isText(b))
}

function checkClauses(declaration: Feature, { findings }: Context): void {
  const { has, name, over, broken } = declaration
  const lacking = [has.by ? '' : 'by', has.over ? '' : 'over'].filter(Boolean)
  if (lacking.length > 0 && name && !broken)
    findings.report(
      'SLIP009',
      name.span,
      `The feature \`${name.text}\` lacks ${lacking.map(word => `\`${word}\``).join(' and ')}.`,
      {
        hint: 'For example `mean(flights.delay) by flights.origin over 7 days`.',
      },
    )
  if (over && over.us <= 0)
    findings.report('SLIP308', over.span, 'Expected a window longer than nothing, got 0.')
}

/** A window needs to know when a row happened. */
function checkSourceTime(declaration: Feature, { source, findings }: Context): void {
  if (!source || source.time !== undefined || source.declaration.broken) return
  const use = columnUses(declaration).find(column => column.source.text === source.name)!
  const { name } = source.declaration
  findings.report(
    'SLIP302',
    use.source.span,
    `The source \`${source.name}\` has no time, so no window can be taken over it.`,
    {
      hint: `Add \`time\` and its timestamp column to \`source ${source.name}\`.`,
      ...(name && {
        related: [{ path: source.path, span: name.span, message: 'The source is declared here.' }],
      }),
    },
  )
}

/** The value of an empty window; undefined when the feature does not say. */
function checkDefault({ defaultValue }: Feature, type: Type, findings: Findings): Scalar | undefined {
  if (!defaultValue || defaultValue.kind === 'broken') return undefined
  const { type: given, expr } = checkExpression(defaultValue, constantScope(findings), findings)
  if (given.kind === 'missing') return null
  if (isUnknown(given)) return undefined
  if (expr?.op !== 'literal') {
    findings.report(
      'SLIP201',
      defaultValue.span,
      'Expected a plain value for the default, got an expression.',
    )
    return undefined
  }
  const fits = isUnknown(type) || sameKind(type, given) || (type.kind === 'float' && given.kind === 'int')
  if (!fits)
    findings.report(
      'SLIP201',
      defaultValue.span,
      `Expected \`${type.kind}\` for the default, got \`${given.kind}\`.`,
    )
  return expr.value
}

/** Nothing but literals. */
export function constantScope(findings: Findings): ExpressionScope {
  const refuse = ({ span }: { span: Name['span'] }): Checked => {
    findings.report('SLIP201', span, 'Expected a plain value, got a name.')
    return unknownValue
  }
  return { name: refuse, column: refuse, call: refuse }
}

function featureType(
  declaration: Feature,
  { of, empty, findings }: { of: CheckedAggregate; empty: Scalar | undefined; findings: Findings },
): Type {
  const { type, entry } = of
  if (isUnknown(type)) return type
  const { unit } = declaration
  if (unit && type.unit !== undefined && unit.value !== type.unit)
    findings.report(
      'SLIP202',
      unit.span,
      `Expected the unit "${type.unit}" of what is aggregated, got "${unit.value}".`,
    )
  const defaulted = empty !== undefined && empty !== null
  // One value has no deviation, and the newest value may itself be missing: a default does not help there.
  const nullable = type.nullable && !(defaulted && entry?.name !== 'stddev' && entry?.name !== 'last')
  return { ...type, nullable, ...(unit && { unit: unit.value }) }
}
