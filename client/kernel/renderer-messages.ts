/**
 * Carries what renderers of notebooks say to the notebook's kernel and back: comms, the clipboard, files.
 *
 * A kernel is never started for it: a notebook that was only opened shows what was saved in it.
 */
import { basename } from 'node:path'
import * as vscode from 'vscode'
import type { FromHost, ToHost } from '../../web/table/link.ts'
import { blurGrid, focusGrid, type Caller } from '../support/grids.ts'
import type { Kernels } from './controller.ts'

/** Renderers that talk to the kernel (package.json, `requiresMessaging`). */
const renderers = ['slipway-table']

const noKernel = 'No kernel is running. Run the cell to see more of its table.'

interface OpenComm {
  readonly caller: Caller
  readonly end: vscode.Disposable
}

export interface Messages extends vscode.Disposable {
  /** Takes what a caller says. */
  receive(message: ToHost, caller: Caller): Promise<void>
  /** Ends what a caller has open. */
  leave(caller: Caller): void
}

export function createMessages(kernels: Kernels): Messages {
  const comms = new Map<string, OpenComm>()

  function close(id: string): void {
    comms.get(id)?.end.dispose()
    comms.delete(id)
    blurGrid(id)
  }

  function open({ id, target, data }: ToHost & { type: 'comm_open' }, caller: Caller): void {
    const session = kernels.session(caller.notebook)
    if (!session.started) return caller.send({ type: 'comm_close', id, reason: noKernel })
    const end = vscode.Disposable.from(
      session.onComm(message => {
        if (message.content.comm_id !== id) return
        if (message.header.msg_type === 'comm_msg')
          return caller.send({ type: 'comm_msg', id, data: message.content.data })
        caller.send({ type: 'comm_close', id })
        close(id)
      }),
      session.onEnd(() => {
        caller.send({ type: 'comm_close', id, reason: noKernel })
        close(id)
      }),
    )
    comms.set(id, { caller, end })
    session.sendComm('comm_open', { comm_id: id, target_name: target, data })
  }

  function tell(id: string, data: object): void {
    const comm = comms.get(id)
    if (comm) kernels.session(comm.caller.notebook).sendComm('comm_msg', { comm_id: id, data })
  }

  return {
    async receive(message, caller) {
      switch (message.type) {
        case 'comm_open':
          return open(message, caller)
        case 'comm_msg':
          return tell(message.id, message.data)
        case 'comm_close':
          if (comms.has(message.id))
            kernels.session(caller.notebook).sendComm('comm_close', { comm_id: message.id, data: {} })
          return close(message.id)
        case 'clipboard':
          return vscode.env.clipboard.writeText(message.text)
        case 'focus':
          return focusGrid(message.id, caller)
        case 'save': {
          const file = await askFile(caller.notebook)
          const { request } = message.data as { request: number }
          if (file) return tell(message.id, { ...message.data, ...file })
          return caller.send({
            type: 'comm_msg',
            id: message.id,
            data: { request, error: 'Nothing was saved.' },
          })
        }
        case 'open':
          return caller.open?.(message.table)
      }
    },
    leave(caller) {
      for (const [id, comm] of comms) if (comm.caller === caller) close(id)
    },
    dispose() {
      for (const id of [...comms.keys()]) close(id)
    },
  }
}

async function askFile(
  notebook: vscode.NotebookDocument,
): Promise<{ path: string; format: 'csv' | 'parquet' } | undefined> {
  const folder = notebook.uri.scheme === 'file' ? vscode.Uri.joinPath(notebook.uri, '..') : vscode.workspace.workspaceFolders?.[0]?.uri // prettier-ignore
  const name = `${basename(notebook.uri.path, '.ipynb')}-table.csv`
  const chosen = await vscode.window.showSaveDialog({
    title: 'Save the rows of the table',
    filters: { CSV: ['csv'], Parquet: ['parquet'] },
    ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, name) } : {}),
  })
  if (!chosen) return undefined
  return { path: chosen.fsPath, format: chosen.path.endsWith('.parquet') ? 'parquet' : 'csv' }
}

/** Listens to the renderers of all notebooks that are for this kernel. */
export function forwardRendererMessages(
  kernels: Kernels,
  openTab: (table: unknown, notebook: vscode.NotebookDocument, messages: Messages) => void,
): vscode.Disposable {
  const messages = createMessages(kernels)
  const callers = new WeakMap<vscode.NotebookEditor, Caller>()
  const listening = renderers.map(id => {
    const messaging = vscode.notebooks.createRendererMessaging(id)
    return messaging.onDidReceiveMessage(({ editor, message }) => {
      const known = callers.get(editor)
      const caller = known ?? {
        notebook: editor.notebook,
        send: (said: FromHost) => void messaging.postMessage(said, editor),
        open: (table: unknown) => openTab(table, editor.notebook, messages),
      }
      callers.set(editor, caller)
      void messages.receive(message as ToHost, caller)
    })
  })
  return vscode.Disposable.from(messages, ...listening)
}
