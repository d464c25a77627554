/** The pane that shows one value in full. */
import type { Cell, TableColumn } from '../../library/display/messages.ts'
import { h } from '../support/dom.ts'

export interface Detail {
  readonly element: HTMLElement
  readonly isOpen: boolean
  show(content: { column: TableColumn; row: number; cell: Cell | undefined; note?: string }): void
  close(): void
}

export function createDetail(onClose: () => void, copy: (text: string) => void): Detail {
  let text = ''
  const title = h('strong')
  const note = h('span', { class: 'note' })
  const content = h('pre', { tabindex: 0 })
  const element = h(
    'section',
    { class: 'detail', 'aria-label': 'Value', hidden: true },
    h(
      'header',
      {},
      title,
      note,
      h('button', { type: 'button', click: () => copy(text) }, 'Copy'),
      h('button', { type: 'button', 'aria-label': 'Close value', click: () => onClose() }, '✕'),
    ),
    content,
  )
  element.addEventListener('keydown', event => {
    if (event.key === 'Escape') onClose()
    event.stopPropagation()
  })
  return {
    element,
    get isOpen() {
      return !element.hidden
    },
    show({ column, row, cell, note: said = '' }) {
      element.hidden = false
      title.textContent = `${column.name === '' ? 'Row label' : column.name} · row ${row + 1}`
      note.textContent = said
      text = cell === null || cell === undefined ? '' : String(cell)
      content.classList.toggle('missing', cell === null)
      content.textContent = cell === null ? 'null' : cell === '' ? '(empty text)' : readable(text, column)
    },
    close() {
      element.hidden = true
    },
  }
}

/** Nested values are laid out; everything else is what it is, with all digits. */
function readable(text: string, { type }: TableColumn): string {
  if (type !== 'json' && !/^[[{]/.test(text)) return text
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
