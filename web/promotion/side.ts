/** What stands beside the steps: outputs, parameters, secrets, files, what is assumed and what is left out. */
import type { FileDiff, OutputEdit, PreviewOutput, PreviewParameter, ShownTrim } from '../../promote/index.ts'
import { h, type Child } from '../support/dom.ts'
import { count } from '../support/numbers.ts'
import { drawCode } from './code.ts'
import { foldable, iconButton, link, nameField, section } from './controls.ts'
import { icon } from './icons.ts'
import type { Shown } from './messages.ts'
import { cellLabel, type Actions } from './steps.ts'

export interface SideActions extends Actions {
  showAllDiffs(): void
  takeBack(): void
}

export function drawSide(shown: Shown, actions: SideActions): readonly HTMLElement[] {
  return [
    drawOutputs(shown, actions),
    drawParameters(shown, actions),
    ...drawSecrets(shown, actions),
    drawFiles(shown, actions),
    ...drawAssumptions(shown, actions),
    ...drawTrims(shown, actions),
    ...drawDropped(shown, actions),
  ]
}

function drawOutputs({ preview }: Shown, { edit }: SideActions): HTMLElement {
  const { outputs = [], variables = [] } = preview ?? {}
  const set = (next: readonly OutputEdit[]): void => edit({ kind: 'outputs', outputs: next })
  const sources = outputs.map(({ source }) => source)
  const rows = outputs.map((output, i) =>
    drawOutput(output, {
      rename: name => set(sources.map((source, at) => (at === i ? { ...source, name } : source))),
      ...(outputs.length > 1 && { remove: () => set(sources.filter((_, at) => at !== i)) }),
    }),
  )
  const free = variables.filter(
    ({ name }) => !sources.some(source => 'variable' in source && source.variable === name),
  )
  const add = h(
    'select',
    { 'aria-label': 'Give another variable', 'data-key': 'add output' },
    h('option', { value: '' }, 'Give another variable…'),
    ...free.map(({ name }) => h('option', { value: name }, name)),
  )
  add.addEventListener('change', () => add.value && set([...sources, { variable: add.value }]))
  return section('Gives', undefined, h('ul', { class: 'rows' }, ...rows), free.length > 0 && add)
}

interface OutputActions {
  rename(name: string): void
  remove?(): void
}

function drawOutput(
  { name, step, codec, source }: PreviewOutput,
  { rename, remove }: OutputActions,
): HTMLElement {
  const key = 'variable' in source ? source.variable : `${source.at.cell}:${source.at.statement}`
  const field =
    name === ''
      ? h('span', {}, 'a file that is written')
      : nameField({
          value: name,
          label: 'Name of the output',
          pattern: /\S/,
          expected: 'A name',
          key: `output ${key}`,
          accept: rename,
        })
  const what = [codec, step === '' ? undefined : `from ${step}`].filter(Boolean).join(' ')
  return h(
    'li',
    {},
    field,
    h('span', { class: 'sub' }, what),
    remove ? iconButton('close', `Do not give ${name || 'it'}`, remove, 'end') : undefined,
  )
}

function drawParameters({ preview, constants }: Shown, { edit }: SideActions): HTMLElement {
  const { parameters = [] } = preview ?? {}
  const rows = parameters.map(parameter =>
    drawParameter(parameter, () =>
      edit(
        parameter.isLifted
          ? { kind: 'lower', literal: parameter.from }
          : { kind: 'keep', name: parameter.name },
      ),
    ),
  )
  const kept = constants.map(name =>
    h(
      'li',
      {},
      h('code', {}, name),
      h('span', { class: 'sub' }, 'stays a constant'),
      iconButton('undo', `Make ${name} a parameter again`, () => edit({ kind: 'offer', name }), 'end'),
    ),
  )
  const hint = 'A run can give them other values. Any literal in the steps can become one: click it.'
  return section(
    'Parameters',
    undefined,
    h('ul', { class: 'rows' }, ...rows, ...kept),
    h('p', { class: 'sub hint' }, hint),
  )
}

function drawParameter(
  { name, default: value, description, steps }: PreviewParameter,
  keep: () => void,
): HTMLElement {
  const used = [description, steps.length > 0 && `Used by ${steps.join(', ')}`].filter(Boolean).join('\n')
  return h(
    'li',
    { title: used },
    h(
      'code',
      {},
      name,
      ' = ',
      h('span', { class: typeof value === 'number' ? 't-number' : 't-string' }, JSON.stringify(value)),
    ),
    description === undefined ? undefined : h('span', { class: 'sub' }, description),
    iconButton('close', `Keep ${name} a constant`, keep, 'end'),
  )
}

function drawSecrets({ preview }: Shown, { edit }: SideActions): readonly HTMLElement[] {
  const { secrets = [] } = preview ?? {}
  if (secrets.length === 0) return []
  const rows = secrets.map(({ name, literal }) =>
    h(
      'li',
      {},
      icon('lock'),
      h('code', {}, name),
      h('span', { class: 'sub' }, literal ? 'in place of a literal' : 'named in the notebook'),
      literal
        ? iconButton(
            'close',
            `Keep the literal in place of ${name}`,
            () => edit({ kind: 'unsecret', literal }),
            'end',
          )
        : undefined,
    ),
  )
  return [section('Secrets', undefined, h('ul', { class: 'rows' }, ...rows))]
}

const marks: Readonly<Record<FileDiff['state'], { readonly letter: string; readonly title: string }>> = {
  added: { letter: 'A', title: 'Added' },
  changed: { letter: 'M', title: 'Changed' },
  removed: { letter: 'D', title: 'Removed' },
  conflict: { letter: '!', title: 'In conflict with an edit of the file' },
  kept: { letter: 'K', title: 'A file of yours, left as it is' },
  unchanged: { letter: '', title: 'Unchanged' },
}

