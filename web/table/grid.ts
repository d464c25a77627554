/**
 * The grid of a table: what is drawn, and what a person does with it.
 *
 * It draws what is seen and nothing else, and keeps its state in plain values (`arrangement`, `selection`, the rows'
 * query); `draw` puts them on the page. The cursor is the grid's `aria-activedescendant`, because a cell that has
 * the focus would lose it when it is scrolled away.
 */
import type { Cell, TableColumn, TableFilter, TableMessage, TableQuery, TableSort } from '../../library/display/messages.ts' // prettier-ignore
import { shapeText } from '../../library/display/query/format.ts'
import { h, svg } from '../support/dom.ts'
import { count } from '../support/numbers.ts'
import { describeType, facts, isNumeric, summary } from './column-head.ts'
import * as arrange from './columns.ts'
import { createClipboard, textOfCells } from './clipboard.ts'
import { createDetail } from './detail.ts'
import { createFormat, type CellFormat } from './format.ts'
import { createLink, type Host } from './link.ts'
import { columnMenu, filterText } from './menu.ts'
import { createRows } from './rows.ts'
import { contains, moved, rangeOf, select, type Selection } from './selection.ts'
import * as viewport from './viewport.ts'

export interface GridOptions {
  readonly table: TableMessage
  /** Where the grid is put. */
  readonly root: ShadowRoot | HTMLElement
  /** By which a kernel can be asked. Without it the grid shows what the message has. */
  readonly host?: Host | undefined
  /** Whether it fills its place, as in a tab, and not only as much as its rows need. */
  readonly fills?: boolean
}

export interface Grid {
  dispose(): void
}

const rowHeight = 22
const headHeight = 74
const maxVisibleRows = 14
const searchDelayMs = 250
const maxLocalCopy = 200_000
let nGrids = 0

