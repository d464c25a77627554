/** Renderer of `application/vnd.slipway.progress+json`: bars that say how far work is. */
import type { ProgressBar, ProgressMessage } from '../../library/display/messages.ts'
import { h, styledRoot } from '../support/dom.ts'
import { count } from '../support/numbers.ts'
import type { OutputItem, Renderer } from '../support/renderer.ts'
import { details, percentOf } from './text.ts'
import css from './progress.css'

export function activate(): Renderer {
  return {
    renderOutputItem(item: OutputItem, element: HTMLElement) {
      const { bars } = item.json() as ProgressMessage
      styledRoot(element, css).append(h('div', { class: 'bars' }, ...bars.map(drawBar)))
    },
  }
}

function drawBar(bar: ProgressBar, depth: number): HTMLElement {
  const { label, done, total, state } = bar
  const percent = percentOf(bar)
  const fill = h('div', { class: 'fill' })
  if (percent !== undefined) fill.style.width = `${percent}%`
  const known = total === undefined ? {} : { 'aria-valuenow': done, 'aria-valuemax': total }
  const track = h(
    'div',
    {
      class: `track ${state}${percent === undefined && state === 'running' ? ' unknown' : ''}`,
      role: 'progressbar',
      'aria-label': label,
      'aria-valuemin': 0,
      'aria-valuetext': `${percent === undefined ? count(done) : `${percent} %`}, ${details(bar)}`,
      ...known,
    },
    fill,
  )
  const share = percent === undefined ? count(done) : `${percent} %`
  const row = h(
    'div',
    { class: `bar ${state}` },
    h('span', { class: 'label' }, label),
    track,
    h('span', { class: 'share' }, share),
    h('span', { class: 'details' }, details(bar)),
  )
  row.style.marginLeft = `${depth * 14}px`
  return row
}
