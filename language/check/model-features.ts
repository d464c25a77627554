/** Checks the features of a model: row expressions and calls of features of entities. */
import { isIgnorable } from '../diagnostics.ts'
import { functions } from '../functions.ts'
import type { FeatureDefinition } from '../host.ts'
import type { Expr, ModelFeature } from '../plan.ts'
import type { CallExpression, Expression, FeatureItem, ModelDeclaration } from '../syntax/ast.ts'
import { writeName } from '../syntax/keywords.ts'
import type { Span } from '../syntax/tokens.ts'
import { type Type, describeType, isUnknown, unknownType, valueType } from '../type-rules.ts'
import { type ResolvedFeature, resolveFeature } from './catalog.ts'
import type { Environment, SourceInfo } from './declarations.ts'
import { featureKey } from './definitions.ts'
import { type Checked, checkExpression } from './expression.ts'
import { sameKind } from './feature.ts'
import type { Findings } from './findings.ts'
import { removeAfter } from './fixes.ts'
import { checkLeak } from './model/leakage.ts'
import { rowColumnsOf } from './model/reads.ts'
import { observedScope, rowScope } from './model/scope.ts'

/** A feature without its preparation. */
export interface CheckedFeature {
  readonly name: string
  readonly item: FeatureItem
  /** As the text sees it; the plan has bool as float. */
  readonly type: Type
  /** Whether it is the call of a feature of an entity. */
  readonly isCall: boolean
  /** Undefined when something about it is wrong or unknown. */
  readonly plan?: Omit<ModelFeature, 'prepare'>
  /** The feature that it calls. */
  readonly definition?: FeatureDefinition
}

export interface ModelContext {
  readonly env: Environment
  readonly findings: Findings
  readonly model: string
  /** What is observed; undefined when unknown. */
  readonly source: SourceInfo | undefined
}

export interface LabelReads {
  readonly name: string
  readonly span?: Span
  /** The columns that the label reads, with the first place where it does. */
  readonly columns: ReadonlyMap<string, Span>
}

/** All features in order; each sees the columns of what is observed, then the features above it. */
export function checkFeatures(
  declaration: ModelDeclaration,
  context: ModelContext & { label?: LabelReads },
): CheckedFeature[] {
  const checked: CheckedFeature[] = []
  const { findings, model } = context
  const items = declaration.features?.items ?? []
  const below = new Set(items.map(item => item.name.text))
  for (const [i, item] of items.entries()) {
    const feature = checkFeature(item, { ...context, above: checked, below })
    const duplicate = checked.find(other => other.name === feature.name)
    if (duplicate)
      findings.report('SLIP109', item.name.span, `The feature \`${feature.name}\` is declared twice.`, {
        related: [{ path: findings.path, span: duplicate.item.name.span, message: 'The first one is here.' }],
        fixes: [
          removeAfter(findings, items[i - 1]!.span, {
            item: item.span,
            title: `Remove the second \`${feature.name}\``,
          }),
        ],
      })
    findings.define(
      item.name.span,
      { kind: 'modelFeature', name: feature.name, container: model },
      feature.type,
    )
    checked.push(feature)
  }
  checkColumnNames(checked, context)
  return checked
}

/** A looked-up feature is sent by its name, as a column is: a row could not tell the two apart. */
function checkColumnNames(features: readonly CheckedFeature[], { findings, source }: ModelContext): void {
  const read = rowColumnsOf(features)
  for (const { name, item, isCall } of features)
    if (isCall && read.has(name) && source?.columns?.has(name))
      findings.report(
        'SLIP109',
        item.name.span,
        `The feature is called \`${name}\`, like a column that the model reads too.`,
        {
          hint: 'Give the feature another name: rows are sent with both.',
        },
      )
}

export interface FeatureContext extends ModelContext {
  readonly label?: LabelReads
  readonly above: readonly CheckedFeature[]
  readonly below: ReadonlySet<string>
}

function checkFeature(item: FeatureItem, context: FeatureContext): CheckedFeature {
  const { name } = item
  const value: Expression = item.value ?? { kind: 'name', span: name.span, name }
  const call = value.kind === 'call' ? checkCatalogCall(item, value, context) : undefined
  if (call) return call
  const checked = checkExpression(value, rowScope(item, context), context.findings)
  return rowFeature(item, { ...checked, value }, context)
}

interface RowValue extends Checked {
  readonly value: Expression
}

function rowFeature(
  item: FeatureItem,
  { type, expr, value }: RowValue,
  { findings }: FeatureContext,
): CheckedFeature {
  const name = item.name.text
  const base = { name, item, isCall: false }
  if (!canBeFeature(type)) {
    refuseValue(item, value, { type, findings })
    return { ...base, type: unknownType }
  }
  const asFeature: Type = type.kind === 'string' ? { ...type, kind: 'category' } : type
  const planned = expr && plannedExpr(expr, type)
  if (!planned) return { ...base, type: asFeature }
  const doc = item.doc === undefined ? {} : { doc: item.doc }
  return {
    ...base,
    type: asFeature,
    plan: { name, ...doc, type: planned.type, value: { kind: 'row', expr: planned } },
  }
}

