/** How a trained model and features of the catalog look: in outputs of cells and on the page of a training. */
import type { FeaturesMessage, ModelMessage } from '../../library/display/messages.ts'
import { h } from '../support/dom.ts'
import { count, short } from '../support/numbers.ts'

const nShownCoefficients = 12

export function drawModel(model: ModelMessage): HTMLElement {
  const algorithm = model.algorithm.replaceAll('_', ' ')
  return h(
    'div',
    { class: 'card' },
    h('h3', {}, model.model, h('small', {}, algorithm)),
    model.doc !== undefined && h('p', {}, model.doc),
    h('h4', {}, 'Metrics'),
    drawMetrics(model),
    ...drawRequirements(model),
    ...drawGroups(model),
    ...drawTuning(model),
    ...drawCoefficients(model),
  )
}

function drawMetrics({ metrics, intervals, counts }: ModelMessage): HTMLElement {
  const splits = Object.keys(counts).filter(split => metrics[split] || (counts[split] ?? 0) > 0)
  const names = [...new Set(Object.values(metrics).flatMap(of => Object.keys(of)))]
  const head = ['', ...names, 'rows'].map((name, i) => h('th', { class: i > 0 && 'number' }, name))
  const rows = splits.map(split =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, split),
      ...names.map(name =>
        h('td', { class: 'number' }, fixed(metrics[split]?.[name]), drawInterval(intervals?.[split]?.[name])),
      ),
      h('td', { class: 'number' }, count(counts[split] ?? 0)),
    ),
  )
  return h('table', {}, h('thead', {}, h('tr', {}, ...head)), h('tbody', {}, ...rows))
}

/** ` [0.6641, 0.6683]`, smaller than the value. */
function drawInterval(interval: readonly [number, number] | null | undefined): HTMLElement | false {
  if (!interval) return false
  const [low, high] = interval
  return h('small', { title: '95 % bootstrap interval' }, ` [${fixed(low)}, ${fixed(high)}]`)
}

function drawRequirements({ requirements }: ModelMessage): HTMLElement[] {
  if (requirements.length === 0) return []
  const lines = requirements.map(({ text, value, met }) =>
    h(
      'li',
      {},
      h('span', { class: met ? 'met' : 'unmet' }, met ? '✓ ' : '✗ '),
      text,
      value !== null && `: ${fixed(value)}`,
      !met && ' (not met; it will not be deployed)',
    ),
  )
  return [h('h4', {}, 'Requirements'), h('ul', {}, ...lines)]
}

/** A table per metric and column, folded; the first is open. */
function drawGroups({ groups = [] }: ModelMessage): HTMLElement[] {
  return groups.map(({ metric, split, values, nLeft = 0 }, i) => {
    const rows = values.map(({ name, value, interval }) =>
      h(
        'tr',
        {},
        h('th', { scope: 'row' }, name),
        h('td', { class: 'number' }, fixed(value), drawInterval(interval)),
      ),
    )
    const summary = h('summary', {}, `${metric} on ${split}, the worst first`)
    const left = nLeft > 0 && h('p', {}, `and ${count(nLeft)} more`)
    return h('details', { open: i === 0 }, summary, h('table', {}, h('tbody', {}, ...rows)), left)
  })
}

function drawTuning({ tuning }: ModelMessage): HTMLElement[] {
  if (!tuning) return []
  const rows = tuning.trials.map(({ text, value }) =>
    h('tr', {}, h('td', {}, h('code', {}, text)), h('td', { class: 'number' }, fixed(value))),
  )
  return [h('h4', {}, 'Search'), h('p', {}, tuning.text), h('table', {}, h('tbody', {}, ...rows))]
}

function drawCoefficients({ coefficients }: ModelMessage): HTMLElement[] {
  const shown = coefficients.slice(0, nShownCoefficients)
  const largest = Math.max(...shown.map(({ value }) => Math.abs(value)), Number.MIN_VALUE)
  const bars = shown.flatMap(({ name, value }) => {
    const bar = h('i')
    bar.style.width = `${(Math.abs(value) / largest) * 50}%`
    return [
      h('code', {}, name),
      h('span', { class: value < 0 ? 'bar down' : 'bar up' }, bar),
      h('span', { class: 'value' }, short(Number(value.toPrecision(3)))),
    ]
  })
  if (shown.length === 0) return []
  return [h('h4', {}, 'Largest coefficients'), h('div', { class: 'bars' }, ...bars)]
}

export function drawFeatures({ features }: FeaturesMessage): HTMLElement[] {
  if (features.length === 0) return [h('div', { class: 'card' }, 'No feature fits.')]
  const rows = features.map(feature =>
    h(
      'tr',
      {},
      h('td', { class: !feature.active && 'old' }, feature.id),
      h('td', {}, feature.type),
      h('td', {}, feature.entity),
      h('td', {}, feature.owner),
      h('td', {}, ...feature.tags.map(tag => h('span', { class: 'tag' }, tag))),
      h('td', { class: 'number' }, count(feature.nUses)),
      h('td', {}, feature.replacement === undefined ? feature.doc : `use ${feature.replacement}`),
    ),
  )
  const titles = ['feature', 'type', 'entity', 'owner', 'tags', 'uses', '']
  const head = h('tr', {}, ...titles.map(title => h('th', { class: title === 'uses' && 'number' }, title)))
  return [h('div', { class: 'card' }, h('table', {}, h('thead', {}, head), h('tbody', {}, ...rows)))]
}

function fixed(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–'
  return Number.isInteger(value) ? String(value) : value.toFixed(4)
}
