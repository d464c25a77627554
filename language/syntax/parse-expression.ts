/** Expressions, by precedence climbing: or, and, not, comparisons, + −, * / %, unary −, calls and brackets. */
import { Cursor, type Mark, describeToken } from './cursor.ts'
import { meantOperator } from './foreign.ts'
import { isExpressionWord } from './keywords.ts'
import type { Token } from './tokens.ts'

/** How deep brackets, calls and prefix operators may nest. */
const maxDepth = 200
/** How high the tree of one expression may grow, long chains of operators included. */
const maxHeight = 400

const precedence: ReadonlyMap<string, number> = new Map([
  ['or', 1],
  ['and', 2],
  ['==', 4],
  ['!=', 4],
  ['<', 4],
  ['<=', 4],
  ['>', 4],
  ['>=', 4],
  ['+', 5],
  ['-', 5],
  ['*', 6],
  ['/', 6],
  ['%', 6],
])
const notPrecedence = 3
const comparisonPrecedence = 4
const negationPrecedence = 7

/** Parses an expression; reports when there is none. Returns whether there is one. */
export function parseExpression(c: Cursor, what = 'an expression'): boolean {
  return parseAbove(c, 0, what)
}

function parseAbove(c: Cursor, minimum: number, what: string): boolean {
  if (c.depth >= maxDepth) return tooDeep(c)
  c.depth++
  const mark = c.mark()
  const found = parseOperand(c, what)
  if (found) parseOperators(c, mark, minimum)
  c.depth--
  return found
}

function parseOperators(c: Cursor, mark: Mark, minimum: number): void {
  for (let level = operatorAt(c); level !== undefined && level > minimum; level = operatorAt(c)) {
    if (c.heightSince(mark) >= maxHeight) return void tooDeep(c)
    const operator = c.token
    c.wrap(mark, 'BinaryExpression')
    takeOperator(c)
    parseAbove(c, level, `a value after ${describeToken(operator)}`)
    c.close()
    if (level === comparisonPrecedence) refuseChain(c, operator)
  }
}

/** The precedence of the binary operator to come, if there is one. A newline outside brackets ended the expression. */
function operatorAt(c: Cursor): number | undefined {
  if (c.broken || (c.brackets === 0 && c.token.lineStart)) return undefined
  return operatorOf(c.token)
}

function operatorOf(token: Token): number | undefined {
  if (token.kind === 'quoted' || token.kind === 'string') return undefined
  if (token.kind === '=') return comparisonPrecedence
  if (token.foreign) return precedence.get(meantOperator(token.text) ?? '')
  // The kind of an operator is its text. Of names only the shortest are read.
  if (token.kind !== 'name') return precedence.get(token.kind)
  if (token.end - token.start > 3) return undefined
  const { text } = token
  return precedence.get(upperOperators.has(text) ? text.toLowerCase() : text)
}

const upperOperators: ReadonlySet<string> = new Set(['AND', 'OR', 'And', 'Or'])

/** Takes an operator, and says so when it is another language's. */
function takeOperator(c: Cursor): void {
  const { token } = c
  if (token.kind === '=')
    c.note('Expected `==` to compare, got `=`.', {
      code: 'SLIP010',
      fixes: [c.fix('Change to `==`', token, '==')],
    })
  else if (token.kind === 'name' && token.text !== token.text.toLowerCase()) noteUpper(c)
  c.bump()
}

function noteUpper(c: Cursor): void {
  const meant = c.token.text.toLowerCase()
  c.note(`Expected \`${meant}\`, got \`${c.token.text}\`.`, {
    code: 'SLIP011',
    fixes: [c.fix(`Change to \`${meant}\``, c.token, meant)],
  })
}

function refuseChain(c: Cursor, first: Token): void {
  if (operatorAt(c) !== comparisonPrecedence) return
  c.error(`Comparisons cannot be chained: ${describeToken(first)} already compares two values.`, {
    code: 'SLIP010',
    hint: 'Join two comparisons with `and`, for example `0 < x and x < 10`.',
  })
}

function parseOperand(c: Cursor, what: string): boolean {
  const { token } = c
  if (cannotGoOn(c)) {
    c.expected(what)
    return false
  }
  if (atPrefix(c)) return parsePrefix(c)
  if (token.kind === '(') return parseParenthesized(c)
  if (['int', 'float', 'string', 'date'].includes(token.kind) || c.atWord('true', 'false', 'missing'))
    return parseLiteral(c)
  if (c.atName()) return parseName(c, what)
  refuseOperand(c, what)
  return false
}

function refuseOperand(c: Cursor, what: string): void {
  const { token, previous } = c
  const next = c.peek()
  if (token.kind === '.' && next.kind === 'int' && next.start === token.end) {
    const fixes = [
      c.fix(`Change to \`0.${next.text}\``, { start: token.start, end: next.end }, `0.${next.text}`),
    ]
    return c.error('A number begins with a digit.', { span: { start: token.start, end: next.end }, fixes })
  }
  if (token.kind === '+' && next.start === token.end && previous?.kind !== '+')
    return c.error(`Expected ${what}, got \`+\`.`, { fixes: [c.fix('Remove `+`', token, '')] })
  if (token.kind === '*' && previous?.kind === '*')
    return c.error('There is no operator `**`.', {
      code: 'SLIP010',
      span: { start: previous.start, end: token.end },
      hint: 'Write `pow(x, y)`.',
    })
  c.expected(what)
}