const canBeFeature = ({ kind }: Type): boolean => kind !== 'timestamp' && kind !== 'missing'

function refuseValue(
  item: FeatureItem,
  value: Expression,
  { type, findings }: { type: Type; findings: Findings },
): void {
  const name = value.kind === 'name' ? writeName(value.name.text) : undefined
  const got = type.kind === 'timestamp' ? 'a timestamp' : `\`${describeType(type)}\``
  const hint = featureHints[type.kind]?.(name ?? 't')
  findings.report(
    'SLIP204',
    value.span,
    `Expected a number, a bool, a category or a vector for the feature \`${item.name.text}\`, got ${got}.`,
    { ...(hint !== undefined && { hint }) },
  )
}

const featureHints: Readonly<Partial<Record<Type['kind'], (name: string) => string>>> = {
  timestamp: t => `Take a part of it, for example \`hour(${t})\` or \`category(weekday(${t}))\`.`,
}

/** A text is a category and a bool is 0 or 1 once it is a feature. */
function plannedExpr(expr: Expr, { kind, nullable }: Type): Expr {
  if (kind === 'string') return convert('category', expr, nullable)
  return kind === 'bool' ? convert('float', expr, nullable) : expr
}

function convert(name: 'category' | 'float', expr: Expr, nullable: boolean): Expr {
  return { op: 'call', function: name, args: [expr], type: { kind: name, nullable } }
}

function checkCatalogCall(
  item: FeatureItem,
  call: CallExpression,
  context: FeatureContext,
): CheckedFeature | undefined {
  const { env, findings } = context
  if (!call.pin && !call.callee.quoted && functions.has(call.callee.text)) return undefined
  const resolved = resolveFeature(call, env, findings)
  if (!resolved) return undefined
  checkTime(call, context)
  findings.typed(call.span, resolved.type)
  const keys = checkKeys(item, call, { ...context, resolved })
  const { plan, source, inputs } = resolved
  const type: Type = resolved.type.kind === 'string' ? { ...resolved.type, kind: 'category' } : resolved.type
  const base = { name: item.name.text, item, isCall: true }
  if (!canBeFeature(type)) {
    refuseValue(item, call, { type, findings })
    return { ...base, type: unknownType }
  }
  const definition = plan && { plan, ...(source && { source }), ...(inputs && { inputs }) }
  const planType = valueType(type)
  if (!definition || !keys || !planType) return { ...base, type }
  const doc = item.doc ?? definition.plan.doc
  const value = { kind: 'catalog' as const, feature: featureKey(definition.plan), keys }
  return {
    ...base,
    type,
    definition,
    plan: { name: base.name, ...(doc !== undefined && { doc }), type: planType, value },
  }
}

/** A value of an entity is looked up as of the row's time. */
function checkTime({ span }: CallExpression, { source, findings }: FeatureContext): void {
  if (!source || source.time !== undefined || source.broken || !findings.once('observed without time')) return
  const { name } = source.declaration
  findings.report(
    'SLIP302',
    span,
    `The source \`${source.name}\` has no time, so a feature of an entity cannot be looked up for its rows.`,
    {
      hint: `Add \`time\` and its timestamp column to \`source ${source.name}\`.`,
      ...(name && {
        related: [{ path: source.path, span: name.span, message: 'The source is declared here.' }],
      }),
    },
  )
}

function checkKeys(
  item: FeatureItem,
  call: CallExpression,
  context: FeatureContext & { resolved: ResolvedFeature },
): Expr[] | undefined {
  const { findings, resolved } = context
  const scope = observedScope(context, name => checkLeak(name, { ...context, feature: item.name }))
  const before = findings.diagnostics.length
  const args = call.args.map(arg => ({
    ...checkExpression(arg, scope, findings),
    span: arg.span,
    source: arg,
  }))
  const expected = resolved.keys?.length
  // An entity without a key is reported itself.
  if (expected === 0) return undefined
  if (expected !== undefined && args.length !== expected) {
    findings.report(
      'SLIP310',
      call.span,
      `Expected ${expected} key${expected === 1 ? '' : 's'} for \`${resolved.name}\`, got ${args.length}.`,
    )
    return undefined
  }
  for (const [i, arg] of args.entries()) {
    const key = resolved.keys?.[i]
    if (!['name', 'column', 'broken'].includes(arg.source.kind))
      findings.report('SLIP312', arg.span, 'Expected a column as the key, got an expression.', {
        hint: 'A key is a column of what is observed.',
      })
    else if (key && !sameKind(key, arg.type))
      findings.report(
        'SLIP310',
        arg.span,
        `Expected \`${key.kind}\` as the key of \`${resolved.name}\`, got \`${arg.type.kind}\`.`,
      )
  }
  const exprs = args.flatMap(arg => (arg.expr && !isUnknown(arg.type) ? [arg.expr] : []))
  const wrong = findings.diagnostics
    .slice(before)
    .some(({ severity, code }) => severity === 'error' && !isIgnorable(code))
  return !wrong && exprs.length === args.length ? exprs : undefined
}
