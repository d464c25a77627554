/** The page of an endpoint: a form of its inputs, and the answer. */
import type { Endpoint, PredictResponse } from '../../backend/api/index.ts'
import { h } from '../support/dom.ts'
import { duration, short } from '../support/numbers.ts'
import pageCss from '../support/page.css'
import { onMessage, post } from '../support/webview.ts'
import type { FromPredictPage, ToPredictPage } from './messages.ts'
import css from './predict.css'
import { rowOf } from './row.ts'

type Input = Endpoint['inputs'][number]

function main(): void {
  const head = h('header')
  const body = h('main')
  const answer = h('div', { role: 'status', 'aria-live': 'polite' })
  document.head.append(h('style', {}, pageCss + css))
  document.body.append(head, body, answer)
  onMessage<ToPredictPage>(message => {
    if (message.type === 'endpoint') {
      head.replaceChildren(...drawHead(message.endpoint, message.url))
      body.replaceChildren(drawForm(message.endpoint))
      body.querySelector('input')?.focus()
    } else if (message.type === 'answer') {
      answer.replaceChildren(drawAnswer(message.answer, message.elapsedMs))
    } else answer.replaceChildren(h('div', { class: 'problem', role: 'alert' }, message.message))
  })
  post({ type: 'ready' } satisfies FromPredictPage)
}

function drawHead(endpoint: Endpoint, url: string): HTMLElement[] {
  return [
    h('h1', {}, endpoint.name, h('span', { class: `badge ${endpoint.state}` }, endpoint.state)),
    h(
      'div',
      { class: 'sub' },
      `${endpoint.model} version ${endpoint.version} · `,
      h('code', {}, `POST ${url}`),
    ),
    h('h2', {}, 'Ask for a prediction'),
  ]
}

function drawForm({ inputs, features }: Endpoint): HTMLElement {
  const fields = [...inputs, ...features].map(input => ({ input, control: drawControl(input) }))
  const line = ({ input, control }: (typeof fields)[number]): HTMLElement[] => {
    const unit = input.unit === undefined ? '' : `, ${input.unit}`
    return [
      h('label', { for: control.id }, input.name),
      control,
      h('span', { class: 'kind' }, `${input.kind}${unit}${input.nullable ? ', may be missing' : ''}`),
    ]
  }
  const own = fields.slice(0, inputs.length).flatMap(line)
  const lookedUp = fields.slice(inputs.length)
  const submit = (event: Event): void => {
    event.preventDefault()
    const filled = fields.map(({ input, control }, i) => ({
      ...input,
      text: control.value,
      required: i < inputs.length,
    }))
    const row = rowOf(filled)
    post({ type: 'predict', row } satisfies FromPredictPage)
  }
  return h(
    'form',
    { submit },
    ...own,
    ...lookedUp.flatMap(field => {
      field.control.setAttribute('placeholder', 'from the online store')
      return line(field)
    }),
    h('button', { type: 'submit' }, 'Predict'),
  )
}

function drawControl({ name, kind }: Input): HTMLInputElement | HTMLSelectElement {
  const id = `field-${name}`
  if (kind === 'bool') {
    const options = ['', 'true', 'false'].map(value => h('option', { value }, value))
    return h('select', { id, name }, ...options)
  }
  const placeholder = kind === 'timestamp' ? '2001-06-12T07:10' : ''
  return h('input', { id, name, placeholder, autocomplete: 'off', spellcheck: 'false' })
}

function drawAnswer(answer: PredictResponse, elapsedMs: number): HTMLElement {
  const outputs = Object.entries(answer.predictions[0] ?? {}).flatMap(([name, value]) =>
    drawOutput(name, value),
  )
  const features = (answer.features[0] ?? []).map(feature =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, feature.name),
      h(
        'td',
        { class: 'number' },
        typeof feature.value === 'number' ? short(feature.value) : String(feature.value),
      ),
      h('td', {}, sourceText(feature)),
    ),
  )
  return h(
    'div',
    { class: 'answer' },
    ...outputs,
    features.length > 0 && h('table', {}, h('tbody', {}, ...features)),
    h('p', { class: 'sub' }, `by ${answer.model} version ${answer.modelVersion} in ${duration(elapsedMs)}`),
  )
}

function drawOutput(name: string, value: unknown): HTMLElement[] {
  const text = typeof value === 'number' ? value.toFixed(4) : JSON.stringify(value)
  const parts = [h('div', { class: 'sub' }, name), h('div', { class: 'value' }, text)]
  if (typeof value !== 'number' || value < 0 || value > 1) return parts
  const bar = h('i')
  bar.style.width = `${value * 100}%`
  return [...parts, h('div', { class: 'meter', 'aria-hidden': 'true' }, bar)]
}

function sourceText({ source, feature, asOf }: PredictResponse['features'][number][number]): string {
  if (source === 'sent') return 'as sent'
  if (source === 'default') return `default of ${feature}: the key is not known`
  return `${feature} from the online store${asOf === undefined ? '' : `, as of ${asOf.slice(0, 16).replace('T', ' ')}`}`
}

main()
