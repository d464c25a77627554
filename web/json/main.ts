/** Renderer of `application/json`: a tree that opens level by level, can be searched and copied. */
import { h, styledRoot } from '../support/dom.ts'
import type { OutputItem, Renderer } from '../support/renderer.ts'
import { copyText } from '../support/theme.ts'
import css from './json.css'
import { type Json, type Path, type TreeNode, drawTree, search } from './tree.ts'

export function activate(): Renderer {
  return {
    renderOutputItem(item, element) {
      const root = styledRoot(element, css)
      try {
        root.append(drawView(item.json() as Json, optionsOf(item)))
      } catch (error) {
        root.append(h('pre', { role: 'alert' }, `This is no JSON: ${(error as Error).message}`))
      }
    },
  }
}

interface ViewOptions {
  readonly expanded: boolean
  readonly root?: string
}

/** As JupyterLab has them: `metadata['application/json'] = { expanded, root }`. */
function optionsOf({ metadata, mime }: OutputItem): ViewOptions {
  const outer = (metadata ?? {}) as Record<string, unknown>
  const own = (outer[mime] ?? (outer['metadata'] as Record<string, unknown> | undefined)?.[mime] ?? {}) as {
    expanded?: unknown
    root?: unknown
  }
  return { expanded: own.expanded === true, ...(typeof own.root === 'string' ? { root: own.root } : {}) }
}

function drawView(value: Json, { expanded, root }: ViewOptions): HTMLElement {
  const tree = drawTree(value, { levels: expanded ? 20 : 1, ...(root === undefined ? {} : { key: root }) })
  const holder = h('div', { class: 'tree', role: 'tree', 'aria-label': root ?? 'JSON' }, tree.element)
  if (typeof value !== 'object' || value === null) return holder
  const copy = h('button', { type: 'button' }, 'Copy')
  copy.addEventListener('click', () => void copyText(JSON.stringify(value, undefined, 2), copy))
  return h('div', { class: 'view' }, h('div', { class: 'bar' }, ...searchField(value, tree), copy), holder)
}

function searchField(value: Json, tree: TreeNode): HTMLElement[] {
  const input = h('input', { type: 'search', placeholder: 'Search', 'aria-label': 'Search keys and values' })
  const status = h('span', { class: 'status', role: 'status' })
  let hits: Path[] = []
  let at = -1
  const show = (next: number): void => {
    at = (next + hits.length) % hits.length
    reveal(tree, hits[at]!)
    status.textContent = `${at + 1} of ${hits.length}${hits.length >= 200 ? ' or more' : ''}`
  }
  input.addEventListener('input', () => {
    hits = search(value, input.value.trim())
    at = -1
    if (hits.length > 0) show(0)
    else status.textContent = input.value.trim() ? 'none' : ''
  })
  input.addEventListener('keydown', event => {
    // Keys of the notebook's own must not act on what is typed here.
    event.stopPropagation()
    if (event.key === 'Enter' && hits.length > 0) show(at + (event.shiftKey ? -1 : 1))
  })
  return [input, status]
}

function reveal(tree: TreeNode, path: Path): void {
  const root = tree.element.getRootNode() as ShadowRoot
  for (const old of root.querySelectorAll('.hit')) old.classList.remove('hit')
  let node: TreeNode | undefined = tree
  for (const key of path) node = node?.open(key)
  const element = node?.element
  const target = element?.querySelector(':scope > summary') ?? element
  target?.classList.add('hit')
  target?.scrollIntoView({ block: 'nearest' })
}
