/** What happens and what came of it, above the proposal: progress, verdicts, problems. */
import { h, type Child } from '../support/dom.ts'
import { count, duration } from '../support/numbers.ts'
import { foldable, iconButton, link, textButton } from './controls.ts'
import { icon, type IconName } from './icons.ts'
import type { Finding } from '../../promote/index.ts'
import type { FromPromotionPage, ShownResult, ShownVerdict } from './messages.ts'

type Send = (message: FromPromotionPage) => void

export interface Running {
  readonly element: HTMLElement
  say(message: string): void
  stop(): void
}

/** A bar, what is done now, for how long, and a way to stop. */
export function drawRunning(send: Send): Running {
  const startedAt = performance.now()
  const now = h('span', {}, 'Starting')
  const elapsed = h('span', { class: 'sub' })
  const tick = (): void => elapsed.replaceChildren(duration(performance.now() - startedAt))
  const timer = window.setInterval(tick, 500)
  tick()
  return {
    element: h(
      'div',
      { class: 'outcome running' },
      h('div', { class: 'bar' }, h('i')),
      h(
        'p',
        { class: 'now', role: 'status' },
        now,
        elapsed,
        h(
          'span',
          { class: 'end' },
          textButton('Cancel', () => send({ type: 'cancel' })),
        ),
      ),
    ),
    say: message => now.replaceChildren(message),
    stop: () => window.clearInterval(timer),
  }
}

/** Verdicts that count as verified. */
const verified: ReadonlySet<string> = new Set(['exact', 'tolerant', 'statistical'])

const verdictWords: Readonly<
  Record<string, { readonly icon: IconName; readonly text: string; readonly kind: string }>
> = {
  exact: { icon: 'check', text: 'exactly what the notebook gave', kind: 'good' },
  tolerant: { icon: 'check', text: 'what the notebook gave, up to rounding', kind: 'good' },
  statistical: {
    icon: 'check',
    text: 'within what the notebook gives from one time to the next',
    kind: 'good',
  },
  unverified: { icon: 'warning', text: 'not verified', kind: 'doubtful' },
  different: { icon: 'error', text: 'not what the notebook gave', kind: 'bad' },
}

export function drawResult(result: ShownResult, send: Send): HTMLElement {
  const {
    name,
    version,
    outputs,
    conflicts,
    hasReport,
    elapsedMs,
    written,
    folder,
    findings = [],
    sample,
  } = result
  const isGood = outputs.length > 0 && outputs.every(({ verdict }) => verified.has(verdict))
  const title = !written
    ? `${name} is this version already, verified`
    : isGood
      ? `Pipeline ${name} is written and verified${sample ? ` on ${count(sample.rows)} rows of each file` : ''}`
      : `Pipeline ${name} is written`
  const open =
    (what: (FromPromotionPage & { type: 'open' })['what']): (() => void) =>
    () =>
      send({ type: 'open', what })
  return h(
    'div',
    { class: `outcome ${isGood ? 'good' : 'doubtful'}`, role: 'status' },
    dismissButton(),
    h('h2', {}, icon(isGood ? 'check' : 'warning'), title),
    h('p', { class: 'sub' }, `${folder} · version `, h('code', {}, version), ` · ${duration(elapsedMs)}`),
    drawVerdicts(outputs),
    ...findings.map(finding => drawFinding(finding, send)),
    ...conflicts.map(path => drawConflict(path, send)),
    h(
      'div',
      { class: 'buttons' },
      textButton('Submit to Backend', open('submit'), ''),
      textButton('Open Pipeline', open('pipeline')),
      hasReport && textButton('Open Report', open('report')),
    ),
  )
}

const choiceWords = {
  log: 'Promote What Ran',
  document: 'Promote the Document from Top to Bottom',
} as const

/** Why outputs differ, the cells that it comes from, and what can be chosen instead. */
function drawFinding({ message, cells, choices = [] }: Finding, send: Send): HTMLElement {
  const places = cells.map(({ cell, message: said }) =>
    h(
      'li',
      {},
      link('Show cell', () => send({ type: 'cell', cell })),
      ` ${said}`,
    ),
  )
  const buttons = choices.map(history =>
    textButton(choiceWords[history], () => send({ type: 'history', history })),
  )
  return h(
    'div',
    { class: 'finding' },
    h('p', {}, message),
    places.length > 0 && h('ul', {}, ...places),
    buttons.length > 0 && h('div', { class: 'buttons' }, ...buttons),
  )
}

function dismissButton(): HTMLElement {
  const button = iconButton(
    'close',
    'Close this message',
    () => button.closest('.outcome')?.remove(),
    'dismiss',
  )
  return button
}

function drawConflict(path: string, send: Send): HTMLElement {
  const merge = textButton('Merge…', () => send({ type: 'merge', path }))
  return h('p', { class: 'conflict' }, icon('merge'), h('code', {}, path), merge)
}

export function drawVerdicts(outputs: readonly ShownVerdict[]): HTMLElement {
  return h('ul', { class: 'verdicts' }, ...outputs.map(drawVerdict))
}

function drawVerdict({ name, verdict, cause, differences }: ShownVerdict): HTMLElement {
  const words = verdictWords[verdict] ?? { icon: 'error' as const, text: verdict, kind: 'bad' }
  const list = h('ul', { class: 'differences' }, ...differences.map(text => h('li', {}, text)))
  const why: Child = cause === undefined ? undefined : h('span', { class: 'sub' }, cause)
  return h(
    'li',
    { class: words.kind },
    icon(words.icon),
    h('b', {}, name),
    h('span', { class: `verdict ${words.kind}` }, verdict),
    h('span', {}, words.text),
    why,
    differences.length > 0 &&
      foldable(
        `differences ${name}`,
        differences.length === 1 ? '1 difference' : `${differences.length} differences`,
        list,
      ),
  )
}

interface Problem {
  readonly message: string
  readonly outputs: readonly ShownVerdict[]
  readonly findings: readonly Finding[]
}

export function drawProblem({ message, outputs, findings }: Problem, send: Send): HTMLElement {
  return h(
    'div',
    { class: 'outcome bad', role: 'alert' },
    dismissButton(),
    h('h2', {}, icon('error'), 'Nothing was written'),
    h('p', { class: 'message' }, message.replace(/ ?Nothing was written\.$/, '')),
    outputs.length > 0 && drawVerdicts(outputs),
    ...findings.map(finding => drawFinding(finding, send)),
  )
}
