/**
 * Questions about cells and their answers, as they cross from the kernel process to the TypeScript service and, by
 * `requests.ts`, to clients. Plain data; offsets are UTF-16 units of the cell's text unless they say otherwise.
 */

export interface ExecutedCell {
  /** The execution count. */
  readonly order: number
  readonly source: string
  /** The notebook's id of the cell, where the client tells. */
  readonly cell: string | null
}

/** A cell of the document as it stands now. */
export interface CellText {
  readonly id: string
  readonly source: string
}

/** A cell that is being written, and a place in it. */
export interface Place {
  readonly source: string
  /** In code points, as Jupyter counts. */
  readonly cursor: number
  readonly cell: string | null
  /** Texts of cells above it, for clients that know no ids: their names count behind all that ran. Default: none. */
  readonly before?: readonly string[]
  /** All cells of the document in order, the asked one (by `cell`) among them. Default: unknown. */
  readonly cells?: readonly CellText[]
}

export interface Span {
  readonly start: number
  readonly end: number
}

/** A place in a cell, or in a file. */
export type Target = CellTarget | FileTarget

export interface CellTarget extends Span {
  /** The id of the cell; null for the asked one, when it has none. */
  readonly cell: string | null
}

export interface FileTarget {
  /** Absolute. */
  readonly file: string
  /** Lines and UTF-16 columns, from 0. */
  readonly range: { readonly start: LinePosition; readonly end: LinePosition }
}

export interface LinePosition {
  readonly line: number
  readonly character: number
}

/** Content of a `complete_reply`. */
export interface Completion {
  readonly matches: readonly string[]
  /** In code points. */
  readonly cursor_start: number
  readonly cursor_end: number
  readonly metadata: { readonly _jupyter_types_experimental: readonly CompletionItem[] }
}

/** What `_jupyter_types_experimental` has for each match. */
export interface CompletionItem {
  readonly text: string
  /** TypeScript's word for what it is: `const`, `method`, `property` … */
  readonly type: string
  /** In code points. */
  readonly start: number
  readonly end: number
  readonly signature?: string
}

/** Completion for an editor: everything that may be meant, for it to filter and to ask the details of. */
export interface CompletionList {
  readonly items: readonly CompletionEntry[]
  /** More may be found when more is typed. */
  readonly isIncomplete: boolean
  /** What accepts an entry besides Enter and Tab. */
  readonly commitCharacters: readonly string[]
  /** What an entry replaces unless it says so itself. */
  readonly replace: Span
}

export interface CompletionEntry {
  readonly name: string
  readonly kind: string
  /** TypeScript's order. */
  readonly sortText: string
  /** Default: the name. */
  readonly insertText?: string
  readonly filterText?: string
  readonly replace?: Span
  /** Behind the name: parameters. */
  readonly label?: string
  /** On the right: the module it would be imported from. */
  readonly description?: string
  readonly preselect?: boolean
  readonly deprecated?: boolean
  readonly optional?: boolean
  /** Default: those of the list. */
  readonly commitCharacters?: readonly string[]
  /** To be handed back for the details. */
  readonly source?: string
  readonly data?: unknown
}

export interface CompletionKey {
  readonly name: string
  readonly source?: string
  readonly data?: unknown
}

export interface CompletionDetails {
  /** What it is, as TypeScript. */
  readonly signature: string
  /** Markdown. */
  readonly documentation: string
  /** Further changes of the cell when it is taken: an import. */
  readonly edits: readonly TextEdit[]
}

export interface TextEdit extends Span {
  readonly text: string
}

/** A change of a cell or of a file. */
export type Edit = (CellTarget | FileTarget) & { readonly text: string }

export interface Hover {
  readonly plain: string
  readonly markdown: string
  readonly span: Span
}

export interface SignatureHelp {
  readonly signatures: readonly Signature[]
  readonly activeSignature: number
  readonly activeParameter: number
}

export interface Signature {
  readonly label: string
  /** Markdown. */
  readonly documentation: string
  readonly parameters: readonly {
    /** Where it stands in the label. */
    readonly label: readonly [number, number]
    readonly documentation: string
  }[]
}

export interface DiagnosticOfCell extends Span {
  readonly severity: 'error' | 'warning' | 'hint'
  readonly message: string
  /** TypeScript's number. */
  readonly code: number
  readonly unused?: boolean
  readonly deprecated?: boolean
  readonly related?: readonly { readonly message: string; readonly target: Target }[]
}

export interface Completeness {
  readonly state: 'complete' | 'incomplete' | 'invalid'
  /** What the next line begins with, when there is to be one. */
  readonly indent: string
}

export interface Definition {
  readonly span: Span
  readonly targets: readonly Target[]
}

export type RenameAnswer =
  | { readonly ok: true; readonly span: Span; readonly name: string; readonly edits: readonly Edit[] }
  | { readonly ok: false; readonly reason: string }

export interface Highlight extends Span {
  readonly write: boolean
}

export interface SymbolOfCell extends Span {
  readonly name: string
  readonly kind: string
  /** The name itself. */
  readonly nameSpan: Span
  readonly children: readonly SymbolOfCell[]
}

/** Triples of five numbers: start, length, type and modifiers by their places in `tokenTypes`, `tokenModifiers`. */
export type Tokens = readonly (readonly [start: number, length: number, type: number, modifiers: number])[]

export interface CodeAction {
  readonly title: string
  /** TypeScript's name of the fix. */
  readonly name: string
  /** The numbers of the diagnostics that it mends. */
  readonly codes: readonly number[]
  readonly edits: readonly Edit[]
}

export interface InlayHint {
  readonly position: number
  readonly text: string
  readonly kind: 'type' | 'parameter' | 'enum'
  readonly paddingLeft: boolean
  readonly paddingRight: boolean
}

export interface FormatOptions {
  readonly tabSize?: number
  readonly insertSpaces?: boolean
  /** Whether the project's own configuration may be run, when it is a program. Default: no. */
  readonly trusted?: boolean
}

/** The order of TypeScript's own encoding of semantic tokens. */
export const tokenTypes = [
  'class',
  'enum',
  'interface',
  'namespace',
  'typeParameter',
  'type',
  'parameter',
  'variable',
  'enumMember',
  'property',
  'function',
  'method',
] as const
export const tokenModifiers = [
  'declaration',
  'static',
  'async',
  'readonly',
  'defaultLibrary',
  'local',
] as const