/** A line on which the next item begins, though an operator or a bracket before it asked for more. */
function cannotGoOn(c: Cursor): boolean {
  if (c.atRestart()) return true
  return c.token.lineStart && c.atName() && c.peek().kind === '=' && !c.peek().lineStart
}

function atPrefix(c: Cursor): boolean {
  const { token } = c
  if (token.kind === '-' || c.atWord('not')) return true
  if (token.foreign && token.kind === 'unknown') return ['not', '-'].includes(meantOperator(token.text) ?? '')
  return atUpperNot(c)
}

function atUpperNot(c: Cursor): boolean {
  if (!c.at('name') || (c.token.text !== 'NOT' && c.token.text !== 'Not')) return false
  const next = c.peek()
  return !next.lineStart && (next.kind === 'name' || next.kind === 'quoted')
}

function parsePrefix(c: Cursor): boolean {
  c.open('UnaryExpression')
  if (c.at('name') && c.token.text !== 'not') noteUpper(c)
  const operator = c.bump()
  const negation = operator.kind === '-' || meantOperator(operator.text) === '-'
  parseAbove(c, negation ? negationPrecedence : notPrecedence, `a value after ${describeToken(operator)}`)
  c.close()
  return true
}

function parseParenthesized(c: Cursor): boolean {
  c.open('ParenthesizedExpression')
  const opening = c.bump()
  c.brackets++
  parseExpression(c, 'an expression')
  closeBracket(c, opening, ')')
  c.close()
  return true
}

function parseLiteral(c: Cursor): boolean {
  c.open('LiteralExpression')
  const { token } = c
  if (token.unterminated) c.error('This text has no closing `"` on its line.', { code: 'SLIP002' })
  c.bump()
  c.close()
  return true
}

function parseName(c: Cursor, what: string): boolean {
  const mark = c.mark()
  const { token } = c
  const word = token.kind === 'name' && isExpressionWord(token.text)
  if (word && !(token.text === 'if' && c.peek().kind === '(')) {
    c.expected(what, {
      hint:
        token.text === 'if'
          ? 'Write `if(condition, then, else)`.'
          : `A column called ${token.text} is written in backticks.`,
    })
    return false
  }
  parseNameNode(c)
  if (c.at('.')) return parseColumn(c, mark)
  if (c.at('@')) return parsePinned(c, mark)
  if (c.at('(') && !(c.brackets === 0 && c.token.lineStart)) {
    c.wrap(mark, 'CallExpression')
    parseArguments(c)
    c.close()
    return true
  }
  c.wrap(mark, 'NameExpression')
  c.close()
  return true
}

function parsePinned(c: Cursor, mark: Mark): boolean {
  c.wrap(mark, 'CallExpression')
  parsePin(c)
  const call = c.at('(')
  if (call) parseArguments(c)
  else if (!c.barePins) c.expected('the key in brackets after the version, for example `(origin)`')
  c.close(call || !c.barePins ? undefined : 'NameExpression')
  return true
}

function parseColumn(c: Cursor, mark: Mark): boolean {
  c.wrap(mark, 'ColumnExpression')
  c.bump()
  const name = c.token.text
  if (c.atName() && !c.token.lineStart) parseNameNode(c)
  else c.expected('the name of a column after `.`')
  if (c.at('(') && !c.token.lineStart && !c.broken)
    c.error('Expected a column, got a call.', {
      hint: `Functions stand alone, with all their arguments in brackets: \`${name}(x)\`.`,
    })
  c.close()
  return true
}

function parsePin(c: Cursor): void {
  c.open('Pin')
  c.bump()
  if (!c.eat('int')) c.expected('a version number after `@`')
  c.close()
}

function parseArguments(c: Cursor): void {
  c.open('Arguments')
  const opening = c.bump()
  c.brackets++
  while (!c.at(')') && !c.broken) {
    parseExpression(c, 'an argument')
    if (!c.eat(',')) break
  }
  closeBracket(c, opening, ')')
  c.close()
}

/** Takes the closing bracket, or reports the opening one that lacks it. */
export function closeBracket(c: Cursor, opening: Token, closing: ')' | ']' | '}'): void {
  c.brackets--
  if (c.eat(closing)) return
  const atNextItem = c.at('end') || c.at('}') || c.token.lineStart
  if (!atNextItem)
    return c.expected(
      closing === ')' && c.previous?.kind !== '(' ? 'an operator, `,` or `)`' : `\`${closing}\``,
    )
  const end = c.previous?.end ?? opening.end
  c.error(`Expected \`${closing}\`, got ${c.describe()}.`, {
    code: 'SLIP003',
    span: c.here(),
    related: [
      { path: c.path, span: { start: opening.start, end: opening.end }, message: 'The bracket opened here.' },
    ],
    fixes: [
      { title: `Add \`${closing}\``, edits: [{ path: c.path, span: { start: end, end }, text: closing }] },
    ],
  })
}

/** Takes a name into a node of its own; the cursor must be at one. */
export function parseNameNode(c: Cursor): void {
  c.open('Name')
  if (c.token.unterminated) c.error('This name has no closing backtick on its line.', { code: 'SLIP002' })
  c.bump()
  c.close()
}

function tooDeep(c: Cursor): false {
  c.error('This expression is nested too deeply to be read.', {
    code: 'SLIP006',
    hint: 'Name parts of it as features above and use their names.',
  })
  skipRest(c)
  return false
}

/** The rest of the item flat into an error node. */
function skipRest(c: Cursor): void {
  c.open('Error')
  while (!c.at('end') && !c.at('}') && !c.token.lineStart) c.bump()
  c.close()
}
