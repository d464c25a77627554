/** The page of a promotion: the proposal, which a person changes until it is right, then what came of writing it. */
import { h } from '../support/dom.ts'
import pageCss from '../support/page.css'
import { onMessage, post } from '../support/webview.ts'
import { link, nameField, textButton, iconButton } from './controls.ts'
import { icon } from './icons.ts'
import type { FromPromotionPage, Shown, ToPromotionPage, VerifyOn } from './messages.ts'
import { drawProblem, drawResult, drawRunning, type Running } from './outcome.ts'
import css from './promotion.css'
import { drawSide, type SideActions } from './side.ts'
import { cellLabel, drawSteps } from './steps.ts'

type Message<Type extends ToPromotionPage['type']> = ToPromotionPage & { readonly type: Type }

const send = (message: FromPromotionPage): void => post(message)

const actions: SideActions = {
  edit: edit => send({ type: 'edit', edit }),
  showCell: (cell, span) => send({ type: 'cell', cell, ...(span && { span }) }),
  showDiff: path => send({ type: 'diff', path }),
  showAllDiffs: () => send({ type: 'diffAll' }),
  takeBack: () => send({ type: 'back' }),
}

function main(): void {
  const head = h('header', { class: 'top' })
  const outcome = h('div', { 'aria-live': 'polite' })
  const body = h('main')
  document.head.append(h('style', {}, pageCss + css))
  document.body.append(head, outcome, body)
  body.append(h('p', { class: 'sub reading' }, 'Reading the notebook…'))
  let shown: Shown | undefined
  let running: Running | undefined

  const stop = (): void => {
    running?.stop()
    running = undefined
    body.removeAttribute('inert')
    document.body.classList.remove('busy')
  }
  const redraw = (): void => {
    if (shown) keepingFocus(() => draw(shown as Shown))
  }
  const draw = (now: Shown): void => {
    head.replaceChildren(...drawHead(now, running !== undefined))
    body.replaceChildren(...drawBody(now))
  }
  const show: { readonly [Type in ToPromotionPage['type']]: (message: Message<Type>) => void } = {
    proposal(message) {
      document.body.classList.remove('reading')
      shown = message.shown
      redraw()
    },
    reading: () => document.body.classList.add('reading'),
    running({ message }) {
      if (!running) {
        running = drawRunning(send)
        outcome.replaceChildren(running.element)
        body.setAttribute('inert', '')
        document.body.classList.add('busy')
        redraw()
        window.scrollTo({ top: 0 })
      }
      running.say(message)
    },
    result({ result }) {
      stop()
      outcome.replaceChildren(drawResult(result, send))
      redraw()
      window.scrollTo({ top: 0 })
    },
    problem({ message, outputs, findings, during }) {
      stop()
      document.body.classList.remove('reading')
      if (during === 'reading' && !shown)
        body.replaceChildren(h('div', { class: 'problem', role: 'alert' }, message))
      else outcome.replaceChildren(drawProblem({ message, outputs, findings }, send))
      redraw()
      window.scrollTo({ top: 0 })
    },
    cancelled() {
      stop()
      outcome.replaceChildren(h('div', { class: 'outcome' }, h('p', {}, 'Cancelled. Nothing was written.')))
      redraw()
    },
  }
  onMessage<ToPromotionPage>(message => show[message.type](message as never))
  document.addEventListener('keydown', event => undoByKey(event))
  send({ type: 'ready' })
}

/** Ctrl+Z and Ctrl+Y where no text is being typed. */
function undoByKey(event: KeyboardEvent): void {
  if (!(event.ctrlKey || event.metaKey) || event.target instanceof HTMLInputElement) return
  const key = event.key.toLowerCase()
  if (key === 'z') send({ type: event.shiftKey ? 'redo' : 'undo' })
  if (key === 'y') send({ type: 'redo' })
}

/** Draws anew; what had the focus has it again. */
function keepingFocus(drawing: () => void): void {
  const key = (document.activeElement as HTMLElement | null)?.dataset['key']
  const top = window.scrollY
  drawing()
  window.scrollTo({ top })
  if (key !== undefined) document.querySelector<HTMLElement>(`[data-key=${JSON.stringify(key)}]`)?.focus()
}

/** What the next verification sees. */
let verifyOn: VerifyOn = 'all'

const verifyChoices: readonly (readonly [VerifyOn, string])[] = [
  ['all', 'verify on all data'],
  [10_000, 'verify on 10,000 rows'],
  [1000, 'verify on 1,000 rows'],
  ['none', 'do not verify'],
]

