/** The steps of a proposal from top to bottom, with what crosses from one to the next. */
import type { PreviewLiteral, PreviewStatement, PreviewStep, StatementRef } from '../../promote/index.ts'
import { h } from '../support/dom.ts'
import { drawCode, type CodeMark } from './code.ts'
import { link, nameField } from './controls.ts'
import { icon } from './icons.ts'
import { openLiteralMenu } from './literal-menu.ts'
import type { EditAction, Shown } from './messages.ts'

/** What drawing needs beside the proposal. */
export interface Actions {
  edit(action: EditAction): void
  showCell(cell: string, span?: { readonly start: number; readonly end: number }): void
  showDiff(path: string): void
}

export function drawSteps(shown: Shown, actions: Actions): readonly HTMLElement[] {
  const { steps = [] } = shown.preview ?? {}
  return steps.flatMap((step, i) => {
    const card = drawStep(shown, { step, number: i + 1 }, actions)
    return i === 0 ? [card] : [drawConnector(step, actions), card]
  })
}

/** Between two steps: what crosses, and a way to make one of them. */
function drawConnector(step: PreviewStep, { edit }: Actions): HTMLElement {
  const [first] = step.statements
  const join = (): void => first && edit({ kind: 'boundary', before: first.at, boundary: false })
  const crossing = step.inputs.map(({ name, codec, type }) => chip(name, codec, `${name}: ${type}`))
  const button = h('button', { class: 'quiet labelled', click: join }, icon('join'), 'Join these steps')
  return h(
    'div',
    { class: 'connector' },
    h('span', { class: 'line' }, icon('arrow')),
    h('span', { class: 'chips' }, ...crossing),
    first ? button : undefined,
  )
}

function drawStep(
  shown: Shown,
  { step, number }: { readonly step: PreviewStep; readonly number: number },
  actions: Actions,
): HTMLElement {
  const name = nameField({
    value: step.name,
    label: `Name of step ${number}`,
    pattern: /^[a-z0-9]+(-[a-z0-9]+)*$/,
    expected: 'Lower-case letters, digits and dashes, such as load-data',
    key: `step ${step.proposedName}`,
    accept: value => actions.edit({ kind: 'rename', step: step.proposedName, name: value }),
  })
  const file = link(step.file, () => actions.showDiff(step.file), 'Show what would be written')
  return h(
    'article',
    { class: 'step', 'aria-label': `Step ${step.name}` },
    h('header', {}, h('span', { class: 'number-badge' }, number), name, h('span', { class: 'file' }, file)),
    ...drawTakes(step),
    h('div', { class: 'statements' }, ...drawStatements(shown, step, actions)),
    ...step.joined.map(each => drawJoined(step, each)),
    ...drawGives(step),
  )
}

function drawTakes({ inputs, parameters }: PreviewStep): readonly HTMLElement[] {
  if (inputs.length + parameters.length === 0) return []
  return [
    h(
      'div',
      { class: 'ports' },
      h('span', { class: 'port' }, 'takes'),
      ...inputs.map(({ name, codec, type, from }) => chip(name, codec, `${name}: ${type}, from ${from}`)),
      ...parameters.map(name => chip(name, 'parameter', `The pipeline's parameter ${name}`)),
    ),
  ]
}

function drawGives({ outputs }: PreviewStep): readonly HTMLElement[] {
  if (outputs.length === 0) return []
  const chips = outputs.map(({ name, codec, type }) => chip(name, codec, `${name}: ${type}`))
  return [h('div', { class: 'ports' }, h('span', { class: 'port' }, 'gives'), ...chips)]
}

export function chip(name: string, kind: string, title: string): HTMLElement {
  return h('span', { class: `chip ${kind}`, title }, h('b', {}, name), h('i', {}, kind))
}

function drawStatements(shown: Shown, step: PreviewStep, actions: Actions): readonly HTMLElement[] {
  const { statements } = step
  if (statements.length === 0)
    return [h('p', { class: 'sub' }, 'Nothing to compute: it gives what is only named.')]
  return statements.flatMap((statement, i) => {
    const before = statements[i - 1]
    const isNewCell = before?.at.cell !== statement.at.cell || before.at.run !== statement.at.run
    const split = i === 0 ? [] : [drawSplit(statement, actions)]
    return [...split, drawStatement(shown, { statement, isNewCell }, actions)]
  })
}

/** Between two statements: a step may begin here. */
function drawSplit({ at }: PreviewStatement, { edit }: Actions): HTMLElement {
  const split = (): void => edit({ kind: 'boundary', before: at, boundary: true })
  const button = h('button', { class: 'quiet labelled', click: split }, icon('cut'), 'Begin a step here')
  return h('div', { class: 'split' }, button)
}

function drawStatement(
  shown: Shown,
  { statement, isNewCell }: { readonly statement: PreviewStatement; readonly isNewCell: boolean },
  actions: Actions,
): HTMLElement {
  const { at, text, span } = statement
  const label = cellLabel(shown, at.cell)
  const where = link(label, () => actions.showCell(at.cell, span), 'Show it in the notebook')
  const marks = (shown.preview?.literals ?? [])
    .filter(literal => isSame(literal.at, at))
    .sort((a, b) => a.span.start - b.span.start)
    .map(literal => markOf(literal, span.start, actions))
  return h(
    'div',
    { class: 'statement' },
    h('span', { class: 'where' }, isNewCell ? where : undefined),
    h('pre', {}, drawCode(text, marks)),
  )
}

function markOf(literal: PreviewLiteral, from: number, { edit }: Actions): CodeMark {
  const { span, text, looksSecret } = literal
  const what = looksSecret
    ? 'This looks like a secret: give it a name instead'
    : 'Make it a parameter or a secret'
  return {
    start: span.start - from,
    end: span.end - from,
    text,
    title: what,
    class: looksSecret ? 'secret' : '',
    press: button => openLiteralMenu(button, literal, edit),
  }
}

function drawJoined(
  { statements }: PreviewStep,
  { before, reason }: PreviewStep['joined'][number],
): HTMLElement {
  const [line = ''] = statements.find(({ at }) => isSame(at, before))?.text.split('\n') ?? []
  const place = line === '' ? 'in this step' : 'before '
  return h(
    'p',
    { class: 'note' },
    icon('join'),
    h('span', {}, `Not split ${place}`, line === '' ? '' : h('code', {}, line), `: ${reason}`),
  )
}

export function cellLabel({ cells }: Shown, id: string): string {
  return cells.find(cell => cell.id === id)?.label ?? 'a deleted cell'
}

function isSame(a: StatementRef, b: StatementRef): boolean {
  return a.cell === b.cell && a.statement === b.statement && (a.run ?? -1) === (b.run ?? -1)
}
