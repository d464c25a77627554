/** Grids of tables on pages, as far as the whole window knows them. */
import type * as vscode from 'vscode'
import type { FromHost } from '../../web/table/link.ts'

/** Someone in a page who talks with a kernel: a renderer in a notebook, or a table in a tab. */
export interface Caller {
  readonly notebook: vscode.NotebookDocument
  send(message: FromHost): void
  /** Shows a table in a tab. Default: tabs open no tabs. */
  readonly open?: (table: unknown) => void
}

/** The grid that had the focus last: commands go there. One per window, as the focus is. */
let focused: { readonly id: string; readonly caller: Caller } | undefined

export function focusGrid(id: string, caller: Caller): void {
  focused = { id, caller }
}

/** Forgets a grid that is gone. */
export function blurGrid(id: string): void {
  if (focused?.id === id) focused = undefined
}

/** Tells the grid that was used last to copy or save its rows; whether there is one. */
export function commandGrid(command: 'copyCsv' | 'save'): boolean {
  focused?.caller.send({ type: 'command', id: focused.id, command })
  return focused !== undefined
}
