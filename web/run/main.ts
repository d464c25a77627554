/** The page of a run: steps, metrics and a live log. Draws what the extension sends; asks it for actions. */
import type { Run } from '../../backend/api/index.ts'
import { h } from '../support/dom.ts'
import { duration } from '../support/numbers.ts'
import pageCss from '../support/page.css'
import { onMessage, post } from '../support/webview.ts'
import type { FromRunPage, ToRunPage } from './messages.ts'
import css from './run.css'
import {
  type Interval,
  type LogLine,
  type RunState,
  initialState,
  metricTable,
  withEvent,
  withRun,
} from './state.ts'

const marks = { pending: '○', running: '◐', succeeded: '✓', failed: '✗', cancelled: '–' } as const
const send = (message: FromRunPage): void => post(message)

function main(): void {
  let state: RunState | undefined
  let nDrawn = 0
  const head = h('header')
  const problem = h('div', { role: 'alert' })
  const overview = h('div', { class: 'columns' })
  const log = h('div', { class: 'log', role: 'log', 'aria-label': 'Log of the run', tabindex: 0 })
  document.head.append(h('style', {}, pageCss + css))
  document.body.append(head, problem, overview, h('h2', {}, 'Log'), log)

  const draw = (): void => {
    if (!state) return
    head.replaceChildren(...drawHead(state.run))
    overview.replaceChildren(drawSteps(state), ...drawMetrics(state))
    const failure = state.run.failure
    problem.replaceChildren(...(failure ? [drawFailure(failure)] : []))
    const follows = log.scrollHeight - log.scrollTop - log.clientHeight < 40
    log.append(...state.log.slice(nDrawn).map(drawLine))
    nDrawn = state.log.length
    if (follows) log.scrollTop = log.scrollHeight
  }
  onMessage<ToRunPage>(message => {
    if (message.type === 'run') state = state ? withRun(state, message.run) : initialState(message.run)
    else if (message.type === 'problem')
      problem.replaceChildren(h('div', { class: 'problem' }, message.message))
    else if (state) state = message.events.reduce(withEvent, state)
    if (message.type !== 'problem') draw()
  })
  setInterval(() => state?.run.state === 'running' && draw(), 1000)
  send({ type: 'ready' })
}

function drawHead(run: Run): HTMLElement[] {
  const { model } = run
  const active = run.state === 'running' || run.state === 'queued'
  const actions = [
    active && h('button', { class: 'secondary', click: () => send({ type: 'cancel' }) }, 'Cancel'),
    (run.state === 'failed' || run.state === 'cancelled') &&
      h('button', { click: () => send({ type: 'retry' }) }, 'Retry'),
    run.state === 'succeeded' &&
      model &&
      h(
        'button',
        { click: () => send({ type: 'deploy', model: model.name, version: model.version }) },
        `Deploy ${model.name} v${model.version}`,
      ),
  ]
  const parameters = Object.entries(run.parameters).map(
    ([name, value]) => `${name} = ${JSON.stringify(value)}`,
  )
  const facts = [
    `version ${run.version.replace('sha256:', '').slice(0, 12)}`,
    run.startedAt && `started ${new Date(run.startedAt).toLocaleString()}`,
    run.startedAt && duration(elapsed(run)),
    run.attempt > 1 && `attempt ${run.attempt}`,
    ...parameters,
  ].filter(Boolean)
  return [
    h(
      'h1',
      {},
      run.pipeline,
      h('span', { class: `badge ${run.state}` }, run.state),
      h('span', { class: 'actions' }, ...actions),
    ),
    h('div', { class: 'sub' }, facts.join(' · ')),
  ]
}

function drawSteps({ run, progress }: RunState): HTMLElement {
  const steps = run.steps.flatMap(step => {
    const now = step.state === 'running' ? progress[step.name] : undefined
    const bar = h('progress', { max: 1, value: now?.share, 'aria-label': `Progress of ${step.name}` })
    const time = step.startedAt && !step.reused ? duration(elapsed(step)) : ''
    return h(
      'div',
      { class: 'step' },
      h('span', { class: `mark ${step.state}`, title: step.state }, marks[step.state]),
      h('span', {}, step.name),
      h('span', { class: 'time' }, step.reused ? 'reused' : time),
      h('span', { class: 'what' }, now?.message ?? (step.state === 'pending' ? 'waiting' : '')),
      step.state === 'running' && bar,
    )
  })
  return h('section', {}, h('h2', {}, 'Steps'), ...steps)
}

function drawMetrics({ metrics, intervals, run }: RunState): HTMLElement[] {
  const { names, rows } = metricTable(metrics)
  if (rows.length === 0) return []
  const head = h('tr', {}, h('th'), ...names.map(name => h('th', { class: 'number', scope: 'col' }, name)))
  const body = rows.map(({ split, values }) =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, split),
      ...values.map((value, i) =>
        h(
          'td',
          { class: 'number' },
          value === undefined ? '–' : value.toFixed(4),
          drawInterval(intervals[`${split}.${names[i]}`]),
        ),
      ),
    ),
  )
  const title = run.model ? `Metrics of ${run.model.name} version ${run.model.version}` : 'Metrics'
  return [h('section', {}, h('h2', {}, title), h('table', {}, h('thead', {}, head), h('tbody', {}, ...body)))]
}

function drawInterval(interval: Interval | undefined): HTMLElement | false {
  if (!interval) return false
  const [low, high] = interval
  return h('small', { title: '95 % bootstrap interval' }, ` [${low.toFixed(4)}, ${high.toFixed(4)}]`)
}

function drawFailure({ code, message, step, stack, action }: NonNullable<Run['failure']>): HTMLElement {
  const parts = [`${code}${step === undefined ? '' : ` in ${step}`}: ${message}`, ...(stack ?? []), action]
  return h('div', { class: 'problem' }, parts.filter(part => part !== undefined).join('\n'))
}

function drawLine({ at, step, text, kind }: LogLine): HTMLElement {
  const time = new Date(at).toLocaleTimeString('en-GB')
  return h(
    'div',
    { class: `line ${kind}` },
    h('time', {}, time),
    h('b', { title: step }, step),
    h('span', {}, text),
  )
}

function elapsed({ startedAt, finishedAt }: { startedAt?: string; finishedAt?: string }): number {
  const end = finishedAt === undefined ? Date.now() : Date.parse(finishedAt)
  return Math.max(0, end - Date.parse(startedAt ?? ''))
}

main()
