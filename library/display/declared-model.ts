/** What a cell shows of models that are declared and not trained yet. */
import type { MetricPlan, ModelFeature, Plan } from '../../language/index.ts'
import { escapeHtml } from './html.ts'
import type { MimeBundle } from './messages.ts'

/** Features that are listed; a model may have hundreds. */
const maxFeatures = 50

export function displayPlans(plans: readonly Plan[]): MimeBundle {
  return {
    'text/html': plans.map(planHtml).join(''),
    'text/plain': plans.map(planText).join('\n\n'),
  }
}

interface Fact {
  readonly title: string
  readonly text: string
}

function facts(plan: Plan): readonly Fact[] {
  const { label, observe, algorithm, evaluate, split, tests } = plan
  return [
    { title: 'predicts', text: `${label.name} (${label.type.kind})` },
    { title: 'observes', text: observe.where ? `some rows of ${observe.source}` : observe.source },
    { title: 'algorithm', text: algorithm.name },
    { title: 'split', text: split.kind === 'key' ? `by ${split.columns.join(', ')}` : `by ${split.kind}` },
    { title: 'evaluates', text: evaluate.map(metricText).join(', ') },
    ...(tests.length > 0 ? [{ title: 'tests', text: String(tests.length) }] : []),
  ]
}

const metricText = ({ metric, k, per }: MetricPlan) =>
  `${metric}${k === undefined ? '' : `@${k}`}${per === undefined ? '' : ` per ${per}`}`

function featureText({ name, type, value }: ModelFeature): string {
  return `${name}: ${type.kind}${value.kind === 'catalog' ? ` (${value.feature})` : ''}`
}

function listed(plan: Plan): readonly string[] {
  const names = plan.features.slice(0, maxFeatures).map(featureText)
  const left = plan.features.length - names.length
  return left > 0 ? [...names, `and ${left} more`] : names
}

function planHtml(plan: Plan): string {
  const row = ({ title, text }: Fact) =>
    `<tr><th scope="row" style="text-align:left">${title}</th><td style="text-align:left">${escapeHtml(text)}</td></tr>`
  const features = { title: 'features', text: listed(plan).join(', ') }
  return [
    `<p><b>${escapeHtml(plan.model)}</b>${plan.doc === undefined ? '' : ` · ${escapeHtml(plan.doc)}`}</p>`,
    `<table><tbody>${[...facts(plan), features].map(row).join('')}</tbody></table>`,
  ].join('')
}

function planText(plan: Plan): string {
  const rows = [...facts(plan), { title: 'features', text: listed(plan).join(', ') }]
  const lines = rows.map(({ title, text }) => `  ${title.padEnd(10)} ${text}`)
  return [`model ${plan.model}${plan.doc === undefined ? '' : `: ${plan.doc}`}`, ...lines].join('\n')
}
