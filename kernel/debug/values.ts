/** How values look in a list of variables. Pure. */
import type { Runtime } from 'node:inspector'

type RemoteObject = Runtime.RemoteObject

const maxText = 200

/** One line. */
export function valueText(value: RemoteObject, summary?: string | null): string {
  if (summary) return shorten(summary)
  if (value.type === 'string') return shorten(JSON.stringify(value.value))
  if (value.type === 'undefined') return 'undefined'
  if (value.subtype === 'null') return 'null'
  if (value.type === 'function') return functionText(value.description ?? '')
  if (value.preview && (value.subtype === undefined || value.subtype === 'array')) return previewText(value)
  return shorten(value.description ?? String(value.value))
}

export function typeName(value: RemoteObject): string {
  if (value.subtype === 'null') return 'null'
  if (value.type === 'object' || value.type === 'function') return value.className ?? value.type
  return value.type
}

function functionText(source: string): string {
  if (source.startsWith('class')) return /^class\s*[^\s{]*/.exec(source)![0].trim()
  const head = /^(?:async\s*)?(?:function\s*\*?\s*)?([^\s(=]*)\s*(\([^)]*\))?/.exec(source)
  // Blanked types leave gaps.
  const parameters = (head?.[2] ?? '()').replace(/\s+/g, ' ').replace(/ (?=[,)])|(?<=\() /g, '')
  return `ƒ ${head?.[1] === 'async' ? '' : (head?.[1] ?? '')}${parameters}`
}

function previewText({ preview, className, subtype, description }: RemoteObject): string {
  const properties = preview!.properties
  const rest = preview!.overflow ? ', …' : ''
  if (subtype === 'array') {
    const items = properties.map(p => itemText(p)).join(', ')
    return shorten(`${(description ?? '').replace(/^Array/, '')} [${items}${rest}]`.trim())
  }
  const name = className === 'Object' ? '' : `${className ?? ''} `
  return shorten(`${name}{${properties.map(p => `${p.name}: ${itemText(p)}`).join(', ')}${rest}}`)
}

function itemText({ type, subtype, value = '' }: Runtime.PropertyPreview): string {
  if (type === 'string') return JSON.stringify(value)
  if (type === 'function') return 'ƒ'
  if (type === 'accessor') return '(…)'
  if (type === 'object' && subtype === undefined && value === 'Object') return '{…}'
  return value
}

function shorten(text: string): string {
  const line = text.replace(/\r?\n/g, ' ')
  return line.length > maxText ? `${line.slice(0, maxText)}…` : line
}

/** How many items of a list a value has; undefined for what is none. */
export function itemCount({ subtype, description = '' }: RemoteObject): number | undefined {
  if (subtype !== 'array' && subtype !== 'typedarray') return undefined
  const count = /\((\d+)\)$/.exec(description)?.[1]
  return count === undefined ? undefined : Number(count)
}

/** Whether a value has something inside. */
export const canOpen = ({ objectId, subtype }: RemoteObject) => objectId !== undefined && subtype !== 'null'
