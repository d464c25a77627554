/** The elements of a grid, empty. */
import type { TableMessage } from '../../../library/display/messages.ts'
import { shapeText } from '../../../library/display/query/format.ts'
import { h } from '../../support/dom.ts'

export interface Frame {
  readonly element: HTMLElement
  readonly search: HTMLInputElement
  readonly chips: HTMLElement
  readonly moreButton: HTMLElement
  readonly head: HTMLElement
  readonly body: HTMLElement
  readonly sizer: HTMLElement
  readonly scroller: HTMLElement
  readonly bar: HTMLElement
  readonly status: HTMLElement
  readonly problem: HTMLElement
  readonly footer: HTMLElement
  readonly panels: HTMLElement
}

export function createFrame({
  table,
  fills,
}: {
  readonly table: TableMessage
  readonly fills: boolean
}): Frame {
  const search = h('input', {
    type: 'search',
    placeholder: 'Search all columns',
    'aria-label': 'Search all columns',
    spellcheck: 'false',
  })
  const chips = h('div', { class: 'chips' })
  const more = { type: 'button', class: 'more', 'aria-haspopup': 'dialog', title: 'Copy, save, columns' }
  const moreButton = h('button', { ...more, 'aria-label': 'Copy, save and columns' }, '⋯')
  const head = h('div', { class: 'head', role: 'rowgroup' })
  const body = h('div', { class: 'body', role: 'rowgroup' })
  const sizer = h('div', { class: 'sizer', role: 'presentation' }, head, body)
  const grid = { class: 'scroller', role: 'grid', tabindex: 0, 'aria-multiselectable': 'true' }
  const scroller = h('div', { ...grid, 'aria-label': `Table of ${shapeText(table)}` }, sizer)
  const bar = h('div', { class: 'busy', role: 'progressbar', 'aria-label': 'Loading', hidden: true })
  const status = h('span', { role: 'status' })
  const problem = h('span', { class: 'problem', role: 'alert' })
  const footer = h('footer', {}, status, problem)
  const panels = h('div', { class: 'panels' })
  const element = h(
    'div',
    { class: fills ? 'frame fills' : 'frame' },
    h('div', { class: 'toolbar' }, search, chips, moreButton),
    bar,
    scroller,
    footer,
    panels,
  )
  return {
    element,
    search,
    chips,
    moreButton,
    head,
    body,
    sizer,
    scroller,
    bar,
    status,
    problem,
    footer,
    panels, // prettier-ignore
  }
}
