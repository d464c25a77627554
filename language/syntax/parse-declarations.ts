/** Sources, entities and features of entities. */
import { Cursor } from './cursor.ts'
import { keywords } from './keywords.ts'
import { formatOf } from './mistakes.ts'
import { closeBracket, parseExpression, parseNameNode } from './parse-expression.ts'
import {
  expect,
  expectBlock,
  expectName,
  expectWord,
  parseBlock,
  parseDuration,
  parseKnownItem,
  parseTextItem,
  parseTypedName,
  parseUnit,
} from './parse-items.ts'

export function parseSource(c: Cursor): void {
  c.open('SourceDeclaration')
  c.takeWord()
  expectName(c, 'a name for the source')
  expectBlock(c, { item: 'an item of a source', parseItem: parseSourceItem, words: keywords.source })
  c.close()
}

function parseSourceItem(c: Cursor): void {
  parseKnownItem(c, sourceItems, 'an item of a source')
}

const sourceItems = {
  from: parseFrom,
  delimiter: parseDelimiter,
  header: parseHeader,
  missing: parseMissing,
  time: parseTime,
  known: parseKnown,
  columns: parseColumns,
}

function parseFrom(c: Cursor): void {
  c.open('FromItem')
  c.takeWord()
  const format = c.token.text
  if (expectFormat(c)) {
    if (format === 'postgres') parseEnv(c)
    else expect(c, 'string', fromExamples[format] ?? 'a path in quotes, for example `"data/flights.parquet"`')
    if (!c.broken && (c.atWord('table') || format === 'sqlite' || format === 'postgres')) parseTable(c)
  }
  c.close()
}

function expectFormat(c: Cursor): boolean {
  const format = c.at('string') && !c.lineStart ? formatOf(c.token.text.slice(1, -1)) : undefined
  const what = 'a format (`parquet`, `csv`, `json`, `arrow`, `sqlite`, `postgres` or `catalog`)'
  if (format === undefined) return expectName(c, what)
  c.error(`Expected ${what}, got ${c.describe()}.`, { fixes: [c.insertion(` ${format}`)] })
  c.bump()
  return false
}

const fromExamples: Readonly<Partial<Record<string, string>>> = {
  sqlite: 'the database file in quotes, for example `"data/app.db"`',
  catalog: 'the name of a source of the catalog in quotes, for example `"flights"`',
}

function parseEnv(c: Cursor): void {
  if (!c.atWord('env') || c.token.lineStart)
    return c.expected('`env` and the name of a variable, for example `env "ORDERS_DB"`', {
      hint: 'The environment variable holds the connection string, so that no text has to.',
    })
  parseTextItem(c, { kind: 'EnvClause', what: 'the name of an environment variable in quotes' })
}

function parseTable(c: Cursor): void {
  if (!c.atWord('table') || c.token.lineStart)
    return c.expected('`table` and its name, for example `table "orders"`')
  parseTextItem(c, { kind: 'TableClause', what: 'the name of a table in quotes, for example `"orders"`' })
}

function parseDelimiter(c: Cursor): void {
  parseTextItem(c, { kind: 'DelimiterItem', what: 'a character in quotes, for example `";"`' })
}

function parseHeader(c: Cursor): void {
  c.open('HeaderItem')
  c.takeWord()
  const meant = { yes: 'true', no: 'false', on: 'true', off: 'false', True: 'true', False: 'false' }
  const word =
    c.lineStart || !c.at('name') ? undefined : Object.entries(meant).find(([is]) => is === c.token.text)
  if (!word) expectWord(c, ['true', 'false'])
  else {
    c.note(`Expected \`true\` or \`false\`, got ${c.describe()}.`, {
      fixes: [c.fix(`Change to \`${word[1]}\``, c.token, word[1])],
    })
    c.bump()
  }
  c.close()
}

function parseMissing(c: Cursor): void {
  const what = 'texts in square brackets, for example `["NA", "-"]`'
  c.open('MissingItem')
  c.takeWord()
  if (c.at('[') && !c.token.lineStart) {
    const opening = c.bump()
    c.brackets++
    while (!c.at(']') && !c.broken && expect(c, 'string', 'a text in quotes')) if (!c.eat(',')) break
    closeBracket(c, opening, ']')
  } else expectBrackets(c, what)
  c.close()
}

function parseTime(c: Cursor): void {
  c.open('TimeItem')
  c.takeWord()
  expectName(c, 'the column that says when a row happened')
  c.close()
}

function parseKnown(c: Cursor): void {
  c.open('KnownItem')
  c.takeWord()
  if (c.eatWord('after')) parseDuration(c)
  else c.expected('`after` and an amount of time, for example `known after 3 hours`')
  c.close()
}

function parseColumns(c: Cursor): void {
  c.open('ColumnsItem')
  c.takeWord()
  expectBlock(c, { item: 'a column', parseItem: parseColumn })
  c.close()
}

function parseColumn(c: Cursor): void {
  c.open('ColumnDefinition')
  parseTypedName(c)
  c.close()
}

export function parseEntity(c: Cursor): void {
  c.open('EntityDeclaration')
  c.takeWord()
  if (expectName(c, 'a name for the entity')) parseKeys(c)
  c.close()
}

