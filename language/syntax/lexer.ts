/** Cuts a text into tokens. Knows no keywords: a word is a name until the parser finds that it means something. */
import { type Token, type TokenKind, isTrivia, punctuation } from './tokens.ts'

const date = /\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?/y
const number = /\d+(\.\d+)?([eE][+-]?\d+)?/y
const name = /[\p{L}_][\p{L}\p{N}\p{M}_]*/uy
const space = /[^\S\r\n]+|\uFEFF/y
const newline = /\r\n|\r|\n/y
const cellMagic = /^%%slip(?!\S)/
const toLineEnd = /[^\r\n]*/y
const punctuationSet: ReadonlySet<string> = new Set(punctuation)

interface Piece {
  readonly kind: TokenKind
  readonly end: number
  readonly unterminated?: boolean
}

/** All tokens of the text, trivia included, ended by one token of kind `end`. Never fails. */
export function lex(text: string): readonly Token[] {
  const tokens: Token[] = []
  let start = 0
  let lineStart = true
  while (start < text.length) {
    const { kind, end, unterminated } = pieceAt(text, start)
    const token = { kind, text: text.slice(start, end), start, end, index: tokens.length, lineStart }
    tokens.push(unterminated ? { ...token, unterminated } : token)
    if (kind === 'newline') lineStart = true
    else if (!isTrivia(kind)) lineStart = false
    start = end
  }
  // The end stands on a line of its own: whatever is unfinished before it is unfinished at the end of its line.
  tokens.push({ kind: 'end', text: '', start, end: start, index: tokens.length, lineStart: true })
  return tokens
}

function pieceAt(text: string, start: number): Piece {
  const first = text.charAt(start)
  if (first === '"' || first === '`') return quotedAt(text, start)
  // The first line of a notebook cell in this language says so; it is a comment to everyone else.
  if (start === 0 && cellMagic.test(text)) return { kind: 'comment', end: matchEnd(toLineEnd, text, start) }
  if (text.startsWith('//', start)) {
    // Three slashes document what follows; four and more are a ruler, not a document.
    const doc = text.startsWith('///', start) && text.charAt(start + 3) !== '/'
    return { kind: doc ? 'doc' : 'comment', end: matchEnd(toLineEnd, text, start) }
  }
  if (first >= '0' && first <= '9') return numberAt(text, start)
  const punctuationEnd = punctuationAt(text, start)
  if (punctuationEnd) return punctuationEnd
  for (const [pattern, kind] of patterns) {
    const end = matchEnd(pattern, text, start)
    if (end > start) return { kind, end }
  }
  return { kind: 'unknown', end: start + (text.codePointAt(start)! > 0xffff ? 2 : 1) }
}

const patterns: readonly (readonly [RegExp, TokenKind])[] = [
  [space, 'space'],
  [newline, 'newline'],
  [name, 'name'],
]

function numberAt(text: string, start: number): Piece {
  const dateEnd = matchEnd(date, text, start)
  if (dateEnd > start) return { kind: 'date', end: dateEnd }
  const end = matchEnd(number, text, start)
  return { kind: /[.eE]/.test(text.slice(start, end)) ? 'float' : 'int', end }
}

function punctuationAt(text: string, start: number): Piece | undefined {
  for (const length of [2, 1]) {
    const candidate = text.slice(start, start + length)
    if (candidate.length === length && punctuationSet.has(candidate))
      return { kind: candidate as TokenKind, end: start + length }
  }
  return undefined
}

/** A string (with backslash escapes) or a name in backticks (without), which ends on its own line. */
function quotedAt(text: string, start: number): Piece {
  const quote = text.charAt(start)
  const kind = quote === '"' ? 'string' : 'quoted'
  for (let i = start + 1; i < text.length; i++) {
    const char = text.charAt(i)
    if (char === quote) return { kind, end: i + 1 }
    if (char === '\n' || char === '\r') return { kind, end: i, unterminated: true }
    const next = text.charAt(i + 1)
    if (char === '\\' && kind === 'string' && next !== '\n' && next !== '\r') i++
  }
  return { kind, end: text.length, unterminated: true }
}

function matchEnd(pattern: RegExp, text: string, start: number): number {
  pattern.lastIndex = start
  return pattern.test(text) ? pattern.lastIndex : start
}
