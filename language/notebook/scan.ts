/**
 * Reads TypeScript line by line, just enough to know where a line begins a statement: strings, templates, comments,
 * regular expressions and brackets. Wrong text is read somehow.
 */

/** What stands before a place: nothing or the end of a statement, something that a value ends with, or neither. */
export type Before = 'start' | 'operand' | 'operator'

export interface Scanner {
  readonly text: string
  /** Of open brackets, templates and comments at the beginning of the line. */
  readonly depth: number
  readonly before: Before
  readonly lineStart: number
  /** Without the line's end. */
  readonly lineEnd: number
  /** Behind the last token that was read. */
  readonly lastToken: number
  /** Blanks before the line on which the statement began that was read last. */
  readonly statementIndent: number
  /** Reads what is left of the line. */
  scanLine(): void
  /** Goes on from a place of the line, where a statement begins. */
  restart(at: number): void
  /** False behind the last line. */
  nextLine(): boolean
}

const heads = new Set(['if', 'for', 'while', 'with', 'switch', 'catch'])
/** Words behind which a value is still to come. */
const operatorWords = new Set(
  (
    'return typeof instanceof in of new delete void throw case do else await yield extends as satisfies default ' +
    'const let var function class import export from async enum interface type namespace declare'
  ).split(' '),
)

/** Line ends as everywhere: `\n`, or `\r\n`. */
export function createScanner(text: string): Scanner {
  const stack: string[] = []
  let before: Before = 'start'
  let at = 0
  let lineStart = 0
  let lastToken = 0
  let lastWord = ''
  let statementIndent = 0
  const lineEndOf = (from: number) => {
    const end = text.indexOf('\n', from)
    return end < 0 ? text.length : text[end - 1] === '\r' ? end - 1 : end
  }

  function token(length: number, next: Before, word = ''): void {
    if (before === 'start' && stack.length === 0) statementIndent = indentAt(text, at)
    at += length
    lastToken = at
    before = next
    lastWord = word
  }

  function open(bracket: string): void {
    const head = bracket === '(' && heads.has(lastWord)
    token(1, 'start')
    stack.push(head ? 'head' : bracket)
    // Inside brackets of expressions nothing begins a statement.
    if (bracket !== '{') before = 'operator'
  }

  function close(bracket: string): void {
    const opened = stack.pop()
    token(1, bracket === '}' ? 'start' : opened === 'head' ? 'operator' : 'operand')
    // `}` of a `${…}` goes on with the template.
    if (opened === '${') template()
  }

  /** From behind a backtick, or behind the `}` of a substitution. */
  function template(): void {
    for (; at < text.length; at++) {
      if (text[at] === '\\') at++
      else if (text[at] === '`') {
        stack.pop()
        return token(1, 'operand')
      } else if (text.startsWith('${', at)) {
        stack.push('${')
        at += 2
        before = 'operator'
        return
      }
    }
    lastToken = at = text.length
  }

  function comment(): void {
    const end = text.indexOf('*/', at + 2)
    at = end < 0 ? text.length : end + 2
  }

  function punctuator(): void {
    const char = text[at]!
    if (char === '`') {
      token(1, 'operator')
      stack.push('`')
      return template()
    }
    if (char === '"' || char === "'") return token(stringLength(text, at), 'operand')
    if ('([{'.includes(char)) return open(char)
    if (')]}'.includes(char)) return close(char)
    if (char === '/' && before !== 'operand') {
      const length = regexLength(text, at)
      if (length > 0) return token(length, 'operand')
    }
    if (char === ';') return token(1, stack.length === 0 || stack.at(-1) === '{' ? 'start' : 'operator')
    const doubled = (char === '+' || char === '-') && text[at + 1] === char
    if (doubled) return token(2, before === 'operand' ? 'operand' : 'operator')
    if (char === '!' && before === 'operand' && text[at + 1] !== '=') return token(1, 'operand')
    token(1, 'operator')
  }

  function step(): void {
    const char = text[at]!
    if (/\s/.test(char)) at++
    else if (text.startsWith('//', at)) at = lineEndOf(at)
    else if (text.startsWith('/*', at)) comment()
    else {
      wordPattern.lastIndex = at
      const word = wordPattern.exec(text)?.[0]
      if (word === undefined) return punctuator()
      const isMember = /[.]\s*$/.test(text.slice(Math.max(0, at - 20), at))
      token(word.length, !isMember && operatorWords.has(word) ? 'operator' : 'operand', word)
    }
  }

  return {
    text,
    get depth() {
      // A template or comment that has gone past the beginning of the line.
      return stack.length + (at > lineStart ? 1 : 0)
    },
    get before() {
      return before
    },
    get lineStart() {
      return lineStart
    },
    get lineEnd() {
      return lineEndOf(lineStart)
    },
    get lastToken() {
      return lastToken
    },
    get statementIndent() {
      return statementIndent
    },
    scanLine() {
      const end = lineEndOf(lineStart)
      while (at < end) step()
    },
    restart(place) {
      at = place
      before = 'start'
      lastToken = place
      stack.length = 0
    },
    nextLine() {
      const end = text.indexOf('\n', lineStart)
      if (end < 0) return false
      lineStart = end + 1
      if (at < lineStart) at = lineStart
      return true
    },
  }
}

const wordPattern = /[\p{ID_Start}$_#@\d][\p{ID_Continue}$\u200c\u200d]*(?:(?<=\d)\.\d*)?/uy

function stringLength(text: string, start: number): number {
  const quote = text[start]
  let at = start + 1
  for (; at < text.length && text[at] !== quote && text[at] !== '\n'; at++) if (text[at] === '\\') at++
  return Math.min(at + (text[at] === quote ? 1 : 0), text.length) - start
}

/** 0 when no regular expression ends on this line. */
function regexLength(text: string, start: number): number {
  let inClass = false
  for (let at = start + 1; at < text.length && text[at] !== '\n'; at++) {
    const char = text[at]
    if (char === '\\') at++
    else if (char === '[') inClass = true
    else if (char === ']') inClass = false
    else if (char === '/' && !inClass) return at + 1 + /^[a-z]*/.exec(text.slice(at + 1))![0].length - start
  }
  return 0
}

function indentAt(text: string, at: number): number {
  const start = text.lastIndexOf('\n', at - 1) + 1
  return /^[ \t]*/.exec(text.slice(start))![0].length
}

/** Whether a line goes on with the statement that the line before may have ended. */
export function continuesStatement(line: string): boolean {
  const text = line.trimStart()
  if (text === '' || text.startsWith('//')) return false
  return (
    /^(?:[.?([`+\-*/%,<>=&|^:]|(?:in|instanceof|as|satisfies|else|catch|finally)\b)/.test(text) &&
    !/^(?:\+\+|--)/.test(text)
  )
}
