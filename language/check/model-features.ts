/** Checks the features of a model: row expressions and calls of windowed features. */
import { functions } from '../functions.ts'
import type { Expr, FeaturePlan, ModelFeature, SourcePlan } from '../plan.ts'
import type { CallExpression, Expression, FeatureItem, ModelDeclaration, Name } from '../syntax/ast.ts'
import type { Span } from '../syntax/tokens.ts'
import { type Type, isUnknown, unknownType, valueType } from '../type-rules.ts'
import { type ResolvedFeature, resolveFeature, unknownCall } from './catalog.ts'
import { type Environment, type SourceInfo, sourceSymbol } from './declarations.ts'
import { type Checked, type ExpressionScope, checkExpression, unknownValue } from './expression.ts'
import { columnOf, sameKind, unknownFunction, unknownSource } from './feature.ts'
import type { Findings } from './findings.ts'

/** A feature without its preparation. */
export interface CheckedFeature {
  readonly name: string
  readonly item: FeatureItem
  /** As the text sees it; the plan has bool as float. */
  readonly type: Type
  /** Undefined when something about it is wrong or unknown. */
  readonly plan?: Omit<ModelFeature, 'prepare'>
  /** The windowed feature it calls. */
  readonly catalog?: { readonly plan: FeaturePlan; readonly source: SourcePlan }
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
  /** The columns that the label reads, with the first place where it does. */
  readonly columns: ReadonlyMap<string, Span>
}

/** Columns of what is observed, by their bare name or with the source's. Nothing else. */
export function observedScope(
  context: ModelContext,
  onRead: (name: Name) => void = () => {},
): ExpressionScope {
  const { env, findings, source } = context
  return {
    name: name => {
      onRead(name)
      return source ? columnOf(source, name, findings, featureHint(name, env)) : unknownValue
    },
    column: ({ source: sourceName, column }) => {
      const named = env.source(sourceName.text)
      if (!named) {
        unknownSource(sourceName, env, findings)
        return unknownValue
      }
      findings.refer(sourceName.span, sourceSymbol(named))
      if (source && (named.name !== source.name || named.path !== source.path)) {
        findings.report(
          'SLIP309',
          sourceName.span,
          `Expected a column of \`${source.name}\`, which is observed, got one of \`${named.name}\`.`,
          {
            hint: 'Columns of other sources are reached through windowed features.',
          },
        )
        return unknownValue
      }
      if (!column) return unknownValue
      onRead(column)
      return columnOf(named, column, findings)
    },
    call: call => {
      if (env.feature(call.callee.text) || call.pin || env.catalog?.feature(call.callee.text))
        refuseFeature(call, findings)
      else unknownFunction(call, findings)
      return unknownValue
    },
  }
}

function featureHint(name: Name, env: Environment): string | undefined {
  const known = env.feature(name.text) ?? env.catalog?.feature(name.text)
  return (
    known &&
    `\`${name.text}\` is a windowed feature: call it with its key, for example \`${name.text}(key)\`.`
  )
}

function refuseFeature({ callee, span }: CallExpression, findings: Findings): void {
  findings.report('SLIP311', span, `The feature \`${callee.text}\` cannot stand inside an expression.`, {
    hint: `Give it a line of its own in \`features\` (\`name = ${callee.text}(…)\`) and use that name.`,
  })
}

/** All features in order; each sees the columns of what is observed, then the features above it. */
export function checkFeatures(
  declaration: ModelDeclaration,
  context: ModelContext & { label?: LabelReads },
): CheckedFeature[] {
  const checked: CheckedFeature[] = []
  const { findings, model } = context
  const below = new Set(declaration.features?.items.map(item => item.name.text))
  for (const item of declaration.features?.items ?? []) {
    const feature = checkFeature(item, { ...context, above: checked, below })
    const duplicate = checked.find(other => other.name === feature.name)
    if (duplicate)
      findings.report('SLIP109', item.name.span, `The feature \`${feature.name}\` is declared twice.`, {
        related: [{ path: findings.path, span: duplicate.item.name.span, message: 'The first one is here.' }],
      })
    findings.define(
      item.name.span,
      { kind: 'modelFeature', name: feature.name, container: model },
      feature.type,
    )
    checked.push(feature)
  }
  return checked
}

interface FeatureContext extends ModelContext {
  readonly label?: LabelReads
  readonly above: readonly CheckedFeature[]
  readonly below: ReadonlySet<string>
}

function checkFeature(item: FeatureItem, context: FeatureContext): CheckedFeature {
  const { name } = item
  const value: Expression = item.value ?? { kind: 'name', span: name.span, name }
  if (value.kind === 'call') {
    const scope = rowScope(context)
    const call = checkCatalogCall(item, value, context)
    if (call) return call
    return rowFeature(item, { ...checkExpression(value, scope, context.findings), value }, context)
  }
  return rowFeature(item, { ...checkExpression(value, rowScope(context), context.findings), value }, context)
}

