/** The metrics that a model is evaluated, required, tuned and watched by. */
import { type MetricEntry, defaultMetricsFor, metricNames, metrics } from '../../metrics.ts'
import type { ComparisonOperator, HealthMonitor, MetricName, MetricPlan } from '../../plan.ts'
import { suggest } from '../../suggest.ts'
import type { MetricUse, ModelDeclaration, Name, RankValue } from '../../syntax/ast.ts'
import { writeName } from '../../syntax/keywords.ts'
import { list } from '../../syntax/parse-items.ts'
import type { Span } from '../../syntax/tokens.ts'
import { describeType, valueType } from '../../type-rules.ts'
import type { Findings } from '../findings.ts'
import { insert, removeAfter } from '../fixes.ts'
import { type PartContext, columnOrFeature, countOf, trustedLabel } from './context.ts'

/** What other libraries call them. */
const foreign: Readonly<Record<string, MetricName>> = {
  roc_auc: 'auc',
  auroc: 'auc',
  average_precision: 'pr_auc',
  auprc: 'pr_auc',
  ap: 'pr_auc',
  logloss: 'log_loss',
  cross_entropy: 'log_loss',
  binary_crossentropy: 'log_loss',
  nll: 'log_loss',
  acc: 'accuracy',
  f1_score: 'f1',
  ece: 'calibration_error',
  root_mean_squared_error: 'rmse',
  mse: 'rmse',
  mean_squared_error: 'rmse',
  mean_absolute_error: 'mae',
  r_squared: 'r2',
  r2_score: 'r2',
  deviance: 'poisson_deviance',
  precision_at_k: 'precision',
}

/** What others call the monitors. */
const foreignMonitors: Readonly<Record<string, HealthMonitor>> = {
  latency: 'latency_p99',
  p50: 'latency_p50',
  p99: 'latency_p99',
  errors: 'error_rate',
  failures: 'error_rate',
  nulls: 'missing',
  null_rate: 'missing',
  psi: 'drift',
  skew: 'drift',
  traffic: 'requests',
  throughput: 'requests',
  new_values: 'unseen',
}

/** The name of a metric; reported when there is none. Metrics that fit the label are meant before others. */
export function metricNamed(
  name: Name,
  context: PartContext,
  others: readonly string[] = [],
): MetricName | undefined {
  const known = metricNames.find(metric => metric === name.text)
  const { findings } = context
  if (known) {
    findings.refer(name.span, { kind: 'metric', name: known })
    return known
  }
  const fitting = fittingMetrics(context)
  const word = name.text.toLowerCase()
  const meant =
    (others.length > 0 ? foreignMonitors[word] : undefined) ??
    foreign[word] ??
    suggest(name.text, [...fitting, ...others, ...metricNames])
  const what = others.length > 0 ? 'a monitor or a metric' : 'a metric'
  const code = others.length > 0 ? 'SLIP130' : 'SLIP108'
  const options = list([...others, ...fitting])
  findings.report(code, name.span, `Expected ${what} (${options}), got \`${name.text}\`.`, {
    ...(meant !== undefined && {
      hint: `Did you mean \`${meant}\`?`,
      fixes: [findings.replace(name.span, meant, `Change to \`${meant}\``)],
    }),
  })
  return undefined
}

/** The metrics that are defined for the label; all when nothing is known of it. */
function fittingMetrics(context: PartContext): readonly MetricName[] {
  const label = trustedLabel(context)
  if (!label) return metricNames
  const fitting = metricNames.filter(name => (metrics[name].labels as readonly string[]).includes(label.kind))
  return fitting.length > 0 ? fitting : metricNames
}

/** Whether the metric is defined for the label; reported when it is not. */
export function fitsLabel(name: MetricName, span: Span, context: PartContext): boolean {
  const label = trustedLabel(context)
  const { labels } = metrics[name]
  if (!label || (labels as readonly string[]).includes(label.kind)) return true
  const { findings } = context
  const kind = valueType(label)?.kind
  const instead = kind === undefined ? [] : defaultMetricsFor(kind)
  findings.report(
    'SLIP209',
    span,
    `Expected a metric for a label of type \`${describeType({ ...label, nullable: false })}\`, got \`${name}\`, which is for ${list(labels)}.`,
    {
      hint: `For this label there are ${fittingMetrics(context).join(', ')}.`,
      fixes: instead.map(({ metric }) => findings.replace(span, metric, `Change to \`${metric}\``)),
    },
  )
  return false
}

/** A metric with its groups; undefined when something about it is wrong. */
export function checkMetric(use: MetricUse, context: PartContext): MetricPlan | undefined {
  const name = metricNamed(use.metric, context)
  if (!name || !fitsLabel(name, use.metric.span, context)) {
    if (use.per) checkPer(use.per, context)
    return undefined
  }
  const k = checkCutoff(use, name, context)
  const per = use.per ? checkPer(use.per, context) : undefined
  if (k === 'wrong' || (use.per && !per)) return undefined
  const grouped = use.per?.text ?? rankedPer(name, use, context)
  if (grouped === 'wrong') return undefined
  return { metric: name, ...(k !== undefined && { k }), ...(grouped !== undefined && { per: grouped }) }
}

