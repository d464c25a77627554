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

/** A name that an import brings in, by its own or by another name. */
export interface ImportedName {
  readonly span: Span
  /** As the other file declares it. */
  readonly name: Name
  /** As this file calls it, when it says `as`. */
  readonly alias?: Name
}

/** `import { flights, airport as place } from "shared/flights.slip"` */
export interface ImportItem {
  readonly node: SyntaxNode
  readonly broken: boolean
  readonly names: readonly ImportedName[]
  /** Starts at the project's root. */
  readonly from: Text | undefined
}

/** `// slip-ignore SLIP307 reason`: of its own line when code stands before it, else of the next line with code. */
export interface IgnoreComment {
  readonly span: Span
  readonly codes: readonly Text[]
  readonly reason: string
  /** The part of the text it is about. */
  readonly covers: Span
}

export type LiteralKind = 'bool' | 'int' | 'float' | 'string' | 'timestamp' | 'missing'

export type Expression =
  | LiteralExpression
  /** A pin without a key, `name@2`, is for derived features alone; the parser reports it elsewhere. */
  | { readonly kind: 'name'; readonly span: Span; readonly name: Name; readonly pin?: Pin }
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

/** The `@2` of `name@2`. */
export interface Pin {
  readonly version: number | undefined
  readonly span: Span
}

export interface CallExpression {
  readonly kind: 'call'
  readonly span: Span
  readonly callee: Name
  readonly pin?: Pin
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
  /** The 384 of `vector<float, 384>`. */
  readonly size?: Literal
  readonly unit?: Text
  /** How a timestamp is written in a text format, as strptime's pattern. */
  readonly format?: Text
}

export interface SourceDeclaration extends Declaration {
  readonly kind: 'source'
  readonly from?: {
    readonly span: Span
    readonly format: Name | undefined
    /** Of a file. `from catalog "flights"` has the source's name here. */
    readonly path: Text | undefined
    /** `table "orders"` of a database. */
    readonly table?: Text
    /** `env "ORDERS_DB"` of a database server. */
    readonly connection?: Text
  }
  readonly delimiter?: Text
  readonly header?: Literal
  readonly missing?: readonly Text[]
  readonly time?: Name
  readonly knownAfter?: Duration
  readonly columns?: readonly TypedName[]
}

export interface EntityDeclaration extends Declaration {
  readonly kind: 'entity'
  readonly keys: readonly TypedName[]
}

/** An aggregate of a window, or, without `by` and `over`, an expression over other features of the entity. */
export interface FeatureDeclaration extends Declaration {
  readonly kind: 'feature'
  readonly entity: Name | undefined
  readonly value: Expression | undefined
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
  /** `train 0.8 folds 5` */
  readonly folds?: Literal
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
  /** Of a split by key. */
  readonly columns: readonly Name[]
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
  /** A number, `true`, the name of a choice, or a list of numbers. */
  readonly value: Expression | readonly Expression[] | undefined
}

/** `random intercept, distance per origin { l2 = 10 }` in an algorithm. */
export interface RandomEffect {
  readonly span: Span
  readonly effects: readonly Name[]
  readonly per: Name | undefined
  readonly hyperparameters: readonly Hyperparameter[]
}

/** `l2 in log_scale(1e-4 .. 10)`, `depth in 3 .. 8`, `growth in [leaf, level]` */
export interface TuneDimensionItem {
  readonly span: Span
  readonly hyperparameter: Name
  readonly scale?: Name
  readonly low?: Expression
  readonly high?: Expression
  readonly values?: readonly Expression[]
}

/** `tune 20 trials using sobol seed 3 maximizing auc { … }` */
export interface TuneItem {
  readonly span: Span
  readonly trials: Literal | undefined
  readonly search?: Name
  readonly seed?: Literal
  readonly direction: Name | undefined
  readonly metric: MetricUse | undefined
  readonly dimensions: readonly TuneDimensionItem[]
}

/** `rank top 10 by score per query, day` */
export interface RankValue {
  readonly kind: 'rank'
  readonly span: Span
  readonly top?: Literal
  readonly by: Name | undefined
  readonly per: readonly Name[]
}

export interface TestGiven {
  readonly span: Span
  /** Absent in a test with one row. */
  readonly name?: Name
  readonly values: readonly {
    readonly span: Span
    readonly name: Name
    /** A list for a vector. */
    readonly value: Expression | readonly Expression[] | undefined
  }[]
}

/** `test "…" { given { … } expect late_probability < 0.5 }` */
export interface TestItem {
  readonly node: SyntaxNode
  readonly span: Span
  readonly name: Text | undefined
  readonly given: readonly TestGiven[]
  /** Comparisons: outputs as `output` or `row.output`, and literals. */
  readonly expect: readonly { readonly span: Span; readonly value: Expression | undefined }[]
}

/** `drift of distance <= 0.2 over 7 days` in `health { … }` */
export interface HealthItem {
  readonly span: Span
  readonly monitor: Name
  readonly k?: Literal
  readonly of?: Name
  readonly op: '>=' | '<=' | '>' | '<' | undefined
  readonly value: Expression | undefined
  readonly over?: Duration
}

export interface MetricUse {
  readonly span: Span
  readonly metric: Name
  /** `ndcg@10` */
  readonly k?: Literal
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
  readonly weight?: { readonly span: Span; readonly value: Expression | undefined }
  /** `balance classes` */
  readonly balance?: { readonly span: Span }
  readonly split?: SplitItem | { readonly span: Span; readonly by: undefined }
  readonly prepare: readonly PrepareRule[]
  readonly algorithm?: {
    readonly span: Span
    readonly name: Name | undefined
    readonly hyperparameters: readonly Hyperparameter[]
    readonly random: readonly RandomEffect[]
  }
  readonly tune?: TuneItem
  readonly evaluate: readonly MetricUse[]
  readonly outputs: readonly {
    readonly span: Span
    readonly name: Name | undefined
    readonly value: Expression | RankValue | undefined
  }[]
  readonly require: readonly Requirement[]
  readonly tests: readonly TestItem[]
  readonly health?: { readonly span: Span; readonly items: readonly HealthItem[] }
  /** Which parts the text has, readable or not. */
  readonly has: ReadonlySet<string>
}

export type AnyDeclaration = SourceDeclaration | EntityDeclaration | FeatureDeclaration | ModelDeclaration
export type DeclarationKind = AnyDeclaration['kind']
