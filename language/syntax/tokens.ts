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
  /** What means nothing in the language. */
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
  /** Written as another language writes it, and read as what is meant: `'text'`, `2001/05/01`, `# comment`. */
  readonly foreign?: boolean
}

/** Trivia first, so that one comparison tells it. */
export const tokenKinds: readonly TokenKind[] = [
  'space', 'newline', 'comment', 'doc', 'name', 'quoted', 'int', 'float', 'string', 'date', 'unknown', 'end',
  ...punctuation,
] // prettier-ignore

const triviaKinds = 4

const codes: ReadonlyMap<TokenKind, number> = new Map(tokenKinds.map((kind, code) => [kind, code]))

/** The number that stands for a kind in a table. */
export function codeOf(kind: TokenKind): number {
  return codes.get(kind)!
}

export function isTrivia(kind: TokenKind): kind is TriviaKind {
  return codes.get(kind)! < triviaKinds
}

export const lineStartFlag = 1
export const unterminatedFlag = 2
export const foreignFlag = 4

/** The tokens of a text by index, in a few bytes each; the last is of kind `end`. */
export class TokenTable {
  readonly text: string
  /** How many, the end included. */
  readonly count: number
  /** By `codeOf`. */
  readonly kinds: Uint8Array
  readonly flags: Uint8Array
  /** One more than there are tokens: each ends where the next begins. */
  readonly starts: Uint32Array

  constructor(text: string, columns: Pick<TokenTable, 'kinds' | 'flags' | 'starts'>) {
    this.text = text
    this.count = columns.kinds.length
    this.kinds = columns.kinds
    this.flags = columns.flags
    this.starts = columns.starts
  }

  kindAt(index: number): TokenKind {
    return tokenKinds[this.kinds[index]!]!
  }

  isTriviaAt(index: number): boolean {
    return this.kinds[index]! < triviaKinds
  }

  startOf(index: number): number {
    return this.starts[index]!
  }

  endOf(index: number): number {
    return this.starts[index + 1]!
  }

  textAt(index: number): string {
    const code = this.kinds[index]!
    return code >= firstPunctuation
      ? tokenKinds[code]!
      : this.text.slice(this.starts[index], this.starts[index + 1])
  }

  /** Whether the token reads so; makes no text of it. */
  reads(index: number, word: string): boolean {
    const start = this.starts[index]!
    return this.starts[index + 1]! - start === word.length && this.text.startsWith(word, start)
  }

  isLineStart(index: number): boolean {
    return (this.flags[index]! & lineStartFlag) !== 0
  }

  at(index: number): Token {
    const flags = this.flags[index]!
    const token = {
      kind: this.kindAt(index),
      text: this.textAt(index),
      start: this.starts[index]!,
      end: this.starts[index + 1]!,
      index,
      lineStart: (flags & lineStartFlag) !== 0,
    }
    if (flags <= lineStartFlag) return token
    if (flags & unterminatedFlag) return { ...token, unterminated: true }
    return { ...token, foreign: true }
  }

  /** The index of the first token from here on that is no trivia. */
  skipTrivia(index: number): number {
    const { kinds } = this
    while (kinds[index]! < triviaKinds) index++
    return index
  }

  all(): readonly Token[] {
    return Array.from({ length: this.count }, (_, index) => this.at(index))
  }
}

const firstPunctuation = codeOf(punctuation[0])
