/** A JSON value as a tree whose levels are made when they are opened. Pure but for `drawTree`. */
import { h } from '../support/dom.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }
export type Path = readonly (string | number)[]

/** Items of one level are drawn in groups of so many. */
const groupSize = 100
const maxPreview = 60
const maxText = 5000
const maxHits = 200

export interface TreeNode {
  readonly element: HTMLElement
  /** Opens the node, and of its groups the one that holds the key; returns the child's node. */
  open(key?: string | number): TreeNode | undefined
}

export interface DrawOptions {
  readonly key?: string | number
  /** Levels that are open at first. */
  readonly levels: number
}

export function drawTree(value: Json, { key, levels }: DrawOptions): TreeNode {
  const label =
    key === undefined
      ? []
      : [h('span', { class: typeof key === 'number' ? 'index' : 'key' }, String(key)), ': ']
  if (typeof value !== 'object' || value === null)
    return {
      element: h('div', { class: 'leaf', role: 'treeitem', tabindex: -1 }, ...label, drawLeaf(value)),
      open: () => undefined,
    }
  const entries = entriesOf(value)
  const children = new Map<string | number, TreeNode>()
  const details = h('details', { role: 'treeitem' })
  const body = h('div', { class: 'children', role: 'group' })
  details.append(h('summary', {}, ...label, h('span', { class: 'preview' }, previewOf(value))), body)
  let filled = false
  const fill = (): void => {
    if (filled) return
    filled = true
    body.append(...drawEntries(entries, { children, levels: levels - 1 }))
  }
  details.addEventListener('toggle', () => details.open && fill())
  if (levels > 0 && entries.length <= groupSize) {
    fill()
    details.open = true
  }
  return {
    element: details,
    open(child) {
      fill()
      details.open = true
      if (child === undefined) return undefined
      if (!children.has(child))
        openGroup(
          body,
          entries.findIndex(([name]) => name === child),
        )
      return children.get(child)
    },
  }
}

type Entry = readonly [key: string | number, value: Json]

function entriesOf(value: readonly Json[] | { readonly [name: string]: Json }): readonly Entry[] {
  return Array.isArray(value)
    ? value.map((item: Json, i) => [i, item] as const)
    : Object.entries(value as object)
}

interface Level {
  readonly children: Map<string | number, TreeNode>
  readonly levels: number
}

function drawEntries(entries: readonly Entry[], level: Level): HTMLElement[] {
  if (entries.length <= groupSize) return entries.map(entry => drawEntry(entry, level))
  return Array.from({ length: Math.ceil(entries.length / groupSize) }, (_, i) => {
    const group = entries.slice(i * groupSize, (i + 1) * groupSize)
    const title = `${group[0]![0]} … ${group.at(-1)![0]}`
    const details = h('details', { class: 'range', 'data-group': i }, h('summary', {}, title))
    details.addEventListener('toggle', () => {
      if (details.open && details.childElementCount === 1)
        details.append(
          h('div', { class: 'children', role: 'group' }, ...group.map(entry => drawEntry(entry, level))),
        )
    })
    return details
  })
}

function drawEntry([key, value]: Entry, { children, levels }: Level): HTMLElement {
  const node = drawTree(value, { key, levels })
  children.set(key, node)
  return node.element
}

function openGroup(body: HTMLElement, index: number): void {
  const details = body.querySelector<HTMLDetailsElement>(
    `:scope > [data-group="${Math.floor(index / groupSize)}"]`,
  )
  if (!details) return
  details.open = true
  // The event comes later; what it would make is needed now.
  details.dispatchEvent(new Event('toggle'))
}

function drawLeaf(value: null | boolean | number | string): HTMLElement {
  const kind = value === null ? 'null' : typeof value
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return h('span', { class: kind }, text.length > maxText ? `${text.slice(0, maxText)}…` : text)
}

/** `{a: 1, b: […], …}` in a line. */
export function previewOf(value: Json): string {
  const isList = Array.isArray(value)
  const entries = entriesOf(value as readonly Json[])
  const count = `${entries.length} ${isList ? (entries.length === 1 ? 'item' : 'items') : entries.length === 1 ? 'key' : 'keys'}`
  let text = ''
  for (const [key, item] of entries) {
    const shown = (isList ? '' : `${key}: `) + short(item)
    if (text.length + shown.length > maxPreview) {
      text += text ? ', …' : '…'
      break
    }
    text += (text ? ', ' : '') + shown
  }
  return `${isList ? `[${text}]` : `{${text}}`}  ${count}`
}

function short(value: Json): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 20 ? `${value.slice(0, 20)}…` : value)
  if (typeof value !== 'object' || value === null) return String(value)
  return Array.isArray(value) ? '[…]' : '{…}'
}

/** Where the text occurs in keys and values, in upper or lower case; at most 200 places. */
export function search(root: Json, text: string): Path[] {
  const wanted = text.toLowerCase()
  const hits: Path[] = []
  const visit = (value: Json, path: Path): void => {
    if (hits.length >= maxHits) return
    if (typeof value !== 'object' || value === null) {
      if (String(value).toLowerCase().includes(wanted)) hits.push(path)
      return
    }
    for (const [key, item] of entriesOf(value as readonly Json[])) {
      const inner = [...path, key]
      const isNamed = typeof key === 'string' && key.toLowerCase().includes(wanted)
      if (isNamed) hits.push(inner)
      if (!isNamed || typeof item === 'object') visit(item, inner)
    }
  }
  if (wanted) visit(root, [])
  return hits
}