function parseKeys(c: Cursor): void {
  if (c.lineStart || (!c.at('(') && !atTypedName(c)))
    return c.expected('the key in brackets, for example `(code: string)`')
  if (!c.at('(')) return parseBareKeys(c)
  const opening = c.bump()
  c.brackets++
  do {
    if (c.at(')') && c.previous?.kind === ',') break
    parseKey(c)
  } while (c.eat(','))
  closeBracket(c, opening, ')')
}

function parseKey(c: Cursor): void {
  c.open('KeyDefinition')
  parseTypedName(c)
  c.close()
}

function atTypedName(c: Cursor): boolean {
  return c.atName() && c.peekKind() === ':'
}

/** A key that lacks its brackets. */
function parseBareKeys(c: Cursor): void {
  const { start } = c.token
  do {
    parseKey(c)
  } while (!c.broken && c.eat(','))
  if (c.broken) return
  const span = { start, end: c.previous!.end }
  c.note('Expected the key in brackets.', {
    span,
    fixes: [c.fix('Add brackets', span, `(${c.textOf(span)})`)],
  })
}

export function parseFeature(c: Cursor): void {
  c.open('FeatureDeclaration')
  c.takeWord()
  if (expectName(c, 'a name for the feature')) parseFeatureHead(c)
  // The body is read even when the head is broken, but not when the head ends in something unreadable.
  if (c.broken && !c.at('{') && !c.atItemEnd()) skipToBody(c)
  parseBlock(c, { item: 'an item of a feature', parseItem: parseFeatureItem })
  c.close()
}

function parseFeatureHead(c: Cursor): void {
  if (!expectOf(c) || !expectName(c, 'the entity that the feature describes')) return
  if (c.at('name') && !c.lineStart && c.token.text !== 'is')
    c.note(`Expected \`=\`, got ${c.describe()}.`, { fixes: [c.insertion(' =')] })
  else if (!expect(c, '=')) return
  parseFeatureValue(c)
  while (!c.broken) {
    if (c.atWord('where')) parseWhere(c)
    else if (c.atWord('by') || (c.atWord('per') && !c.lineStart)) parseBy(c)
    else if (c.atWord('over')) parseOver(c)
    else break
  }
}

function expectOf(c: Cursor): boolean {
  if (c.eatWord('of')) return true
  const { token } = c
  const next = c.peek()
  const other = token.kind === 'name' && !c.lineStart && next.kind === 'name' && !next.lineStart
  c.expected('`of` and an entity, for example `of airport`', {
    ...(other && { fixes: [c.fix('Change to `of`', token, 'of')] }),
  })
  return false
}

function skipToBody(c: Cursor): void {
  c.open('Error')
  while (!c.at('{') && !c.atItemEnd()) c.bump()
  c.close()
}

function parseFeatureValue(c: Cursor): void {
  c.open('FeatureValue')
  c.barePins = true
  parseExpression(c, 'an aggregate, for example `mean(flights.delay)`, or an expression over other features')
  c.barePins = false
  c.close()
}

/** `where` and a condition. */
export function parseWhere(c: Cursor): void {
  c.open('WhereClause')
  c.bump()
  parseExpression(c, 'a condition after `where`')
  c.close()
}

function parseBy(c: Cursor): void {
  c.open('ByClause')
  if (c.atWord('per'))
    c.note('Expected `by`, got `per`.', { code: 'SLIP010', fixes: [c.fix('Change to `by`', c.token, 'by')] })
  c.bump()
  do {
    if (!parseExpression(c, 'a column of the source, for example `flights.origin`')) break
  } while (c.eat(','))
  c.close()
}

function parseOver(c: Cursor): void {
  c.open('OverClause')
  c.takeWord()
  parseDuration(c)
  c.close()
}

function parseFeatureItem(c: Cursor): void {
  parseKnownItem(c, featureItems, 'an item of a feature')
}

const featureItems = { default: parseDefault, owner: parseOwner, tags: parseTags, unit: parseUnit }

function parseDefault(c: Cursor): void {
  c.open('DefaultItem')
  c.takeWord()
  if (c.token.lineStart) c.expected('a value, for example `0`')
  else parseExpression(c, 'a value, for example `0`')
  c.close()
}

function parseOwner(c: Cursor): void {
  parseTextItem(c, { kind: 'OwnerItem', what: 'the owner as text, for example `"ops-ml"`' })
}

function parseTags(c: Cursor): void {
  c.open('TagsItem')
  c.takeWord()
  if (c.at('[') && !c.token.lineStart) {
    const opening = c.bump()
    c.brackets++
    while (!c.at(']') && !c.broken) {
      parseTag(c)
      if (!c.eat(',')) break
    }
    closeBracket(c, opening, ']')
  } else expectBrackets(c, 'tags in square brackets, for example `[delay, rolling]`')
  c.close()
}

/** Reports values that lack their brackets. */
function expectBrackets(c: Cursor, what: string): void {
  const { token } = c
  const value = (token.kind === 'string' || token.kind === 'name') && !c.lineStart
  c.expected(what, value ? { fixes: [c.fix('Add brackets', token, `[${token.text}]`)] } : {})
}

function parseTag(c: Cursor): void {
  if (!c.atName() && !c.at('string')) return c.expected('a tag')
  c.open('Tag')
  if (c.at('string')) expect(c, 'string')
  else parseNameNode(c)
  c.close()
}
