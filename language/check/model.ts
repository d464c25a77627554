/** Checks a model and, when all of it is right, makes its plan. */
import { algorithms, describeLimits } from '../algorithms.ts'
import { defaultMetrics, metrics } from '../metrics.ts'
import {
  type AlgorithmPlan,
  type FeaturePlan,
  type LabelPlan,
  type MetricPlan,
  type ModelFeature,
  type ObservePlan,
  type OutputPlan,
  type Plan,
  type RequirementPlan,
  type SourcePlan,
  type SplitName,
  planVersion,
} from '../plan.ts'
import { list } from '../syntax/parse-items.ts'
import type { Hyperparameter, MetricUse, ModelDeclaration, Name, Requirement } from '../syntax/ast.ts'
import type { Span } from '../syntax/tokens.ts'
import { type Type, describeType, isUnknown, unknownType, valueType } from '../type-rules.ts'
import type { Scalar } from '../types.ts'
import { type Analysis, type Declared, type Environment, columnSymbol, sourceSymbol } from './declarations.ts'
import { checkExpression, numberOf } from './expression.ts'
import { checkCondition, unknownSource } from './feature.ts'
import { Findings } from './findings.ts'
import {
  type CheckedFeature,
  type LabelReads,
  type ModelContext,
  checkFeatures,
  observedScope,
} from './model-features.ts'
import { type Prepare, checkPrepare } from './prepare.ts'
import { checkSplit } from './split.ts'

interface CheckedLabel extends LabelReads {
  readonly type: Type
  readonly plan?: LabelPlan
}

export function checkModel(
  { declaration, path }: Declared<ModelDeclaration>,
  env: Environment,
): Analysis<'model'> {
  const findings = new Findings(path)
  const model = declaration.name?.text ?? ''
  if (declaration.name) findings.define(declaration.name.span, { kind: 'model', name: model })
  const context: ModelContext = {
    env,
    findings,
    model,
    source: checkObserved(declaration, { env, findings }),
  }
  checkParts(declaration, context)
  const observe = checkObserve(declaration, context)
  const label = checkLabel(declaration, context)
  const features = checkFeatures(declaration, { ...context, label })
  checkLabelName(declaration, { ...context, features })
  const prepare = checkPrepare(declaration, { ...context, features })
  const split = checkSplit(declaration, context)
  const algorithm = checkAlgorithm(declaration, { ...context, label })
  const use: UseContext = { ...context, features, label }
  const evaluate = declaration.evaluate.map(metric => checkMetric(metric, use))
  const outputs = checkOutputs(declaration, { ...context, label })
  const require = declaration.require.map(requirement => checkRequirement(requirement, use))
  const info = {
    declaration,
    path,
    name: model,
    features: features.map(({ name, type, item }) => ({ name, type, declared: item.span.end })),
  }
  if (declaration.broken || findings.hasErrors || !observe || !label?.plan || !split || !algorithm)
    return { info, findings }
  if (!context.source?.plan || features.length === 0 || !features.every(feature => feature.plan))
    return { info, findings }
  const parts = { declaration, observe, label: label.plan, features, prepare, split, algorithm }
  const asked = { evaluate: complete(evaluate), outputs: complete(outputs), require: complete(require) }
  return { info: { ...info, plan: assemble({ ...parts, ...asked, source: context.source.plan }) }, findings }
}

const complete = <T>(items: readonly (T | undefined)[]): T[] => items.filter(item => item !== undefined)

// What is observed.

function checkObserved(
  declaration: ModelDeclaration,
  { env, findings }: { env: Environment; findings: Findings },
) {
  const name = declaration.observe?.source
  if (!name) return undefined
  const source = env.source(name.text)
  if (source) findings.refer(name.span, sourceSymbol(source))
  else unknownSource(name, env, findings)
  return source
}

const required = {
  observe: 'ObserveItem',
  features: 'FeaturesItem',
  label: 'LabelItem',
  split: 'SplitItem',
  algorithm: 'AlgorithmItem',
} as const

