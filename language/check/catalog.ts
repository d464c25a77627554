/** Which feature a name means where features are read: the project's own, or a version of the catalog. */
import type { CatalogFeature, FeatureDefinition } from '../host.ts'
import { functions } from '../functions.ts'
import type { CallExpression, Name, Pin } from '../syntax/ast.ts'
import { type Type, unknownType } from '../type-rules.ts'
import type { ColumnRead, Environment, FeatureInfo } from './declarations.ts'
import { columnsOf, definitionsUnder, sameDefinition } from './definitions.ts'
import type { Findings } from './findings.ts'
import { reportNotImported } from './unknown.ts'
import { reportUnknownCall } from './unknown-function.ts'

export { sameDefinition } from './definitions.ts'

export interface ResolvedFeature {
  /** As it is declared or registered, whatever an import calls it. */
  readonly name: string
  readonly type: Type
  /** Undefined when unknown. */
  readonly keys: readonly Type[] | undefined
  readonly entity: string | undefined
  /** The columns that its value depends on. */
  readonly reads: readonly ColumnRead[]
  /** With the version that is taken, 0 when the catalog does not hold it. */
  readonly plan?: FeatureDefinition['plan']
  readonly source?: FeatureDefinition['source']
  readonly inputs?: FeatureDefinition['inputs']
}

/** A name where a feature is read: the callee of a call, or a bare name in a derived feature. */
export interface FeatureUse {
  readonly callee: Name
  readonly pin?: Pin | undefined
}

const unresolved = (name: string): ResolvedFeature => ({
  name,
  type: unknownType,
  keys: undefined,
  entity: undefined,
  reads: [],
})

/**
 * The feature that is read. Without a pin the declaration that the file sees, else the newest active version of the
 * catalog; with a pin the catalog's. Undefined when no feature has the name, which is not yet reported.
 */
export function resolveFeature(
  use: FeatureUse,
  env: Environment,
  findings: Findings,
): ResolvedFeature | undefined {
  const { callee, pin } = use
  const own = env.feature(callee.text)
  const resolved = pin
    ? resolvePinned(use, { env, findings, own })
    : own
      ? ofProject(own, env)
      : resolveByName(use, env, findings)
  if (own || pin || resolved?.plan) {
    const version = pin?.version
    const name = own?.name ?? callee.text
    findings.refer(
      callee.span,
      { kind: 'feature', name, ...(version !== undefined && { version }) },
      resolved?.type,
    )
  }
  if (resolved?.plan) {
    const { name, version } = resolved.plan
    findings.resolutions.push({ span: callee.span, name, version, pinned: pin !== undefined })
  }
  return resolved
}

/** Whether a call means a feature, without reporting anything. */
export function isFeature({ callee, pin }: FeatureUse, env: Environment): boolean {
  if (pin || env.feature(callee.text) || env.catalog?.feature(callee.text)) return true
  return env.elsewhere('feature', callee.text).length > 0
}

/** A feature that the file does not see: the catalog's, else one that could be imported. */
function resolveByName(use: FeatureUse, env: Environment, findings: Findings): ResolvedFeature | undefined {
  const { callee } = use
  const found = env.catalog?.feature(callee.text)
  if (found) {
    hintImport(callee, env, findings)
    reportDeprecated(use, found, findings)
    return ofCatalog(found)
  }
  if (env.isImportBroken('feature', callee.text) || reportNotImported('feature', callee, { env, findings }))
    return unresolved(callee.text)
  if (env.catalog) return undefined
  reportUnreachable(callee, findings)
  return unresolved(callee.text)
}

function hintImport(name: Name, env: Environment, findings: Findings): void {
  const [place] = env.elsewhere('feature', name.text)
  if (!place) return
  findings.report(
    'SLIP118',
    name.span,
    `The catalog's \`${name.text}\` is taken. ${JSON.stringify(place.path)} declares one that this file does not import.`,
    { hint: 'Import it to use the declaration, or pin a version.', fixes: [place.fix] },
  )
}

function ofProject(own: FeatureInfo, env: Environment): ResolvedFeature {
  const { name, type, keys, of, reads, plan, source, inputs } = own
  const base = { name, type, keys, entity: of, reads }
  if (!plan) return base
  const definition = { plan, ...(source && { source }), ...(inputs && { inputs }) }
  return { ...base, ...definition, plan: { ...plan, version: registeredVersion(definition, env) } }
}

interface PinContext {
  readonly env: Environment
  readonly findings: Findings
  readonly own: FeatureInfo | undefined
}

