/**
 * A light document (linkedom) for libraries that draw SVG in one. It lays nothing out; a canvas, which Observable Plot
 * needs for the ramps of legends and for rasters, becomes a PNG.
 */
import { createCanvas, type Canvas } from './canvas.ts'

export interface LightDom {
  parseHTML(html: string): { readonly document: Document }
}

export function createDocument({ parseHTML }: LightDom): Document {
  const { document } = parseHTML('<!doctype html><html><head></head><body></body></html>')
  const createElement = document.createElement.bind(document) as (name: string) => HTMLElement
  Object.defineProperty(document, 'createElement', {
    value: (name: string): HTMLElement | Canvas =>
      name.toLowerCase() === 'canvas' ? createCanvas() : createElement(name),
  })
  return document
}
