/** The thresholds that the serving of a model is watched by. */
import { type MonitorEntry, metricWindowUs, monitorNames, monitorWindowUs, monitors } from '../../health.ts'
import { type MetricEntry, describeRange, metrics } from '../../metrics.ts'
import type { HealthMonitor, HealthPlan, MetricName } from '../../plan.ts'
import type { HealthItem, ModelDeclaration, Name } from '../../syntax/ast.ts'
import { describeType, isText, isUnknown } from '../../type-rules.ts'
import { numberOf } from '../expression.ts'
import type { PartContext } from './context.ts'
import { checkCutoff, checkDirection, fitsLabel, metricNamed, rankedPer } from './metrics.ts'

export function checkHealth(
  { health, broken }: ModelDeclaration,
  context: PartContext,
): readonly HealthPlan[] {
  if (!health) return []
  const { findings } = context
  if (health.items.length === 0 && !broken)
    findings.report(
      'SLIP009',
      { start: health.span.start, end: health.span.start + 'health'.length },
      'Expected at least one threshold, got none.',
      {
        hint: 'For example `drift <= 0.25`.',
      },
    )
  const seen = new Map<string, HealthItem>()
  return health.items.flatMap(item => {
    const plan = checkItem(item, context)
    if (!plan) return []
    const { monitor, k, of, op, windowUs } = plan
    const key = JSON.stringify([monitor, k, of, op[0], windowUs])
    const first = seen.get(key)
    seen.set(key, first ?? item)
    if (!first) return [plan]
    findings.report('SLIP109', item.span, `\`${monitor}\` is already watched over the same time.`, {
      related: [{ path: findings.path, span: first.span, message: 'The first threshold is here.' }],
    })
    return []
  })
}

function checkItem(item: HealthItem, context: PartContext): HealthPlan | undefined {
  const { monitor, of } = item
  const known = monitorNames.find(name => name === monitor.text)
  if (known) {
    context.findings.refer(monitor.span, { kind: 'monitor', name: known })
    return checkMonitor(item, known, context)
  }
  const metric = metricNamed(monitor, context, monitorNames)
  if (!metric) {
    if (of) checkFeature(of, { of: 'feature' }, context)
    return undefined
  }
  return checkWatched(item, metric, context)
}

function checkMonitor(item: HealthItem, name: HealthMonitor, context: PartContext): HealthPlan | undefined {
  const { findings } = context
  const { monitor, k, of } = item
  const entry = monitors[name]
  if (k) {
    const cut = { start: monitor.span.end, end: k.span.end }
    findings.report('SLIP214', cut, `The monitor \`${name}\` is of all rows, not of the best-ranked.`, {
      fixes: [findings.replace(cut, '', `Change to \`${name}\``)],
    })
    return undefined
  }
  if (of && !entry.of) {
    const extra = { start: monitor.span.end, end: of.span.end }
    findings.report('SLIP214', of.span, `The monitor \`${name}\` is of the endpoint, not of a feature.`, {
      fixes: [findings.replace(extra, '', `Change to \`${name}\``)],
    })
    return undefined
  }
  if (of && !checkFeature(of, { ...entry, name }, context)) return undefined
  const threshold = checkThreshold(item, { name, entry, windowUs: monitorWindowUs }, context)
  return threshold && { monitor: name, ...(of && { of: of.text }), ...threshold }
}

/** Whether a feature can be watched so; reported when there is none or it is of another type. */
function checkFeature(
  of: Name,
  { of: wanted, name = 'monitor' }: Pick<MonitorEntry, 'of'> & { name?: string },
  { features, findings, model }: PartContext,
): boolean {
  const feature = features.find(other => other.name === of.text)
  if (!feature) {
    findings.unknownName('SLIP103', of, `The model has no feature \`${of.text}\` to watch.`, {
      among: features.map(other => other.name),
    })
    return false
  }
  findings.refer(of.span, { kind: 'modelFeature', name: feature.name, container: model }, feature.type)
  if (wanted !== 'category' || isText(feature.type) || isUnknown(feature.type)) return true
  findings.report(
    'SLIP214',
    of.span,
    `Expected a category for \`${name}\`, got \`${describeType(feature.type)}\`.`,
    {
      hint: 'Values of a number are watched by `drift`.',
    },
  )
  return false
}

/** A metric of the rows whose label has come meanwhile. */
function checkWatched(item: HealthItem, name: MetricName, context: PartContext): HealthPlan | undefined {
  const { findings } = context
  const { monitor, of } = item
  if (!fitsLabel(name, monitor.span, context)) return undefined
  if (of) {
    const extra = { start: (item.k ?? monitor).span.end, end: of.span.end }
    findings.report('SLIP214', of.span, `The metric \`${name}\` is of the model, not of a feature.`, {
      fixes: [findings.replace(extra, '', 'Remove `of`')],
    })
    return undefined
  }
  const k = checkCutoff({ metric: monitor, k: item.k }, name, context)
  if (k === 'wrong' || rankedPer(name, item, context) === 'wrong') return undefined
  const threshold = checkThreshold(item, { name, entry: metrics[name], windowUs: metricWindowUs }, context)
  return threshold && { monitor: name, ...(k !== undefined && { k }), ...threshold }
}

interface Watched {
  readonly name: string
  readonly entry: Pick<MetricEntry, 'min' | 'max' | 'better'>
  /** When the text does not say. */
  readonly windowUs: number
}

function checkThreshold(
  { monitor, k, of, op, value, over }: HealthItem,
  { name, entry, windowUs }: Watched,
  { findings }: PartContext,
): Pick<HealthPlan, 'op' | 'value' | 'windowUs'> | undefined {
  if (!op || !value || value.kind === 'broken') return undefined
  const number = numberOf(value)
  if (number === undefined) {
    findings.report('SLIP201', value.span, 'Expected a number.')
    return undefined
  }
  const { min = -Infinity, max = Infinity, better } = entry
  if (number < min || number > max) {
    findings.report(
      'SLIP340',
      value.span,
      `Expected a threshold ${describeRange(entry)} for \`${name}\`, got ${number}.`,
      {
        ...(max === 1 &&
          number >= 2 &&
          number <= 100 && {
            fixes: [findings.replace(value.span, String(number / 100), `Change to ${number / 100}`)],
          }),
      },
    )
    return undefined
  }
  if (over && over.us <= 0) {
    findings.report('SLIP308', over.span, 'Expected a time longer than nothing, got 0.')
    return undefined
  }
  const between = { start: (of ?? k ?? monitor).span.end, end: value.span.start }
  checkDirection({ between, op, better, what: name }, findings)
  return { op, value: number, windowUs: over?.us ?? windowUs }
}