/** Parts that are missing, and parts that are there twice. */
function checkParts(declaration: ModelDeclaration, { findings }: ModelContext): void {
  const { name, has, broken, features } = declaration
  const lacking = Object.keys(required).filter(part => !has.has(required[part as keyof typeof required]))
  if (lacking.length > 0 && name && !broken)
    findings.report(
      'SLIP009',
      name.span,
      `The model \`${name.text}\` lacks ${lacking.map(part => `\`${part}\``).join(', ')}.`,
      {
        hint: 'A model needs `observe`, `features`, `label`, `split` and `algorithm`.',
      },
    )
  if (features && features.items.length === 0 && !broken)
    findings.report(
      'SLIP009',
      { start: features.span.start, end: features.span.start + 'features'.length },
      'Expected at least one feature, got none.',
    )
}

function checkObserve({ observe }: ModelDeclaration, context: ModelContext): ObservePlan | undefined {
  if (!observe) return undefined
  const where = observe.where && checkCondition(observe.where, observedScope(context), context.findings)
  if (!context.source || (observe.where && !where)) return undefined
  return { source: context.source.name, ...(where && { where }) }
}

// The label.

function checkLabel({ label }: ModelDeclaration, context: ModelContext): CheckedLabel | undefined {
  if (!label) return undefined
  const { findings, model } = context
  const columns = new Map<string, Span>()
  const scope = observedScope(
    context,
    ({ text, span }) => void (columns.has(text) || columns.set(text, span)),
  )
  const { type, expr } = label.value ? checkExpression(label.value, scope, findings) : { type: unknownType }
  const name = label.name?.text ?? ''
  if (label.name) findings.define(label.name.span, { kind: 'label', name, container: model }, type)
  const planned = valueType(type)
  return { name, columns, type, ...(expr && planned && { plan: { name, expr, type: planned } }) }
}

function checkLabelName(
  { label }: ModelDeclaration,
  { features, findings }: ModelContext & { features: readonly CheckedFeature[] },
): void {
  const twin = features.find(({ name }) => name === label?.name?.text)
  if (twin && label?.name)
    findings.report('SLIP109', label.name.span, `The label is called \`${twin.name}\`, like a feature.`, {
      related: [{ path: findings.path, span: twin.item.name.span, message: 'The feature is here.' }],
    })
}

// The algorithm.

function checkAlgorithm(
  { algorithm, label: item }: ModelDeclaration,
  { findings, label }: ModelContext & { label?: CheckedLabel },
): AlgorithmPlan | undefined {
  const name = algorithm?.name
  if (!name) return undefined
  const entry = Object.hasOwn(algorithms, name.text)
    ? algorithms[name.text as AlgorithmPlan['name']]
    : undefined
  if (!entry) {
    findings.unknownName(
      'SLIP106',
      name,
      `Expected ${list(Object.keys(algorithms))}, got \`${name.text}\`.`,
      {
        among: Object.keys(algorithms),
      },
    )
    return undefined
  }
  findings.refer(name.span, { kind: 'algorithm', name: name.text })
  if (label && !isUnknown(label.type) && !(entry.labels as readonly string[]).includes(label.type.kind))
    findings.report(
      'SLIP205',
      item!.value!.span,
      `Expected a label of type ${list(entry.labels)} for \`${name.text}\`, got \`${describeType(label.type)}\`.`,
      {
        hint: 'For example `label late = delay > 15`.',
      },
    )
  const given = checkHyperparameters(algorithm.hyperparameters, {
    algorithm: name.text as AlgorithmPlan['name'],
    findings,
  })
  const hyperparameters: Record<string, Scalar> = {}
  for (const [key, { default: value }] of Object.entries(entry.hyperparameters))
    hyperparameters[key] = given.get(key) ?? value
  return { name: name.text as AlgorithmPlan['name'], hyperparameters }
}