function drawFiles({ preview, folder, edited }: Shown, actions: SideActions): HTMLElement {
  const { files = [] } = preview ?? {}
  const same = files.filter(({ state }) => state === 'unchanged' || state === 'kept')
  const different = files.filter(file => !same.includes(file))
  const row = (file: FileDiff): HTMLElement => drawFile(file, actions)
  const all = different.length > 1 ? link('Show all changes', actions.showAllDiffs) : undefined
  return section(
    'Files',
    different.length === 0 ? 'none changes' : `${different.length} in ${folder}`,
    h('ul', { class: 'rows files' }, ...different.map(row)),
    all,
    edited.length > 0 && drawEdited(edited, actions),
    same.length > 0 &&
      foldable(
        'same files',
        `${same.length} stay as they are`,
        h('ul', { class: 'rows files' }, ...same.map(row)),
      ),
  )
}

/** What was edited in the pipeline stays when it is promoted again; it can become part of the notebook, too. */
function drawEdited(edited: readonly string[], { takeBack }: SideActions): HTMLElement {
  const [first, ...others] = edited
  const files = others.length === 0 ? first : `${first} and ${others.length} more`
  const button = h('button', { class: 'secondary', click: takeBack }, 'Take Edits to the Notebook')
  return h(
    'div',
    { class: 'edited' },
    h('p', { class: 'sub hint' }, `Edited in the pipeline: ${files}.`),
    button,
  )
}

function drawFile({ path, state, before, after }: FileDiff, actions: SideActions): HTMLElement {
  const { letter, title } = marks[state]
  const change = state === 'conflict' ? 'conflict' : sizeChange(before, after)
  return h(
    'li',
    { class: `file ${state}`, title },
    link(path, () => actions.showDiff(path), `${title}: show the difference`),
    h('span', { class: 'sub end' }, change),
    h('span', { class: 'letter', 'aria-label': title }, letter),
  )
}

/** `+12 −3` lines, by their number alone. */
function sizeChange(before: string | undefined, after: string | undefined): string {
  const lines = (text: string | undefined): string[] =>
    text === undefined ? [] : text.replace(/\n$/, '').split('\n')
  const there = new Map<string, number>()
  for (const line of lines(before)) there.set(line, (there.get(line) ?? 0) + 1)
  let added = 0
  for (const line of lines(after)) {
    const left = there.get(line) ?? 0
    if (left > 0) there.set(line, left - 1)
    else added += 1
  }
  const removed = [...there.values()].reduce((sum, n) => sum + n, 0)
  return [added > 0 && `+${added}`, removed > 0 && `−${removed}`].filter(Boolean).join(' ')
}

function drawAssumptions(shown: Shown, { showCell }: SideActions): readonly HTMLElement[] {
  const { assumptions } = shown
  if (assumptions.length === 0) return []
  const rows = assumptions.map(({ kind, message, cell, stub }) =>
    h(
      'li',
      kind === 'order' ? { class: 'plain' } : {},
      icon(kind === 'order' ? 'info' : 'warning'),
      h(
        'span',
        { class: 'text' },
        message,
        ...(cell === undefined ? [] : [' ', link(cellLabel(shown, cell), () => showCell(cell))]),
        ...(stub === undefined
          ? []
          : [
              h(
                'span',
                { class: 'sub' },
                ' An effect stub for ',
                h('code', {}, stub),
                ' would make this sure.',
              ),
            ]),
      ),
    ),
  )
  return [section('Assumed', rows.length, h('ul', { class: 'rows notes' }, ...rows))]
}

/** Calls that nothing is known of and that the session saw change nothing: a person says whether they go. */
function drawTrims(shown: Shown, actions: SideActions): readonly HTMLElement[] {
  const { trims } = shown
  if (trims.length === 0) return []
  const rows = trims.map(trim => drawTrim(trim, shown, actions))
  return [section('Assumed, and Seen Otherwise', rows.length, h('ul', { class: 'rows notes' }, ...rows))]
}

function drawTrim(trim: ShownTrim, shown: Shown, { edit, showCell }: SideActions): HTMLElement {
  const { at, calls, message, statements, state } = trim
  const box = h('input', { type: 'checkbox', 'data-key': `trim ${at[0]?.cell} ${at[0]?.statement}` })
  box.checked = state === 'left-out'
  box.addEventListener('change', () => edit({ kind: 'trim', at, leaveOut: box.checked }))
  const cells = [...new Set(at.map(({ cell }) => cell))]
  return h(
    'li',
    {},
    h(
      'span',
      { class: 'text' },
      h('label', {}, box, ` Do without ${calls.join(', ')}`),
      h('span', { class: 'sub' }, ` ${message}`),
      ...cells.flatMap(cell => [' ', link(cellLabel(shown, cell), () => showCell(cell))]),
      ...statements.map(({ text }) => drawCode(text.split('\n')[0] ?? '')),
    ),
  )
}

/** By cell, in the order in which they ran. */
function drawDropped(shown: Shown, { showCell }: SideActions): readonly HTMLElement[] {
  const { dropped, kept } = shown
  if (dropped.length === 0) return []
  const byCell = Map.groupBy(dropped, ({ cell }) => cell)
  const groups = [...byCell].map(([cell, statements]) => {
    const [first] = statements
    const label: Child = link(cellLabel(shown, cell), () => showCell(cell, first?.span))
    return h(
      'div',
      { class: 'left-out' },
      label,
      h('pre', {}, drawCode(statements.map(({ text }) => text).join('\n'))),
    )
  })
  const title = `${count(dropped.length)} of ${count(dropped.length + kept.length)} statements: no output needs them`
  return [section('Left out', undefined, foldable('left out', title, ...groups))]
}
