/** A model and its parts. */
import { Cursor } from './cursor.ts'
import { type ModelKeyword, keywords } from './keywords.ts'
import { parseHealth, parseTest } from './parse-checks.ts'
import { parseWhere } from './parse-declarations.ts'
import { parseExpression, parseNameNode } from './parse-expression.ts'
import { parseAlgorithm, parsePrepare, parseSplit, parseTune } from './parse-fitting.ts'
import { expect, expectBlock, expectName, expectWord, parseKnownItem } from './parse-items.ts'
import { parseEvaluate, parseRank, parseRequire } from './parse-metric.ts'

export function parseModel(c: Cursor): void {
  c.open('ModelDeclaration')
  c.takeWord()
  expectName(c, 'a name for the model')
  expectBlock(c, { item: 'the next part of the model', parseItem: parseModelItem, words: keywords.model })
  c.close()
}

function parseModelItem(c: Cursor): void {
  parseKnownItem(c, parts, 'a part of a model')
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
  c.takeWord()
  if (expectName(c, 'the source to observe') && c.atWord('where')) parseWhere(c)
  c.close()
}

function parseFeatures(c: Cursor): void {
  c.open('FeaturesItem')
  c.takeWord()
  expectBlock(c, { item: 'a feature', parseItem: parseFeatureItem, insideModel: true })
  c.close()
}

function parseFeatureItem(c: Cursor): void {
  if (!c.atName()) return noFeature(c)
  c.open('FeatureItem')
  parseNameNode(c)
  if (!c.lineStart && atAssignment(c)) parseValue(c)
  else if (!c.atItemEnd()) unnamedFeature(c)
  c.close()
}

function atAssignment(c: Cursor): boolean {
  return c.at('=') || c.token.text === 'is' || c.at(':') || c.at('==') || c.atText(':=')
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
  if (c.at('name') && c.peekKind() === '(')
    return c.expected('`=` or the end of the line', { fixes: [c.insertion(' =')] })
  c.expected('`=` or the end of the line', {
    ...(['(', '+', '-', '*', '/', '%', '.', '@'].includes(c.token.kind) && {
      hint: 'A feature that is more than a column has a name: `name = expression`.',
    }),
  })
}

/** `=` and an expression. */
function parseValue(c: Cursor): void {
  if (expect(c, '=')) parseExpression(c)
}

/** `NAME = EXPRESSION`, where the `=` is often forgotten. */
function parseNamed(c: Cursor, { name, parse }: { name: string; parse: (c: Cursor) => void }): void {
  if (!expectName(c, name)) return
  const { kind } = c.token
  const value =
    !c.lineStart &&
    c.token.text !== 'is' &&
    ['name', 'quoted', 'int', 'float', 'string', 'date'].includes(kind)
  if (value) {
    c.note(`Expected \`=\`, got ${c.describe()}.`, { fixes: [c.insertion(' =')] })
    parse(c)
  } else if (expectAssignment(c)) parse(c)
}

function expectAssignment(c: Cursor): boolean {
  const comparison = ['>', '<', '>=', '<=', '!=', '+', '-', '*', '/', '('].includes(c.token.kind)
  if (!comparison || c.lineStart) return expect(c, '=')
  c.expected('`=`', { hint: 'It has a name: `name = expression`.' })
  return false
}

function parseLabel(c: Cursor): void {
  c.open('LabelItem')
  c.bump()
  // `label = …` lacks its name; `label: name = …` has a sign too many.
  if (c.peekKind(2) === '=') c.eatSeparator()
  parseNamed(c, { name: 'a name for the label', parse: parseExpression })
  c.close()
}

function parseWeight(c: Cursor): void {
  c.open('WeightItem')
  c.takeWord()
  if (c.token.lineStart) c.expected('how much a row counts, for example `weight if(delay > 60, 2, 1)`')
  else parseExpression(c, 'how much a row counts, for example `if(delay > 60, 2, 1)`')
  c.close()
}

function parseBalance(c: Cursor): void {
  c.open('BalanceItem')
  c.takeWord()
  expectWord(c, ['classes'])
  c.close()
}

function parseOutput(c: Cursor): void {
  c.open('OutputItem')
  c.bump()
  parseNamed(c, { name: 'a name for the output', parse: parseOutputValue })
  c.close()
}

function parseOutputValue(c: Cursor): void {
  if (atRank(c)) parseRank(c)
  else parseExpression(c, '`probability` or `prediction` of the label, or `rank`')
}

function atRank(c: Cursor): boolean {
  return c.atWord('rank') && !c.token.lineStart && c.peek().kind !== '('
}
