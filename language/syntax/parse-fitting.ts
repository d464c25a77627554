/** The parts of a model that say how it is fitted: split, preparation, algorithm and tuning. */
import { parseClauses } from './clauses.ts'
import { Cursor } from './cursor.ts'
import { keywords } from './keywords.ts'
import { closeBracket, parseExpression, parseNameNode } from './parse-expression.ts'
import {
  expect,
  expectBlock,
  expectName,
  expectWord,
  expectedOneOf,
  parseBlock,
  parseList,
  parseNames,
  parseSeed,
  unknownItem,
} from './parse-items.ts'
import { parseMetric, parsePer } from './parse-metric.ts'

export function parseSplit(c: Cursor): void {
  c.open('SplitItem')
  c.takeWord()
  if (!c.eatWord('by')) expectedOneOf(c, ['by'], '`by time`, `by random` or `by key`')
  else if (expectWord(c, ['time', 'random', 'key'])) parseSplitHead(c)
  if (!c.broken || c.at('{'))
    expectBlock(c, {
      item: 'a part of the split',
      parseItem: parseSplitPart,
      insideModel: true,
      atNext: () => !c.token.lineStart && c.atWord(...keywords.split),
    })
  c.close()
}

function parseSplitHead(c: Cursor): void {
  if (c.previous?.text === 'key') {
    c.open('SplitKey')
    parseNames(c, 'the columns whose rows stay together, for example `by key origin`')
    c.close()
  }
  if (c.atWord('seed')) parseSeed(c)
}

function parseSplitPart(c: Cursor): void {
  if (!c.atWord(...keywords.split)) {
    unknownItem(c, keywords.split, 'a part of the split')
    return c.giveUp()
  }
  c.open('SplitPart')
  parseNameNode(c)
  c.eatSeparator()
  if ((c.at('int') || c.at('float')) && !c.token.lineStart) parseFraction(c)
  else if (c.atWord('until', 'after') && !c.token.lineStart) parseBounds(c)
  else expectedOneOf(c, ['until', 'after'], 'a fraction, `until` with a date or `after` with a date')
  if (c.atWord('folds') && !c.token.lineStart && !c.broken) parseFolds(c)
  c.close()
}

function parseFraction(c: Cursor): void {
  const { text, start } = c.bump()
  if (!c.at('%') || c.lineStart) return
  const fraction = String(Number((Number(text) / 100).toPrecision(12)))
  c.error('Expected a fraction, got a percentage.', {
    span: { start, end: c.token.end },
    fixes: [c.fix(`Change to \`${fraction}\``, { start, end: c.token.end }, fraction)],
  })
  c.bump()
}

function parseBounds(c: Cursor): void {
  while (c.atWord('until', 'after') && !c.token.lineStart) {
    c.open(c.token.text === 'until' ? 'UntilClause' : 'AfterClause')
    c.bump()
    expect(c, 'date', 'a date, for example `2001-05-25`')
    c.close()
  }
}

function parseFolds(c: Cursor): void {
  c.open('FoldsClause')
  c.takeWord()
  expect(c, 'int', 'how many folds, for example `folds 5`')
  c.close()
}

export function parsePrepare(c: Cursor): void {
  c.open('PrepareItem')
  c.takeWord()
  expectBlock(c, {
    item: 'a rule',
    parseItem: parsePrepareRule,
    insideModel: true,
    atNext: () => !c.token.lineStart && c.atName() && c.peek().kind === ':',
  })
  c.close()
}

function parsePrepareRule(c: Cursor): void {
  if (!c.atName()) return c.expected('`numeric:`, `category:` or the name of a feature and `:`')
  c.open('PrepareRule')
  parseNameNode(c)
  if (expect(c, ':')) {
    parsePrepareStep(c)
    // A comma goes on with the steps, unless the next rule begins after it.
    while (!c.broken && !c.lineStart && (atNextStep(c) || c.atWord(...steps))) {
      if (!c.eat(',')) c.noteComma()
      parsePrepareStep(c)
    }
  }
  c.close()
}

function atNextStep(c: Cursor): boolean {
  return c.at(',') && !c.peek().lineStart && c.peekKind(2) !== ':'
}

const steps = ['impute', 'indicator', 'standardize', 'min_max', 'one_hot', 'native'] as const
const imputations = ['median', 'mean', 'zero', 'none'] as const

function parsePrepareStep(c: Cursor): void {
  if (!c.atWord(...steps) || c.token.lineStart) return expectedOneOf(c, steps)
  c.open('PrepareStep')
  const word = c.bump().text
  if (word === 'impute') expectWord(c, imputations)
  if ((word === 'one_hot' || word === 'native') && c.eatWord('max')) expect(c, 'int', 'a whole number')
  c.close()
}

export function parseAlgorithm(c: Cursor): void {
  c.open('AlgorithmItem')
  c.takeWord()
  expectName(c, 'the name of an algorithm')
  if (!c.token.lineStart || c.broken)
    parseBlock(c, { item: 'a hyperparameter', parseItem: parseAlgorithmItem, insideModel: true })
  c.close()
}

