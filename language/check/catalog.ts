/** Which feature a call in a model means: the project's own, or a version of the catalog. */
import type { CatalogFeature } from '../host.ts'
import type { FeaturePlan, SourcePlan } from '../plan.ts'
import { functions } from '../functions.ts'
import type { CallExpression } from '../syntax/ast.ts'
import { type Type, unknownType } from '../type-rules.ts'
import type { Environment } from './declarations.ts'
import type { Findings } from './findings.ts'

export interface ResolvedFeature {
  readonly name: string
  readonly type: Type
  /** Undefined when unknown. */
  readonly keys: readonly Type[] | undefined
  readonly plan?: FeaturePlan
  readonly source?: SourcePlan
}

const unresolved = (name: string): ResolvedFeature => ({ name, type: unknownType, keys: undefined })

/**
 * The feature that is called. Without a pin the project's own declaration, else the newest active version of the
 * catalog; with a pin the catalog's. Undefined when no feature has the name, which is not yet reported.
 */
export function resolveFeature(
  call: CallExpression,
  env: Environment,
  findings: Findings,
): ResolvedFeature | undefined {
  const { callee, pin } = call
  const own = env.feature(callee.text)
  const version = pin?.version
  if (own || pin || env.catalog?.feature(callee.text))
    findings.refer(
      callee.span,
      { kind: 'feature', name: callee.text, ...(version !== undefined && { version }) },
      own?.type,
    )
  if (pin) return resolvePinned(call, env, findings)
  if (own) {
    const { name, type, keys, plan, source } = own
    const registered = plan && registeredVersion({ plan, source: source! }, env)
    return { name, type, keys, source, ...(plan && { plan: { ...plan, version: registered ?? 0 } }) }
  }
  if (!env.catalog) {
    reportUnreachable(call, findings)
    return unresolved(callee.text)
  }
  const found = env.catalog.feature(callee.text)
  if (!found) return undefined
  reportDeprecated(call, found, findings)
  return ofCatalog(found)
}

function resolvePinned(call: CallExpression, env: Environment, findings: Findings): ResolvedFeature {
  const { callee, pin } = call
  const own = env.feature(callee.text)
  const name = callee.text
  if (!env.catalog) {
    reportUnreachable(call, findings)
    return own ? { name, type: own.type, keys: own.keys } : unresolved(name)
  }
  if (pin!.version === undefined) return unresolved(name)
  const found = env.catalog.feature(name, pin!.version)
  if (found) {
    reportDeprecated(call, found, findings)
    return ofCatalog(found)
  }
  reportNoVersion(call, env, findings)
  return own ? { name, type: own.type, keys: own.keys } : unresolved(name)
}

function reportNoVersion({ callee, pin }: CallExpression, env: Environment, findings: Findings): void {
  const { text } = callee
  const newest = env.catalog!.feature(text)
  const unpin = findings.replace(pin!.span, '', 'Remove the version')
  if (newest) {
    const { version } = newest.plan
    return findings.report(
      'SLIP402',
      pin!.span,
      `The catalog has no version ${pin!.version} of \`${text}\`.`,
      {
        hint: `The newest active one is ${version}.`,
        fixes: [findings.replace(pin!.span, `@${version}`, `Change to version ${version}`), unpin],
      },
    )
  }
  if (env.feature(text))
    return findings.report(
      'SLIP405',
      pin!.span,
      `The feature \`${text}\` is not yet registered, so it has no version ${pin!.version}.`,
      {
        hint: 'Register it with `slipway apply`, or use it without a version.',
        fixes: [unpin],
      },
    )
  findings.unknownName('SLIP103', callee, `There is no feature \`${text}\`.`, {
    among: [...env.names('feature'), ...env.catalog!.names()],
  })
}

function reportUnreachable({ callee }: CallExpression, findings: Findings): void {
  findings.report(
    'SLIP401',
    callee.span,
    `The catalog cannot be reached, so \`${callee.text}\` is not checked.`,
    {
      hint: 'A model that needs the catalog trains once it can be reached.',
    },
  )
}

function reportDeprecated(
  { callee, pin }: CallExpression,
  feature: CatalogFeature,
  findings: Findings,
): void {
  if (feature.active) return
  const { replacement, plan } = feature
  const span = { start: callee.span.start, end: pin?.span.end ?? callee.span.end }
  const fits = replacement !== undefined && /^[\p{L}_][\p{L}\p{N}_]*(@\d+)?$/u.test(replacement)
  findings.report('SLIP403', span, `Version ${plan.version} of \`${plan.name}\` is deprecated.`, {
    ...(replacement !== undefined && { hint: `Use \`${replacement}\` instead.` }),
    ...(fits && { fixes: [findings.replace(span, replacement, `Change to \`${replacement}\``)] }),
  })
}

function ofCatalog({ plan, source }: CatalogFeature): ResolvedFeature {
  const columns = new Map(source.columns.map(column => [column.name, column.type]))
  const keys = plan.by.map(name => columns.get(name) ?? unknownType)
  return { name: plan.name, type: plan.type, keys, plan, source }
}

/** The version under which the catalog holds this very definition. */
function registeredVersion(
  own: { plan: FeaturePlan; source: SourcePlan },
  env: Environment,
): number | undefined {
  const held = env.catalog?.feature(own.plan.name)
  return held && sameDefinition(own, held) ? held.plan.version : undefined
}

interface Definition {
  readonly plan: FeaturePlan
  readonly source: SourcePlan
}

/** Whether two features compute the same: what documents them (owner, tags, text) and their version do not count. */
export function sameDefinition(a: Definition, b: Definition): boolean {
  return canonical(a) === canonical(b)
}

function canonical({ plan, source }: Definition): string {
  const { entity, by, aggregate, windowUs, type, default: empty } = plan
  const { format, path, time, knownAfterUs } = source
  const value = { entity, by, aggregate, windowUs, type, empty, format, path, time, knownAfterUs }
  return JSON.stringify(value, (_, part: unknown) => (isRecord(part) ? sorted(part) : part))
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function sorted(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Reports a call of something that is neither a function nor a feature. */
export function unknownCall({ callee }: CallExpression, env: Environment, findings: Findings): void {
  const features = [...env.names('feature'), ...(env.catalog?.names() ?? [])]
  findings.unknownName('SLIP103', callee, `There is no function or feature \`${callee.text}\`.`, {
    among: [...functions.keys(), ...features],
    hint: 'Features are declared with `feature` or registered in the catalog.',
  })
}
