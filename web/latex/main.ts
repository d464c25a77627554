/**
 * Renderer of `text/latex`: formulas between dollars (or `\(…\)`, `\[…\]`, environments) are typeset by KaTeX, the rest
 * is text. Style and fonts lie beside this file; nothing is loaded from elsewhere, and no formula can become markup
 * or a link.
 */
import renderMathInElement from 'katex/contrib/auto-render'
import { h } from '../support/dom.ts'
import type { Renderer } from '../support/renderer.ts'
import css from './latex.css'

const environments = [
  'equation',
  'align',
  'alignat',
  'gather',
  'multline',
  'CD',
  'cases',
  'matrix',
  'pmatrix',
  'bmatrix',
]

const delimiters = [
  { left: '$$', right: '$$', display: true },
  { left: '\\[', right: '\\]', display: true },
  ...environments.flatMap(name => [
    { left: `\\begin{${name}}`, right: `\\end{${name}}`, display: true },
    { left: `\\begin{${name}*}`, right: `\\end{${name}*}`, display: true },
  ]),
  { left: '\\(', right: '\\)', display: false },
  { left: '$', right: '$', display: false },
]

const maxLength = 200_000

export function activate(): Renderer {
  return {
    async renderOutputItem(item, element) {
      const style = ensureStyle()
      const text = item.text()
      const place = h('div', { class: 'slipway-latex' }, text.slice(0, maxLength))
      element.replaceChildren(place)
      if (text.length > maxLength) place.append(h('p', {}, '… the rest is left out'))
      renderMathInElement(place, {
        delimiters,
        throwOnError: false,
        errorColor: 'var(--vscode-errorForeground, #c00)',
        trust: false,
        strict: false,
        maxExpand: 1000,
        maxSize: 50,
      })
      // Without its fonts a formula has other sizes; the cell is measured when this resolves.
      await style
    },
  }
}

let loading: Promise<void> | undefined

function ensureStyle(): Promise<void> {
  loading ??= new Promise(resolve => {
    const href = new URL('katex/katex.min.css', import.meta.url).href
    const link = h('link', { rel: 'stylesheet', href })
    link.addEventListener('load', () => resolve())
    link.addEventListener('error', () => resolve())
    document.head.append(link, h('style', {}, css))
  })
  return loading
}
