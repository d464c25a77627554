/** The documents that are open in the editor, as it last told of them. */
import type { TextDocumentContentChangeEvent, TextDocumentItem } from 'vscode-languageserver/node'
import { type Document, type PositionEncoding, changeDocument, createDocument } from './document.ts'

export class Documents {
  /** Until the editor has said how it counts, nothing is open. */
  encoding: PositionEncoding = 'utf-16'
  readonly #open = new Map<string, Document>()

  get(uri: string): Document | undefined {
    return this.#open.get(uri)
  }

  all(): readonly Document[] {
    return [...this.#open.values()]
  }

  open({ uri, languageId, version, text }: TextDocumentItem): Document {
    if (typeof uri !== 'string' || typeof text !== 'string')
      throw new TypeError('Expected a document with a uri and a text.')
    const document = createDocument({ uri, languageId, version, text, encoding: this.encoding })
    this.#open.set(uri, document)
    return document
  }

  /** @throws when the document is not open, or the changes are none */
  change(
    { uri, version }: { readonly uri: string; readonly version: number | null },
    changes: readonly TextDocumentContentChangeEvent[],
  ): Document {
    const document = this.#open.get(uri)
    if (!document) throw new Error(`Expected a document that is open, got a change of ${uri}.`)
    const changed = changeDocument(document, changes, version ?? document.version + 1)
    this.#open.set(uri, changed)
    return changed
  }

  close(uri: string): void {
    this.#open.delete(uri)
  }
}
