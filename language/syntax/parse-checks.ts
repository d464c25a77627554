/** The parts of a model that say what it must answer and how its serving is watched. */
import { Cursor } from './cursor.ts'
import { keywords } from './keywords.ts'
import { parseExpression, parseNameNode } from './parse-expression.ts'
import { parseValueOrList } from './parse-fitting.ts'
import { expect, expectBlock, expectName, parseCutoff, parseDuration, unknownItem } from './parse-items.ts'
import { parseThreshold } from './parse-metric.ts'

/** `test "…" { given { … } expect late_probability < 0.5 }` */
export function parseTest(c: Cursor): void {
  c.open('TestItem')
  c.bump()
  expect(c, 'string', 'what the model must do, in quotes')
  if (!c.broken || c.at('{'))
    expectBlock(c, {
      item: '`given` or `expect`',
      parseItem: parseTestItem,
      insideModel: true,
      atNext: () => atGiven(c) || (c.atWord('expect') && !c.token.lineStart),
    })
  c.close()
}

function parseTestItem(c: Cursor): void {
  if (c.atWord('given')) return parseGiven(c)
  if (c.atWord('expect')) return parseExpect(c)
  unknownItem(c, keywords.test, 'an item of a test')
}

function atGiven(c: Cursor): boolean {
  return c.atWord('given') && !c.token.lineStart && (c.peek().kind === '{' || c.peek(2).kind === '{')
}

function parseGiven(c: Cursor): void {
  c.open('GivenItem')
  c.bump()
  if (c.atName() && !c.token.lineStart) parseNameNode(c)
  expectBlock(c, { item: 'a value', parseItem: parseGivenValue, insideModel: true })
  c.close()
}

function parseGivenValue(c: Cursor): void {
  if (!c.atName()) return c.expected('a column with `=` and a value, for example `distance = 400`')
  c.open('GivenValue')
  parseNameNode(c)
  if (expect(c, '=')) parseValueOrList(c)
  c.close()
}

function parseExpect(c: Cursor): void {
  c.open('ExpectItem')
  c.bump()
  do {
    if (c.token.lineStart && (c.previous?.kind !== ',' || c.atRestart() || c.atWord('given', 'expect'))) {
      c.expected('a comparison, for example `late_probability < 0.5`')
      break
    }
    if (!parseExpression(c, 'a comparison, for example `late_probability < 0.5`')) break
  } while (!c.broken && goesOn(c) && c.eat(','))
  c.close()
}

/** Whether after the comma comes another comparison, and not another item. */
function goesOn(c: Cursor): boolean {
  const next = c.peek()
  return c.at(',') && !next.lineStart && next.text !== 'given' && next.text !== 'expect'
}

/** `health { drift of distance <= 0.1 over 7 days }` */
export function parseHealth(c: Cursor): void {
  c.open('HealthItem')
  c.bump()
  expectBlock(c, {
    item: 'a threshold',
    parseItem: parseHealthRule,
    insideModel: true,
    atNext: () => c.atName() && !c.token.lineStart,
  })
  c.close()
}

function parseHealthRule(c: Cursor): void {
  if (!c.atName()) return c.expected('a threshold, for example `drift <= 0.25`')
  c.open('HealthRule')
  parseNameNode(c)
  parseCutoff(c)
  if (c.atWord('of') && !c.token.lineStart && !c.broken) parseOf(c)
  if (parseThreshold(c) && c.atWord('over') && !c.token.lineStart) parseOver(c)
  c.close()
}

function parseOf(c: Cursor): void {
  c.open('OfClause')
  c.bump()
  expectName(c, 'a feature after `of`')
  c.close()
}

function parseOver(c: Cursor): void {
  c.open('OverClause')
  c.bump()
  parseDuration(c)
  c.close()
}
