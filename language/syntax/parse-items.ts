/** The pieces that declarations of every kind are made of: blocks of items, names, texts, numbers, durations. */
import { suggest } from '../suggest.ts'
import { Cursor, describeToken } from './cursor.ts'
import { type Keyword, keywords } from './keywords.ts'
import { closeBracket, parseExpression, parseNameNode } from './parse-expression.ts'
import { microseconds } from './literals.ts'
import { meantDuration, synonymOf } from './mistakes.ts'
import type { TokenKind } from './tokens.ts'
import type { NodeKind } from './tree.ts'

export interface BlockOptions {
  /** As a message names one: `an item of a source`. */
  readonly item: string
  readonly parseItem: (c: Cursor) => void
  /** A block inside a model ends where the next part of the model begins. */
  readonly insideModel?: boolean
  /** Whether what begins here belongs to the block around it. */
  readonly atEnd?: (c: Cursor) => boolean
  /** The words with which its items begin, when each begins with one. */
  readonly words?: readonly string[]
  /** Whether another item begins here, for items that may follow one another on a line without a comma. */
  readonly atNext?: (c: Cursor) => boolean
}

/** A block of items that a newline or a comma ends, with both braces; reports a missing one. */
export function parseBlock(c: Cursor, options: BlockOptions): void {
  if (!c.at('{')) return
  c.settle()
  c.open('Block')
  const opening = c.bump()
  parseBlockItems(c, options)
  if (!c.eat('}')) c.unclosed(opening)
  c.close()
}

function parseBlockItems(c: Cursor, options: BlockOptions): void {
  while (!c.at('}') && !c.at('end') && !c.atDeclaration() && !(options.insideModel && c.atModelItem())) {
    if (options.atEnd?.(c)) break
    if (c.eat(',')) continue
    const first = c.index
    c.itemStart = first
    options.parseItem(c)
    if (c.index === first) c.skipItem()
    if (!c.broken && options.atNext?.(c)) continue
    c.endItem(`the end of the line before ${options.item}`, options.words)
  }
}

/** Like `parseBlock`, for a block that has to be there. */
export function expectBlock(c: Cursor, options: BlockOptions): void {
  if (c.at('{')) return parseBlock(c, options)
  const { token } = c
  const brace = c.peek()
  if ((token.kind === ':' || token.kind === '=' || token.text === 'is') && brace.kind === '{') {
    const repair = c.fix(`Remove \`${token.text}\``, token, '')
    c.note(`Expected \`{\`, got \`${token.text}\`.`, { code: 'SLIP010', fixes: [repair] })
    c.bump()
    return parseBlock(c, options)
  }
  if (token.kind === ':' && brace.lineStart && !c.broken) return parseIndented(c, options)
  if (c.lineStart && !c.broken && options.words?.includes(token.text)) return parseUnopened(c, options)
  c.expected('`{`')
}

/** A block as a colon and an indented text; the brace that comes after it closes what is around it. */
function parseIndented(c: Cursor, options: BlockOptions): void {
  const colon = c.token
  c.open('Block')
  c.takeAs()
  parseBlockItems(c, options)
  c.close()
  const end = c.previous!.end
  const edits = [c.edit(colon, ' {'), c.edit({ start: end, end }, '\n}')]
  c.note('Expected `{`, got `:`.', {
    code: 'SLIP011',
    span: colon,
    hint: 'The items of a block stand between `{` and `}`.',
    fixes: [{ title: 'Add `{` and `}`', edits }],
  })
}

/** A block whose opening brace was forgotten, but not its items. */
function parseUnopened(c: Cursor, options: BlockOptions): void {
  const end = c.previous!.end
  c.note(`Expected \`{\`, got ${c.describe()}.`, {
    code: 'SLIP003',
    span: c.here(),
    fixes: [c.fix('Add `{`', { start: end, end }, ' {')],
  })
  c.open('Block')
  parseBlockItems(c, options)
  c.eat('}')
  c.close()
}

/** A name on the same line. */
export function expectName(c: Cursor, what: string): boolean {
  if (!c.atName() || c.token.lineStart) {
    c.expected(what)
    return false
  }
  parseNameNode(c)
  return true
}

