/** The tab that shows a table of a notebook with more room. It asks the notebook's kernel, as the notebook does. */
import * as vscode from 'vscode'
import type { FromHost, ToHost } from '../../web/table/link.ts'
import type { FromTablePage, ToTablePage } from '../../web/table/page-messages.ts'
import type { Services } from '../context.ts'
import type { Messages } from '../kernel/renderer-messages.ts'
import type { Caller } from '../support/grids.ts'
import { createPage } from './webview.ts'

export function tableTabs({
  extension,
}: Services): (table: unknown, notebook: vscode.NotebookDocument, messages: Messages) => void {
  return (table, notebook, messages) => {
    const title = `Table: ${vscode.workspace.asRelativePath(notebook.uri)}`
    const panel = createPage({ extension, bundle: 'table-page', title })
    const send = (message: ToTablePage): void => void panel.webview.postMessage(message)
    const caller: Caller = { notebook, send: (message: FromHost) => send(message) }
    panel.webview.onDidReceiveMessage((message: FromTablePage) => {
      if (message.type === 'ready') send({ type: 'table', table })
      else void messages.receive(message satisfies ToHost, caller)
    })
    panel.onDidDispose(() => messages.leave(caller))
  }
}
