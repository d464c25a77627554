/** Renderer of `application/vnd.slipway.table+json`: a table as a grid. */
import type { TableMessage } from '../../library/display/messages.ts'
import { styledRoot } from '../support/dom.ts'
import type { OutputItem, Renderer } from '../support/renderer.ts'
import { createGrid, type Grid } from './grid.ts'
import type { FromHost, Host, ToHost } from './link.ts'
import css from './table.css'

/** What VS Code gives a renderer that may send messages (vscode-notebook-renderer). */
interface RendererContext {
  readonly postMessage?: (message: ToHost) => void
  readonly onDidReceiveMessage?: (handle: (message: FromHost) => void) => { dispose(): void }
}

export function activate(context: RendererContext = {}): Renderer {
  const { postMessage, onDidReceiveMessage } = context
  const host: Host | undefined = postMessage &&
    onDidReceiveMessage && { post: postMessage, onMessage: onDidReceiveMessage }
  const grids = new Map<string, Grid>()
  const dispose = (id: string): void => {
    grids.get(id)?.dispose()
    grids.delete(id)
  }
  return {
    renderOutputItem(item: OutputItem, element: HTMLElement) {
      dispose(item.id)
      const root = styledRoot(element, css)
      grids.set(item.id, createGrid({ table: item.json() as TableMessage, root, host }))
    },
    disposeOutputItem(id) {
      for (const each of id === undefined ? [...grids.keys()] : [id]) dispose(each)
    },
  }
}