function parseAlgorithmItem(c: Cursor): void {
  if (c.atWord('random') && c.peek().kind !== '=') parseRandomEffect(c)
  else parseHyperparameter(c)
}

/** `random intercept, distance per origin { l2 = 10 }` */
function parseRandomEffect(c: Cursor): void {
  c.open('RandomEffect')
  c.bump()
  parseNames(c, '`intercept` or the features whose slopes vary')
  if (!c.broken && !c.atWord('per', 'by'))
    c.expected('`per` and a column or a feature, for example `per origin`')
  parsePer(c)
  if (c.at('{'))
    parseBlock(c, { item: 'a hyperparameter', parseItem: parseHyperparameter, insideModel: true })
  c.close()
}

function parseHyperparameter(c: Cursor): void {
  if (!c.atName()) return c.expected('a hyperparameter, for example `l2 = 1.0`')
  c.open('Hyperparameter')
  parseNameNode(c)
  if (expect(c, '=')) parseValueOrList(c)
  c.close()
}

/** A value, or values in square brackets. */
export function parseValueOrList(c: Cursor): void {
  if (c.at('[') && !c.token.lineStart) parseList(c, 'a value')
  else parseExpression(c, 'a value')
}

/** `tune 20 trials using sobol seed 3 maximizing auc { … }` */
export function parseTune(c: Cursor): void {
  c.open('TuneItem')
  c.takeWord()
  parseTuneHead(c)
  if (!c.broken || c.at('{'))
    expectBlock(c, {
      item: 'a hyperparameter to tune',
      parseItem: parseDimension,
      insideModel: true,
      atNext: () => !c.token.lineStart && c.atName() && c.peek().text === 'in',
    })
  c.close()
}

function parseTuneHead(c: Cursor): void {
  let [trials, objective] = [false, false]
  parseClauses(c, [
    { at: () => c.at('int'), parse: () => ((trials = true), parseTrials(c)) },
    { at: () => c.atWord('using'), parse: parseSearch },
    { at: () => c.atWord('seed'), parse: parseSeed },
    {
      at: () => c.atWord('maximizing', 'minimizing'),
      parse: () => ((objective = true), parseObjective(c)),
    },
  ])
  if (!trials) c.expected('how many trials, for example `tune 20 trials maximizing auc`')
  else if (!objective)
    expectedOneOf(c, ['maximizing', 'minimizing'], '`maximizing` or `minimizing` and a metric')
}

function parseTrials(c: Cursor): void {
  c.open('TrialsClause')
  c.bump()
  if (c.atWord('maximizing', 'minimizing', 'using', 'seed') && !c.lineStart)
    c.note(`Expected \`trials\`, got ${c.describe()}.`, { fixes: [c.insertion(' trials')] })
  else expectWord(c, ['trials'])
  c.close()
}

function parseSearch(c: Cursor): void {
  c.open('SearchClause')
  c.bump()
  expectName(c, 'how to search (`random`, `sobol` or `bayesian`)')
  c.close()
}

function parseObjective(c: Cursor): void {
  c.open('Objective')
  if (expectWord(c, ['maximizing', 'minimizing'], '`maximizing` or `minimizing` and a metric')) parseMetric(c)
  c.close()
}

function parseDimension(c: Cursor): void {
  if (!c.atName()) return c.expected('a hyperparameter, for example `l2 in log_scale(1e-4 .. 10)`')
  c.open('TuneDimension')
  parseNameNode(c)
  if (expectIn(c)) parseSpace(c)
  c.close()
}

function expectIn(c: Cursor): boolean {
  const what = '`in` and its values, for example `in 3 .. 8`'
  if ((!c.at('=') && !c.at(':')) || c.lineStart) return expectWord(c, ['in'], what)
  const text = /\s/.test(c.textOf({ start: c.token.start - 1, end: c.token.start })) ? 'in' : ' in'
  c.note(`Expected ${what}, got ${c.describe()}.`, {
    code: 'SLIP010',
    fixes: [c.fix('Change to `in`', c.token, text)],
  })
  c.takeAs()
  return true
}

function parseSpace(c: Cursor): void {
  if (c.token.lineStart) return c.expected('a range, for example `3 .. 8`, or a list')
  if (c.at('[')) return parseList(c, 'a value')
  if (!c.atName() || c.peek().kind !== '(') return parseRange(c)
  c.open('Scale')
  parseNameNode(c)
  const opening = c.bump()
  c.brackets++
  parseRange(c)
  closeBracket(c, opening, ')')
  c.close()
}

function expectDots(c: Cursor): boolean {
  const what = '`..` and the greatest value'
  const other = ['to', 'until'].includes(c.token.text) || c.at(':') || (c.brackets > 0 && c.at(','))
  if (!other || c.lineStart) return expect(c, '..', what)
  c.note(`Expected ${what}, got ${c.describe()}.`, { fixes: [c.fix('Change to `..`', c.token, ' ..')] })
  c.takeAs()
  return true
}

function parseRange(c: Cursor): void {
  c.open('Range')
  if (parseExpression(c, 'a range, for example `3 .. 8`, or a list') && expectDots(c))
    parseExpression(c, 'the greatest value')
  c.close()
}