function verifySelect(): HTMLSelectElement {
  const options = verifyChoices.map(([value, text]) =>
    h('option', { value, selected: value === verifyOn }, text),
  )
  const select = h('select', { 'aria-label': 'What verification sees', 'data-key': 'verify on' }, ...options)
  select.addEventListener('change', () => {
    verifyOn = verifyChoices.find(([value]) => String(value) === select.value)?.[0] ?? 'all'
    document.querySelector('.write')?.replaceChildren(writeText())
  })
  return select
}

const writeText = (): string => (verifyOn === 'none' ? 'Write' : 'Write and Verify')

function drawHead(shown: Shown, isRunning: boolean): readonly HTMLElement[] {
  const { notebook, preview, version, canUndo, canRedo, isEdited, isUnchanged } = shown
  const name = nameField({
    value: shown.name,
    label: 'Name of the pipeline',
    pattern: /^[a-z0-9]+(-[a-z0-9]+)*$/,
    expected: 'Lower-case letters, digits and dashes, such as late-flights',
    key: 'pipeline',
    accept: value => send({ type: 'name', name: value }),
  })
  const conflicts = preview?.files.some(({ state }) => state === 'conflict') ?? false
  const write = textButton(
    conflicts ? 'Write and Merge…' : writeText(),
    () => send({ type: 'write', verify: verifyOn }),
    '',
  )
  if (!conflicts) write.classList.add('write')
  write.disabled = isRunning || !preview
  const undo = iconButton('undo', 'Undo the last change', () => send({ type: 'undo' }))
  const redo = iconButton('redo', 'Redo', () => send({ type: 'redo' }))
  undo.disabled = !canUndo || isRunning
  redo.disabled = !canRedo || isRunning
  const reset = textButton('Reset', () => send({ type: 'reset' }))
  reset.disabled = !isEdited || isRunning
  const short = version?.replace('sha256:', '').slice(0, 12)
  return [
    h(
      'h1',
      {},
      h('span', { class: 'path' }, notebook),
      icon('arrow'),
      name,
      isUnchanged ? h('span', { class: 'badge' }, 'unchanged') : undefined,
      h('span', { class: 'actions' }, undo, redo, reset, conflicts ? undefined : verifySelect(), write),
    ),
    h(
      'div',
      { class: 'sub' },
      summary(shown),
      short === undefined ? '' : h('span', {}, ' · version ', h('code', { title: version ?? '' }, short)),
    ),
  ]
}

function summary({ preview, kept, dropped, folder, history }: Shown): string {
  const { steps = [], files = [] } = preview ?? {}
  const written = files.filter(({ state }) => state !== 'unchanged' && state !== 'kept').length
  const total = kept.length + dropped.length
  return [
    ...(history === 'document' ? ['the document from top to bottom'] : []),
    `${steps.length} ${steps.length === 1 ? 'step' : 'steps'}`,
    `keeps ${kept.length} of ${total} statements`,
    written > 0
      ? `${written} ${written === 1 ? 'file' : 'files'} to write in ${folder}`
      : `all files are there in ${folder}`,
  ].join(' · ')
}

function drawBody(shown: Shown): readonly HTMLElement[] {
  const problems = [
    ...shown.diagnostics.map(({ code, message, cell }) =>
      drawDiagnostic(shown, { code, message, ...(cell !== undefined && { cell }) }),
    ),
    ...(shown.preview?.problems ?? []).map(({ message, cell }) =>
      drawDiagnostic(shown, { message, ...(cell !== undefined && { cell }) }),
    ),
  ]
  if (!shown.preview) return problems
  return [
    ...problems,
    h(
      'div',
      { class: 'columns' },
      h('div', { class: 'flow' }, ...drawSteps(shown, actions)),
      h('aside', {}, ...drawSide(shown, actions)),
    ),
  ]
}

interface Said {
  readonly code?: string
  readonly message: string
  readonly cell?: string
}

/** With a code it stops promotion, without one an edit could not be done. */
function drawDiagnostic(shown: Shown, { code, message, cell }: Said): HTMLElement {
  const where = cell === undefined ? undefined : link(cellLabel(shown, cell), () => actions.showCell(cell))
  return h(
    'div',
    { class: code === undefined ? 'problem mild' : 'problem', role: 'alert' },
    icon(code === undefined ? 'warning' : 'error'),
    h('span', {}, message, where ? ' ' : '', where ?? ''),
    code === undefined ? undefined : h('code', { class: 'end' }, code),
  )
}

main()