export function createGrid({ table, root, host, fills = false }: GridOptions): Grid {
  const id = `grid-${++nGrids}`
  const link = host && table.handle !== undefined ? createLink(host, table.handle) : undefined
  let columns = table.columns
  let statisticsRows = table.statisticsRows
  /** How often the figures were renewed. */
  let nStatistics = 0
  let arrangement: arrange.Arrangement = table.columns.map((column, place) => ({
    column: place,
    width: initialWidth(column, table, place),
    hidden: false,
    pinned: column.isLabel ?? false,
  }))
  let layout = arrange.layOut(arrangement)
  let formats = createFormats(table)
  let selection: Selection = select({ row: 0, column: 0 })
  let top = 0
  let scheduled = 0
  let shape = ''
  const disposers: (() => void)[] = []
  const rows = createRows({ table, link, onChange: () => schedule() })
  const clipboard = createClipboard(host)

  // --- the page ---
  const search = h('input', {
    type: 'search',
    placeholder: 'Search all columns',
    'aria-label': 'Search all columns',
    spellcheck: 'false',
  })
  const chips = h('div', { class: 'chips' })
  const moreButton = h('button', { type: 'button', class: 'more', 'aria-haspopup': 'dialog', title: 'Copy, save, columns' }, '⋯') // prettier-ignore
  moreButton.setAttribute('aria-label', 'Copy, save and columns')
  const toolbar = h('div', { class: 'toolbar' }, search, chips, moreButton)
  const head = h('div', { class: 'head', role: 'rowgroup' })
  const body = h('div', { class: 'body', role: 'rowgroup' })
  const sizer = h('div', { class: 'sizer', role: 'presentation' }, head, body)
  const scroller = h(
    'div',
    { class: 'scroller', role: 'grid', tabindex: 0, 'aria-multiselectable': 'true' },
    sizer,
  )
  scroller.setAttribute('aria-label', `Table of ${shapeText(table)}`)
  const bar = h('div', { class: 'busy', role: 'progressbar', 'aria-label': 'Loading', hidden: true })
  const status = h('span', { role: 'status' })
  const problem = h('span', { class: 'problem', role: 'alert' })
  const footer = h('footer', {}, status, problem)
  const detail = createDetail(closeDetail, text => void clipboard.write(text))
  const panels = h('div', { class: 'panels' })
  const frame = h('div', { class: fills ? 'frame fills' : 'frame' }, toolbar, bar, scroller, detail.element, footer, panels) // prettier-ignore
  root.append(frame)

  const extent = (): viewport.Extent => ({
    nRows: rows.state.nRows,
    rowHeight,
    height: Math.max(rowHeight, scroller.clientHeight - headHeight),
  })
  const labelWidth = (): number => Math.max(40, 16 + 7.5 * count(rows.state.nRows).length)
  const nameOf = ({ name }: TableColumn): string => (name === '' ? 'row label' : name)

  // --- drawing ---
  function schedule(): void {
    scheduled ||= requestAnimationFrame(() => {
      scheduled = 0
      draw()
    })
  }

  function draw(): void {
    drawToolbar()
    const { nRows } = rows.state
    const shown = extent()
    top = Math.min(top, viewport.maxTop(shown))
    const pinned = labelWidth() + layout.pinnedWidth
    sizer.style.height = `${headHeight + viewport.drawnHeight(shown)}px`
    sizer.style.width = `${pinned + layout.width}px`
    scroller.setAttribute('aria-rowcount', String(rows.state.counted ? nRows + 1 : -1))
    scroller.setAttribute('aria-colcount', String(layout.columns.length + 1))
    if (!fills) {
      const room = headHeight + Math.max(1, Math.min(nRows, maxVisibleRows)) * rowHeight + 14
      scroller.style.maxHeight = `${room}px`
    }
    const window = arrange.visibleColumns(layout, { left: scroller.scrollLeft, width: Math.max(200, scroller.clientWidth - pinned) }) // prettier-ignore
    const places = [
      ...layout.columns.slice(0, layout.nPinned).map((_, i) => i),
      ...Array.from({ length: window.until - window.from }, (_, i) => window.from + i),
    ]
    const seen = viewport.visibleRows(top, shown)
    rows.want({ ...seen, columns: places.map(place => layout.columns[place]!.column) })
    drawHead(places)
    drawBody(places, seen)
    drawStatus()
    const active = activeId()
    if (active === undefined) scroller.removeAttribute('aria-activedescendant')
    else scroller.setAttribute('aria-activedescendant', active)
    if (detail.isOpen) showDetail()
  }

  const cellId = (row: number, column: number): string => `${id}-${row}-${column}`

  function activeId(): string | undefined {
    const { row, column } = selection.active
    const wanted = cellId(row, column)
    return frame.querySelector(`#${CSS.escape(wanted)}`) ? wanted : undefined
  }

  let headKey = ''
  function drawHead(places: readonly number[]): void {
    const { query } = rows.state
    const activeColumn = selection.active.row === -1 ? selection.active.column : -1
    const key = JSON.stringify([
      places,
      layout,
      query.sort,
      query.filter,
      activeColumn,
      nStatistics,
      labelWidth(),
    ])
    if (key === headKey) return
    headKey = key
    const corner = h('div', { class: 'corner', role: 'columnheader', 'aria-colindex': 1 }, h('span', { class: 'hidden' }, 'Row')) // prettier-ignore
    corner.style.width = `${labelWidth()}px`
    const cells = places.map(place => drawHeadCell(place))
    head.replaceChildren(rowElement({ places, cells, label: corner, index: 1, className: 'row' }))
  }

  function rowElement(parts: {
    places: readonly number[]
    cells: readonly HTMLElement[]
    label: HTMLElement
    index: number
    className: string
  }): HTMLElement {
    const { places, cells, label, index, className } = parts
    const nPinned = places.filter(place => place < layout.nPinned).length
    const pins = h('div', { class: 'pins', role: 'presentation' }, label, ...cells.slice(0, nPinned))
    pins.style.width = `${labelWidth() + layout.pinnedWidth}px`
    const others = h('div', { class: 'others', role: 'presentation' }, ...cells.slice(nPinned))
    others.style.left = `${labelWidth() + layout.pinnedWidth}px`
    return h('div', { class: className, role: 'row', 'aria-rowindex': index }, pins, others)
  }

  function position(element: HTMLElement, place: number): void {
    const { left, width, pinned } = layout.columns[place]!
    element.style.left = `${pinned ? labelWidth() + left : left}px`
    element.style.width = `${width}px`
  }

  function drawHeadCell(place: number): HTMLElement {
    const { column: at } = layout.columns[place]!
    const column = columns[at]!
    const { sort = [], filter = [] } = rows.state.query
    const rank = sort.findIndex(item => item.column === at)
    const direction = rank < 0 ? 'none' : sort[rank]!.descending ? 'descending' : 'ascending'
    const arrow =
      rank < 0 ? '' : `${direction === 'descending' ? '▼' : '▲'}${sort.length > 1 ? rank + 1 : ''}`
    const isFiltered = filter.some(item => item.column === at)
    const title = [
      nameOf(column),
      ...facts(column, statisticsRows).map(([name, value]) => `${name}: ${value}`),
    ]
    const resizer = h('div', { class: 'resizer', 'aria-hidden': 'true' })
    const cell = h(
      'div',
      {
        id: cellId(-1, place),
        class: `th${isNumeric(column) ? ' number' : ''}${isActive(-1, place) ? ' active' : ''}${isFiltered ? ' filtered' : ''}`,
        role: 'columnheader',
        'aria-colindex': place + 2,
        'aria-sort': direction,
        title: title.join('\n'),
      },
      h('div', { class: 'name' }, h('b', {}, column.name), h('span', { class: 'arrow', 'aria-hidden': 'true' }, arrow), isFiltered && funnel(), h('span', { class: 'dots', 'aria-hidden': 'true' }, '⋮')), // prettier-ignore
      h('div', { class: 'type' }, describeType(column, statisticsRows)),
      summary(column, statisticsRows),
      resizer,
    )
    position(cell, place)
    cell.dataset['place'] = String(place)
    return cell
  }

  const isActive = (row: number, place: number): boolean =>
    selection.active.row === row && selection.active.column === place

  let bodyKey = ''
  let drawn = new Map<number, HTMLElement>()
  function drawBody(places: readonly number[], seen: { from: number; until: number }): void {
    const offset = scroller.scrollTop - top
    const key = JSON.stringify([places, layout, labelWidth(), rows.state.query])
    if (key !== bodyKey) drawn = new Map()
    bodyKey = key
    const next = new Map<number, HTMLElement>()
    const range = rangeOf(selection)
    for (let row = seen.from; row < seen.until; row++) {
      const signature = rowSignature(row, places, range)
      const old = drawn.get(row)
      const element = old?.dataset['signature'] === signature ? old : drawRow(row, places, range)
      element.dataset['signature'] = signature
      element.style.transform = `translateY(${row * rowHeight + offset}px)`
      next.set(row, element)
    }
    drawn = next
    body.replaceChildren(...next.values(), ...(rows.state.nRows === 0 ? [emptyRow()] : []))
  }

  /** What a drawn row depends on beside the columns. */
  function rowSignature(row: number, places: readonly number[], range: ReturnType<typeof rangeOf>): string {
    const isHere = places.every(place => rows.cell(row, layout.columns[place]!.column) !== undefined)
    const selected = row >= range.fromRow && row <= range.toRow ? `${range.fromColumn}-${range.toColumn}` : ''
    return `${isHere}|${selected}|${selection.active.row === row ? selection.active.column : ''}`
  }

  const emptyRow = (): HTMLElement =>
    h('div', { class: 'empty', role: 'row' }, h('div', { role: 'gridcell' }, table.nRows === 0 ? 'No rows' : 'No rows fulfil the filter')) // prettier-ignore

  function drawRow(row: number, places: readonly number[], range: ReturnType<typeof rangeOf>): HTMLElement {
    const label = h('div', { class: 'index', role: 'rowheader', 'aria-colindex': 1 }, count(row + 1))
    label.style.width = `${labelWidth()}px`
    label.dataset['row'] = String(row)
    const cells = places.map(place => {
      const { column: at } = layout.columns[place]!
      const cell = drawCell(rows.cell(row, at), at)
      cell.id = cellId(row, place)
      cell.setAttribute('aria-colindex', String(place + 2))
      if (contains(range, row, place) && selection.active.row >= 0) {
        cell.classList.add('selected')
        cell.setAttribute('aria-selected', 'true')
      }
      if (isActive(row, place)) cell.classList.add('active')
      cell.dataset['row'] = String(row)
      cell.dataset['place'] = String(place)
      position(cell, place)
      return cell
    })
    return rowElement({ places, cells, label, index: row + 2, className: row % 2 ? 'row odd' : 'row' })
  }

  function drawCell(value: Cell | undefined, at: number): HTMLElement {
    const column = columns[at]!
    const kind = isNumeric(column) ? 'td number' : column.type === 'bool' ? 'td bool' : 'td'
    if (value === undefined)
      return h('div', { class: `${kind} loading`, role: 'gridcell', 'aria-busy': 'true' }, '…')
    if (value === null) return h('div', { class: `${kind} missing`, role: 'gridcell' }, 'null')
    if (value === '')
      return h('div', { class: `${kind} blank`, role: 'gridcell', 'aria-label': 'empty text' })
    const text = formats[at]!(value)
    return h('div', { class: kind, role: 'gridcell', title: text.length > 24 && text }, text)
  }

  let mostRows = table.nRows

  function drawStatus(): void {
    const { nRows, counted, query, busy, limited, problem: wrong } = rows.state
    const isFiltered = (query.filter?.length ?? 0) > 0 || (query.search ?? '') !== ''
    // A table that is computed when asked for is counted by its first answers, which a filter comes after.
    if (!isFiltered && limited === undefined) mostRows = Math.max(mostRows, nRows)
    const total = limited === undefined ? mostRows : table.nRows
    const parts = [shapeText({ nRows: total, nColumns: table.nColumns, counted: counted && table.counted !== false ? true : counted })] // prettier-ignore
    if (isFiltered) parts.push(`${count(nRows)} after filter`)
    const nHidden = arrangement.filter(({ hidden }) => hidden).length
    if (nHidden > 0) parts.push(`${nHidden} hidden`)
    const nData = columns.filter(column => !column.isLabel).length
    if (nData < table.nColumns) parts.push(`first ${count(nData)} columns`)
    if (statisticsRows > 0 && statisticsRows < total)
      parts.push(`statistics of ${count(statisticsRows)} rows`)
    const range = rangeOf(selection)
    const nSelected = (range.toRow - range.fromRow + 1) * (range.toColumn - range.fromColumn + 1)
    if (nSelected > 1 && selection.active.row >= 0) parts.push(`${count(nSelected)} cells selected`)
    if (limited !== undefined && !table.truncated === false)
      parts.push(`first ${count(table.rows.length)} rows here`)
    const text = busy ? `${busy.text}${busy.share === undefined ? '' : ` ${Math.round(100 * busy.share)} %`}` : parts.join(' · ') // prettier-ignore
    if (text !== shape) status.textContent = shape = text
    const said = wrong ?? (limited === undefined ? '' : limited)
    if (problem.textContent !== said) problem.textContent = said
    bar.hidden = busy === undefined
    bar.style.setProperty('--share', busy?.share === undefined ? '' : `${100 * busy.share}%`)
    frame.classList.toggle('waiting', busy !== undefined)
  }

  let toolbarKey = ''
  function drawToolbar(): void {
    const { query } = rows.state
    const key = JSON.stringify([query.filter, query.sort])
    if (key === toolbarKey) return
    toolbarKey = key
    const filters = (query.filter ?? []).map(filter => {
      const text = filterText(columns[filter.column]!, filter)
      const remove = () => setQuery({ filter: query.filter!.filter(item => item !== filter) })
      return h(
        'button',
        { type: 'button', class: 'chip', title: `Remove filter: ${text}`, click: remove },
        `${text} ✕`,
      )
    })
    chips.replaceChildren(...filters)
  }

  // --- questions ---
  /** What was asked for last; the rows show it when they are here. */
  let wanted: TableQuery = {}

  const current = (): TableQuery => (rows.state.busy ? wanted : rows.state.query)

  function setQuery(changes: Partial<TableQuery>): void {
    wanted = { ...current(), ...changes }
    rows.setQuery(wanted)
    top = 0
    scroller.scrollTop = 0
    selection = select({ row: selection.active.row < 0 ? -1 : 0, column: selection.active.column })
    if ('filter' in changes || 'search' in changes) refreshStatistics(wanted)
    schedule()
  }

  let asking: AbortController | undefined
  /** The figures of the heads are of the rows that the filter leaves. */
  function refreshStatistics(query: TableQuery): void {
    if (!link || rows.state.limited !== undefined) return
    asking?.abort()
    const controller = new AbortController()
    asking = controller
    const places = columns.map((_, i) => i)
    link.ask({ kind: 'statistics', ...query, columns: places }, { signal: controller.signal }).then(
      answer => {
        if (!('columns' in answer) || controller.signal.aborted) return
        columns = answer.columns
        nStatistics += 1
        statisticsRows = answer.statisticsRows
        formats = createFormats({ ...table, columns })
        schedule()
      },
      () => undefined,
    )
  }

  function sortBy(at: number, direction: 'ascending' | 'descending' | undefined, adds: boolean): void {
    const { sort = [] } = current()
    const others = adds ? sort.filter(item => item.column !== at) : []
    const own: TableSort[] = direction ? [{ column: at, descending: direction === 'descending' }] : []
    setQuery({ sort: [...others, ...own] })
  }

  /** Ascending, descending, as it came. */
  function cycleSort(at: number, adds: boolean): void {
    const found = current().sort?.find(item => item.column === at)
    sortBy(at, !found ? 'ascending' : found.descending ? undefined : 'descending', adds)
  }

  function setFilter(at: number, filter: TableFilter | undefined): void {
    const others = (current().filter ?? []).filter(item => item.column !== at)
    setQuery({ filter: filter ? [...others, filter] : others })
  }

  // --- columns ---
  function setArrangement(next: arrange.Arrangement): void {
    arrangement = next
    layout = arrange.layOut(arrangement)
    const column = Math.max(0, Math.min(selection.active.column, layout.columns.length - 1))
    selection = select({ row: selection.active.row, column })
    schedule()
  }

  function fit(at: number): void {
    const column = columns[at]!
    const seen = viewport.visibleRows(top, extent())
    const lengths = [textWidth(column.name) + 34, textWidth(describeType(column, statisticsRows)) * 0.9 + 20]
    for (let row = seen.from; row < seen.until; row++) {
      const cell = rows.cell(row, at)
      lengths.push(textWidth(cell === null || cell === undefined ? 'null' : formats[at]!(cell)) + 22)
    }
    setArrangement(arrange.change(arrangement, at, { width: Math.min(600, Math.max(...lengths)) }))
  }

  const measure = document.createElement('canvas').getContext('2d')
  function textWidth(text: string): number {
    if (!measure) return text.length * 7.2
    measure.font = getComputedStyle(body).font
    return measure.measureText(text.slice(0, 200)).width
  }

  // --- panels ---
  let closePanel: (() => void) | undefined
  function openPanel(panel: HTMLElement, anchor: HTMLElement): void {
    closePanel?.()
    panels.replaceChildren(panel)
    const [outer, inner] = [frame.getBoundingClientRect(), anchor.getBoundingClientRect()]
    const left = Math.max(4, Math.min(inner.left - outer.left, outer.width - panel.offsetWidth - 6))
    panel.style.left = `${left}px`
    panel.style.top = `${inner.bottom - outer.top}px`
    // The frame of an output grows with its content only: the panel must not hang below it.
    const space = outer.height - (inner.bottom - outer.top) - 8
    panel.style.maxHeight = `${Math.max(space, 260)}px`
    frame.style.minHeight = `${inner.bottom - outer.top + Math.min(panel.scrollHeight, Math.max(space, 260)) + 12}px`
    const outside = (event: Event): void => {
      if (!event.composedPath().includes(panel)) closePanel?.()
    }
    document.addEventListener('pointerdown', outside, true)
    closePanel = () => {
      document.removeEventListener('pointerdown', outside, true)
      panels.replaceChildren()
      frame.style.minHeight = ''
      closePanel = undefined
    }
    const field =
      panel.querySelector<HTMLElement>('input[type=text]:not([hidden])') ?? panel.querySelector('button')
    field?.focus()
  }

  function closeToGrid(): void {
    closePanel?.()
    scroller.focus({ preventScroll: true })
  }

  function openMenu(place: number): void {
    const anchor = head.querySelector<HTMLElement>(`[data-place="${place}"]`)
    if (!anchor) return
    const at = layout.columns[place]!.column
    const { sort = [], filter = [] } = rows.state.query
    const sorted = sort.find(item => item.column === at)
    const then = (act: () => void) => () => {
      closeToGrid()
      act()
    }
    const panel = columnMenu({
      column: columns[at]!,
      place: at,
      statisticsRows,
      filter: filter.find(item => item.column === at),
      sorted: sorted && (sorted.descending ? 'descending' : 'ascending'),
      pinned: layout.columns[place]!.pinned,
      actions: {
        sort: direction => then(() => sortBy(at, direction, false))(),
        filter: chosen => then(() => setFilter(at, chosen))(),
        pin: pinned => then(() => setArrangement(arrange.change(arrangement, at, { pinned })))(),
        hide: then(() => setArrangement(arrange.change(arrangement, at, { hidden: true }))),
        move: by => then(() => setArrangement(arrange.move(arrangement, at, by)))(),
        fit: then(() => fit(at)),
        close: closeToGrid,
      },
    })
    openPanel(panel, anchor)
  }

  function openMore(): void {
    const button = (text: string, click: () => void) => h('button', { type: 'button', click: () => { closeToGrid(); click() } }, text) // prettier-ignore
    const boxes = arrangement.map(({ column, hidden }) => {
      const box = h('input', { type: 'checkbox', checked: !hidden })
      box.addEventListener('change', () =>
        setArrangement(arrange.change(arrangement, column, { hidden: !box.checked })),
      )
      return h('label', {}, box, nameOf(columns[column]!))
    })
    const panel = h(
      'div',
      { class: 'menu more', role: 'dialog', 'aria-label': 'Copy, save and columns' },
      h(
        'div',
        { class: 'list' },
        button('Copy selected cells', () => void copySelection({ header: false })),
        button('Copy selected cells with headers', () => void copySelection({ header: true })),
        button('Copy all rows as CSV', () => void copyAll()),
        ...(link ? [button('Save rows as CSV or Parquet…', () => void save())] : []),
        ...(host && !fills ? [button('Open in a tab', () => host.post({ type: 'open', table }))] : []),
      ),
      h('fieldset', {}, h('legend', {}, 'Columns'), ...boxes),
    )
    panel.addEventListener('keydown', event => {
      if (event.key === 'Escape') closeToGrid()
      event.stopPropagation()
    })
    openPanel(panel, moreButton)
  }

  // --- values, copies, files ---
  function showDetail(): void {
    const { row, column: place } = selection.active
    if (row < 0 || row >= rows.state.nRows || layout.columns.length === 0) return
    const at = layout.columns[place]!.column
    const cell = rows.cell(row, at)
    const isCut = typeof cell === 'string' && cell.length > 500 && cell.endsWith('…')
    const key = `${row}:${at}:${JSON.stringify(rows.state.query)}`
    if (isCut && key === fullKey) return
    fullKey = isCut ? key : ''
    detail.show({
      column: columns[at]!,
      row,
      cell,
      ...(isCut ? { note: link ? 'loading the rest…' : 'cut' } : {}),
    })
    if (!isCut || !link || rows.state.limited !== undefined) return
    link.ask({ kind: 'value', ...rows.state.query, row, column: at }).then(
      answer => {
        if (!('value' in answer) || fullKey !== key) return
        detail.show({ column: columns[at]!, row, cell: answer.value, ...(answer.truncated ? { note: 'the first 100,000 characters' } : {}) }) // prettier-ignore
      },
      error => detail.show({ column: columns[at]!, row, cell, note: String((error as Error).message) }),
    )
  }
  let fullKey = ''

  function closeDetail(): void {
    detail.close()
    fullKey = ''
    scroller.focus({ preventScroll: true })
  }

  /** The selected cells as text, if all are here in full. */
  function selectedText(header: boolean): string | undefined {
    const range = rangeOf(selection)
    const places = layout.columns.slice(range.fromColumn, range.toColumn + 1)
    if ((range.toRow - range.fromRow + 1) * places.length > maxLocalCopy) return undefined
    const lines: (readonly Cell[])[] = header ? [places.map(({ column }) => columns[column]!.name)] : []
    for (let row = range.fromRow; row <= Math.min(range.toRow, rows.state.nRows - 1); row++) {
      const cells = places.map(({ column }) => rows.cell(row, column))
      const isWhole = cells.every(
        cell => cell !== undefined && !(typeof cell === 'string' && cell.length > 500),
      )
      if (!isWhole && link && rows.state.limited === undefined) return undefined
      lines.push(cells.map(cell => cell ?? null))
    }
    return textOfCells(lines, 'tsv')
  }

  async function copySelection({ header }: { header: boolean }): Promise<void> {
    const range = rangeOf(selection)
    const text = selectedText(header)
    if (text !== undefined)
      return announceCopy(await clipboard.write(text), range.toRow - range.fromRow + 1, false)
    await copyFromKernel({
      format: 'tsv',
      header,
      offset: range.fromRow,
      limit: range.toRow - range.fromRow + 1,
      columns: layout.columns.slice(range.fromColumn, range.toColumn + 1).map(({ column }) => column),
    })
  }

  async function copyAll(): Promise<void> {
    const shown = layout.columns.map(({ column }) => column)
    if (link && rows.state.limited === undefined && table.truncated)
      return copyFromKernel({
        format: 'csv',
        header: true,
        offset: 0,
        limit: rows.state.nRows,
        columns: shown,
      })
    const lines: (readonly Cell[])[] = [shown.map(column => columns[column]!.name)]
    for (let row = 0; row < rows.state.nRows; row++)
      lines.push(shown.map(column => rows.cell(row, column) ?? null))
    announceCopy(
      await clipboard.write(textOfCells(lines, 'csv')),
      rows.state.nRows,
      rows.state.limited !== undefined,
    )
  }

  interface CopyRange {
    readonly format: 'tsv' | 'csv'
    readonly header: boolean
    readonly offset: number
    readonly limit: number
    readonly columns: readonly number[]
  }

  async function copyFromKernel(range: CopyRange): Promise<void> {
    say('Copying…')
    try {
      const answer = await link!.ask(
        { kind: 'copy', ...rows.state.query, ...range },
        { onProgress: share => say(`Copying… ${Math.round(100 * share)} %`) },
      )
      if ('text' in answer) announceCopy(await clipboard.write(answer.text), answer.nRows, answer.truncated)
    } catch (error) {
      problem.textContent = (error as Error).message
    }
  }

  function announceCopy(done: boolean, nRows: number, truncated: boolean): void {
    if (!done) return void (problem.textContent = 'The clipboard cannot be written here.')
    say(`${count(nRows)} ${nRows === 1 ? 'row' : 'rows'} copied${truncated ? ': the others are too many to copy, save them instead' : ''}`) // prettier-ignore
  }

  async function save(): Promise<void> {
    try {
      const shown = layout.columns.map(({ column }) => column)
      const answer = await link!.save({ kind: 'save', ...rows.state.query, columns: shown, format: 'csv' })
      if ('path' in answer) say(`${count(answer.nRows)} rows saved in ${answer.path}`)
    } catch (error) {
      problem.textContent = (error as Error).message
    }
  }

  /** In the place of the shape, until that changes or something else is selected; rows that arrive leave it there. */
  function say(text: string): void {
    status.textContent = text
  }

  // --- hands and keys ---
  function show(next: Selection): void {
    selection = next
    if (status.textContent !== shape) status.textContent = shape
    const { row, column } = next.active
    if (row >= 0) {
      const target = viewport.topShowing(row, top, extent())
      if (target !== top) scrollTo(target)
    }
    const placed = layout.columns[column]
    if (placed && !placed.pinned) {
      const width = scroller.clientWidth - labelWidth() - layout.pinnedWidth
      if (placed.left < scroller.scrollLeft) scroller.scrollLeft = placed.left
      else if (placed.left + placed.width > scroller.scrollLeft + width)
        scroller.scrollLeft = Math.min(placed.left, placed.left + placed.width - width)
    }
    schedule()
  }

  let ownScroll: number | undefined
  function scrollTo(target: number): void {
    const shown = extent()
    top = Math.max(0, Math.min(viewport.maxTop(shown), target))
    scroller.scrollTop = ownScroll = Math.round(viewport.scrollOfTop(top, shown))
    schedule()
  }

  function onScroll(): void {
    closePanel?.()
    const { scrollTop } = scroller
    if (ownScroll === undefined || Math.abs(scrollTop - ownScroll) > 1)
      top = viewport.topOfScroll(scrollTop, extent())
    ownScroll = undefined
    draw()
  }

  /** Where the bar stands for a share of the rows, the wheel still moves by rows. */
  function onWheel(event: WheelEvent): void {
    const shown = extent()
    if (!viewport.isScaled(shown) || event.ctrlKey || event.shiftKey || event.deltaY === 0) return
    const unit = event.deltaMode === 1 ? rowHeight : event.deltaMode === 2 ? shown.height : 1
    const target = Math.max(0, Math.min(viewport.maxTop(shown), top + event.deltaY * unit))
    if (target === top) return
    event.preventDefault()
    scrollTo(target)
  }

  function onKey(event: KeyboardEvent): void {
    const control = event.ctrlKey || event.metaKey
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
    if (act(event, key, control)) {
      event.preventDefault()
      event.stopPropagation()
      return
    }
    if (event.altKey) return
    const pageRows = Math.max(1, Math.floor(extent().height / rowHeight) - 1)
    const bounds = { nRows: rows.state.nRows, nColumns: layout.columns.length, pageRows }
    const next =
      bounds.nColumns === 0 ? undefined : moved(selection, { key, shift: event.shiftKey, control }, bounds)
    if (!next) return
    event.preventDefault()
    event.stopPropagation()
    show(next)
  }

  function act(event: KeyboardEvent, key: string, control: boolean): boolean {
    const { row, column: place } = selection.active
    const at = layout.columns[place]?.column
    if (at === undefined) return false
    if (control && key === 'c') {
      // The event that follows writes what is here; the rest is fetched.
      if (!event.shiftKey && selectedText(false) !== undefined) return false
      void copySelection({ header: event.shiftKey })
      return true
    }
    if (control && key === 'a') {
      show({ active: { row: Math.max(0, rows.state.nRows - 1), column: layout.columns.length - 1 }, anchor: { row: 0, column: 0 } }) // prettier-ignore
      return true
    }
    if (control && key === 'f') {
      search.focus()
      return true
    }
    if (event.altKey && (key === 'ArrowLeft' || key === 'ArrowRight')) {
      const by = key === 'ArrowRight' ? 1 : -1
      if (event.shiftKey) setArrangement(arrange.move(arrangement, at, by))
      else setArrangement(arrange.change(arrangement, at, { width: layout.columns[place]!.width + 16 * by }))
      return true
    }
    if (key === 'ContextMenu' || (event.shiftKey && key === 'F10') || (event.altKey && key === 'ArrowDown')) {
      openMenu(place)
      return true
    }
    if (key === 'Enter') {
      if (row < 0) cycleSort(at, event.shiftKey)
      else showDetail()
      return true
    }
    if (key === 'Escape' && detail.isOpen) {
      closeDetail()
      return true
    }
    return false
  }

  function onCopy(event: ClipboardEvent): void {
    if (!event.composedPath().includes(scroller)) return
    const text = selectedText(false)
    if (text === undefined || !event.clipboardData) return
    event.clipboardData.setData('text/plain', text)
    event.preventDefault()
    event.stopPropagation()
    const range = rangeOf(selection)
    announceCopy(true, range.toRow - range.fromRow + 1, false)
  }

  const placeOf = (event: Event): { row: number; place: number } | undefined => {
    const cell = (event.target as Element | null)?.closest<HTMLElement>('[data-row], [data-place]')
    if (!cell) return undefined
    return { row: Number(cell.dataset['row'] ?? -1), place: Number(cell.dataset['place'] ?? -1) }
  }

  /** What was pressed last: while the grid has captured the pointer, later events name the grid itself. */
  let pressed: Element | undefined

  function onPointerDown(event: PointerEvent): void {
    const target = event.target as Element
    pressed = target
    if (event.button !== 0) return
    if (target.classList.contains('resizer')) return startResize(event)
    const found = placeOf(event)
    if (!found) return
    if (target.classList.contains('dots')) return void (event.preventDefault(), openMenu(found.place))
    if (found.row < 0) return startHead(event, found.place)
    scroller.focus({ preventScroll: true })
    if (found.place < 0) {
      // The number of a row stands for the row.
      const last = layout.columns.length - 1
      const from = event.shiftKey ? selection.anchor.row : found.row
      return show({ active: { row: found.row, column: last }, anchor: { row: from, column: 0 } })
    }
    const active = { row: found.row, column: found.place }
    show(select(active, event.shiftKey ? selection.anchor : active))
    if (event.shiftKey) event.preventDefault()
    drag(event, moving => {
      const over = placeUnder(moving)
      if (over) show({ ...selection, active: over })
    })
  }

  function placeUnder({ clientX, clientY }: PointerEvent): { row: number; column: number } | undefined {
    const box = scroller.getBoundingClientRect()
    const y = Math.max(headHeight, Math.min(box.height - 1, clientY - box.top))
    const row = Math.floor((top + y - headHeight) / rowHeight)
    const x = clientX - box.left - labelWidth()
    const inPins = x < layout.pinnedWidth
    const left = inPins ? x : x - layout.pinnedWidth + scroller.scrollLeft
    const part = layout.columns
      .map((column, place) => ({ ...column, place }))
      .filter(column => column.pinned === inPins)
    const over = part.findLast(column => column.left <= left) ?? part[0]
    return over && { row: Math.max(0, Math.min(rows.state.nRows - 1, row)), column: over.place }
  }

  function drag(
    event: PointerEvent,
    onMove: (event: PointerEvent) => void,
    onEnd: (event: PointerEvent) => void = () => undefined,
  ): void {
    // prettier-ignore
    scroller.setPointerCapture(event.pointerId)
    const end = (last: PointerEvent): void => {
      scroller.removeEventListener('pointermove', onMove)
      scroller.removeEventListener('pointerup', end)
      scroller.removeEventListener('pointercancel', end)
      onEnd(last)
    }
    scroller.addEventListener('pointermove', onMove)
    scroller.addEventListener('pointerup', end)
    scroller.addEventListener('pointercancel', end)
  }

  function startResize(event: PointerEvent): void {
    event.preventDefault()
    const place = Number((event.target as Element).closest<HTMLElement>('[data-place]')?.dataset['place'])
    const { column: at, width } = layout.columns[place]!
    const from = event.clientX
    drag(event, moving =>
      setArrangement(arrange.change(arrangement, at, { width: width + moving.clientX - from })),
    )
  }

  /** A click sorts, a drag moves the column. */
  function startHead(event: PointerEvent, place: number): void {
    const from = event.clientX
    const { column: at } = layout.columns[place]!
    let isDrag = false
    scroller.focus({ preventScroll: true })
    drag(
      event,
      moving => {
        isDrag ||= Math.abs(moving.clientX - from) > 6
        const over = isDrag ? placeUnder(moving) : undefined
        for (const cell of head.querySelectorAll<HTMLElement>('.th'))
          cell.classList.toggle('target', isDrag && Number(cell.dataset['place']) === over?.column && over.column !== place) // prettier-ignore
      },
      last => {
        show(select({ row: -1, column: place }))
        if (!isDrag) return last.type === 'pointerup' ? cycleSort(at, event.shiftKey) : undefined
        const over = placeUnder(last)
        headKey = ''
        if (!over || over.column === place) return schedule()
        const target = layout.columns[over.column]!.column
        setArrangement(arrange.moveBefore(arrangement, at, { column: target, behind: over.column > place }))
      },
    )
  }

  function onDoubleClick(): void {
    const place = Number(pressed?.closest<HTMLElement>('[data-place]')?.dataset['place'] ?? -1)
    if (place < 0) return
    if (pressed!.classList.contains('resizer')) fit(layout.columns[place]!.column)
    else if (selection.active.row >= 0) showDetail()
  }

  function onContextMenu(event: MouseEvent): void {
    const found = placeOf(event)
    if (!found || found.place < 0 || found.row >= 0) return
    event.preventDefault()
    openMenu(found.place)
  }

  let searching: ReturnType<typeof setTimeout> | undefined
  search.addEventListener('input', () => {
    clearTimeout(searching)
    searching = setTimeout(() => setQuery({ search: search.value }), searchDelayMs)
  })
  search.addEventListener('keydown', event => {
    if (event.key === 'Escape') {
      search.value = ''
      setQuery({ search: '' })
    }
    if (event.key === 'ArrowDown' || event.key === 'Escape') scroller.focus()
    // Keys in a field are no commands of the notebook.
    event.stopPropagation()
  })
  moreButton.addEventListener('click', openMore)
  scroller.addEventListener('scroll', onScroll)
  scroller.addEventListener('wheel', onWheel, { passive: false })
  scroller.addEventListener('keydown', onKey)
  scroller.addEventListener('pointerdown', onPointerDown)
  scroller.addEventListener('dblclick', onDoubleClick)
  scroller.addEventListener('contextmenu', onContextMenu)
  scroller.addEventListener('focus', () => link && host?.post({ type: 'focus', id: link.id }))
  document.addEventListener('copy', onCopy, true)
  disposers.push(() => document.removeEventListener('copy', onCopy, true))
  const resized = new ResizeObserver(() => schedule())
  resized.observe(scroller)
  disposers.push(() => resized.disconnect())
  const commands = host?.onMessage(message => {
    if (message.type !== 'command' || message.id !== link?.id) return
    void (message.command === 'save' ? save() : copyAll())
  })
  disposers.push(() => commands?.dispose())

  draw()
  // What the first paint did not wait for.
  if (link && table.counted === false) rows.setQuery({})
  if (link && table.statisticsRows === 0 && table.nRows > 0) refreshStatistics({})

  return {
    dispose() {
      cancelAnimationFrame(scheduled)
      clearTimeout(searching)
      closePanel?.()
      asking?.abort()
      for (const dispose of disposers) dispose()
      rows.dispose()
      link?.dispose()
      frame.remove()
    },
  }
}

function createFormats(table: TableMessage): readonly CellFormat[] {
  return table.columns.map((column, i) => createFormat(column, table.rows.map(row => row[i] ?? null))) // prettier-ignore
}

const funnel = (): SVGElement =>
  svg(
    'svg',
    { class: 'funnel', viewBox: '0 0 10 10', 'aria-hidden': 'true' },
    svg('path', { d: 'M0 1h10L6 5.5V10L4 8.5V5.5z' }),
  )

/** Enough for the name and most values of the first page. */
function initialWidth(column: TableColumn, table: TableMessage, place: number): number {
  const format = createFormat(column, table.rows.map(row => row[place] ?? null)) // prettier-ignore
  const lengths = table.rows.map(row => (row[place] === null || row[place] === undefined ? 4 : format(row[place]).length)).sort((a, b) => a - b) // prettier-ignore
  const most = lengths[Math.floor(lengths.length * 0.95)] ?? 0
  const head = Math.max(column.name.length + 4, describeType(column, table.statisticsRows).length * 0.9)
  const floor = column.histogram || column.top ? 112 : 72
  return Math.round(Math.min(320, Math.max(floor, 7.6 * most + 22, 7.4 * head + 22)))
}
