/** Renderer of `application/vnd.slipway.progress+json`: bars that say how far work is. */
import type { ProgressBar, ProgressMessage } from '../../library/display/messages.ts'
import { h, styledRoot } from '../support/dom.ts'
import type { OutputItem, Renderer } from '../support/renderer.ts'
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
  const { label, done, total, state, share, details } = bar
  const fill = h('div', { class: 'fill' })
  if (total !== undefined) fill.style.width = `${total > 0 ? Math.min(100, (100 * done) / total) : 100}%`
  const known = total === undefined ? {} : { 'aria-valuenow': done, 'aria-valuemax': total }
  const track = h(
    'div',
    {
      class: `track ${state}${total === undefined && state === 'running' ? ' unknown' : ''}`,
      role: 'progressbar',
      'aria-label': label,
      'aria-valuemin': 0,
      'aria-valuetext': [share, details].filter(Boolean).join(', '),
      ...known,
    },
    fill,
  )
  const row = h(
    'div',
    { class: `bar ${state}` },
    h('span', { class: 'label', title: label }, label),
    track,
    h('span', { class: 'share' }, share),
    h('span', { class: 'details' }, details),
  )
  row.style.marginLeft = `${depth * 14}px`
  return row
}
