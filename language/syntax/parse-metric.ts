/** Metrics and what is asked of them. */
import { type Clause, parseClauses } from './clauses.ts'
import { Cursor } from './cursor.ts'
import { meantOperator } from './foreign.ts'
import { keywords } from './keywords.ts'
import { parseExpression, parseNameNode } from './parse-expression.ts'
import { expectWord, parseCutoff, parseNames } from './parse-items.ts'

export function parseEvaluate(c: Cursor): void {
  c.open('EvaluateItem')
  c.takeWord()
  do {
    if (!parseMetric(c)) break
  } while (c.eat(',') || forgotComma(c))
  c.close()
}

/** `auc`, `auc per origin`, `ndcg@10 per query`. Reports when there is none. */
export function parseMetric(c: Cursor): boolean {
  if (!atMetric(c)) return false
  c.open('Metric')
  parseMetricUse(c)
  c.close()
  return true
}

function parseMetricUse(c: Cursor): void {
  parseNameNode(c)
  parseCutoff(c)
  parsePer(c)
}

function atMetric(c: Cursor): boolean {
  // A comma at the end of a line asks for more; what begins the next part of the model is not more.
  const nextItem = c.token.lineStart && (c.atRestart() || c.previous?.kind !== ',')
  if (c.atName() && !nextItem) return true
  const { previous } = c
  c.expected('the name of a metric', {
    ...(previous?.kind === ',' && { fixes: [c.fix('Remove `,`', previous, '')] }),
  })
  return false
}

export function parsePer(c: Cursor): void {
  if (!atPer(c) || c.lineStart || c.broken) return
  c.open('PerClause')
  takePer(c)
  if (c.atName() && !c.lineStart) parseNameNode(c)
  else c.expected('a column or a feature after `per`')
  c.close()
}

/** `per`, or `by` for it. */
function atPer(c: Cursor): boolean {
  return c.atWord('per') || c.atWord('by')
}

function takePer(c: Cursor): void {
  if (c.atWord('by'))
    c.note('Expected `per`, got `by`.', {
      code: 'SLIP010',
      fixes: [c.fix('Change to `per`', c.token, 'per')],
    })
  c.bump()
}

export function parseRequire(c: Cursor): void {
  c.open('RequireItem')
  c.takeWord()
  do {
    if (!atMetric(c)) break
    parseRequirement(c)
  } while (!c.broken && (c.eat(',') || forgotComma(c)))
  c.close()
}

/** Whether another metric stands on the line without a comma before it. */
function forgotComma(c: Cursor): boolean {
  if (c.broken || c.lineStart || !c.atName()) return false
  c.noteComma()
  return true
}

function parseRequirement(c: Cursor): void {
  c.open('Requirement')
  parseNameNode(c)
  parseCutoff(c)
  parseThresholdClauses(c, [
    { at: atPer, parse: parsePer },
    thresholdClause,
    { at: () => c.atWord('on'), parse: parseOn },
  ])
  c.close()
}

export const thresholdClause: Clause = { at: atThreshold, parse: parseThreshold }

/** Clauses of which the comparison has to be there. */
export function parseThresholdClauses(c: Cursor, clauses: readonly Clause[]): void {
  let compared = false
  const noted = clauses.map(clause =>
    clause === thresholdClause ? { ...clause, parse: () => ((compared = true), parseThreshold(c)) } : clause,
  )
  parseClauses(c, noted)
  if (!compared && !c.broken) expectedComparison(c)
}

const comparisons = ['>=', '<=', '>', '<']

function atThreshold(c: Cursor): boolean {
  const { kind, foreign, text } = c.token
  return comparisons.includes(kind) || (foreign === true && comparisons.includes(meantOperator(text) ?? ''))
}

/** A comparison with a number; the cursor is at its operator. */
function parseThreshold(c: Cursor): void {
  c.bump()
  parseExpression(c, 'a number')
}

function expectedComparison(c: Cursor): void {
  const equality = c.at('==') || c.at('=') || c.at('!=')
  c.expected('`>=`, `<=`, `>` or `<`', equality ? { code: 'SLIP010' } : {})
}

function parseOn(c: Cursor): void {
  c.open('OnClause')
  c.bump()
  expectWord(c, keywords.split)
  c.close()
}

/** `rank top 10 by score per query, day` */
export function parseRank(c: Cursor): void {
  let ranked = false
  c.open('Rank')
  c.bump()
  parseClauses(c, [
    { at: () => c.atWord('top'), parse: parseTop },
    { at: () => c.atWord('by'), parse: () => ((ranked = true), parseRankBy(c)) },
    { at: () => c.atWord('per'), parse: parseRankPer },
  ])
  if (!ranked) c.expected('`by` and an output, for example `rank by late_probability`')
  c.close()
}

function parseRankBy(c: Cursor): void {
  c.bump()
  if (c.atName() && !c.lineStart) parseNameNode(c)
  else c.expected('the output to rank by')
}

function parseTop(c: Cursor): void {
  c.open('TopClause')
  c.bump()
  if (c.at('int') && !c.lineStart) c.bump()
  else c.expected('how many are ranked, for example `top 10`')
  c.close()
}

function parseRankPer(c: Cursor): void {
  c.open('PerClause')
  c.bump()
  parseNames(c, 'columns after `per`')
  c.close()
}