export function expect(c: Cursor, kind: TokenKind, what = `\`${kind}\``): boolean {
  if (!c.at(kind) || (c.brackets === 0 && c.token.lineStart)) return expectOther(c, kind, what)
  if (c.token.unterminated) c.error('This text has no closing `"` on its line.', { code: 'SLIP002' })
  c.bump()
  return true
}

/** Reports what stands in the place of a token. Returns whether it was taken as what is meant. */
function expectOther(c: Cursor, kind: TokenKind, what: string): boolean {
  const { token } = c
  const here = c.brackets > 0 || !token.lineStart
  if (here && (separators[kind]?.includes(token.text) ?? false) && c.peekKind() !== '{') {
    c.note(`Expected \`${kind}\`, got \`${token.text}\`.`, {
      code: 'SLIP010',
      fixes: [c.fix(`Change to \`${kind}\``, token, kind)],
    })
    c.takeAs()
    return true
  }
  if (
    here &&
    kind === 'date' &&
    token.kind === 'string' &&
    microseconds(token.text.slice(1, -1)) !== undefined
  ) {
    const date = token.text.slice(1, -1)
    c.error('A date stands without quotes.', {
      code: 'SLIP012',
      fixes: [c.fix(`Change to \`${date}\``, token, date)],
    })
    return false
  }
  if (here && kind === 'string') return expectText(c, what)
  c.expected(what)
  return false
}

/** What is written for one of two signs, by the sign. */
const separators: Readonly<Partial<Record<TokenKind, readonly string[]>>> = {
  '=': [':', '==', ':=', 'is'],
  ':': ['=', '==', ':='],
}

/** A text that lacks its quotes: all up to the next blank. */
function expectText(c: Cursor, what: string): false {
  const { token } = c
  const text = c.unquoted()
  if (text === undefined || token.kind === 'quoted') c.expected(what)
  else {
    const span = { start: token.start, end: token.start + text.length }
    c.expected(what, { span, fixes: [c.fix('Put it in double quotes', span, `"${text}"`)] })
  }
  return false
}

export function expectWord(c: Cursor, words: readonly Keyword[], what = list(words)): boolean {
  if (c.atWord(...words) && !c.token.lineStart) {
    c.bump()
    return true
  }
  expectedOneOf(c, words, what)
  return false
}

/** Reports that one of a few words was expected, with the likeliest as a fix. */
export function expectedOneOf(c: Cursor, words: readonly string[], what = list(words)): void {
  const { text } = c.token
  const word = c.at('name') && !c.describe().startsWith('the end')
  const meant = word ? (synonymOf(text, words) ?? suggest(text, words)) : undefined
  c.expected(what, {
    ...(meant && { hint: `Did you mean \`${meant}\`?`, fixes: [replaceToken(c, meant)] }),
  })
}

/** Reports an item that the block does not know. Returns the word that was likely meant. */
export function unknownItem(
  c: Cursor,
  words: readonly string[],
  what: string,
  guess = c.peekKind() !== '=',
): string | undefined {
  if (!c.at('name')) {
    c.expected(`${what} (${list(words)})`)
    return undefined
  }
  const { text } = c.token
  const meant = synonymOf(text, words) ?? suggest(text, words)
  const message = `Expected ${what} (${list(words)}), got ${describeToken(c.token)}.`
  // An assignment is no item that begins with a word.
  if (meant === undefined || !guess) {
    const documents = /^(?:description|doc|docs|comment|help)$/.test(text)
    c.error(message, {
      code: 'SLIP007',
      ...(documents && { hint: 'A line of `///` above a declaration documents it.' }),
    })
    return undefined
  }
  const details = { hint: `Did you mean \`${meant}\`?`, fixes: [replaceToken(c, meant)] }
  c.note(message, { code: 'SLIP007', ...details })
  return c.broken ? undefined : meant
}

/** Parses the item whose word stands here, or is likely meant. */
export function parseKnownItem<Word extends string>(
  c: Cursor,
  items: Readonly<Record<Word, (c: Cursor) => void>>,
  what: string,
): void {
  const words = Object.keys(items) as Word[]
  const { text } = c.token
  const word = c.at('name') && Object.hasOwn(items, text) ? text : unknownItem(c, words, what)
  if (word !== undefined) items[word as Word](c)
}

function replaceToken(c: Cursor, text: string) {
  const { start, end } = c.token
  return { title: `Change to \`${text}\``, edits: [{ path: c.path, span: { start, end }, text }] }
}

