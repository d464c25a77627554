/** The pieces that declarations of every kind are made of: blocks of items, names, texts, numbers, durations. */
import { suggest } from '../suggest.ts'
import { Cursor, describeToken } from './cursor.ts'
import { type Keyword, keywords } from './keywords.ts'
import { parseNameNode } from './parse-expression.ts'
import type { TokenKind } from './tokens.ts'

export interface BlockOptions {
  /** As a message names one: `an item of a source`. */
  readonly item: string
  readonly parseItem: (c: Cursor) => void
  /** A block inside a model ends where the next part of the model begins. */
  readonly insideModel?: boolean
  /** Items may follow one another on a line without a comma. */
  readonly looseItems?: boolean
}

/** A block of items that a newline or a comma ends, with both braces; reports a missing one. */
export function parseBlock(c: Cursor, options: BlockOptions): void {
  if (!c.at('{')) return
  c.settle()
  c.open('Block')
  const opening = c.bump()
  while (!c.at('}') && !c.at('end') && !c.atDeclaration() && !(options.insideModel && c.atModelItem())) {
    if (c.eat(',')) continue
    const first = c.token
    c.itemStart = first
    options.parseItem(c)
    if (c.token === first) c.skipItem()
    if (options.looseItems && !c.broken) continue
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

/** `name: type`, nullable with `?`, with `unit "…"`. */
export function parseTypedName(c: Cursor): void {
  if (!c.atName() || c.atRestart())
    return c.expected('a name with `:` and a type, for example `code: string`')
  parseNameNode(c)
  if (!expect(c, ':')) return
  if (!c.atName() || (c.brackets === 0 && c.token.lineStart)) return c.expected('a type')
  c.open('Type')
  c.bump()
  c.eat('?')
  c.close()
  if (c.atWord('unit')) parseUnit(c)
}

/** `unit "minutes"` */
export function parseUnit(c: Cursor): void {
  c.open('UnitItem')
  c.bump()
  expect(c, 'string', 'the unit as text, for example `"minutes"`')
  c.close()
}
