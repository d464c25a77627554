/** How a model is fitted, as data (ast.ts): split, preparation, algorithm, tuning. */
import type * as ast from './ast.ts'
import { expressionIn, expressionsIn, spanOf } from './lower-expression.ts'
import { literalIn, lowerMetric, nameIn, namesIn, valueIn, wordName } from './lower-parts.ts'
import { type SyntaxNode, childOfKind, childrenOfKind, ownTokens } from './tree.ts'

export function lowerSplit(node: SyntaxNode | undefined): ast.ModelDeclaration['split'] {
  if (!node) return undefined
  const by = ownTokens(node).find(({ text }) => text === 'time' || text === 'random' || text === 'key')
  if (!by) return { span: spanOf(node), by: undefined }
  return {
    span: spanOf(node),
    by: wordName(by),
    columns: namesIn(childOfKind(node, 'SplitKey')),
    seed: literalIn(childOfKind(node, 'SeedClause'), 'int'),
    parts: childrenOfKind(childOfKind(node, 'Block'), 'SplitPart').flatMap(lowerPart),
  }
}

function lowerPart(node: SyntaxNode): ast.SplitPart[] {
  const name = nameIn(node)
  if (!name) return []
  const fraction = ownTokens(node).find(token => token.kind === 'int' || token.kind === 'float')
  return [
    {
      span: spanOf(node),
      name,
      fraction: fraction && Number(fraction.text),
      folds: literalIn(childOfKind(node, 'FoldsClause'), 'int'),
      after: literalIn(childOfKind(node, 'AfterClause'), 'date'),
      until: literalIn(childOfKind(node, 'UntilClause'), 'date'),
    },
  ]
}

export function lowerRule(node: SyntaxNode): ast.PrepareRule[] {
  const target = nameIn(node)
  if (!target) return []
  const steps = childrenOfKind(node, 'PrepareStep').map(step => {
    const [word, ...rest] = ownTokens(step)
    const argument = rest.at(-1)
    return {
      span: spanOf(step),
      step: word!.text,
      argument: argument?.text,
      argumentSpan: argument && spanOf(argument),
    }
  })
  return [{ span: spanOf(node), target, steps }]
}

export function lowerAlgorithm(node: SyntaxNode | undefined): ast.ModelDeclaration['algorithm'] {
  if (!node) return undefined
  const block = childOfKind(node, 'Block')
  return {
    span: spanOf(node),
    name: nameIn(node),
    hyperparameters: hyperparametersIn(block),
    random: childrenOfKind(block, 'RandomEffect').map(effect => ({
      span: spanOf(effect),
      effects: namesIn(effect),
      per: nameIn(childOfKind(effect, 'PerClause')),
      hyperparameters: hyperparametersIn(childOfKind(effect, 'Block')),
    })),
  }
}

function hyperparametersIn(block: SyntaxNode | undefined): ast.Hyperparameter[] {
  return childrenOfKind(block, 'Hyperparameter').flatMap(item => {
    const name = nameIn(item)
    return name ? [{ span: spanOf(item), name, value: valueIn(item) }] : []
  })
}

export function lowerTune(node: SyntaxNode | undefined): ast.TuneItem | undefined {
  if (!node) return undefined
  const objective = childOfKind(node, 'Objective')
  const direction = objective && ownTokens(objective)[0]
  return {
    span: spanOf(node),
    trials: literalIn(childOfKind(node, 'TrialsClause'), 'int'),
    search: nameIn(childOfKind(node, 'SearchClause')),
    seed: literalIn(childOfKind(node, 'SeedClause'), 'int'),
    direction: direction && wordName(direction),
    metric: childrenOfKind(objective, 'Metric').flatMap(lowerMetric)[0],
    dimensions: childrenOfKind(childOfKind(node, 'Block'), 'TuneDimension').flatMap(lowerDimension),
  }
}

function lowerDimension(node: SyntaxNode): ast.TuneDimensionItem[] {
  const hyperparameter = nameIn(node)
  if (!hyperparameter) return []
  const scale = childOfKind(node, 'Scale')
  const range = childOfKind(scale ?? node, 'Range')
  const list = childOfKind(node, 'List')
  return [
    {
      span: spanOf(node),
      hyperparameter,
      scale: nameIn(scale),
      low: expressionIn(range),
      high: expressionIn(range, 1),
      values: list && expressionsIn(list),
    },
  ]
}
