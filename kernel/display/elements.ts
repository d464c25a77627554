/**
 * Elements of a document (Observable Plot's, or of a light document such as linkedom) as MIME bundles. An SVG is both
 * an image, for clients and converters that show no HTML, and HTML, in which it takes the colours of the page.
 */
import type { Bundle } from './hooks.ts'

interface ElementLike {
  readonly outerHTML: string
}

/** Larger markup makes the page that shows it, and the notebook's file, hardly usable. */
const maxLength = 5_000_000
const svgNamespace = 'http://www.w3.org/2000/svg'

export function isElement(value: object): value is ElementLike {
  return 'outerHTML' in value && typeof value.outerHTML === 'string' && 'nodeType' in value
}

export function elementBundle(element: ElementLike): Bundle {
  const html = followPage(element.outerHTML)
  const tag = /^<([\w-]+)/.exec(html)?.[1]?.toLowerCase() ?? 'element'
  const text = `<${tag}> of ${html.length.toLocaleString('en')} characters`
  if (html.length > maxLength)
    return { 'text/plain': `${text}: too large to be shown; draw fewer marks, of aggregated or sampled data` }
  if (tag !== 'svg') return { 'text/html': html, 'text/plain': text }
  return { 'text/html': html, 'image/svg+xml': standalone(html), 'text/plain': text }
}

/** Observable Plot puts white behind labels; in a dark page that is the page's colour. */
function followPage(html: string): string {
  const background = 'var(--vscode-notebook-editorBackground, var(--jp-layout-color0, white))'
  return html.replaceAll('--plot-background: white;', `--plot-background: ${background};`)
}

/** Outside of a page an SVG must say its namespace, and has no text colour to take. */
function standalone(svg: string): string {
  const open = /^<svg[^>]*>/.exec(svg)?.[0] ?? ''
  const missing = [
    ...(/\sxmlns=/.test(open) ? [] : [` xmlns="${svgNamespace}"`]),
    ...(/\sxmlns:xlink=/.test(open) || !svg.includes('xlink:')
      ? []
      : [' xmlns:xlink="http://www.w3.org/1999/xlink"']),
  ]
  return `<svg${missing.join('')}${svg.slice(4)}`
}
