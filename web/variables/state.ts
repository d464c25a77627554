/** Which rows the view of variables has, and in which order. Pure. */
import type { PartKey, PartsReply, Variable, VariablePart } from '../../kernel/variables/variable.ts'

export type Column = 'name' | 'type' | 'shape' | 'size' | 'value'

export interface Sort {
  readonly column: Column
  readonly descending: boolean
}

export interface State {
  readonly variables: readonly Variable[]
  readonly filter: string
  /** Absent: the newest declaration last, as cells ran. */
  readonly sort?: Sort
  /** What is inside of what was opened, by `keyOf`. */
  readonly open: ReadonlyMap<string, PartsReply | 'asked'>
}

export type Row = {
  readonly key: string
  readonly name: string
  readonly path: readonly PartKey[]
  /** From 1. */
  readonly level: number
} & (
  | { readonly kind: 'variable'; readonly variable: Variable; readonly isOpen: boolean }
  | { readonly kind: 'part'; readonly part: VariablePart; readonly isOpen: boolean }
  /** There are more parts than were given. */
  | { readonly kind: 'more'; readonly offset: number; readonly left: number }
)

export function keyOf(name: string, path: readonly PartKey[]): string {
  return JSON.stringify([name, ...path])
}

export function rowsOf(state: State): readonly Row[] {
  const chosen = sorted(state.variables.filter(matches(state.filter)), state.sort)
  return chosen.flatMap(variable => {
    const { name } = variable
    const key = keyOf(name, [])
    const isOpen = variable.expandable && state.open.has(key)
    const row: Row = { kind: 'variable', key, name, path: [], level: 1, variable, isOpen }
    return isOpen ? [row, ...partRows(state, { name, path: [], level: 2 })] : [row]
  })
}

interface Place {
  readonly name: string
  readonly path: readonly PartKey[]
  readonly level: number
}

function partRows(state: State, { name, path, level }: Place): readonly Row[] {
  const key = keyOf(name, path)
  const reply = state.open.get(key)
  if (reply === undefined || reply === 'asked') return []
  const rows = reply.parts.flatMap((part, i): Row[] => {
    const inner = part.key ? [...path, part.key] : path
    const partKey = part.key ? keyOf(name, inner) : `${key}#${i}`
    const isOpen = part.key !== undefined && part.expandable && state.open.has(partKey)
    const row: Row = { kind: 'part', key: partKey, name, path: inner, level, part, isOpen }
    return isOpen ? [row, ...partRows(state, { name, path: inner, level: level + 1 })] : [row]
  })
  const left = reply.total - reply.parts.length
  if (left <= 0) return rows
  return [...rows, { kind: 'more', key: `${key}…`, name, path, level, offset: reply.parts.length, left }]
}

function matches(filter: string): (variable: Variable) => boolean {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
  return ({ name, type, kind, category }) => {
    const text = `${name} ${type} ${kind} ${category}`.toLowerCase()
    return words.every(word => text.includes(word))
  }
}

function sorted(variables: readonly Variable[], sort: Sort | undefined): readonly Variable[] {
  if (!sort) return variables
  const sign = sort.descending ? -1 : 1
  return variables.toSorted((a, b) => sign * compare(sort.column, a, b) || a.name.localeCompare(b.name, 'en'))
}

function compare(column: Column, a: Variable, b: Variable): number {
  switch (column) {
    case 'size':
      return (a.sizeBytes ?? -1) - (b.sizeBytes ?? -1)
    case 'shape':
      return cells(a.shape) - cells(b.shape)
    case 'value':
      return a.preview.localeCompare(b.preview, 'en')
    default:
      return a[column].localeCompare(b[column], 'en')
  }
}

/** `1,000 × 3` are 3000. */
function cells(shape: string | undefined): number {
  if (shape === undefined) return -1
  return shape.split('×').reduce((product, part) => product * Number(part.replace(/[^\d]/g, '')), 1)
}

/** The answer to a question about parts, behind those that were there when it is a further page. */
export function withParts(state: State, key: string, reply: PartsReply, offset: number): State {
  const before = state.open.get(key)
  if (before === undefined) return state
  const parts =
    before === 'asked' || offset === 0 ? reply.parts : [...before.parts.slice(0, offset), ...reply.parts]
  return { ...state, open: new Map([...state.open, [key, { parts, total: reply.total }]]) }
}

/** A row is opened or closed, with all inside it. */
export function toggled(state: State, key: string): State {
  const open = new Map(state.open)
  if (!open.delete(key)) open.set(key, 'asked')
  return { ...state, open }
}

/** The next order by a click on a head: up, down, as declared. */
export function nextSort(sort: Sort | undefined, column: Column): Sort | undefined {
  if (sort?.column !== column) return { column, descending: column === 'size' || column === 'shape' }
  const first = column === 'size' || column === 'shape'
  return sort.descending === first ? { column, descending: !first } : undefined
}
