/**
 * Declarations as data, without brackets, commas and trivia. Whatever the text lacks is undefined here; every piece
 * knows its span. Made by lower.ts from the tree.
 */
import type { Scalar } from '../types.ts'
import type { Span, Token } from './tokens.ts'
import type { SyntaxNode } from './tree.ts'

export interface Name {
  readonly text: string
  readonly span: Span
  readonly quoted: boolean
}

export type LiteralKind = 'bool' | 'int' | 'float' | 'string' | 'timestamp' | 'missing'

export type Expression =
  | LiteralExpression
  | { readonly kind: 'name'; readonly span: Span; readonly name: Name }
  | { readonly kind: 'column'; readonly span: Span; readonly source: Name; readonly column: Name | undefined }
  | CallExpression
  | { readonly kind: 'unary'; readonly span: Span; readonly operator: Token; readonly operand: Expression }
  | {
      readonly kind: 'binary'
      readonly span: Span
      readonly operator: Token
      readonly left: Expression
      readonly right: Expression
    }
  /** What could not be read; reported by the parser. */
  | { readonly kind: 'broken'; readonly span: Span }

export interface LiteralExpression {
  readonly kind: 'literal'
  readonly span: Span
  readonly literal: LiteralKind
  /** Undefined when the text says nothing that is a value, e.g. 2001-02-30. */
  readonly value: Scalar | undefined
  readonly text: string
}

export interface CallExpression {
  readonly kind: 'call'
  readonly span: Span
  readonly callee: Name
  readonly pin?: { readonly version: number | undefined; readonly span: Span }
  readonly args: readonly Expression[]
}

interface Declaration {
  readonly node: SyntaxNode
  /** Whether the parser found fault inside it. */
  readonly broken: boolean
  readonly name: Name | undefined
  readonly doc?: string
}

export interface Duration {
  readonly us: number
  readonly span: Span
}

export interface Text {
  readonly value: string
  readonly span: Span
}

export interface TypedName {
  readonly name: Name
  readonly type: Name | undefined
  readonly nullable: boolean
  readonly unit?: Text
}

export interface SourceDeclaration extends Declaration {
  readonly kind: 'source'
  readonly from?: { readonly span: Span; readonly format: Name | undefined; readonly path: Text | undefined }
  readonly time?: Name
  readonly knownAfter?: Duration
  readonly columns?: readonly TypedName[]
}

export interface EntityDeclaration extends Declaration {
  readonly kind: 'entity'
  readonly keys: readonly TypedName[]
}

export interface FeatureDeclaration extends Declaration {
  readonly kind: 'feature'
  readonly entity: Name | undefined
  readonly aggregate: Expression | undefined
  readonly where: Expression | undefined
  readonly by: readonly Expression[]
  readonly over: Duration | undefined
  /** Whether the clause is there, readable or not. */
  readonly has: { readonly by: boolean; readonly over: boolean }
  readonly defaultValue?: Expression
  readonly owner?: Text
  readonly tags: readonly Text[]
  readonly unit?: Text
}

export interface FeatureItem {
  readonly node: SyntaxNode
  readonly span: Span
  readonly name: Name
  /** Undefined for a bare column. */
  readonly value: Expression | undefined
  readonly doc?: string
}

export interface SplitPart {
  readonly span: Span
  readonly name: Name
  readonly fraction?: number
  readonly after?: Literal
  readonly until?: Literal
}

export interface Literal {
  readonly span: Span
  readonly value: Scalar | undefined
  readonly text: string
}

export interface SplitItem {
  readonly span: Span
  readonly by: Name
  readonly seed?: Literal
  readonly parts: readonly SplitPart[]
}

export interface PrepareStep {
  readonly span: Span
  readonly step: string
  /** The word or number after it. */
  readonly argument?: string
  readonly argumentSpan?: Span
}

export interface PrepareRule {
  readonly span: Span
  readonly target: Name
  readonly steps: readonly PrepareStep[]
}

export interface Hyperparameter {
  readonly span: Span
  readonly name: Name
  readonly value: Expression | undefined
}

export interface MetricUse {
  readonly span: Span
  readonly metric: Name
  readonly per?: Name
}

export interface Requirement extends MetricUse {
  readonly op: '>=' | '<=' | '>' | '<' | undefined
  readonly value: Expression | undefined
  readonly on?: Name
}

export interface ModelDeclaration extends Declaration {
  readonly kind: 'model'
  readonly observe?: { readonly span: Span; readonly source: Name | undefined; readonly where?: Expression }
  readonly features?: { readonly span: Span; readonly items: readonly FeatureItem[] }
  readonly label?: {
    readonly span: Span
    readonly name: Name | undefined
    readonly value: Expression | undefined
  }
  readonly split?: SplitItem | { readonly span: Span; readonly by: undefined }
  readonly prepare: readonly PrepareRule[]
  readonly algorithm?: {
    readonly span: Span
    readonly name: Name | undefined
    readonly hyperparameters: readonly Hyperparameter[]
  }
  readonly evaluate: readonly MetricUse[]
  readonly outputs: readonly {
    readonly span: Span
    readonly name: Name | undefined
    readonly value: Expression | undefined
  }[]
  readonly require: readonly Requirement[]
  /** Which parts the text has, readable or not. */
  readonly has: ReadonlySet<string>
}

export type AnyDeclaration = SourceDeclaration | EntityDeclaration | FeatureDeclaration | ModelDeclaration
export type DeclarationKind = AnyDeclaration['kind']
