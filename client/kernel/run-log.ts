/**
 * `metadata.slipway.log` of a notebook: what was run, in the order it ran, since the kernel started. Promotion reads
 * it as evidence. It holds deleted cells too, so a setting turns it off and a command wipes it.
 */
import * as vscode from 'vscode'

export interface LogEntry {
  /** The nbformat id of the cell. */
  readonly cell: string
  readonly source: string
  /** How long it took, in milliseconds (whole tenths of a second), when that was a second or more: promotion makes steps by it. */
  ms?: number
}

/** Notes what a run took; quick ones change too often to be worth a line of the file. */
export function noteDuration(entry: LogEntry, ms: number): void {
  if (ms >= 1000) entry.ms = Math.round(ms / 100) * 100
}

interface NotebookMetadata {
  readonly metadata?: { readonly slipway?: { readonly log?: readonly LogEntry[] } }
}

/** The id by which the file knows a cell. */
export function cellId(cell: vscode.NotebookCell): string {
  const id = (cell.metadata as { id?: unknown }).id
  return typeof id === 'string' ? id : cell.document.uri.fragment
}

/** The log that the notebook carries. */
export function storedLog(notebook: vscode.NotebookDocument): readonly LogEntry[] {
  return (notebook.metadata as NotebookMetadata).metadata?.slipway?.log ?? []
}

/** Puts the log into the notebook, unsaved. Does nothing when it already says so. */
export async function storeLog(notebook: vscode.NotebookDocument, log: readonly LogEntry[]): Promise<void> {
  if (notebook.isClosed || JSON.stringify(storedLog(notebook)) === JSON.stringify(log)) return
  const outer = notebook.metadata as NotebookMetadata
  const { log: _, ...slipway } = outer.metadata?.slipway ?? {}
  const metadata = { ...outer.metadata, slipway: log.length ? { ...slipway, log } : slipway }
  const edit = new vscode.WorkspaceEdit()
  edit.set(notebook.uri, [vscode.NotebookEdit.updateNotebookMetadata({ ...outer, metadata })])
  await vscode.workspace.applyEdit(edit)
}