function checkHyperparameters(
  items: readonly Hyperparameter[],
  { algorithm, findings }: { algorithm: AlgorithmPlan['name']; findings: Findings },
): ReadonlyMap<string, number> {
  const given = new Map<string, number>()
  const entries = algorithms[algorithm].hyperparameters
  const seen = new Set<string>()
  for (const { name, value } of items) {
    const entry = Object.hasOwn(entries, name.text) ? entries[name.text] : undefined
    if (!entry) {
      const known = Object.keys(entries)
      findings.unknownName(
        'SLIP107',
        name,
        `The algorithm \`${algorithm}\` has no hyperparameter \`${name.text}\`.`,
        {
          among: known,
          hint: `It has ${known.join(', ')}.`,
        },
      )
      continue
    }
    findings.refer(name.span, { kind: 'hyperparameter', name: name.text, container: algorithm })
    if (seen.has(name.text))
      findings.report('SLIP109', name.span, `The hyperparameter \`${name.text}\` is there twice.`)
    seen.add(name.text)
    if (!value || value.kind === 'broken') continue
    const number = numberOf(value)
    const whole = entry.kind === 'float' || (number !== undefined && Number.isSafeInteger(number))
    if (number === undefined || !whole) {
      findings.report(
        'SLIP201',
        value.span,
        `Expected ${entry.kind === 'int' ? 'a whole number' : 'a number'} for \`${name.text}\`.`,
      )
      continue
    }
    const low = entry.aboveMin ? number <= entry.min : number < entry.min
    if (low || number > (entry.max ?? Infinity))
      findings.report(
        'SLIP306',
        value.span,
        `Expected \`${name.text}\` to be ${describeLimits(entry)}, got ${number}.`,
      )
    else given.set(name.text, number)
  }
  return given
}

// Metrics, outputs and requirements.

interface UseContext extends ModelContext {
  readonly features: readonly CheckedFeature[]
  readonly label: CheckedLabel | undefined
}

function checkMetric({ metric, per }: MetricUse, context: UseContext): MetricPlan | undefined {
  const { findings, label } = context
  const name = (Object.keys(metrics) as MetricPlan['metric'][]).find(known => known === metric.text)
  if (!name) {
    const known = Object.keys(metrics)
    findings.unknownName('SLIP108', metric, `Expected a metric (${list(known)}), got \`${metric.text}\`.`, {
      among: known,
    })
    return undefined
  }
  findings.refer(metric.span, { kind: 'metric', name })
  const fits =
    !label || isUnknown(label.type) || (metrics[name].labels as readonly string[]).includes(label.type.kind)
  // A label that fits no algorithm is reported there; here it would be the same mistake again.
  if (!fits) return undefined
  if (!per) return { metric: name }
  return checkPer(per, context) ? { metric: name, per: per.text } : undefined
}

function checkPer(per: Name, { findings, features, source, model }: UseContext): boolean {
  const feature = features.find(({ name }) => name === per.text)
  const column = source?.columns?.get(per.text)
  if (column)
    findings.refer(per.span, columnSymbol(source!, per.text), column.type)
  else if (feature)
    findings.refer(per.span, { kind: 'modelFeature', name: per.text, container: model }, feature.type)
  else if (source?.columns) {
    findings.unknownName('SLIP102', per, `There is no column or feature \`${per.text}\` to group by.`, {
      among: [...features.map(({ name }) => name), ...source.columns.keys()],
    })
    return false
  }
  return true
}

function checkRequirement(requirement: Requirement, context: UseContext): RequirementPlan | undefined {
  const { findings } = context
  const metric = checkMetric(requirement, context)
  const { op, value, on } = requirement
  if (!op || !value || value.kind === 'broken') return undefined
  const number = numberOf(value)
  if (number === undefined) {
    findings.report('SLIP201', value.span, 'Expected a number.')
    return undefined
  }
  if (!metric) return undefined
  const { min, max } = metrics[metric.metric]
  if (number < min || number > (max ?? Infinity)) {
    const range = max === undefined ? `at least ${min}` : `between ${min} and ${max}`
    findings.report(
      'SLIP313',
      value.span,
      `Expected a value ${range} for \`${metric.metric}\`, got ${number}.`,
    )
    return undefined
  }
  return { ...metric, split: (on?.text ?? 'test') as SplitName, op, value: number }
}