function resolvePinned(use: FeatureUse, context: PinContext): ResolvedFeature {
  const { env, findings, own } = context
  const { callee, pin } = use
  const name = own?.name ?? callee.text
  const fallback = own
    ? { ...unresolved(name), type: own.type, keys: own.keys, entity: own.of }
    : unresolved(name)
  if (!env.catalog) {
    reportUnreachable(callee, findings)
    return fallback
  }
  if (pin!.version === undefined) return unresolved(name)
  const found = env.catalog.feature(name, pin!.version)
  if (found) {
    reportDeprecated(use, found, findings)
    return ofCatalog(found)
  }
  reportNoVersion(use, name, context)
  return fallback
}

function reportNoVersion(
  { callee, pin }: FeatureUse,
  name: string,
  { env, findings, own }: PinContext,
): void {
  const newest = env.catalog!.feature(name)
  const unpin = findings.replace(pin!.span, '', 'Remove the version')
  if (newest) {
    const { version } = newest.plan
    return findings.report(
      'SLIP402',
      pin!.span,
      `The catalog has no version ${pin!.version} of \`${name}\`.`,
      {
        hint: `The newest active one is ${version}.`,
        fixes: [findings.replace(pin!.span, `@${version}`, `Change to version ${version}`), unpin],
      },
    )
  }
  if (own)
    return findings.report(
      'SLIP405',
      pin!.span,
      `The feature \`${name}\` is not yet registered, so it has no version ${pin!.version}.`,
      {
        hint: 'Register it with `slipway apply`, or use it without a version.',
        fixes: [unpin],
      },
    )
  findings.unknownName('SLIP103', callee, `The catalog has no feature \`${name}\`.`, {
    among: [...env.names('feature'), ...env.catalog!.names()],
  })
}

function reportUnreachable({ text, span }: Name, findings: Findings): void {
  if (!findings.once(`unreachable ${text}`)) return
  findings.report('SLIP401', span, `The catalog cannot be reached, so \`${text}\` is not checked.`, {
    hint: 'A model that needs the catalog trains once it can be reached.',
  })
}

function reportDeprecated({ callee, pin }: FeatureUse, feature: CatalogFeature, findings: Findings): void {
  if (feature.active) return
  const { replacement, plan } = feature
  const span = { start: callee.span.start, end: pin?.span.end ?? callee.span.end }
  const fits = replacement !== undefined && /^[\p{L}_][\p{L}\p{N}_]*(@\d+)?$/u.test(replacement)
  findings.report('SLIP403', span, `Version ${plan.version} of \`${plan.name}\` is deprecated.`, {
    ...(replacement !== undefined && { hint: `Use \`${replacement}\` instead.` }),
    ...(fits && { fixes: [findings.replace(span, replacement, `Change to \`${replacement}\``)] }),
  })
}

function ofCatalog(held: CatalogFeature): ResolvedFeature {
  const { plan, source, inputs } = held
  return {
    name: plan.name,
    type: plan.type,
    keys: keysOf(held),
    entity: plan.entity,
    reads: readsOf(held),
    plan,
    ...(source && { source }),
    ...(inputs && { inputs }),
  }
}

/** The types of the key: those of the columns that carry it, in any of the windows that the feature reads. */
function keysOf(definition: FeatureDefinition): readonly Type[] | undefined {
  for (const { plan, source } of definitionsUnder(definition)) {
    if (plan.kind === 'derived' || !source) continue
    const columns = new Map(source.columns.map(column => [column.name, column.type]))
    return plan.by.map(name => columns.get(name) ?? unknownType)
  }
  return undefined
}

/** The columns that a feature of the catalog reads. Which file declares their source, the catalog does not know. */
function readsOf(definition: FeatureDefinition): readonly ColumnRead[] {
  return definitionsUnder(definition).flatMap(({ plan }) => {
    if (plan.kind === 'derived') return []
    const columns = new Set([...columnsOf(plan.aggregate.of), ...columnsOf(plan.aggregate.where)])
    return [...columns].map(column => ({ source: plan.source, path: undefined, column }))
  })
}

/** The version under which the catalog holds this very definition, 0 when it does not. */
function registeredVersion(own: FeatureDefinition, env: Environment): number {
  const held = env.catalog?.feature(own.plan.name)
  return held && sameDefinition(own, held) ? held.plan.version : 0
}

/** Reports a call of something that is neither a function nor a feature. */
export function unknownCall(call: CallExpression, env: Environment, findings: Findings): void {
  reportUnknownCall(call, {
    findings,
    code: 'SLIP103',
    message: `There is no function or feature \`${call.callee.text}\`.`,
    among: [...functions.keys(), ...env.names('feature'), ...(env.catalog?.names() ?? [])],
    hint: 'Features are declared with `feature` or registered in the catalog.',
  })
}
