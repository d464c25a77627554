/** The parts of a model that say what it must answer and how its serving is watched. */
import { Cursor } from './cursor.ts'
import { parseExpression, parseNameNode } from './parse-expression.ts'
import { parseValueOrList } from './parse-fitting.ts'
import { expect, expectBlock, expectName, parseCutoff, parseDuration, parseKnownItem } from './parse-items.ts'
import { parseThresholdClauses, thresholdClause } from './parse-metric.ts'

/** `test "…" { given { … } expect late_probability < 0.5 }` */
export function parseTest(c: Cursor): void {
  c.open('TestItem')
  c.takeWord()
  if (c.at('string') || c.at('{') || c.lineStart) expect(c, 'string', 'what the model must do, in quotes')
  else parseUnquoted(c)
  if (!c.broken || c.at('{'))
    expectBlock(c, {
      item: '`given` or `expect`',
      parseItem: parseTestItem,
      insideModel: true,
      atNext: () => atGiven(c) || (c.atWord('expect') && !c.token.lineStart),
    })
  c.close()
}

/** What a test is called, without quotes. */
function parseUnquoted(c: Cursor): void {
  const { start } = c.token
  c.open('Error')
  while (!c.at('{') && !c.at('}') && !c.at('end') && !c.lineStart) c.takeAs()
  c.close()
  const span = { start, end: c.previous!.end }
  c.note('Expected what the model must do, in quotes.', {
    span,
    fixes: [
      c.fix(
        'Put it in double quotes',
        span,
        `"${c
          .textOf(span)
          .replaceAll('"', '')
          .replace(/^\((.*)\)$/, '$1')}"`,
      ),
    ],
  })
}

function parseTestItem(c: Cursor): void {
  parseKnownItem(c, { given: parseGiven, expect: parseExpect }, 'an item of a test')
}

function atGiven(c: Cursor): boolean {
  return c.atWord('given') && !c.token.lineStart && (c.peek().kind === '{' || c.peek(2).kind === '{')
}

function parseGiven(c: Cursor): void {
  c.open('GivenItem')
  c.bump()
  if (c.atName() && !c.token.lineStart) parseNameNode(c)
  expectBlock(c, {
    item: 'a value',
    parseItem: parseGivenValue,
    insideModel: true,
    atEnd: () => c.lineStart && c.atWord('given', 'expect') && c.peekKind() !== '=',
  })
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
  c.takeWord()
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
  c.takeWord()
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
  parseThresholdClauses(c, [
    { at: () => c.atWord('of'), parse: parseOf },
    thresholdClause,
    { at: () => c.atWord('over'), parse: parseOver },
  ])
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
  c.takeWord()
  parseDuration(c)
  c.close()
}
