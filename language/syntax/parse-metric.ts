/** Metrics and what is asked of them. */
import { Cursor } from './cursor.ts'
import { keywords } from './keywords.ts'
import { parseExpression, parseNameNode } from './parse-expression.ts'
import { expectWord, parseCutoff, parseNames } from './parse-items.ts'

export function parseEvaluate(c: Cursor): void {
  c.open('EvaluateItem')
  c.bump()
  do {
    if (!parseMetric(c)) break
  } while (c.eat(','))
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
  c.expected('the name of a metric')
  return false
}

export function parsePer(c: Cursor): void {
  if (!c.atWord('per') || c.token.lineStart || c.broken) return
  c.open('PerClause')
  c.bump()
  if (c.atName() && !c.token.lineStart) parseNameNode(c)
  else c.expected('a column or a feature after `per`')
  c.close()
}

export function parseRequire(c: Cursor): void {
  c.open('RequireItem')
  c.bump()
  do {
    if (!atMetric(c)) break
    parseRequirement(c)
  } while (!c.broken && c.eat(','))
  c.close()
}

function parseRequirement(c: Cursor): void {
  c.open('Requirement')
  parseMetricUse(c)
  if (parseThreshold(c) && c.atWord('on') && !c.token.lineStart) parseOn(c)
  c.close()
}

/** A comparison with a number. */
export function parseThreshold(c: Cursor): boolean {
  if (c.broken) return false
  if (['>=', '<=', '>', '<'].includes(c.token.kind) && !c.token.lineStart) {
    c.bump()
    return parseExpression(c, 'a number')
  }
  const equality = c.at('==') || c.at('=') || c.at('!=')
  c.expected('`>=`, `<=`, `>` or `<`', equality ? { code: 'SLIP010' } : {})
  return false
}

function parseOn(c: Cursor): void {
  c.open('OnClause')
  c.bump()
  expectWord(c, keywords.split)
  c.close()
}

/** `rank top 10 by score per query, day` */
export function parseRank(c: Cursor): void {
  c.open('Rank')
  c.bump()
  if (c.atWord('top')) parseTop(c)
  if (!c.broken) {
    if (expectWord(c, ['by'], '`by` and an output')) parseRanked(c)
    parseRankPer(c)
  }
  c.close()
}

function parseRanked(c: Cursor): void {
  if (c.atName() && !c.token.lineStart) parseNameNode(c)
  else c.expected('the output to rank by')
}

function parseTop(c: Cursor): void {
  c.open('TopClause')
  c.bump()
  if (c.at('int') && !c.token.lineStart) c.bump()
  else c.expected('how many are ranked, for example `top 10`')
  c.close()
}

function parseRankPer(c: Cursor): void {
  if (!c.atWord('per') || c.token.lineStart || c.broken) return
  c.open('PerClause')
  c.bump()
  parseNames(c, 'columns after `per`')
  c.close()
}
