/** What features compute: whether two do the same, and what a plan needs of one. */
import type { FeatureDefinition } from '../host.ts'
import type { Expr, FeaturePlan } from '../plan.ts'

/** Whether two features compute the same: what documents them (owner, tags, text) and their version do not count. */
export function sameDefinition(a: FeatureDefinition, b: FeatureDefinition): boolean {
  return canonical(a) === canonical(b)
}

function canonical(definition: FeatureDefinition): string {
  return JSON.stringify(content(definition), (_, part: unknown) => (isRecord(part) ? sorted(part) : part))
}

/** All that decides on the value. The names under which inputs are read do not: they are put in order. */
function content({ plan, source, inputs = {} }: FeatureDefinition): unknown {
  const { kind, entity, type, default: empty } = plan
  if (plan.kind === 'derived') {
    const names = Object.keys(plan.inputs)
    const order = new Map(inputOrder(plan.expr, names).map((name, i) => [name, `${i}`]))
    const read = [...order.keys()].map(name => inputs[name] && content(inputs[name]))
    return { kind, entity, type, empty, expr: renamed(plan.expr, order), read }
  }
  const { by, aggregate, windowUs } = plan
  const { format, path, table, connection, text, overrides, time, knownAfterUs } = source ?? {}
  const from = { format, path, table, connection, text, overrides, time, knownAfterUs }
  // A plan from before derived features has no kind.
  return { kind: kind ?? 'window', entity, type, empty, by, aggregate, windowUs, ...from }
}

/** The inputs as the expression comes to them. */
function inputOrder(expr: Expr, names: readonly string[]): readonly string[] {
  const found = new Set<string>()
  const visit = (part: Expr): void => {
    if (part.op === 'feature') found.add(part.name)
    if (part.op === 'call') part.args.forEach(visit)
  }
  visit(expr)
  return [...found, ...names.filter(name => !found.has(name)).sort()]
}

function renamed(expr: Expr, names: ReadonlyMap<string, string>): Expr {
  if (expr.op === 'feature') return { ...expr, name: names.get(expr.name) ?? expr.name }
  return expr.op === 'call' ? { ...expr, args: expr.args.map(arg => renamed(arg, names)) } : expr
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function sorted(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** `name@version`, the key of a feature in a plan. */
export function featureKey({ name, version }: Pick<FeaturePlan, 'name' | 'version'>): string {
  return `${name}@${version}`
}

/** The feature and every feature under it, each once, inputs before what reads them: what a plan has to hold. */
export function definitionsUnder(definition: FeatureDefinition): readonly FeatureDefinition[] {
  const found = new Map<string, FeatureDefinition>()
  const open: { one: FeatureDefinition; inputs: FeatureDefinition[] }[] = [frameOf(definition)]
  for (let frame = open.at(-1); frame; frame = open.at(-1)) {
    const next = frame.inputs.shift()
    if (!next) {
      open.pop()
      found.set(featureKey(frame.one.plan), frame.one)
    } else if (!found.has(featureKey(next.plan))) open.push(frameOf(next))
  }
  return [...found.values()]
}

const frameOf = (one: FeatureDefinition) => ({ one, inputs: Object.values(one.inputs ?? {}) })

/** The columns that an expression over a source's rows reads, each once. */
export function columnsOf(expr: Expr | undefined): readonly string[] {
  const found = new Set<string>()
  const visit = (part: Expr): void => {
    if (part.op === 'column') found.add(part.name)
    if (part.op === 'call') part.args.forEach(visit)
  }
  if (expr) visit(expr)
  return [...found]
}
