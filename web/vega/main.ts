/**
 * Renderer of Vega-Lite and Vega plots. Expressions are interpreted, never compiled, because the page forbids `eval`;
 * data comes with the plot, and nothing is loaded from anywhere. A plot follows the theme and, when its width is
 * `container`, the width of the cell.
 */
import embed, { type Mode, type Result, type VisualizationSpec } from 'vega-embed'
import { h } from '../support/dom.ts'
import type { OutputItem, Renderer } from '../support/renderer.ts'
import { onThemeChange } from '../support/theme.ts'
import { shapeOf, themeOf } from './theme.ts'
import { createToolbar } from './toolbar.ts'
import css from './vega.css'

interface Shown {
  readonly item: OutputItem
  readonly element: HTMLElement
  result: Result | undefined
  /** Counts the drawings: an older one that ends later is thrown away. */
  drawing: number
  readonly resizes: ResizeObserver
}

export function activate(): Renderer {
  const shown = new Map<string, Shown>()
  const dispose = (id: string): void => {
    const each = shown.get(id)
    each?.result?.finalize()
    each?.resizes.disconnect()
    shown.delete(id)
  }
  onThemeChange(() => {
    for (const each of shown.values()) void draw(each)
  })
  return {
    async renderOutputItem(item, element) {
      dispose(item.id)
      const resizes = new ResizeObserver(() => window.dispatchEvent(new Event('resize')))
      const each: Shown = { item, element, result: undefined, drawing: 0, resizes }
      shown.set(item.id, each)
      await draw(each)
      if (fillsWidth(item.json())) resizes.observe(element)
    },
    disposeOutputItem(id) {
      for (const each of id === undefined ? [...shown.keys()] : [id]) dispose(each)
    },
  }
}

async function draw(shown: Shown): Promise<void> {
  const { item, element } = shown
  const drawing = ++shown.drawing
  ensureStyle()
  const place = h('div', { class: 'slipway-vega' })
  const frame = h('div', { class: 'slipway-vega-frame' }, place)
  const old = shown.result
  try {
    const spec = item.json() as VisualizationSpec
    // A plot whose width is the cell's must stand in the cell while it is drawn.
    if (!old) element.replaceChildren(frame)
    const result = await embed(place, spec, {
      mode: modeOf(item.mime),
      renderer: 'svg',
      ast: true,
      actions: false,
      config: themeOf(getComputedStyle(document.documentElement), shapeOf(document.body)) as never,
      tooltip: { theme: 'slipway', disableDefaultStyle: true },
      loader: { http: undefined, load: refuse } as never,
    })
    if (shown.drawing !== drawing) return result.finalize()
    shown.result = result
    frame.prepend(createToolbar(result.view, item.json()))
    element.replaceChildren(frame)
  } catch (error) {
    element.replaceChildren(
      h(
        'pre',
        { class: 'slipway-vega-error', role: 'alert' },
        `This plot cannot be drawn: ${(error as Error).message}`,
      ),
    )
  }
  old?.finalize()
}

function modeOf(mime: string): Mode {
  return mime.includes('vegalite') ? 'vega-lite' : 'vega'
}

function fillsWidth(spec: unknown): boolean {
  return JSON.stringify(spec, (key, value: unknown) =>
    key === 'data' || key === 'datasets' ? undefined : value,
  ).includes('"container"')
}

/** Tooltips hang in the page itself. */
function ensureStyle(): void {
  const id = 'slipway-vega-style'
  if (document.getElementById(id)) return
  document.head.append(h('style', { id }, css))
}

function refuse(url: string): Promise<never> {
  return Promise.reject(new Error(`its data lies at ${url}; put the values into the plot instead`))
}
