/** Above the rows: the search, and the filters that hold. */
import { h } from '../../support/dom.ts'
import { filterText } from '../menu.ts'
import type { GridContext } from './context.ts'
import type { Queries } from './queries.ts'

export interface Toolbar {
  draw(): void
  dispose(): void
}

const searchDelayMs = 250

export function createToolbar(grid: GridContext, queries: Queries): Toolbar {
  const { search, chips, scroller } = grid.frame
  let drawn = ''
  let searching: ReturnType<typeof setTimeout> | undefined

  search.addEventListener('input', () => {
    clearTimeout(searching)
    searching = setTimeout(() => queries.setQuery({ search: search.value }), searchDelayMs)
  })
  search.addEventListener('keydown', event => {
    if (event.key === 'Escape') {
      search.value = ''
      queries.setQuery({ search: '' })
    }
    if (event.key === 'ArrowDown' || event.key === 'Escape') scroller.focus()
    // Keys in a field are no commands of the notebook.
    event.stopPropagation()
  })

  return {
    draw() {
      const { filter: filters = [], sort } = grid.rows.state.query
      const key = JSON.stringify([filters, sort])
      if (key === drawn) return
      drawn = key
      const buttons = filters.map(filter => {
        const text = filterText(grid.columns[filter.column]!, filter)
        const click = () => queries.setQuery({ filter: filters.filter(item => item !== filter) })
        const about = { type: 'button', class: 'chip', title: `Remove filter: ${text}`, click }
        return h('button', about, `${text} ✕`)
      })
      chips.replaceChildren(...buttons)
    },
    dispose: () => clearTimeout(searching),
  }
}
