/** The view of variables: what the cells of a notebook have declared, in a table that can be sorted and opened. */
import type { PartKey } from '../../kernel/variables/variable.ts'
import { sizeText } from '../../kernel/variables/size-text.ts'
import { h } from '../support/dom.ts'
import { onMessage, post } from '../support/webview.ts'
import type { FromVariablesPage, ToVariablesPage } from './messages.ts'
import { keyOf, nextSort, rowsOf, toggled, withParts, type Column, type Row, type State } from './state.ts'
import css from './variables.css'

const send = (message: FromVariablesPage): void => post(message)

const columns: readonly { readonly id: Column; readonly title: string }[] = [
  { id: 'name', title: 'Name' },
  { id: 'type', title: 'Type' },
  { id: 'shape', title: 'Shape' },
  { id: 'size', title: 'Size' },
  { id: 'value', title: 'Value' },
]

function main(): void {
  let state: State = { variables: [], filter: '', open: new Map() }
  let notebook: string | undefined
  let focused: string | undefined
  const asked = new Map<string, number>()

  const filter = h('input', {
    type: 'search',
    placeholder: 'Filter by name, type or kind',
    'aria-label': 'Filter variables',
    input: () => set({ ...state, filter: filter.value }),
    keydown: event => {
      if ((event as KeyboardEvent).key === 'ArrowDown') focusRow(0)
    },
  })
  const status = h('span', { role: 'status', class: 'status' })
  const head = h('tr', { role: 'row' })
  const body = h('tbody', { role: 'rowgroup' })
  const table = h(
    'table',
    { role: 'treegrid', 'aria-label': 'Variables', 'aria-readonly': 'true' },
    h('thead', { role: 'rowgroup' }, head),
    body,
  )
  const empty = h('p', { class: 'empty' })
  document.head.append(h('style', {}, css))
  document.body.append(
    h('div', { class: 'bar' }, filter, status),
    h('div', { class: 'scroll' }, table, empty),
  )

  function set(next: State): void {
    state = next
    draw()
  }

  function draw(): void {
    const hadFocus = body.contains(document.activeElement)
    const rows = rowsOf(state)
    if (!rows.some(row => row.key === focused)) focused = rows[0]?.key
    head.replaceChildren(...columns.map(drawHead))
    body.replaceChildren(...rows.map(drawRow))
    table.hidden = state.variables.length === 0
    empty.hidden = rows.length > 0
    empty.textContent = emptyText()
    if (hadFocus)
      rowElements()
        .find(element => element.dataset['key'] === focused)
        ?.focus()
  }

  function emptyText(): string {
    if (notebook === undefined) return 'Open a notebook with the Slipway kernel to see its variables.'
    if (state.variables.length === 0) return 'Run a cell to see what it declares.'
    return 'No variable fits the filter.'
  }

  function drawHead({ id, title }: (typeof columns)[number]): HTMLElement {
    const { sort } = state
    const isSorted = sort?.column === id
    const order = isSorted ? (sort.descending ? 'descending' : 'ascending') : 'none'
    const mark = isSorted ? (sort.descending ? ' ↓' : ' ↑') : ''
    const click = () => {
      const next = nextSort(state.sort, id)
      const { sort: _, ...rest } = state
      set(next ? { ...rest, sort: next } : rest)
      head.querySelector<HTMLElement>(`[data-column=${id}]`)?.focus()
    }
    const button = h(
      'button',
      { type: 'button', 'data-column': id, click },
      title,
      h('span', { 'aria-hidden': 'true' }, mark),
    )
    return h('th', { role: 'columnheader', scope: 'col', class: id, 'aria-sort': order }, button)
  }

  function drawRow(row: Row, index: number): HTMLElement {
    const said = row.kind === 'variable' ? row.variable : row.kind === 'part' ? row.part : undefined
    const canOpen = said !== undefined && said.expandable && (row.kind === 'variable' || row.path.length > 0)
    const element = h(
      'tr',
      {
        role: 'row',
        tabindex: row.key === focused ? 0 : -1,
        'data-key': row.key,
        'aria-level': row.level,
        'aria-rowindex': index + 2,
        'aria-expanded': canOpen && row.kind !== 'more' ? String(row.isOpen) : undefined,
        focus: () => setFocused(row.key),
        click: () => element.focus(),
        dblclick: () => act(row),
        keydown: event => onKey(event as KeyboardEvent, row, index),
      },
      ...cellsOf(row, canOpen),
    )
    return element
  }

  function cellsOf(row: Row, canOpen: boolean): HTMLElement[] {
    const cell = (column: Column, ...children: (Node | string)[]) =>
      h('td', { role: 'gridcell', class: column }, ...children)
    const indent = h('span', { class: 'indent', style: `width:${(row.level - 1) * 14}px` })
    if (row.kind === 'more') {
      const more = h(
        'button',
        { type: 'button', class: 'link', tabindex: -1, click: () => act(row) },
        `${row.left.toLocaleString('en')} more`,
      )
      return [cell('name', indent, more), ...columns.slice(1).map(({ id }) => cell(id))]
    }
    const said = row.kind === 'variable' ? row.variable : row.part
    const twist = h(
      'span',
      { class: 'twist', 'aria-hidden': 'true', click: () => canOpen && toggle(row) },
      canOpen ? (row.isOpen ? '▾' : '▸') : '',
    )
    const label = row.kind === 'variable' ? row.name : row.part.label
    const name = h(
      'span',
      {
        class: 'label',
        title: row.kind === 'variable' ? `${row.variable.kind} ${label}, ${row.variable.file}` : label,
      },
      label,
    )
    const isTable = row.kind === 'variable' && said.category === 'table'
    const open = isTable
      ? [
          h(
            'button',
            {
              type: 'button',
              class: 'link',
              tabindex: -1,
              title: `Open ${label} in a grid`,
              click: () => act(row),
            },
            'Open',
          ),
        ]
      : []
    return [
      cell('name', indent, twist, name, ...open),
      cell('type', h('span', { title: said.type }, said.type)),
      cell('shape', said.shape ?? ''),
      cell('size', sizeText(said.sizeBytes, said.sizeIsLowerBound)),
      cell('value', h('span', { title: said.preview }, said.preview)),
    ]
  }

  const rowElements = (): HTMLElement[] => [...body.querySelectorAll<HTMLElement>('tr')]

  function setFocused(key: string): void {
    if (focused === key) return
    focused = key
    for (const element of rowElements()) element.tabIndex = element.dataset['key'] === key ? 0 : -1
  }

  function focusRow(index: number): void {
    const elements = rowElements()
    elements[Math.max(0, Math.min(index, elements.length - 1))]?.focus()
  }

  /** Tables open in a grid, what has parts opens in place. */
  function act(row: Row): void {
    if (row.kind === 'more') return ask(row.name, row.path, row.offset)
    if (row.kind === 'variable' && row.variable.category === 'table')
      return send({ type: 'open', name: row.name })
    toggle(row)
  }

  function toggle(row: Row): void {
    if (row.kind === 'more') return
    const said = row.kind === 'variable' ? row.variable : row.part
    if (!said.expandable) return
    const isOpening = !row.isOpen
    set(toggled(state, row.key))
    if (isOpening) ask(row.name, row.path, 0)
  }

  function ask(name: string, path: readonly PartKey[], offset: number): void {
    asked.set(keyOf(name, path), offset)
    send({ type: 'parts', name, path, offset })
  }

  function onKey(event: KeyboardEvent, row: Row, index: number): void {
    const isOpen = row.kind !== 'more' && row.isOpen
    const said = row.kind === 'variable' ? row.variable : row.kind === 'part' ? row.part : undefined
    const actions: Readonly<Record<string, (() => void) | undefined>> = {
      ArrowDown: () => focusRow(index + 1),
      ArrowUp: () => (index === 0 ? filter.focus() : focusRow(index - 1)),
      Home: () => focusRow(0),
      End: () => focusRow(Infinity),
      ArrowRight: () => (isOpen ? focusRow(index + 1) : toggle(row)),
      ArrowLeft: () => (isOpen ? toggle(row) : toParent(row, index)),
      Enter: () => act(row),
      ' ': () => toggle(row),
      F12:
        row.kind === 'variable' && row.variable.cell !== undefined
          ? () => send({ type: 'reveal', cell: row.variable.cell! })
          : undefined,
    }
    const isCopy = (event.ctrlKey || event.metaKey) && event.key === 'c'
    const action = isCopy && said ? () => send({ type: 'copy', text: said.preview }) : actions[event.key]
    if (!action || event.target !== event.currentTarget) return
    event.preventDefault()
    action()
  }

  function toParent(row: Row, index: number): void {
    const rows = rowsOf(state)
    const parent = rows.slice(0, index).findLastIndex(other => other.level < row.level)
    if (parent >= 0) focusRow(parent)
  }

  onMessage<ToVariablesPage>(message => {
    if (message.type === 'parts') {
      const key = keyOf(message.name, message.path)
      return set(withParts(state, key, message, asked.get(key) ?? 0))
    }
    notebook = message.notebook
    status.textContent = message.isCurrent
      ? (notebook ?? '')
      : 'A cell is running: these were the variables before.'
    set({ ...state, variables: message.variables })
    for (const key of state.open.keys()) {
      const [name, ...path] = JSON.parse(key) as [string, ...PartKey[]]
      if (message.variables.some(variable => variable.name === name)) ask(name, path, 0)
    }
  })
  draw()
  send({ type: 'ready' })
}

main()
