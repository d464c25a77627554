/** What can be done with a drawn plot: save it as an image, see and copy its specification. */
import type { View } from 'vega'
import { h } from '../support/dom.ts'
import { copyText } from '../support/theme.ts'

const maxSource = 200_000

export function createToolbar(view: View, spec: unknown): HTMLElement {
  const source = h('div', { class: 'slipway-vega-source', hidden: true })
  const toggle = h(
    'button',
    { type: 'button', 'aria-expanded': 'false', title: 'Show the Vega-Lite specification' },
    'Source',
  )
  toggle.addEventListener('click', () => {
    source.hidden = !source.hidden
    toggle.setAttribute('aria-expanded', String(!source.hidden))
    if (!source.hidden && !source.hasChildNodes()) fillSource(source, spec)
  })
  const save = (type: 'png' | 'svg', title: string) =>
    h('button', { type: 'button', title, click: () => void saveImage(view, type) }, type.toUpperCase())
  const bar = h(
    'div',
    { class: 'slipway-vega-bar', role: 'toolbar', 'aria-label': 'Plot' },
    save('png', 'Save as PNG image'),
    save('svg', 'Save as SVG image'),
    toggle,
  )
  return h('div', { class: 'slipway-vega-tools' }, bar, source)
}

async function saveImage(view: View, type: 'png' | 'svg'): Promise<void> {
  const style = getComputedStyle(document.documentElement)
  const background =
    style.getPropertyValue('--vscode-notebook-editorBackground') ||
    style.getPropertyValue('--vscode-editor-background')
  // The colours of the text fit the page, so the image gets the page's ground.
  view.background(background || 'white')
  const url = await view.toImageURL(type, 2)
  view.background('transparent')
  const link = h('a', { href: url, download: `plot.${type}` })
  document.body.append(link)
  link.click()
  link.remove()
}

function fillSource(place: HTMLElement, spec: unknown): void {
  const text = JSON.stringify(spec, undefined, 2)
  const shown = text.length > maxSource ? `${text.slice(0, maxSource)}\n… (copy for the rest)` : text
  const copy = h('button', { type: 'button' }, 'Copy')
  copy.addEventListener('click', () => void copyText(text, copy))
  place.append(copy, h('pre', { tabindex: 0 }, shown))
}
