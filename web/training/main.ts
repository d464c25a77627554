/** The page of a training on a sample: what happens, then how good the model is, or why there is none. */
import { drawModel } from '../model/draw.ts'
import modelCss from '../model/model.css'
import { h, styledRoot } from '../support/dom.ts'
import { count, duration } from '../support/numbers.ts'
import pageCss from '../support/page.css'
import { onMessage, post } from '../support/webview.ts'
import type { FromTrainingPage, ProblemPlace, ToTrainingPage } from './messages.ts'
import css from './training.css'

type Message<Type extends ToTrainingPage['type']> = ToTrainingPage & { readonly type: Type }

const send = (message: FromTrainingPage): void => post(message)

function main(): void {
  const head = h('header')
  const body = h('main', { 'aria-live': 'polite' })
  document.head.append(h('style', {}, pageCss + css))
  document.body.append(head, body)
  let begun: Message<'begun'> | undefined
  let startedAt = 0
  let step = h('span')
  const elapsed = h('span', { class: 'sub' })
  const tick = (): void => elapsed.replaceChildren(duration(performance.now() - startedAt))
  let timer: number | undefined

  const show = (state: string, ...content: readonly HTMLElement[]): void => {
    window.clearInterval(timer)
    if (begun) head.replaceChildren(...drawHead(begun, state))
    body.replaceChildren(...content)
  }
  const draw: { readonly [Type in ToTrainingPage['type']]: (message: Message<Type>) => void } = {
    begun(message) {
      begun = message
      startedAt = performance.now()
      step = h('span', {}, 'starting')
      show('running', h('div', { class: 'bar' }, h('i')), h('p', { class: 'now' }, step, elapsed))
      tick()
      timer = window.setInterval(tick, 500)
    },
    progress: ({ message }) => step.replaceChildren(message),
    trained({ result, elapsedMs }) {
      const card = h('div')
      styledRoot(card, modelCss).append(drawModel(result))
      show('trained', h('p', { class: 'sub' }, `in ${duration(elapsedMs)}`), card)
    },
    problem({ message, places }) {
      const links = places.map(place => h('li', {}, drawPlace(place)))
      const list = links.length ? [h('ul', { class: 'places' }, ...links)] : []
      show('failed', h('div', { class: 'problem', role: 'alert' }, message), ...list)
    },
    cancelled: () => show('cancelled', h('p', {}, 'The training was cancelled. Nothing was kept of it.')),
  }
  onMessage<ToTrainingPage>(message => draw[message.type](message as never))
  send({ type: 'ready' })
}

const words: Readonly<Record<string, string>> = { trained: 'succeeded' }

function drawHead({ model, file, rows }: Message<'begun'>, state: string): HTMLElement[] {
  const running = state === 'running'
  const button = (text: string, message: FromTrainingPage, kind = 'secondary'): HTMLElement =>
    h('button', { class: kind, click: () => send(message) }, text)
  const actions = running
    ? [button('Cancel', { type: 'cancel' })]
    : [
        ...(rows === 'all' ? [] : [button('Train on All Rows', { type: 'train', rows: 'all' })]),
        button('Train Again', { type: 'train', rows: rows === 'all' ? 'all' : 'sample' }, ''),
      ]
  const badge = h('span', { class: `badge ${words[state] ?? state}` }, running ? 'training' : state)
  const size = rows === 'all' ? 'all rows' : `a sample of at most ${count(rows)} rows`
  return [
    h('h1', {}, model, badge, h('span', { class: 'actions' }, ...actions)),
    h('div', { class: 'sub' }, `${file} · ${size}`),
  ]
}

function drawPlace(place: ProblemPlace): HTMLElement {
  const { path, line, column, code, message } = place
  const open = (event: Event): void => {
    event.preventDefault()
    send({ type: 'open', place })
  }
  const where = h('a', { href: '#', click: open }, `${path}:${line}:${column}`)
  return h('span', {}, where, h('code', {}, ` ${code} `), message)
}

main()
