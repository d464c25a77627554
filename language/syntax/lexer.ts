/**
 * Cuts a text into tokens. Knows no keywords: a word is a name until the parser finds that it means something. What
 * other languages write (`'text'`, `&&`, `# comment`, `2001/05/01`) is cut as they do, for the parser to say so.
 */
import { wordEnd } from './characters.ts'
import { foreignDate, foreignOperator } from './foreign.ts'
import {
  type Token,
  type TokenKind,
  TokenTable,
  codeOf,
  foreignFlag,
  lineStartFlag,
  punctuation,
  unterminatedFlag,
} from './tokens.ts'

/** All tokens of the text, trivia included, ended by one token of kind `end`. Never fails. */
export function lex(text: string): readonly Token[] {
  return tokenize(text).all()
}

/** The tokens of the text as a table. */
export function tokenize(text: string): TokenTable {
  return new Lexer(text).run()
}

const date = /\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?/y
const space = /[^\S\r\n]+|\uFEFF/y
const cellMagic = /^\s*(?=%%slip(?!\S))/

const codes = Object.fromEntries(
  [
    'space',
    'newline',
    'comment',
    'doc',
    'name',
    'quoted',
    'int',
    'float',
    'string',
    'date',
    'unknown',
    'end',
  ].map(kind => [kind, codeOf(kind as TokenKind)]),
) as Readonly<Record<TokenKind, number>>

/** By character: the code of the one-character token it is, else 0. */
const single = new Uint8Array(128)
for (const kind of punctuation) if (kind.length === 1) single[kind.charCodeAt(0)] = codeOf(kind)

/** By character: whether an operator of another language may begin with it. */
const maybeForeign = new Uint8Array(128)
for (const char of '&|!=<:') maybeForeign[char.charCodeAt(0)] = 1

const [tab, newline, carriage, blank, quote, hash, apostrophe, dot, slash, less, equals, greater, backtick, underscore] = [
  ...'\t\n\r "#\'./<=>`_',
].map(char => char.charCodeAt(0)) as [number, number, number, number, number, number, number, number, number, number, number, number, number, number] // prettier-ignore
const backslash = 0x5c
const bang = 0x21

class Lexer {
  readonly #text: string
  #kinds: Uint8Array
  #flags: Uint8Array
  #starts: Uint32Array
  #count = 0
  #at = 0
  #lineStart = true

  constructor(text: string) {
    this.#text = text
    const capacity = (text.length >> 1) + 16
    this.#kinds = new Uint8Array(capacity)
    this.#flags = new Uint8Array(capacity)
    this.#starts = new Uint32Array(capacity + 1)
  }

  run(): TokenTable {
    const text = this.#text
    const magicAt = cellMagic.exec(text)?.[0].length
    if (magicAt !== undefined) {
      while (this.#at < magicAt) this.#next(text.charCodeAt(this.#at))
      this.#add(codes.comment, lineEnd(text, magicAt))
    }
    while (this.#at < text.length) this.#next(text.charCodeAt(this.#at))
    // The end stands on a line of its own: whatever is unfinished before it is unfinished at the end of its line.
    this.#lineStart = true
    this.#add(codes.end, this.#at)
    return new TokenTable(text, {
      kinds: this.#kinds.slice(0, this.#count),
      flags: this.#flags.slice(0, this.#count),
      starts: this.#starts.slice(0, this.#count + 1),
    })
  }

  #add(code: number, end: number, flags = 0): void {
    const count = this.#count++
    if (count >= this.#kinds.length) this.#grow()
    this.#kinds[count] = code
    this.#flags[count] = flags | (this.#lineStart ? lineStartFlag : 0)
    this.#starts[count] = this.#at
    this.#starts[count + 1] = end
    this.#at = end
    if (code === codes.newline) this.#lineStart = true
    else if (code > codes.doc) this.#lineStart = false
  }

  #grow(): void {
    const [kinds, flags, starts] = [this.#kinds, this.#flags, this.#starts]
    const capacity = kinds.length * 2
    this.#kinds = new Uint8Array(capacity)
    this.#flags = new Uint8Array(capacity)
    this.#starts = new Uint32Array(capacity + 1)
    this.#kinds.set(kinds)
    this.#flags.set(flags)
    this.#starts.set(starts)
  }

  #next(first: number): void {
    const { length } = this.#text
    const start = this.#at
    if (first === blank || first === tab) {
      let end = start + 1
      while (end < length && isBlank(this.#text.charCodeAt(end))) end++
      // Other blanks are rare, and left to the pattern.
      return this.#add(codes.space, end)
    }
    if (first === newline) return this.#add(codes.newline, start + 1)
    if (isLetter(first)) return this.#add(codes.name, wordEnd(this.#text, start))
    if (first >= 0x30 && first <= 0x39) return this.#number()
    if (first < 128) return this.#symbol(first)
    return this.#rest()
  }

  #symbol(first: number): void {
    const text = this.#text
    const start = this.#at
    if (first === carriage)
      return this.#add(codes.newline, text.charCodeAt(start + 1) === newline ? start + 2 : start + 1)
    if (first === quote || first === backtick) return this.#quoted(first)
    if (first === hash) return this.#add(codes.comment, lineEnd(text, start), foreignFlag)
    if (first === slash && text.charCodeAt(start + 1) === slash) return this.#comment()
    if (first === apostrophe) return this.#apostrophe()
    const foreign = maybeForeign[first] === 1 ? foreignOperator(text, start) : 0
    if (foreign > 0) return this.#add(codes.unknown, start + foreign, foreignFlag)
    const second = text.charCodeAt(start + 1)
    if (second === equals && (first === equals || first === bang || first === less || first === greater))
      return this.#add(codeOf(text.slice(start, start + 2) as TokenKind), start + 2)
    if (first === dot && second === dot) return this.#add(codeOf('..'), start + 2)
    const code = single[first]!
    if (code > 0) return this.#add(code, start + 1)
    return this.#rest()
  }

  /** Three slashes document what follows; four and more are a ruler, not a document. */
  #comment(): void {
    const text = this.#text
    const doc = text.charCodeAt(this.#at + 2) === slash && text.charCodeAt(this.#at + 3) !== slash
    this.#add(doc ? codes.doc : codes.comment, lineEnd(text, this.#at))
  }

  #number(): void {
    const text = this.#text
    const start = this.#at
    const foreign = mayBeDate(text, start) ? foreignDate(text, start) : start
    if (foreign > start) return this.#add(codes.date, foreign, foreignFlag)
    const day = text.charCodeAt(start + 4) === 0x2d ? matchEnd(date, text, start) : start
    if (day > start) return this.#add(codes.date, day)
    const whole = digitsEnd(text, start)
    let end = whole
    if (text.charCodeAt(end) === dot && isDigit(text.charCodeAt(end + 1))) end = digitsEnd(text, end + 1)
    end = exponentEnd(text, end)
    this.#add(end === whole ? codes.int : codes.float, end)
  }

  /** A string (with backslash escapes) or a name in backticks (without), which ends on its own line. */
  #quoted(first: number): void {
    const text = this.#text
    const code = first === quote ? codes.string : codes.quoted
    let end = this.#at + 1
    for (; end < text.length; end++) {
      const char = text.charCodeAt(end)
      if (char === first) return this.#add(code, end + 1)
      if (char === newline || char === carriage) break
      const next = text.charCodeAt(end + 1)
      if (char === backslash && code === codes.string && next !== newline && next !== carriage) end++
    }
    this.#add(code, Math.min(end, text.length), unterminatedFlag)
  }

