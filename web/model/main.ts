/** Renderer of trained models and of catalog features. */
import type { FeaturesMessage, ModelMessage } from '../../library/display/messages.ts'
import { styledRoot } from '../support/dom.ts'
import type { OutputItem, Renderer } from '../support/renderer.ts'
import { drawFeatures, drawModel } from './draw.ts'
import css from './model.css'

export function activate(): Renderer {
  return {
    renderOutputItem(item: OutputItem, element: HTMLElement) {
      const root = styledRoot(element, css)
      if (item.mime.includes('.features')) root.append(...drawFeatures(item.json() as FeaturesMessage))
      else root.append(drawModel(item.json() as ModelMessage))
    },
  }
}
