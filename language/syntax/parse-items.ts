/** The pieces that declarations of every kind are made of: blocks of items, names, texts, numbers, durations. */
import { suggest } from '../suggest.ts'
import { Cursor, describeToken } from './cursor.ts'
import { type Keyword, keywords } from './keywords.ts'
import { closeBracket, parseExpression, parseNameNode } from './parse-expression.ts'
import type { TokenKind } from './tokens.ts'
import type { NodeKind } from './tree.ts'

export interface BlockOptions {
  /** As a message names one: `an item of a source`. */
  readonly item: string
  readonly parseItem: (c: Cursor) => void
  /** A block inside a model ends where the next part of the model begins. */
  readonly insideModel?: boolean
  /** Whether another item begins here, for items that may follow one another on a line without a comma. */
  readonly atNext?: (c: Cursor) => boolean
}

/** A block of items that a newline or a comma ends, with both braces; reports a missing one. */
export function parseBlock(c: Cursor, options: BlockOptions): void {
  if (!c.at('{')) return
  c.settle()
  c.open('Block')
  const opening = c.bump()
  while (!c.at('}') && !c.at('end') && !c.atDeclaration() && !(options.insideModel && c.atModelItem())) {
    if (c.eat(',')) continue
    const first = c.index
    c.itemStart = first
    options.parseItem(c)
    if (c.index === first) c.skipItem()
    if (!c.broken && options.atNext?.(c)) continue
    c.endItem(`the end of the line before ${options.item}`)
  }
  if (!c.eat('}')) {
    const end = c.previous!.end
    c.error(`Expected \`}\`, got ${c.describe()}.`, {
      code: 'SLIP003',
      span: c.here(),
      related: [
        { path: c.path, span: { start: opening.start, end: opening.end }, message: 'The block opened here.' },
      ],
      fixes: [{ title: 'Add `}`', edits: [{ path: c.path, span: { start: end, end }, text: '\n}' }] }],
    })
  }
  c.close()
}

/** Like `parseBlock`, for a block that has to be there. */
export function expectBlock(c: Cursor, options: BlockOptions): void {
  if (c.at('{')) parseBlock(c, options)
  else c.expected('`{`')
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
  if (!c.at(kind) || (c.brackets === 0 && c.token.lineStart)) {
    c.expected(what)
    return false
  }
  if (c.token.unterminated) c.error('This text has no closing `"` on its line.', { code: 'SLIP002' })
  c.bump()
  return true
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
  const meant = c.at('name') && !c.describe().startsWith('the end') ? suggest(c.token.text, words) : undefined
  c.expected(what, {
    ...(meant && { hint: `Did you mean \`${meant}\`?`, fixes: [replaceToken(c, meant)] }),
  })
}

/** Reports an item that the block does not know. */
export function unknownItem(c: Cursor, words: readonly string[], what: string): void {
  if (!c.at('name')) return c.expected(`${what} (${list(words)})`)
  const meant = suggest(c.token.text, words)
  c.error(`Expected ${what} (${list(words)}), got ${describeToken(c.token)}.`, {
    code: 'SLIP007',
    ...(meant && { hint: `Did you mean \`${meant}\`?`, fixes: [replaceToken(c, meant)] }),
  })
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
  c.bump()
  expectWord(c, keywords.duration, 'a unit of time (`minutes`, `hours` or `days`)')
  c.close()
}

/** `name: type`, nullable with `?`, with `unit "…"` and `format "…"`. */
export function parseTypedName(c: Cursor): void {
  if (!c.atName() || c.atRestart())
    return c.expected('a name with `:` and a type, for example `code: string`')
  parseNameNode(c)
  if (!expect(c, ':')) return
  if (!c.atName() || (c.brackets === 0 && c.token.lineStart)) return c.expected('a type')
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
  if (c.token.text !== 'float') return c.expected('`float`', { hint: 'Vectors hold floats.' })
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
  c.bump()
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
  c.bump()
  expect(c, 'int', 'a whole number')
  c.close()
}
