/** What a cell shows of a trained model. */
import type { Card, JudgedRequirement } from '../../engine/types.ts'
import { groupsMessage } from './groups.ts'
import { escapeHtml } from './html.ts'
import { modelMime, type MimeBundle, type ModelMessage } from './messages.ts'
import { tuningMessage } from './tuning.ts'

const maxCoefficients = 30
const shownCoefficients = 8
const shownTrials = 5
const shownGroups = 8

/** The bundle of a card. */
export function displayModel(card: Card): MimeBundle {
  const message = modelMessage(card)
  return {
    [modelMime]: message,
    'text/html': modelHtml(message),
    'text/markdown': modelMarkdown(message),
    'text/plain': modelText(message),
  }
}

/** What of a card is shown, and nothing that grows with the data. */
export function modelMessage(card: Card): ModelMessage {
  const { train, validation, test } = card.rows
  const groups = groupsMessage(card)
  return {
    model: card.model,
    algorithm: card.plan.algorithm.name,
    ...(card.doc === undefined ? {} : { doc: card.doc }),
    metrics: Object.fromEntries(Object.entries(card.metrics).map(([split, values]) => [split, values ?? {}])),
    ...(card.intervals && {
      intervals: Object.fromEntries(
        Object.entries(card.intervals).map(([split, values]) => [split, values ?? {}]),
      ),
    }),
    ...(groups.length > 0 && { groups }),
    counts: { train, validation, test },
    requirements: card.requirements.map(requirement => ({
      text: requirementText(requirement),
      value: requirement.actual,
      met: requirement.met,
    })),
    features: card.plan.features.map(({ name, type, doc }) => ({
      name,
      type: type.kind,
      ...(doc === undefined ? {} : { doc }),
    })),
    coefficients: [...card.coefficients]
      .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
      .slice(0, maxCoefficients)
      .map(({ name, class: of, value }) => ({ name: of === undefined ? name : `${of}: ${name}`, value })),
    ...(card.tuning && { tuning: tuningMessage(card.tuning) }),
  }
}

function requirementText({ metric, per, op, value, split }: JudgedRequirement): string {
  return `${metric}${per === undefined ? '' : ` per ${per}`} ${op} ${value} on ${split}`
}

const number = (value: number | null | undefined) =>
  value === null || value === undefined ? '–' : Number(value.toFixed(4)).toString()

/** `0.6662 [0.6641, 0.6683]` */
export function withInterval(
  value: number | null | undefined,
  interval: readonly [number, number] | null | undefined,
) {
  return interval ? `${number(value)} [${number(interval[0])}, ${number(interval[1])}]` : number(value)
}

/** Rows: split, rows, then the metrics with their intervals. */
function metricTable({ metrics, intervals, counts }: ModelMessage): readonly (readonly string[])[] {
  const names = [...new Set(Object.values(metrics).flatMap(Object.keys))]
  const rows = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([split, count]) => [
      split,
      count.toLocaleString('en'),
      ...names.map(name => withInterval(metrics[split]?.[name], intervals?.[split]?.[name])),
    ])
  return [['split', 'rows', ...names], ...rows]
}

function requirementLines({ requirements }: ModelMessage): string[] {
  return requirements.map(({ text, value, met }) => `${met ? '✓' : '✗'} ${text}: ${number(value)}`)
}

/** Per metric and column a heading, then the values it is worst for. */
function groupLines({ groups = [] }: ModelMessage): readonly { text: string; lines: readonly string[] }[] {
  return groups.map(({ metric, split, values, nLeft = 0 }) => {
    const shown = values.slice(0, shownGroups)
    const left = nLeft + values.length - shown.length
    return {
      text: `${metric} on ${split}${left > 0 ? ', the worst' : ''}`,
      lines: [
        ...shown.map(({ name, value, interval }) => `${name}: ${withInterval(value, interval)}`),
        ...(left > 0 ? [`and ${left.toLocaleString('en')} more`] : []),
      ],
    }
  })
}

/** The search in one line, then its best trials. */
function tuningLines({ tuning }: ModelMessage): string[] {
  if (!tuning) return []
  return [
    tuning.text,
    ...tuning.trials.slice(0, shownTrials).map(({ text, value }) => `${number(value)}  ${text}`),
  ]
}

function modelHtml(message: ModelMessage): string {
  const [head = [], ...rows] = metricTable(message)
  const cells = (tag: string, row: readonly string[]) =>
    `<tr>${row.map(cell => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`
  const list = (items: readonly string[]) =>
    `<ul>${items.map(item => `<li>${escapeHtml(item)}</li>`).join('')}</ul>`
  const coefficients = message.coefficients
    .slice(0, shownCoefficients)
    .map(({ name, value }) => `${name}: ${number(value)}`)
  const [searched, ...trials] = tuningLines(message)
  return [
    `<p><b>${escapeHtml(message.model)}</b> · ${escapeHtml(message.algorithm)}</p>`,
    message.doc ? `<p>${escapeHtml(message.doc)}</p>` : '',
    `<table><thead>${cells('th', head)}</thead><tbody>${rows.map(row => cells('td', row)).join('')}</tbody></table>`,
    message.requirements.length > 0 ? list(requirementLines(message)) : '',
    ...groupLines(message).map(
      ({ text, lines }) => `<details><summary>${escapeHtml(text)}</summary>${list(lines)}</details>`,
    ),
    searched === undefined
      ? ''
      : `<details><summary>${escapeHtml(searched)}</summary>${list(trials)}</details>`,
    `<details><summary>Largest coefficients</summary>${list(coefficients)}</details>`,
  ].join('')
}

function modelMarkdown(message: ModelMessage): string {
  const [head = [], ...rows] = metricTable(message)
  const escape = (text: string) => text.replaceAll(/[\\`*_{}[\]<>|#]/g, '\\$&')
  const line = (cells: readonly string[]) => `| ${cells.map(escape).join(' | ')} |`
  return [
    `**${escape(message.model)}** · ${escape(message.algorithm)}`,
    ...(message.doc ? ['', escape(message.doc)] : []),
    '',
    line(head),
    `|${head.map(() => '---').join('|')}|`,
    ...rows.map(line),
    '',
    ...requirementLines(message).map(text => `- ${escape(text)}`),
    ...groupLines(message).flatMap(({ text, lines }) => [
      `- ${escape(text)}`,
      ...lines.map(line => `  - ${escape(line)}`),
    ]),
    ...tuningLines(message).map((text, i) => `${i === 0 ? '- ' : '  - '}${escape(text)}`),
  ].join('\n')
}

function modelText(message: ModelMessage): string {
  const table = metricTable(message)
  const widths = (table[0] ?? []).map((_, i) => Math.max(...table.map(row => (row[i] ?? '').length)))
  const lines = table.map(row =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  const searched = tuningLines(message).map((text, i) => (i === 0 ? text : `  ${text}`))
  return [
    `${message.model} (${message.algorithm})`,
    ...lines,
    ...requirementLines(message),
    ...groupLines(message).flatMap(({ text, lines }) => [text, ...lines.map(line => `  ${line}`)]),
    ...searched,
  ].join('\n')
}
