/** What analysis finds in one declaration: diagnostics, what names refer to, and the types of expressions. */
import {
  type Diagnostic,
  type DiagnosticCode,
  type DiagnosticDetails,
  type Fix,
  diagnostic,
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

/** What a name stands for. Two names stand for the same thing when all three are equal. */
export interface SymbolRef {
  readonly kind: SymbolKind
  readonly name: string
  /** The source of a column, the model of a feature, label or output, the algorithm of a hyperparameter. */
  readonly container?: string
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

type Details = Omit<DiagnosticDetails, 'path' | 'span' | 'message'>

export class Findings {
  readonly path: string
  readonly diagnostics: Diagnostic[] = []
  readonly occurrences: Occurrence[] = []
  readonly types: { readonly span: Span; readonly type: Type }[] = []

  constructor(path: string) {
    this.path = path
  }

  report(code: DiagnosticCode, span: Span, message: string, details: Details = {}): void {
    this.diagnostics.push(diagnostic(code, { path: this.path, span, message, ...details }))
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

  get hasErrors(): boolean {
    return this.diagnostics.some(({ severity }) => severity === 'error')
  }
}
