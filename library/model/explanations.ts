/** Explanations of a trained model, as plain data that a cell shows as a chart. */
import type {
  Explanation,
  GainImportance,
  Importance,
  PartialDependence,
} from '../../engine/explain/index.ts'
import { displayMethod, type Displayable, type MimeBundle } from '../display/messages.ts'
import { plot, type Plot } from '../plot.ts'

export type { Explanation, Importance, PartialDependence }

/** The importance of the features, of trees with the gain of their splits. */
export type ShownImportance = Importance & { readonly gain?: readonly GainImportance[] } & Displayable
export type ShownDependence = PartialDependence & Displayable
/** Of the score that the model answers with: of classes, that of the likeliest. */
export type ShownExplanation = Explanation & {
  /** Of more than two classes: the same of each. */
  readonly all: readonly Explanation[]
} & Displayable

/** So many features are drawn. */
const maxBars = 30

export function showImportance(
  importance: Importance,
  gain: readonly GainImportance[] | undefined,
): ShownImportance {
  const { metric, split, nRows, features } = importance
  const shown = features.slice(0, maxBars)
  const names = shown.map(({ name }) => name)
  const y = { field: 'name', type: 'nominal', sort: names, title: null } as const
  return withChart({ ...importance, ...(gain && { gain }) }, importanceText(importance), () =>
    plot(shown, {
      title: `How much worse ${metric} is without the feature (${split}, ${count(nRows)} rows)`,
      height: barsHeight(shown.length),
      layer: [
        { mark: 'bar', x: { field: 'importance', type: 'quantitative', title: metric }, y },
        { mark: 'rule', x: { field: 'low', type: 'quantitative', title: metric }, x2: { field: 'high' }, y },
      ],
    }),
  )
}

/** `distance  0.0213 [0.0199, 0.0227]`, the most important first. */
export function importanceText({ metric, split, nRows, value, features }: Importance): string {
  const width = Math.max(...features.map(({ name }) => name.length))
  const lines = features.map(
    ({ name, importance, low, high }) =>
      `${name.padEnd(width)}  ${short(importance)} [${short(low)}, ${short(high)}]`,
  )
  return [
    `${metric} is ${short(value)} on ${count(nRows)} ${split} rows; without a feature it is worse by`,
    ...lines,
  ].join('\n')
}

export function showDependence(dependence: PartialDependence): ShownDependence {
  const { feature, kind, curves, split, nRows } = dependence
  const points = curves.flatMap(curve =>
    curve.points.map(point => ({
      ...point,
      value: point.value ?? 'other',
      ...(curve.class !== undefined && { class: curve.class }),
    })),
  )
  const isNumber = points.every(({ value }) => typeof value === 'number')
  const x = {
    field: 'value',
    type: isNumber ? 'quantitative' : 'nominal',
    title: feature,
    ...(!isNumber && { sort: null }),
  } as const
  const color = curves.length > 1 ? { color: { field: 'class', type: 'nominal' } as const } : {}
  return withChart(dependence, dependenceText(dependence), () =>
    plot(points, {
      title: `Mean prediction by ${feature}, and 80 % of the rows (${split}, ${count(nRows)} rows)`,
      layer: [
        {
          mark: isNumber ? { type: 'area', opacity: 0.15 } : { type: 'rule', opacity: 0.5 },
          x,
          y: { field: 'low', type: 'quantitative', title: 'prediction' },
          y2: { field: 'high' },
          ...color,
        },
        {
          mark:
            kind === 'numeric' && isNumber ? { type: 'line', point: true } : { type: 'point', filled: true },
          x,
          y: { field: 'mean', type: 'quantitative', title: 'prediction' },
          ...color,
        },
      ],
    }),
  )
}

export function dependenceText({ feature, curves }: PartialDependence): string {
  const lines = curves.flatMap(({ class: of, points }) =>
    points.map(({ value, mean, low, high }) =>
      [of, `${value === null ? 'other' : valueText(value)}: ${short(mean)} [${short(low)}, ${short(high)}]`]
        .filter(Boolean)
        .join(' · '),
    ),
  )
  return [`Mean prediction by ${feature}, and the middle 80 % of the rows`, ...lines].join('\n')
}

export function showExplanation(explanations: readonly Explanation[]): ShownExplanation {
  const all = [...explanations]
  const explanation = all.reduce((best, each) => (each.score > best.score ? each : best))
  const bars = largest(explanation).map(({ name, value, contribution }) => ({
    name: `${name} = ${valueText(value)}`,
    contribution,
  }))
  return withChart({ ...explanation, all }, explanationText(explanation), () =>
    plot(bars, {
      mark: 'bar',
      title: titleOf(explanation),
      height: barsHeight(bars.length),
      x: { field: 'contribution', type: 'quantitative', title: scales[explanation.link] },
      y: { field: 'name', type: 'nominal', sort: bars.map(({ name }) => name), title: null },
      color: {
        condition: { test: 'datum.contribution < 0', value: '#d6604d' },
        value: '#4393c3',
      },
    }),
  )
}

/** The largest contributions first, between the base and the score. */
export function explanationText(explanation: Explanation): string {
  const { base, score, contributions, method } = explanation
  const shown = largest(explanation)
  const rest = contributions.length - shown.length
  const width = Math.max(...shown.map(({ name, value }) => name.length + valueText(value).length + 3))
  const lines = shown.map(({ name, value, contribution }) => {
    const sign = contribution < 0 ? '' : '+'
    return `${`${name} = ${valueText(value)}`.padEnd(width)}  ${sign}${short(contribution)}`
  })
  return [
    `${titleOf(explanation)}${method === 'sampled_shapley' ? ' (contributions by sampling)' : ''}`,
    `base ${short(base)}`,
    ...lines,
    ...(rest > 0 ? [`and ${rest} smaller ones`] : []),
    `score ${short(score)}`,
  ].join('\n')
}

function largest({ contributions }: Explanation): Explanation['contributions'] {
  return [...contributions]
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
    .slice(0, maxBars)
}

const scales: Readonly<Record<Explanation['link'], string>> = {
  identity: 'prediction',
  log: 'logarithm of the prediction',
  logistic: 'log-odds',
  softmax: 'score',
}

function titleOf({ class: of, link }: Explanation): string {
  return `Contributions to the ${scales[link]}${of === undefined ? '' : ` of ${of}`}`
}

/** The chart is drawn when it is shown, and is no part of the data. */
function withChart<T extends object>(data: T, text: string, chart: () => Plot): T & Displayable {
  const show = async (): Promise<MimeBundle> => ({ ...(await chart()[displayMethod]()), 'text/plain': text })
  return Object.defineProperty(data, displayMethod, { value: show, enumerable: false }) as T & Displayable
}

function barsHeight(nBars: number): number {
  return Math.max(60, 20 * nBars)
}

function short(value: number): string {
  return Number(value.toPrecision(3)).toString()
}

function valueText(value: Explanation['contributions'][number]['value']): string {
  if (value === null) return 'missing'
  if (typeof value === 'object')
    return `[${value.slice(0, 3).map(short).join(', ')}${value.length > 3 ? ', …' : ''}]`
  return typeof value === 'number' ? String(Number(value.toPrecision(6))) : String(value)
}

const count = (n: number) => n.toLocaleString('en')
