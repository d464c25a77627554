/** Sources, entities and windowed features. */
import { Cursor } from './cursor.ts'
import { keywords } from './keywords.ts'
import { closeBracket, parseExpression, parseNameNode } from './parse-expression.ts'
import {
  expect,
  expectBlock,
  expectName,
  parseBlock,
  parseDuration,
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
  if (c.atWord('time')) return parseTime(c)
  if (c.atWord('known')) return parseKnown(c)
  if (c.atWord('columns')) return parseColumns(c)
  unknownItem(c, keywords.source, 'an item of a source')
}

function parseFrom(c: Cursor): void {
  c.open('FromItem')
  c.bump()
  if (expectName(c, 'a format (`parquet`, `csv`, `json` or `arrow`)'))
    expect(c, 'string', 'a path in quotes, for example `"data/flights.parquet"`')
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
  parseAggregate(c)
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

function parseAggregate(c: Cursor): void {
  c.open('Aggregate')
  parseExpression(c, 'an aggregate, for example `mean(flights.delay)`')
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
  c.open('OwnerItem')
  c.bump()
  expect(c, 'string', 'the owner as text, for example `"ops-ml"`')
  c.close()
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
