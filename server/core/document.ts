/**
 * The text of a document at one version, and its positions as the editor counts them: columns in UTF-16 units,
 * unless the editor would rather have bytes of UTF-8 or code points. A change gives a new document; the old one
 * stays what it was. Positions outside the text are brought inside, whatever they are.
 */
import type { Position, Range, TextDocumentContentChangeEvent } from 'vscode-languageserver/node'
import type { TextDocument } from 'vscode-languageserver-textdocument'

/** What the server asks of a document. */
export type Document = Pick<
  TextDocument,
  'uri' | 'languageId' | 'version' | 'lineCount' | 'getText' | 'positionAt' | 'offsetAt'
>

export type PositionEncoding = 'utf-8' | 'utf-16' | 'utf-32'

const encodings: readonly string[] = ['utf-8', 'utf-16', 'utf-32'] satisfies PositionEncoding[]

/** The first that both sides know, in the editor's order; UTF-16 when it says nothing. */
export function chooseEncoding(offered: unknown): PositionEncoding {
  const known = Array.isArray(offered) ? offered.find(name => encodings.includes(name as string)) : undefined
  return (known as PositionEncoding | undefined) ?? 'utf-16'
}

export interface DocumentOptions {
  readonly uri: string
  readonly text: string
  readonly languageId?: string
  readonly version?: number
  readonly encoding?: PositionEncoding
}

export function createDocument(options: DocumentOptions): Document {
  const { uri, text, languageId = 'slipway', version = 0, encoding = 'utf-16' } = options
  return new EncodedDocument({ uri, text, languageId, version, encoding })
}

/** The document after the editor's changes, in their order; one without a range is the whole text. */
export function changeDocument(
  document: Document,
  changes: readonly TextDocumentContentChangeEvent[],
  version: number,
): Document {
  const { uri, languageId } = document
  const encoding = document instanceof EncodedDocument ? document.encoding : 'utf-16'
  let current = document
  for (const change of changes) {
    const text = 'range' in change && change.range ? splice(current, change.range, change.text) : change.text
    current = new EncodedDocument({ uri, text, languageId, version, encoding })
  }
  return current
}

function splice(document: Document, { start, end }: Range, text: string): string {
  const whole = document.getText()
  const [from, to] = [document.offsetAt(start), document.offsetAt(end)]
  return whole.slice(0, Math.min(from, to)) + text + whole.slice(Math.max(from, to))
}

class EncodedDocument implements Document {
  readonly uri: string
  readonly languageId: string
  readonly version: number
  readonly encoding: PositionEncoding
  readonly #text: string
  #starts: readonly number[] | undefined

  constructor({ uri, languageId, version, text, encoding }: Required<DocumentOptions>) {
    this.uri = uri
    this.languageId = languageId
    this.version = version
    this.encoding = encoding
    this.#text = text
  }

  get lineCount(): number {
    return this.#lineStarts().length
  }

  getText(range?: Range): string {
    return range ? this.#text.slice(this.offsetAt(range.start), this.offsetAt(range.end)) : this.#text
  }

  positionAt(offset: number): Position {
    const at = Math.min(Math.max(0, offset), this.#text.length)
    const starts = this.#lineStarts()
    const line = lineOf(starts, at)
    const start = starts[line]!
    // A column behind the last character of a line is not in its line end.
    const end = Math.min(at, this.#contentEnd(line))
    return { line, character: units(this.#text, { start, end }, this.encoding) }
  }

  offsetAt({ line, character }: Position): number {
    const starts = this.#lineStarts()
    if (!(line >= 0)) return 0
    if (line >= starts.length) return this.#text.length
    const row = Math.floor(line)
    const span = { start: starts[row]!, end: this.#contentEnd(row) }
    return character > 0 ? offsetIn(this.#text, span, { character, encoding: this.encoding }) : span.start
  }

  #lineStarts(): readonly number[] {
    this.#starts ??= lineStartsOf(this.#text)
    return this.#starts
  }

  /** Where the line ends, its line end left out. */
  #contentEnd(line: number): number {
    const starts = this.#lineStarts()
    let end = starts[line + 1] ?? this.#text.length
    while (end > starts[line]! && isLineEnd(this.#text.charCodeAt(end - 1))) end--
    return end
  }
}

const isLineEnd = (code: number): boolean => code === 10 || code === 13

function lineStartsOf(text: string): readonly number[] {
  const starts = [0]
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 13 && text.charCodeAt(i + 1) === 10) i++
    if (isLineEnd(code)) starts.push(i + 1)
  }
  return starts
}

function lineOf(starts: readonly number[], offset: number): number {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (starts[middle]! <= offset) low = middle
    else high = middle - 1
  }
  return low
}

interface Piece {
  readonly start: number
  readonly end: number
}

/** How many units of the encoding a piece of the text takes. */
function units(text: string, { start, end }: Piece, encoding: PositionEncoding): number {
  if (encoding === 'utf-16') return end - start
  let count = 0
  for (let i = start; i < end; i += step(text, i)) count += width(text, i, encoding)
  return count
}

function offsetIn(
  text: string,
  { start, end }: Piece,
  { character, encoding }: { readonly character: number; readonly encoding: PositionEncoding },
): number {
  if (encoding === 'utf-16') return Math.min(start + Math.floor(character), end)
  let left = character
  let i = start
  while (i < end) {
    left -= width(text, i, encoding)
    if (left < 0) break
    i += step(text, i)
  }
  return Math.min(i, end)
}

/** UTF-16 units of the code point at an offset. */
const step = (text: string, offset: number): number => (text.codePointAt(offset)! > 0xffff ? 2 : 1)

function width(text: string, offset: number, encoding: PositionEncoding): number {
  if (encoding === 'utf-32') return 1
  const code = text.codePointAt(offset)!
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
}
