/** The page of a table in a tab: the grid of the notebook, as large as the tab. */
import type { TableMessage } from '../../library/display/messages.ts'
import { h, styledRoot } from '../support/dom.ts'
import { onMessage, post } from '../support/webview.ts'
import { createGrid } from './grid.ts'
import type { FromHost, Host } from './link.ts'
import type { ToTablePage } from './page-messages.ts'
import css from './table.css'

function main(): void {
  const place = h('main')
  document.head.append(
    h('style', {}, 'html, body, main { height: 100%; margin: 0; padding: 0; box-sizing: border-box }'),
  )
  document.body.append(place)
  const listeners = new Set<(message: FromHost) => void>()
  const host: Host = {
    post,
    onMessage(handle) {
      listeners.add(handle)
      return { dispose: () => void listeners.delete(handle) }
    },
  }
  onMessage<ToTablePage>(message => {
    if (message.type !== 'table') return listeners.forEach(listener => listener(message))
    const root = styledRoot(place, `${css}\n:host { height: 100% }`)
    createGrid({ table: message.table as TableMessage, root, host, fills: true })
  })
  post({ type: 'ready' })
}

main()
