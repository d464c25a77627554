/** Sources, entities and features of entities. */
import { Cursor } from './cursor.ts'
import { keywords } from './keywords.ts'
import { closeBracket, parseExpression, parseNameNode } from './parse-expression.ts'
import {
  expect,
  expectBlock,
  expectName,
  expectWord,
  parseBlock,
  parseDuration,
  parseTextItem,
  parseTypedName,
  parseUnit,
  unknownItem,
} from './parse-items.ts'

export function parseSource(c: Cursor): void {
  c.open('SourceDeclaration')
  c.bump()
  expectName(c, 'a name for the source')
  expectBlock(c, { item: 'an item of a source', parseItem: parseSourceItem })
  c.close()
}

function parseSourceItem(c: Cursor): void {
  if (c.atWord('from')) return parseFrom(c)
  if (c.atWord('delimiter')) return parseDelimiter(c)
  if (c.atWord('header')) return parseHeader(c)
  if (c.atWord('missing')) return parseMissing(c)
  if (c.atWord('time')) return parseTime(c)
  if (c.atWord('known')) return parseKnown(c)
  if (c.atWord('columns')) return parseColumns(c)
  unknownItem(c, keywords.source, 'an item of a source')
}

function parseFrom(c: Cursor): void {
  c.open('FromItem')
  c.bump()
  const format = c.token.text
  if (expectName(c, 'a format (`parquet`, `csv`, `json`, `arrow`, `sqlite`, `postgres` or `catalog`)')) {
    if (format === 'postgres') parseEnv(c)
    else expect(c, 'string', fromExamples[format] ?? 'a path in quotes, for example `"data/flights.parquet"`')
    if (!c.broken && (c.atWord('table') || format === 'sqlite' || format === 'postgres')) parseTable(c)
  }
  c.close()
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
  c.bump()
  expectWord(c, ['true', 'false'])
  c.close()
}

function parseMissing(c: Cursor): void {
  const what = 'texts in square brackets, for example `["NA", "-"]`'
  c.open('MissingItem')
  c.bump()
  if (c.at('[') && !c.token.lineStart) {
    const opening = c.bump()
    c.brackets++
    while (!c.at(']') && !c.broken && expect(c, 'string', 'a text in quotes')) if (!c.eat(',')) break
    closeBracket(c, opening, ']')
  } else c.expected(what)
  c.close()
}

function parseTime(c: Cursor): void {
  c.open('TimeItem')
  c.bump()
  expectName(c, 'the column that says when a row happened')
  c.close()
}

function parseKnown(c: Cursor): void {
  c.open('KnownItem')
  c.bump()
  if (c.eatWord('after')) parseDuration(c)
  else c.expected('`after` and an amount of time, for example `known after 3 hours`')
  c.close()
}

function parseColumns(c: Cursor): void {
  c.open('ColumnsItem')
  c.bump()
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
  c.bump()
  if (expectName(c, 'a name for the entity')) parseKeys(c)
  c.close()
}

function parseKeys(c: Cursor): void {
  if (!c.at('(') || c.token.lineStart) return c.expected('the key in brackets, for example `(code: string)`')
  const opening = c.bump()
  c.brackets++
  do {
    if (c.at(')') && c.previous?.kind === ',') break
    c.open('KeyDefinition')
    parseTypedName(c)
    c.close()
  } while (c.eat(','))
  closeBracket(c, opening, ')')
}

export function parseFeature(c: Cursor): void {
  c.open('FeatureDeclaration')
  c.bump()
  if (expectName(c, 'a name for the feature')) parseFeatureHead(c)
  // The body is read even when the head is broken, but not when the head ends in something unreadable.
  if (c.broken && !c.at('{') && !c.atItemEnd()) skipToBody(c)
  parseBlock(c, { item: 'an item of a feature', parseItem: parseFeatureItem })
  c.close()
}

function parseFeatureHead(c: Cursor): void {
  if (!c.eatWord('of')) return c.expected('`of` and an entity, for example `of airport`')
  if (!expectName(c, 'the entity that the feature describes')) return
  if (!expect(c, '=')) return
  parseFeatureValue(c)
  while (!c.broken) {
    if (c.atWord('where')) parseWhere(c)
    else if (c.atWord('by')) parseBy(c)
    else if (c.atWord('over')) parseOver(c)
    else break
  }
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
  c.bump()
  do {
    if (!parseExpression(c, 'a column of the source, for example `flights.origin`')) break
  } while (c.eat(','))
  c.close()
}

function parseOver(c: Cursor): void {
  c.open('OverClause')
  c.bump()
  parseDuration(c)
  c.close()
}

const featureItems = ['default', 'owner', 'tags', 'unit'] as const

function parseFeatureItem(c: Cursor): void {
  if (c.atWord('default')) return parseDefault(c)
  if (c.atWord('owner')) return parseOwner(c)
  if (c.atWord('tags')) return parseTags(c)
  if (c.atWord('unit')) return parseUnit(c)
  unknownItem(c, featureItems, 'an item of a feature')
}

function parseDefault(c: Cursor): void {
  c.open('DefaultItem')
  c.bump()
  if (c.token.lineStart) c.expected('a value, for example `0`')
  else parseExpression(c, 'a value, for example `0`')
  c.close()
}

function parseOwner(c: Cursor): void {
  parseTextItem(c, { kind: 'OwnerItem', what: 'the owner as text, for example `"ops-ml"`' })
}

function parseTags(c: Cursor): void {
  c.open('TagsItem')
  c.bump()
  if (c.at('[') && !c.token.lineStart) {
    const opening = c.bump()
    c.brackets++
    while (!c.at(']') && !c.broken) {
      parseTag(c)
      if (!c.eat(',')) break
    }
    closeBracket(c, opening, ']')
  } else c.expected('tags in square brackets, for example `[delay, rolling]`')
  c.close()
}

function parseTag(c: Cursor): void {
  if (!c.atName() && !c.at('string')) return c.expected('a tag')
  c.open('Tag')
  if (c.at('string')) expect(c, 'string')
  else parseNameNode(c)
  c.close()
}
