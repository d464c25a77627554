/** What the parts of scope.ts share: the question, the answer, and small words about tokens. */
import type { SymbolKind } from '../../check/findings.ts'
import type { Project } from '../../project.ts'
import { keywords } from '../../syntax/keywords.ts'
import type { Span, Token } from '../../syntax/tokens.ts'
import type { Type } from '../../type-rules.ts'
import type { ValueKind } from '../../types.ts'
import type { Place } from '../place.ts'

export type ContextKind =
  /** Nothing can be suggested: a comment, a new name, a number. */
  | 'none'
  | 'topLevel'
  | 'import'
  | 'sourceBody'
  | 'columnsBody'
  | 'entityHead'
  | 'featureHead'
  | 'featureBody'
  | 'modelBody'
  | 'featuresBlock'
  | 'splitBody'
  | 'prepareBody'
  | 'algorithmBody'
  | 'randomBody'
  | 'tuneBody'
  | 'testBody'
  | 'givenBody'
  /** The value of a column in `given`. */
  | 'givenValue'
  | 'expect'
  | 'healthBody'
  | 'expression'
  /** The codes of `// slip-ignore`. */
  | 'ignore'
  // Inside quotes:
  /** The path of a source's file. */
  | 'path'
  /** The path of an imported file. */
  | 'importPath'
  | 'table'
  | 'environment'
  | 'catalogSource'
  | 'unit'
  | 'owner'
  | 'tag'
  /** A class of the label. */
  | 'labelClass'
  /** A text that is compared with a column. */
  | 'columnValue'
  /** Any other text. */
  | 'string'

export type CandidateKind =
  | SymbolKind
  | 'keyword'
  | 'operator'
  | 'type'
  | 'format'
  /** One of a closed list: a choice of a hyperparameter, a code, a monitor. */
  | 'choice'
  /** A literal. */
  | 'value'
  /** What stands in quotes. */
  | 'text'
  | 'file'
  /** A row of a test. */
  | 'row'

export interface Candidate {
  readonly kind: CandidateKind
  readonly name: string
  /** As it is written, in backticks where that is needed. */
  readonly text: string
  readonly type?: Type
  readonly doc?: string
  /** A signature, a default, limits. */
  readonly detail?: string
  /** The source of a column, the algorithm of a hyperparameter. */
  readonly container?: string
  /** The file that declares it, when it has to be imported first. */
  readonly from?: string
  /** What stands after it when it begins an item: a default, an allowed value. */
  readonly value?: string
  /** Fits the place less well than others: it is used already, or of another type. */
  readonly unlikely?: boolean
}

/** What an expression at the offset is expected to be. */
export interface Wanted {
  readonly kinds: readonly ValueKind[]
  /** A column of this name would be just it. */
  readonly name?: string
}

export interface FeatureName {
  /** As the file calls it. */
  readonly name: string
  /** As it is declared, and in which file. */
  readonly declared: string
  readonly path: string
}

export interface Scope {
  readonly context: ContextKind
  /** What has been typed of the word at the offset. */
  readonly prefix: string
  /** What a completion replaces. */
  readonly replace: Span
  readonly candidates: readonly Candidate[]
  /** Inside a path: its format, when already written. Inside a table: the path of its database. */
  readonly format?: string
  readonly path?: string
  readonly wanted?: Wanted
  /** Features of the project and of the catalog may be called here: as a whole line, or as its value. */
  readonly calls?: 'line' | 'value'
  /** The project's features where they may be called or read: those that the file sees, then those to be imported. */
  readonly features?: readonly FeatureName[]
  /** Features that an expression of this entity may read by name; not the one that is declared. */
  readonly inputs?: { readonly entity: string; readonly feature: string }
  /** The column whose value stands here: that of `given`, or the one compared with. */
  readonly of?: { readonly source: string; readonly column: string }
}

export type Suggestions = Pick<Scope, 'context'> & Partial<Omit<Scope, 'prefix' | 'replace'>>

export interface Query {
  readonly project: Project
  readonly place: Place
  readonly item: readonly Token[]
  readonly last: string
  readonly offset: number
  readonly path: string
}

export const nothing: Suggestions = { context: 'none' }

export const words = (list: readonly string[]): Candidate[] =>
  list.map(name => ({ kind: 'keyword', name, text: name }))

export const durations = (): Candidate[] => words(keywords.duration)

/** The name that a token writes, without backticks. */
export const plain = ({ text }: Pick<Token, 'text'>): string => text.replace(/^`|`$/g, '')

export const isNumber = (token: Token | undefined): boolean =>
  token?.kind === 'int' || token?.kind === 'float'

export const has = (item: readonly Token[], text: string): boolean =>
  item.some(token => token.text === text && token.kind !== 'string')

/** Position of the last such token in the item; -1 without one. */
export const lastIndex = (item: readonly Token[], text: string): number =>
  item.findLastIndex(token => token.text === text && token.kind !== 'string')

const beforeOperand: ReadonlySet<string> = new Set(['and', 'or', 'not', 'where', 'by', 'per', 'of'])

/** Whether a value is expected after these tokens, and not an operator. */
export function wantsOperand(item: readonly Token[]): boolean {
  const last = item.at(-1)
  if (!last) return true
  if (last.kind === 'name') return beforeOperand.has(last.text)
  return !['quoted', 'int', 'float', 'string', 'date', ')', ']'].includes(last.kind)
}

/** The word of the block around: of the outermost, or deeper in. */
export const headWord = ({ place }: Query, level: number): string | undefined =>
  place.blocks[level]?.[0]?.text

export const isWordToken = ({ kind }: Token): boolean => kind === 'name' || kind === 'quoted'