  /** `'text'`, as other languages write it; alone it means nothing. */
  #apostrophe(): void {
    const text = this.#text
    const start = this.#at
    const end = closingAt(text, start, "'")
    if (end > start) this.#add(codes.string, end, foreignFlag)
    else this.#add(codes.unknown, start + 1)
  }

  /** Blanks and letters beyond ASCII, and what means nothing. */
  #rest(): void {
    const text = this.#text
    const start = this.#at
    const blanks = matchEnd(space, text, start)
    if (blanks > start) return this.#add(codes.space, blanks)
    const word = wordEnd(text, start)
    if (word > start) return this.#add(codes.name, word)
    const smart = smartQuoted(text, start)
    if (smart > start) return this.#add(codes.string, smart, foreignFlag)
    const foreign = foreignOperator(text, start)
    if (foreign > 0) return this.#add(codes.unknown, start + foreign, foreignFlag)
    this.#add(codes.unknown, start + (text.codePointAt(start)! > 0xffff ? 2 : 1))
  }
}

const isBlank = (char: number): boolean => char === blank || char === tab
const isDigit = (char: number): boolean => char >= 0x30 && char <= 0x39
const isLetter = (char: number): boolean =>
  (char >= 0x61 && char <= 0x7a) || (char >= 0x41 && char <= 0x5a) || char === underscore

function lineEnd(text: string, start: number): number {
  let end = start
  while (end < text.length && text.charCodeAt(end) !== newline && text.charCodeAt(end) !== carriage) end++
  return end
}

/** Whether two or four digits are followed by what separates the parts of a date. */
function mayBeDate(text: string, start: number): boolean {
  return isSeparator(text.charCodeAt(start + 2)) || isSeparator(text.charCodeAt(start + 4))
}

const isSeparator = (char: number): boolean => char >= 0x2d && char <= 0x2f

function digitsEnd(text: string, start: number): number {
  let end = start
  while (isDigit(text.charCodeAt(end))) end++
  return end
}

function exponentEnd(text: string, start: number): number {
  const char = text.charCodeAt(start)
  if (char !== 0x65 && char !== 0x45) return start
  const sign = text.charCodeAt(start + 1)
  const digits = sign === 0x2b || sign === 0x2d ? start + 2 : start + 1
  return isDigit(text.charCodeAt(digits)) ? digitsEnd(text, digits) : start
}

const closingQuotes: Readonly<Partial<Record<string, string>>> = {
  '“': '”',
  '‘': '’',
  '„': '“',
  '«': '»',
  '”': '”',
}

/** The end of a text in the quotes of a word processor, on its line. */
function smartQuoted(text: string, start: number): number {
  const closing = closingQuotes[text.charAt(start)]
  return closing === undefined ? start : closingAt(text, start, closing)
}

/** No text in wrong quotes is looked for further than this. */
const longestQuoted = 200

/** After the closing quote on the line; `start` when there is none. */
function closingAt(text: string, start: number, closing: string): number {
  const limit = Math.min(text.length, start + longestQuoted)
  for (let end = start + 1; end < limit; end++) {
    const char = text.charAt(end)
    if (char === closing) return end + 1
    if (char === '\n' || char === '\r') break
  }
  return start
}

function matchEnd(pattern: RegExp, text: string, start: number): number {
  pattern.lastIndex = start
  return pattern.test(text) ? pattern.lastIndex : start
}
