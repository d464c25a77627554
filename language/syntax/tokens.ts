/** What the text is cut into. Every character belongs to exactly one token, so tokens joined give the text back. */

/** UTF-16 offsets, half-open. */
export interface Span {
  readonly start: number
  readonly end: number
}

export const punctuation = [
  '{', '}', '(', ')', '[', ']', ',', ':', '.', '..', '@', '?',
  '=', '==', '!=', '<', '<=', '>', '>=', '+', '-', '*', '/', '%',
] as const // prettier-ignore

export type Punctuation = (typeof punctuation)[number]

export type TriviaKind = 'space' | 'newline' | 'comment' | 'doc'

export type TokenKind =
  | 'name'
  /** A name in backticks. */
  | 'quoted'
  | 'int'
  | 'float'
  | 'string'
  /** A date or a date with time, ISO 8601. */
  | 'date'
  /** A character that means nothing in the language. */
  | 'unknown'
  /** The end of the text: without characters, never in a tree. */
  | 'end'
  | TriviaKind
  | Punctuation

export interface Token extends Span {
  readonly kind: TokenKind
  readonly text: string
  /** Position among all tokens of the text, trivia included. */
  readonly index: number
  /** Whether only trivia stands before it on its line. */
  readonly lineStart: boolean
  /** A string or quoted name whose closing quote is not on its line. */
  readonly unterminated?: boolean
}

export function isTrivia(kind: TokenKind): kind is TriviaKind {
  return kind === 'space' || kind === 'newline' || kind === 'comment' || kind === 'doc'
}
