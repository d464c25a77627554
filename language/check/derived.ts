/** Checks a derived feature: an expression over other features of its entity, with the same key and at the same time. */
import { functions } from '../functions.ts'
import type { FeatureDefinition } from '../host.ts'
import type { DerivedFeaturePlan, Expr } from '../plan.ts'
import type { CallExpression, Name } from '../syntax/ast.ts'
import { describeType, isUnknown, valueType } from '../type-rules.ts'
import { type FeatureUse, type ResolvedFeature, isFeature, resolveFeature } from './catalog.ts'
import type { ColumnRead } from './declarations.ts'
import { featureKey } from './definitions.ts'
import { type Checked, type ExpressionScope, checkExpression, unknownValue } from './expression.ts'
import {
  type CheckedValue,
  type FeatureContext,
  checkDefault,
  documentation,
  sameKind,
  withDeclaredUnit,
} from './feature-parts.ts'
import { reportUnknown } from './unknown.ts'
import { reportUnknownCall } from './unknown-function.ts'

interface Context extends FeatureContext {
  /** Names here of features that depend on this one. */
  readonly circle: ReadonlySet<string>
  /** What has been read so far, by the name it has in the plan. */
  readonly read: Map<string, ResolvedFeature>
}

export function checkDerived(feature: FeatureContext): CheckedValue {
  const { declaration, findings, entity } = feature
  const circle = checkCircle(feature)
  const read = new Map<string, ResolvedFeature>()
  const value = declaration.value!
  const checked = checkExpression(value, derivedScope({ ...feature, circle, read }), findings)
  const reads = uniqueReads([...read.values()].flatMap(input => input.reads))
  const { type, expr } = asFeatureValue(checked)
  if (checked.type.kind === 'missing' || checked.type.kind === 'vector')
    findings.report(
      'SLIP204',
      value.span,
      `Expected a number, a bool, a text or a timestamp for a feature, got \`${describeType(checked.type)}\`.`,
    )
  else if (!isUnknown(type) && read.size === 0 && !declaration.broken) reportConstant(feature)
  const empty = checkDefault(declaration, type, findings)
  const defaulted = empty !== undefined && empty !== null
  const full = withDeclaredUnit(declaration, { ...type, nullable: type.nullable && !defaulted }, findings)
  const planned = valueType(full)
  const inputs = inputsOf(read)
  if (!planned || !expr || !inputs || !entity) return { type: full, reads }
  const plan: DerivedFeaturePlan = {
    kind: 'derived',
    name: declaration.name?.text ?? '',
    version: 0,
    entity: entity.name,
    inputs: Object.fromEntries(
      Object.entries(inputs).map(([name, { plan: input }]) => [name, featureKey(input)]),
    ),
    expr,
    default: empty ?? null,
    type: planned,
    ...documentation(declaration),
  }
  return { type: full, reads, plan, inputs }
}

/** A text is a category and a bool is 1 or 0 once it is a feature. */
function asFeatureValue({ type, expr }: Checked): Checked {
  const kind = type.kind === 'string' ? 'category' : type.kind === 'bool' ? 'float' : undefined
  if (!kind) return { type, ...(expr && { expr }) }
  const converted = { kind, nullable: type.nullable } as const
  return {
    type: converted,
    ...(expr && { expr: { op: 'call' as const, function: kind, args: [expr], type: converted } }),
  }
}

function reportConstant({ declaration, findings }: FeatureContext): void {
  findings.report(
    'SLIP321',
    declaration.value!.span,
    'Expected an expression over other features, got a plain value.',
    {
      hint: 'For example `departures_1d / departures_7d`. A windowed feature aggregates a source: `mean(flights.delay) by flights.origin over 7 days`.',
    },
  )
}

function uniqueReads(reads: readonly ColumnRead[]): readonly ColumnRead[] {
  return [
    ...new Map(reads.map(read => [JSON.stringify([read.source, read.path, read.column]), read])).values(),
  ]
}

function inputsOf(read: Context['read']): Readonly<Record<string, FeatureDefinition>> | undefined {
  const inputs: [string, FeatureDefinition][] = []
  for (const [name, { plan, source, inputs: under }] of read) {
    if (!plan) return undefined
    inputs.push([name, { plan, ...(source && { source }), ...(under && { inputs: under }) }])
  }
  return Object.fromEntries(inputs)
}

// Names.