/** `a`, `b` or `c`. */
export function list(words: readonly string[]): string {
  const quoted = words.map(word => `\`${word}\``)
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`
}

/** An amount and a unit of time, e.g. `7 days`. */
export function parseDuration(c: Cursor): void {
  if ((!c.at('int') && !c.at('float')) || c.token.lineStart)
    return c.expected('an amount of time, for example `7 days`')
  c.open('Duration')
  const amount = c.bump()
  const what = 'a unit of time (`minutes`, `hours` or `days`)'
  const meant = c.at('name') && !c.lineStart ? meantDuration(amount, c.token) : undefined
  if (meant === undefined) expectWord(c, keywords.duration, what)
  else {
    const repair = c.fix(`Change to \`${meant}\``, { start: amount.start, end: c.token.end }, meant)
    c.note(`Expected ${what}, got ${c.describe()}.`, { fixes: [repair] })
    c.bump()
  }
  c.close()
}

/** `name: type`, nullable with `?`, with `unit "…"` and `format "…"`. */
export function parseTypedName(c: Cursor): void {
  if (!c.atName() || c.atRestart())
    return c.expected('a name with `:` and a type, for example `code: string`')
  parseNameNode(c)
  if (c.at('name') && !c.lineStart) {
    c.note(`Expected \`:\`, got ${c.describe()}.`, { fixes: [c.insertion(':')] })
  } else if (!expect(c, ':')) return
  if (!c.atName() || c.atRestart() || (c.brackets === 0 && c.lineStart)) return c.expected('a type')
  parseType(c)
  while (!c.broken && c.atWord('unit', 'format'))
    if (c.atWord('unit')) parseUnit(c)
    else parseFormat(c)
}

/** `int?`, `vector<float, 384>` */
function parseType(c: Cursor): void {
  c.open('Type')
  const vector = c.token.text === 'vector'
  c.bump()
  if (c.at('<') || (vector && !c.at('?'))) parseSize(c)
  c.eat('?')
  c.close()
}

function parseSize(c: Cursor): void {
  const what = 'the size of the vector, for example `vector<float, 384>`'
  if (!expect(c, '<', what)) return
  if (c.atName() && c.token.text !== 'float') {
    const fixes = [c.fix('Change to `float`', c.token, 'float')]
    c.note(`Expected \`float\`, got ${c.describe()}.`, { hint: 'Vectors hold floats.', fixes })
  } else if (!c.atName()) return c.expected('`float`')
  c.bump()
  if (expect(c, ',') && expect(c, 'int', what)) expect(c, '>')
}

/** `unit "minutes"` */
export function parseUnit(c: Cursor): void {
  parseTextItem(c, { kind: 'UnitItem', what: 'the unit as text, for example `"minutes"`' })
}

function parseFormat(c: Cursor): void {
  parseTextItem(c, { kind: 'FormatClause', what: 'how it is written, for example `"%d/%m/%Y"`' })
}

/** A word and a text. */
export function parseTextItem(c: Cursor, { kind, what }: { kind: NodeKind; what: string }): void {
  c.open(kind)
  c.takeWord()
  expect(c, 'string', what)
  c.close()
}

/** Values in square brackets; the cursor must be at the opening one. */
export function parseList(c: Cursor, what: string): void {
  c.open('List')
  const opening = c.bump()
  c.brackets++
  while (!c.at(']') && !c.broken) {
    parseExpression(c, what)
    if (!c.eat(',')) break
  }
  closeBracket(c, opening, ']')
  c.close()
}

/** Names with commas between them, all on one line but after a comma. */
export function parseNames(c: Cursor, what: string): void {
  do {
    if (!c.atName() || (c.token.lineStart && (c.previous?.kind !== ',' || c.atRestart())))
      return c.expected(what)
    parseNameNode(c)
  } while (c.eat(','))
}

/** The `@10` of a metric that looks at the best-ranked only. */
export function parseCutoff(c: Cursor): void {
  if (!c.at('@') || c.token.lineStart) return
  c.open('Cutoff')
  c.bump()
  expect(c, 'int', 'how many count, for example `ndcg@10`')
  c.close()
}

/** `seed 7` */
export function parseSeed(c: Cursor): void {
  c.open('SeedClause')
  c.takeWord()
  expect(c, 'int', 'a whole number')
  c.close()
}
