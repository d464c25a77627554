/**
 * The cells of this language in the notebooks that are open, in their order. The editor tells of them by the
 * protocol's notebook synchronisation; what a cell's URI looks like means nothing here.
 */
import {
  type DidChangeNotebookDocumentParams,
  type DidCloseNotebookDocumentParams,
  type DidOpenNotebookDocumentParams,
  type NotebookCell,
  NotebookCellKind,
} from 'vscode-languageserver/node'
import type { Documents } from './documents.ts'

export interface Cell {
  readonly uri: string
  /** The cells whose declarations it sees, from the top. */
  readonly above: readonly string[]
}

export class Notebooks {
  readonly #documents: Documents
  readonly #cells = new Map<string, readonly NotebookCell[]>()
  /** Notebook by cell. */
  readonly #owners = new Map<string, string>()

  constructor(documents: Documents) {
    this.#documents = documents
  }

  open({ notebookDocument, cellTextDocuments }: DidOpenNotebookDocumentParams): void {
    for (const document of cellTextDocuments) this.#documents.open(document)
    this.#set(notebookDocument.uri, notebookDocument.cells)
  }

  change({ notebookDocument: { uri }, change: { cells: changed } }: DidChangeNotebookDocumentParams): void {
    let cells = this.#cells.get(uri)
    if (!cells || !changed) return
    if (changed.structure) {
      const { array, didOpen = [], didClose = [] } = changed.structure
      cells = cells.toSpliced(array.start, array.deleteCount, ...(array.cells ?? []))
      for (const document of didOpen) this.#documents.open(document)
      for (const { uri: closed } of didClose) this.#documents.close(closed)
    }
    const data = new Map((changed.data ?? []).map(cell => [cell.document, cell]))
    if (data.size > 0) cells = cells.map(cell => data.get(cell.document) ?? cell)
    for (const { document, changes } of changed.textContent ?? []) this.#documents.change(document, changes)
    this.#set(uri, cells)
  }

  close({ notebookDocument: { uri }, cellTextDocuments }: DidCloseNotebookDocumentParams): void {
    for (const { document } of this.#cells.get(uri) ?? []) this.#documents.close(document)
    for (const { uri: closed } of cellTextDocuments) this.#documents.close(closed)
    this.#set(uri, [])
    this.#cells.delete(uri)
  }

  /** The notebook that a cell stands in; undefined for what is no cell. */
  notebookOf(cell: string): string | undefined {
    return this.#owners.get(cell)
  }

  /** Of one notebook: its cells of code in this language, from the top. */
  cells(notebook: string): readonly Cell[] {
    const uris = (this.#cells.get(notebook) ?? [])
      .filter(cell => cell.kind !== NotebookCellKind.Markup && this.#isOurs(cell.document))
      .map(cell => cell.document)
    return uris.map((uri, i) => ({ uri, above: uris.slice(0, i) }))
  }

  /** An editor may send the other cells too. */
  #isOurs(uri: string): boolean {
    return this.#documents.get(uri)?.languageId === 'slipway'
  }

  #set(uri: string, cells: readonly NotebookCell[]): void {
    for (const { document } of this.#cells.get(uri) ?? []) this.#owners.delete(document)
    this.#cells.set(uri, cells)
    for (const { document } of cells) this.#owners.set(document, uri)
  }
}