function derivedScope(context: Context): ExpressionScope {
  return {
    name: (name, pin) => input({ callee: name, pin }, context),
    // A value with a column of a source is none of a derived feature.
    column: () => unknownValue,
    call: call => refuseCall(call, context),
  }
}

function input(use: FeatureUse, context: Context): Checked {
  const { env, findings, circle, read } = context
  const { callee, pin } = use
  if (!pin && circle.has(callee.text)) return unknownValue
  const resolved = resolveFeature(use, env, findings)
  if (!resolved) {
    reportUnknown('feature', callee, {
      env,
      findings,
      among: env.catalog?.names() ?? [],
      hint:
        columnHint(context, callee) ?? 'A derived feature reads other features of its entity by their names.',
    })
    return unknownValue
  }
  if (!checkSameEntity(use, resolved, context)) return unknownValue
  const name = pin?.version === undefined ? resolved.name : `${resolved.name}@${pin.version}`
  read.set(name, resolved)
  const type = resolved.plan?.type ?? valueType(resolved.type)
  if (!type) return { type: resolved.type }
  const expr: Expr = { op: 'feature', name, type }
  return resolved.plan ? { type, expr } : { type }
}

/** A name that is a column of a source which a feature here could aggregate. */
function columnHint({ env }: Context, { text }: Name): string | undefined {
  const source = env.names('source').find(name => env.source(name)?.columns?.has(text))
  return (
    source &&
    `\`${text}\` is a column: aggregate it in a windowed feature, for example \`mean(${source}.${text}) by … over 7 days\`.`
  )
}

/** Whether the key of this feature is a key of what it reads. */
function checkSameEntity(
  { callee }: FeatureUse,
  resolved: ResolvedFeature,
  { entity, findings, env }: Context,
): boolean {
  if (!entity || resolved.entity === undefined) return true
  const keys = resolved.keys
  const fits =
    !keys ||
    (keys.length === entity.keys.length && keys.every((key, i) => sameKind(key, entity.keys[i]!.type)))
  if (resolved.entity === entity.name && fits) return true
  const other = env.feature(callee.text)
  const span = other?.declaration.entity?.span
  const what =
    resolved.entity === entity.name
      ? `one whose \`${entity.name}\` has another key`
      : `one of \`${resolved.entity}\``
  findings.report('SLIP319', callee.span, `Expected a feature of \`${entity.name}\`, got ${what}.`, {
    hint: 'Features of different entities meet in a model, where each is called with its key.',
    ...(other && span && { related: [{ path: other.path, span, message: 'Its entity is named here.' }] }),
  })
  return false
}

function refuseCall(call: CallExpression, { env, findings }: Context): Checked {
  const { callee, args, span, pin } = call
  if (!isFeature(call, env)) {
    reportUnknownCall(call, {
      findings,
      code: 'SLIP105',
      message: `There is no function \`${callee.text}\`.`,
      among: functions.keys(),
    })
    return unknownValue
  }
  const end = pin?.span.end ?? callee.span.end
  const key = args.length === 0 ? 'brackets' : 'a key'
  findings.report(
    'SLIP311',
    { start: end, end: span.end },
    `In a derived feature \`${callee.text}\` stands without ${key}.`,
    {
      hint: 'It has the key of the feature that reads it.',
      fixes: [findings.replace({ start: end, end: span.end }, '', 'Remove the key')],
    },
  )
  return unknownValue
}

// Circles.

/** The names by which this feature reads those of its circle; reported once in each file, at its first feature there. */
function checkCircle({ declaration, path, env, findings }: FeatureContext): ReadonlySet<string> {
  const circle = env.circle({ declaration, path })
  if (!circle || !declaration.name) return new Set()
  const { way, inside } = circle
  const here = way.filter(one => one.path === path).map(one => one.declaration.node.start)
  if (Math.min(...here) === declaration.node.start) {
    const names = [...way, { declaration }].map(one => one.declaration.name!.text)
    findings.report(
      'SLIP316',
      declaration.name.span,
      `The feature depends on itself: ${shortened(names).join(' → ')}.`,
      {
        hint: 'Compute one of them from something else.',
        ...(way.length > 1 && {
          related: way.slice(1, 20).map(one => ({
            path: one.path,
            span: one.declaration.name!.span,
            message: `\`${one.declaration.name!.text}\` is declared here.`,
          })),
        }),
      },
    )
  }
  return inside
}

const shortened = (names: readonly string[]): readonly string[] =>
  names.length <= 10 ? names : [...names.slice(0, 6), '…', ...names.slice(-2)]