/** Columns, then features above; reports what reads the label's columns. */
function rowScope(context: FeatureContext): ExpressionScope {
  const { above, below, source, findings, env, model } = context
  const observed = observedScope(context, name => reportLeak(name, context))
  return {
    ...observed,
    name: name => {
      const feature = above.findLast(other => other.name === name.text)
      if (source?.columns?.has(name.text) || (!feature && !source?.columns)) return observed.name(name)
      if (feature) {
        findings.refer(
          name.span,
          { kind: 'modelFeature', name: feature.name, container: model },
          feature.type,
        )
        return { type: feature.type, ...(feature.plan && { expr: featureReference(feature, feature.plan) }) }
      }
      const hint = below.has(name.text)
        ? `\`${name.text}\` is declared further down; an expression sees only what stands above it.`
        : featureHint(name, env)
      findings.unknownName('SLIP102', name, `There is no column or feature \`${name.text}\` here.`, {
        among: [...(source?.columns?.keys() ?? []), ...above.map(other => other.name)],
        hint,
      })
      return unknownValue
    },
    call: call => {
      const known = env.feature(call.callee.text) || call.pin || env.catalog?.feature(call.callee.text)
      if (known) refuseFeature(call, findings)
      else unknownCall(call, env, findings)
      return unknownValue
    },
  }
}

/** A bool feature is 0 or 1 in the plan, so a reference asks whether it is not 0. */
function featureReference(feature: CheckedFeature, plan: Omit<ModelFeature, 'prepare'>): Expr {
  const reference: Expr = { op: 'feature', name: feature.name, type: plan.type }
  if (feature.type.kind !== 'bool') return reference
  const zero: Expr = { op: 'literal', type: { kind: 'float', nullable: false }, value: 0 }
  return { op: 'call', function: 'not_equal', args: [reference, zero], type: valueType(feature.type)! }
}

function reportLeak(name: Name, { label, source, findings }: FeatureContext): void {
  const place = label?.columns.get(name.text)
  if (!label || !place) return
  const windowed = source ? `${source.name}.${name.text}` : name.text
  findings.report(
    'SLIP301',
    name.span,
    `The feature reads \`${name.text}\`, from which the label \`${label.name}\` is computed.`,
    {
      hint: `When the model predicts, \`${name.text}\` is not known yet. A windowed feature over \`${windowed}\` may use it: it sees earlier rows only.`,
      related: [{ path: findings.path, span: place, message: 'The label reads it here.' }],
    },
  )
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
  if (type.kind === 'timestamp' || type.kind === 'missing') {
    refuseValue(item, value, { type, findings })
    return { name, item, type: unknownType }
  }
  const asFeature: Type = type.kind === 'string' ? { ...type, kind: 'category' } : type
  const planned = expr && plannedExpr(expr, type)
  if (!planned) return { name, item, type: asFeature }
  const doc = item.doc === undefined ? {} : { doc: item.doc }
  return {
    name,
    item,
    type: asFeature,
    plan: { name, ...doc, type: planned.type, value: { kind: 'row', expr: planned } },
  }
}

function refuseValue(
  item: FeatureItem,
  value: Expression,
  { type, findings }: { type: Type; findings: Findings },
): void {
  const got = type.kind === 'timestamp' ? 'a timestamp' : '`missing`'
  const word = value.kind === 'name' ? value.name.text : 't'
  findings.report(
    'SLIP204',
    value.span,
    `Expected a number, a bool or a category for the feature \`${item.name.text}\`, got ${got}.`,
    {
      ...(type.kind === 'timestamp' && {
        hint: `Take a part of it, for example \`hour(${word})\` or \`category(weekday(${word}))\`.`,
      }),
    },
  )
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
  findings.typed(call.span, resolved.type)
  const keys = checkKeys(call, { ...context, resolved })
  const name = item.name.text
  const { plan, source } = resolved
  const type: Type = resolved.type.kind === 'string' ? { ...resolved.type, kind: 'category' } : resolved.type
  if (type.kind === 'timestamp') {
    refuseValue(item, call, { type, findings })
    return { name, item, type: unknownType }
  }
  const planType = valueType(type)
  if (!plan || !source || !keys || !planType) return { name, item, type }
  const doc = item.doc ?? plan.doc
  const value = { kind: 'catalog' as const, feature: `${plan.name}@${plan.version}`, keys }
  return {
    name,
    item,
    type,
    catalog: { plan, source },
    plan: { name, ...(doc !== undefined && { doc }), type: planType, value },
  }
}

function checkKeys(
  call: CallExpression,
  context: FeatureContext & { resolved: ResolvedFeature },
): Expr[] | undefined {
  const { findings, resolved } = context
  const scope = observedScope(context, name => reportLeak(name, context))
  const before = findings.diagnostics.length
  const args = call.args.map(arg => ({
    ...checkExpression(arg, scope, findings),
    span: arg.span,
    source: arg,
  }))
  const expected = resolved.keys?.length
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
  return findings.diagnostics.length === before && exprs.length === args.length ? exprs : undefined
}