function checkOutputs(
  { outputs }: ModelDeclaration,
  { findings, model, label }: ModelContext & { label?: CheckedLabel },
): (OutputPlan | undefined)[] {
  const seen = new Map<string, Span>()
  return outputs.map(({ name, value }) => {
    if (name) {
      findings.define(
        name.span,
        { kind: 'output', name: name.text, container: model },
        { kind: 'float', nullable: false },
      )
      if (seen.has(name.text))
        findings.report('SLIP109', name.span, `The output \`${name.text}\` is there twice.`)
      seen.set(name.text, name.span)
    }
    if (!name || !value || value.kind === 'broken') return undefined
    const example = `probability(${label?.name || 'label'})`
    if (value.kind !== 'call' || value.callee.text !== 'probability') {
      const span = value.kind === 'call' ? value.callee.span : value.span
      findings.report('SLIP113', span, `Expected \`${example}\` for the output \`${name.text}\`.`, {
        fixes: [findings.replace(value.span, example, `Change to \`${example}\``)],
      })
      return undefined
    }
    const [of, ...more] = value.args
    if (of?.kind !== 'name' || more.length > 0 || of.name.text !== label?.name) {
      // Without a label there is nothing to compare with, and that is reported already.
      if (label?.name && of?.kind !== 'broken')
        findings.report('SLIP112', of?.span ?? value.span, `Expected the label \`${label.name}\`.`, {
          fixes: [findings.replace(value.span, example, `Change to \`${example}\``)],
        })
      return undefined
    }
    findings.refer(of.span, { kind: 'label', name: label.name, container: model }, label.type)
    return { name: name.text, kind: 'probability' }
  })
}

// The plan.

interface Parts {
  readonly declaration: ModelDeclaration
  readonly source: SourcePlan
  readonly observe: ObservePlan
  readonly label: LabelPlan
  readonly features: readonly CheckedFeature[]
  readonly prepare: Prepare
  readonly split: Plan['split']
  readonly algorithm: AlgorithmPlan
  readonly evaluate: readonly MetricPlan[]
  readonly outputs: readonly OutputPlan[]
  readonly require: readonly RequirementPlan[]
}

function assemble(parts: Parts): Plan {
  const { declaration, source, observe, label, features, prepare, split, algorithm, require } = parts
  const sources: Record<string, SourcePlan> = { [source.name]: source }
  const catalogFeatures: Record<string, FeaturePlan> = {}
  for (const { catalog } of features) {
    if (!catalog) continue
    const key = addSource(sources, catalog)
    catalogFeatures[`${catalog.plan.name}@${catalog.plan.version}`] = { ...catalog.plan, source: key }
  }
  const outputs =
    parts.outputs.length > 0
      ? parts.outputs
      : [{ name: `${label.name}_probability`, kind: 'probability' as const }]
  return {
    planVersion,
    model: declaration.name!.text,
    ...(declaration.doc !== undefined && { doc: declaration.doc }),
    sources,
    observe,
    catalogFeatures,
    features: features.map((feature): ModelFeature => ({ ...feature.plan!, prepare: prepare(feature) })),
    label,
    split,
    algorithm,
    evaluate: withRequired(parts.evaluate.length > 0 ? parts.evaluate : defaultMetrics, require),
    outputs,
    require,
  }
}

/** The key of a feature's source in the plan; a catalog source that only shares the name gets one of its own. */
function addSource(
  sources: Record<string, SourcePlan>,
  { plan, source }: { plan: FeaturePlan; source: SourcePlan },
): string {
  const taken = sources[source.name]
  const same = !taken || JSON.stringify(taken) === JSON.stringify(source)
  const key = same ? source.name : `${source.name} of ${plan.name}@${plan.version}`
  sources[key] ??= { ...source, name: key }
  return key
}

/** What a requirement judges is evaluated too. */
function withRequired(
  evaluate: readonly MetricPlan[],
  require: readonly RequirementPlan[],
): readonly MetricPlan[] {
  const all = [...evaluate]
  for (const { metric, per } of require)
    if (!all.some(known => known.metric === metric && known.per === per))
      all.push(per === undefined ? { metric } : { metric, per })
  return all
}