/** The 10 of `ndcg@10`. */
export function checkCutoff(
  { metric, k }: Pick<MetricUse, 'metric' | 'k'>,
  name: MetricName,
  context: PartContext,
): number | undefined | 'wrong' {
  const { findings } = context
  const entry: MetricEntry = metrics[name]
  if (!k) {
    if (entry.k !== 'required') return undefined
    findings.report('SLIP209', metric.span, `Expected how many rows count for \`${name}\`, got none.`, {
      hint: `For example \`${name}@10\`.`,
      fixes: [insert(findings, metric.span.end, { text: '@10', title: `Change to \`${name}@10\`` })],
    })
    return 'wrong'
  }
  if (entry.k === undefined) {
    const cut = { start: metric.span.end, end: k.span.end }
    findings.report('SLIP209', cut, `The metric \`${name}\` is of all rows, not of the best-ranked.`, {
      hint: 'A number of rows goes with `ndcg` and `precision`.',
      fixes: [findings.replace(cut, '', `Change to \`${name}\``)],
    })
    return 'wrong'
  }
  return countOf(k, { what: 'a number of rows', min: 1, max: 1_000_000 }, context) ?? 'wrong'
}

/** The group of a metric of rankings that does not say: that of the model's ranking, when there is one. */
export function rankedPer(
  name: MetricName,
  { span }: { readonly span: Span },
  { declaration, findings, source }: PartContext,
): string | undefined | 'wrong' {
  if (metrics[name].k === undefined) return undefined
  const groups = new Set(ranksOf(declaration).flatMap(({ per }) => (per.length === 1 ? per[0]!.text : [])))
  const [only] = groups
  if (groups.size === 1) return only
  // What a broken ranking would have said is not known.
  if (declaration.broken && declaration.outputs.length > 0) return 'wrong'
  const column = [...(source?.columns?.values() ?? [])].find(({ type }) => type.kind === 'string')?.name
  findings.report('SLIP339', span, `Expected the groups that are ranked for \`${name}\`, got none.`, {
    hint: `Write \`${name}${metrics[name].k === 'required' ? '@10' : ''} per ${column === undefined ? 'query' : writeName(column)}\`, or rank per one column in an output.`,
  })
  return 'wrong'
}

export function ranksOf({ outputs }: ModelDeclaration): readonly RankValue[] {
  return outputs.flatMap(({ value }) => (value?.kind === 'rank' ? value : []))
}

/** Whether a metric may be taken per value of the name. */
function checkPer(per: Name, context: PartContext): boolean {
  const { findings, features, source } = context
  const found = columnOrFeature(per, context)
  if (found === 'unknown') return true
  if (!found) {
    findings.unknownName('SLIP102', per, `There is no column or feature \`${per.text}\` to group by.`, {
      among: [...features.map(({ name }) => name), ...(source?.columns?.keys() ?? [])],
    })
    return false
  }
  if (found.type.kind !== 'float' && found.type.kind !== 'vector') return true
  findings.report(
    'SLIP209',
    per.span,
    `Expected values that come again to group by, got \`${describeType(found.type)}\`.`,
    { hint: 'Group by a text, a category, an int or a bool; `bucket(…)` makes a category of a number.' },
  )
  return false
}

/** `evaluate`: what is there twice is reported. */
export function checkEvaluate({ evaluate }: ModelDeclaration, context: PartContext): readonly MetricPlan[] {
  const seen = new Map<string, MetricUse>()
  return evaluate.flatMap((use, i) => {
    const plan = checkMetric(use, context)
    if (!plan) return []
    const first = seen.get(JSON.stringify(plan))
    if (!first) {
      seen.set(JSON.stringify(plan), use)
      return [plan]
    }
    const { findings } = context
    const before = evaluate[i - 1]!.span
    const written = writeMetric(plan)
    findings.report('SLIP109', use.span, `The metric \`${written}\` is there twice.`, {
      related: [{ path: findings.path, span: first.span, message: 'The first one is here.' }],
      // A metric of a line of its own would leave the word `evaluate` behind.
      ...(before.end < use.span.start &&
        isListed(use, evaluate[i - 1]!) && {
          fixes: [
            removeAfter(findings, before, { item: use.span, title: `Remove the second \`${written}\`` }),
          ],
        }),
    })
    return []
  })
}

/** Whether two metrics stand so near that nothing but a comma and blanks is between them. */
const isListed = (use: MetricUse, before: MetricUse): boolean => use.span.start - before.span.end <= 2

/** `ndcg@10 per query` */
export function writeMetric({ metric, k, per }: MetricPlan): string {
  return `${metric}${k === undefined ? '' : `@${k}`}${per === undefined ? '' : ` per ${writeName(per)}`}`
}

interface Threshold {
  /** From the end of what is compared to the beginning of the number. */
  readonly between: Span
  readonly op: ComparisonOperator
  readonly better: 'higher' | 'lower'
  readonly what: string
}

/** Warns of a threshold that asks for worse values. */
export function checkDirection({ between, op, better, what }: Threshold, findings: Findings): void {
  const upwards = op === '>=' || op === '>'
  if (upwards === (better === 'higher')) return
  const other = { '>=': '<=', '<=': '>=', '>': '<', '<': '>' }[op]
  findings.report(
    'SLIP334',
    between,
    `\`${what}\` is better the ${better} it is, and \`${op}\` asks for the opposite.`,
    {
      hint: `Write \`${other}\`, unless this is meant.`,
      fixes: [findings.replace(between, ` ${other} `, `Change to \`${other}\``)],
    },
  )
}
