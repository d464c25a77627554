/** Small controls that the parts of the page share. */
import { h, type Child } from '../support/dom.ts'
import { icon, type IconName } from './icons.ts'

/** A button that is an icon; the title is its name. */
export function iconButton(name: IconName, title: string, press: () => void, extra = ''): HTMLButtonElement {
  return h('button', { class: `quiet ${extra}`, title, 'aria-label': title, click: press }, icon(name))
}

export function textButton(text: string, press: () => void, kind = 'secondary'): HTMLButtonElement {
  return h('button', { class: kind, click: press }, text)
}

export function link(text: string, press: () => void, title = ''): HTMLElement {
  return h('button', { class: 'link', title, click: press }, text)
}

export interface NameField {
  readonly value: string
  /** What the field is, for those who do not see it. */
  readonly label: string
  readonly pattern: RegExp
  /** What is expected, when something else was typed. */
  readonly expected: string
  /** Keeps the focus when the page is drawn anew. */
  readonly key: string
  accept(value: string): void
}

/** A name that looks like text until somebody wants to change it. Enter and leaving accept, Escape gives up. */
export function nameField({ value, label, pattern, expected, key, accept }: NameField): HTMLInputElement {
  const input = h('input', { class: 'name', value, 'aria-label': label, title: label, spellcheck: 'false' })
  input.dataset['key'] = key
  const fit = (): void => {
    input.style.width = `${Math.max(4, input.value.length + 1)}ch`
  }
  const isRight = (): boolean => pattern.test(input.value)
  const done = (): void => {
    if (!isRight()) input.value = value
    input.setCustomValidity('')
    if (input.value !== value) accept(input.value)
    fit()
  }
  input.addEventListener('input', () => {
    fit()
    input.setCustomValidity(isRight() ? '' : expected)
    input.reportValidity()
  })
  input.addEventListener('change', done)
  input.addEventListener('keydown', event => {
    if (event.key === 'Enter') input.blur()
    if (event.key !== 'Escape') return
    input.value = value
    input.blur()
  })
  fit()
  return input
}

/** A part of the page with a heading. */
export function section(title: string, note: Child, ...content: readonly Child[]): HTMLElement {
  const count = note === undefined || note === false ? [] : [h('span', { class: 'count' }, note)]
  return h('section', {}, h('h2', {}, title, ...count), ...content)
}

/** Which foldable parts are open, by key: they stay so when the page is drawn anew. */
const open = new Set<string>()

export function foldable(key: string, title: Child, ...content: readonly Child[]): HTMLElement {
  const details = h('details', { open: open.has(key) }, h('summary', {}, title), ...content)
  details.addEventListener('toggle', () => {
    if (details.open) open.add(key)
    else open.delete(key)
  })
  return details
}
