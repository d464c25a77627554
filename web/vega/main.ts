/**
 * Renderer of Vega-Lite plots. Expressions are interpreted, never compiled, because the page forbids `eval`; data
 * comes with the plot, and nothing is loaded from anywhere.
 */
import embed, { type Result, type VisualizationSpec } from 'vega-embed'
import { h } from '../support/dom.ts'
import type { OutputItem, Renderer } from '../support/renderer.ts'
import { themeOf } from './theme.ts'

export function activate(): Renderer {
  const shown = new Map<string, Result>()
  const dispose = (id: string): void => {
    shown.get(id)?.finalize()
    shown.delete(id)
  }
  return {
    async renderOutputItem(item, element) {
      dispose(item.id)
      const result = await draw(item, element)
      if (result) shown.set(item.id, result)
    },
    disposeOutputItem(id) {
      for (const each of id === undefined ? [...shown.keys()] : [id]) dispose(each)
    },
  }
}

async function draw(item: OutputItem, element: HTMLElement): Promise<Result | undefined> {
  const place = h('div')
  element.replaceChildren(place)
  try {
    return await embed(place, item.json() as VisualizationSpec, {
      mode: 'vega-lite',
      renderer: 'svg',
      ast: true,
      actions: false,
      config: themeOf(getComputedStyle(document.documentElement)),
      loader: { http: undefined, load: refuse } as never,
    })
  } catch (error) {
    place.replaceChildren(h('pre', {}, `This plot cannot be drawn: ${(error as Error).message}`))
    return undefined
  }
}

function refuse(url: string): Promise<never> {
  return Promise.reject(new Error(`its data lies at ${url}; put the values into the plot instead`))
}
