/** A model and its parts. */
import { Cursor } from './cursor.ts'
import { type ModelKeyword, isModelWord, keywords } from './keywords.ts'
import { parseWhere } from './parse-declarations.ts'
import { parseExpression, parseNameNode } from './parse-expression.ts'
import {
  expect,
  expectBlock,
  expectName,
  expectWord,
  expectedOneOf,
  parseBlock,
  unknownItem,
} from './parse-items.ts'

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
  split: parseSplit,
  prepare: parsePrepare,
  algorithm: parseAlgorithm,
  evaluate: parseEvaluate,
  output: parseOutput,
  require: parseRequire,
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

function parseSplit(c: Cursor): void {
  c.open('SplitItem')
  c.bump()
  if (!c.eatWord('by')) expectedOneOf(c, ['by'], '`by time` or `by random`')
  else if (expectWord(c, ['time', 'random']) && c.atWord('seed')) parseSeed(c)
  if (!c.broken || c.at('{'))
    expectBlock(c, {
      item: 'a part of the split',
      parseItem: parseSplitPart,
      insideModel: true,
      looseItems: true,
    })
  c.close()
}

function parseSeed(c: Cursor): void {
  c.open('SeedClause')
  c.bump()
  expect(c, 'int', 'a whole number')
  c.close()
}

function parseSplitPart(c: Cursor): void {
  if (!c.atWord(...keywords.split)) return unknownItem(c, keywords.split, 'a part of the split')
  c.open('SplitPart')
  parseNameNode(c)
  if ((c.at('int') || c.at('float')) && !c.token.lineStart) c.bump()
  else if (c.atWord('until', 'after') && !c.token.lineStart) parseBounds(c)
  else expectedOneOf(c, ['until', 'after'], 'a fraction, `until` with a date or `after` with a date')
  c.close()
}

function parseBounds(c: Cursor): void {
  while (c.atWord('until', 'after') && !c.token.lineStart) {
    c.open(c.token.text === 'until' ? 'UntilClause' : 'AfterClause')
    c.bump()
    expect(c, 'date', 'a date, for example `2001-05-25`')
    c.close()
  }
}

function parsePrepare(c: Cursor): void {
  c.open('PrepareItem')
  c.bump()
  expectBlock(c, { item: 'a rule', parseItem: parsePrepareRule, insideModel: true })
  c.close()
}

function parsePrepareRule(c: Cursor): void {
  if (!c.atName()) return c.expected('`numeric:`, `category:` or the name of a feature and `:`')
  c.open('PrepareRule')
  parseNameNode(c)
  if (expect(c, ':')) {
    parsePrepareStep(c)
    // A comma goes on with the steps, unless the next rule begins after it.
    while (!c.broken && c.at(',') && !c.peek().lineStart && c.peek(2).kind !== ':') {
      c.bump()
      parsePrepareStep(c)
    }
  }
  c.close()
}

const steps = ['impute', 'standardize', 'one_hot'] as const
const imputations = ['median', 'mean', 'zero', 'none'] as const

function parsePrepareStep(c: Cursor): void {
  if (!c.atWord(...steps) || c.token.lineStart) return expectedOneOf(c, steps)
  c.open('PrepareStep')
  const word = c.bump().text
  if (word === 'impute') expectWord(c, imputations)
  if (word === 'one_hot' && c.eatWord('max')) expect(c, 'int', 'a whole number')
  c.close()
}

function parseAlgorithm(c: Cursor): void {
  c.open('AlgorithmItem')
  c.bump()
  expectName(c, 'the name of an algorithm')
  if (!c.token.lineStart || c.broken)
    parseBlock(c, { item: 'a hyperparameter', parseItem: parseHyperparameter, insideModel: true })
  c.close()
}

function parseHyperparameter(c: Cursor): void {
  if (!c.atName()) return c.expected('a hyperparameter, for example `l2 = 1.0`')
  c.open('Hyperparameter')
  parseNameNode(c)
  if (expect(c, '=')) parseExpression(c, 'a value')
  c.close()
}

function parseEvaluate(c: Cursor): void {
  c.open('EvaluateItem')
  c.bump()
  do {
    if (!c.atName() || isNextItem(c)) {
      c.expected('the name of a metric')
      break
    }
    c.open('Metric')
    parseNameNode(c)
    parsePer(c)
    c.close()
  } while (c.eat(','))
  c.close()
}

/** A comma at the end of a list asks for more; what begins the next part of the model is not more. */
function isNextItem(c: Cursor): boolean {
  return c.token.lineStart && (c.atRestart() || c.previous?.kind !== ',')
}

function parsePer(c: Cursor): void {
  if (!c.atWord('per') || c.token.lineStart) return
  c.open('PerClause')
  c.bump()
  expectName(c, 'a column or a feature after `per`')
  c.close()
}

function parseOutput(c: Cursor): void {
  c.open('OutputItem')
  c.bump()
  if (expectName(c, 'a name for the output') && expect(c, '='))
    parseExpression(c, '`probability` of the label')
  c.close()
}

function parseRequire(c: Cursor): void {
  c.open('RequireItem')
  c.bump()
  do {
    if (!c.atName() || isNextItem(c)) {
      c.expected('the name of a metric')
      break
    }
    parseRequirement(c)
  } while (!c.broken && c.eat(','))
  c.close()
}

function parseRequirement(c: Cursor): void {
  c.open('Requirement')
  parseNameNode(c)
  parsePer(c)
  if (['>=', '<=', '>', '<'].includes(c.token.kind) && !c.token.lineStart) {
    c.bump()
    parseExpression(c, 'a number')
    if (c.atWord('on') && !c.token.lineStart) parseOn(c)
  } else expectedComparison(c)
  c.close()
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
