/** A model and its parts. */
import { Cursor } from './cursor.ts'
import { type ModelKeyword, isModelWord, keywords } from './keywords.ts'
import { parseHealth, parseTest } from './parse-checks.ts'
import { parseWhere } from './parse-declarations.ts'
import { parseExpression, parseNameNode } from './parse-expression.ts'
import { parseAlgorithm, parsePrepare, parseSplit, parseTune } from './parse-fitting.ts'
import { expect, expectBlock, expectName, expectWord, unknownItem } from './parse-items.ts'
import { parseEvaluate, parseRank, parseRequire } from './parse-metric.ts'

export function parseModel(c: Cursor): void {
  c.open('ModelDeclaration')
  c.bump()
  expectName(c, 'a name for the model')
  expectBlock(c, { item: 'the next part of the model', parseItem: parseModelItem })
  c.close()
}

function parseModelItem(c: Cursor): void {
  const word = c.token.text
  if (c.at('name') && isModelWord(word)) parts[word](c)
  else unknownItem(c, keywords.model, 'a part of a model')
}

const parts: Readonly<Record<ModelKeyword, (c: Cursor) => void>> = {
  observe: parseObserve,
  features: parseFeatures,
  label: parseLabel,
  weight: parseWeight,
  balance: parseBalance,
  split: parseSplit,
  prepare: parsePrepare,
  algorithm: parseAlgorithm,
  tune: parseTune,
  evaluate: parseEvaluate,
  output: parseOutput,
  require: parseRequire,
  test: parseTest,
  health: parseHealth,
}

function parseObserve(c: Cursor): void {
  c.open('ObserveItem')
  c.bump()
  if (expectName(c, 'the source to observe') && c.atWord('where')) parseWhere(c)
  c.close()
}

function parseFeatures(c: Cursor): void {
  c.open('FeaturesItem')
  c.bump()
  expectBlock(c, { item: 'a feature', parseItem: parseFeatureItem, insideModel: true })
  c.close()
}

function parseFeatureItem(c: Cursor): void {
  if (!c.atName()) return noFeature(c)
  c.open('FeatureItem')
  parseNameNode(c)
  if (c.at('=') && !c.token.lineStart) parseValue(c)
  else if (!c.atItemEnd()) unnamedFeature(c)
  c.close()
}

function noFeature(c: Cursor): void {
  const operator = ['+', '-', '*', '/', '<', '<=', '>', '>=', '==', '!='].includes(c.token.kind)
  c.expected('a feature: a column, or a name with `=` and an expression', {
    ...(operator && {
      hint: 'To go on with the line before, end it with the operator or put brackets around it.',
    }),
  })
}

function unnamedFeature(c: Cursor): void {
  c.expected('`=` or the end of the line', {
    ...(['(', '+', '-', '*', '/', '.', '@'].includes(c.token.kind) && {
      hint: 'A feature that is more than a column has a name: `name = expression`.',
    }),
  })
}

/** `=` and an expression. */
function parseValue(c: Cursor): void {
  c.bump()
  parseExpression(c)
}

function parseLabel(c: Cursor): void {
  c.open('LabelItem')
  c.bump()
  if (expectName(c, 'a name for the label') && expect(c, '=')) parseExpression(c)
  c.close()
}

function parseWeight(c: Cursor): void {
  c.open('WeightItem')
  c.bump()
  if (c.token.lineStart) c.expected('how much a row counts, for example `weight if(delay > 60, 2, 1)`')
  else parseExpression(c, 'how much a row counts, for example `if(delay > 60, 2, 1)`')
  c.close()
}

function parseBalance(c: Cursor): void {
  c.open('BalanceItem')
  c.bump()
  expectWord(c, ['classes'])
  c.close()
}

function parseOutput(c: Cursor): void {
  c.open('OutputItem')
  c.bump()
  if (expectName(c, 'a name for the output') && expect(c, '=')) {
    if (atRank(c)) parseRank(c)
    else parseExpression(c, '`probability` or `prediction` of the label, or `rank`')
  }
  c.close()
}

function atRank(c: Cursor): boolean {
  return c.atWord('rank') && !c.token.lineStart && c.peek().kind !== '('
}
