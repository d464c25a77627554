/** What analysis finds in one declaration: diagnostics, what names refer to, and the types of expressions. */
import {
  type Diagnostic,
  type DiagnosticCode,
  type DiagnosticDetails,
  type Fix,
  diagnostic,
  isIgnorable,
} from '../diagnostics.ts'
import { suggest } from '../suggest.ts'
import type { Name } from '../syntax/ast.ts'
import { writeName } from '../syntax/keywords.ts'
import type { Span } from '../syntax/tokens.ts'
import { type Type, isUnknown } from '../type-rules.ts'

export type SymbolKind =
  | 'source'
  | 'entity'
  | 'feature'
  | 'model'
  | 'column'
  | 'modelFeature'
  | 'label'
  | 'output'
  | 'function'
  | 'aggregate'
  | 'algorithm'
  | 'hyperparameter'
  | 'metric'
  /** A row of a test that has a name. */
  | 'row'
  /** What `health` watches. */
  | 'monitor'

/** What a name stands for. Two names stand for the same thing when kind, name, container and path are equal. */
export interface SymbolRef {
  readonly kind: SymbolKind
  readonly name: string
  /** The source of a column, the model of a feature, label or output, the algorithm of a hyperparameter. */
  readonly container?: string
  /** Of what is private to a file, a source, an entity or a column: the file that declares it. */
  readonly path?: string
  /** The version of a feature, when pinned. */
  readonly version?: number
}

export interface Occurrence {
  readonly span: Span
  readonly symbol: SymbolRef
  /** Whether the name is introduced here. */
  readonly definition: boolean
  readonly type?: Type
}

/** Which version of a feature a call takes. */
export interface Resolution {
  /** Of the feature's name in the call. */
  readonly span: Span
  /** As the feature is declared or registered. */
  readonly name: string
  /** 0 for a declaration that the catalog does not hold. */
  readonly version: number
  /** Whether the text says the version. */
  readonly pinned: boolean
}

type Details = Omit<DiagnosticDetails, 'path' | 'span' | 'message'>

export class Findings {
  readonly path: string
  readonly diagnostics: Diagnostic[] = []
  readonly occurrences: Occurrence[] = []
  readonly types: { readonly span: Span; readonly type: Type }[] = []
  readonly resolutions: Resolution[] = []
  readonly #said = new Set<string>()

  constructor(path: string) {
    this.path = path
  }

  report(code: DiagnosticCode, span: Span, message: string, details: Details = {}): void {
    this.diagnostics.push(diagnostic(code, { path: this.path, span, message, ...details }))
  }

  /** Whether this is the first time that the key is given: for a mistake that shows in many places. */
  once(key: string): boolean {
    if (this.#said.has(key)) return false
    this.#said.add(key)
    return true
  }

  /** Reports a name that nothing has, with the likeliest one as a fix. */
  unknownName(
    code: DiagnosticCode,
    name: Name,
    message: string,
    options: { among: Iterable<string>; hint?: string },
  ): void {
    const meant = suggest(name.text, options.among)
    const hint = meant ? `Did you mean \`${meant}\`?` : options.hint
    this.report(code, name.span, message, {
      ...(hint && { hint }),
      ...(meant && { fixes: [this.replace(name.span, writeName(meant), `Change to \`${meant}\``)] }),
    })
  }

  replace(span: Span, text: string, title: string): Fix {
    return { title, edits: [{ path: this.path, span, text }] }
  }

  refer(span: Span, symbol: SymbolRef, type?: Type): void {
    this.occurrences.push({ span, symbol, definition: false, ...(type && { type }) })
  }

  define(span: Span, symbol: SymbolRef, type?: Type): void {
    this.occurrences.push({ span, symbol, definition: true, ...(type && { type }) })
  }

  typed(span: Span, type: Type): void {
    if (!isUnknown(type)) this.types.push({ span, type })
  }

  /** Whether there is an error that leaves no plan possible. Errors that can be ignored are judged where plans are given. */
  get hasErrors(): boolean {
    return this.diagnostics.some(({ severity, code }) => severity === 'error' && !isIgnorable(code))
  }
}
