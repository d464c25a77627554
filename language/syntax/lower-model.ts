/** A model of the tree as data (ast.ts). */
import type * as ast from './ast.ts'
import { meantOperator } from './foreign.ts'
import { expressionIn, expressionsIn, nameOf, spanOf } from './lower-expression.ts'
import { lowerAlgorithm, lowerRule, lowerSplit, lowerTune } from './lower-fitting.ts'
import {
  durationIn,
  literalIn,
  lowerMetric,
  nameIn,
  namesIn,
  textIn,
  valueIn,
  wordName,
} from './lower-parts.ts'
import {
  type SyntaxNode,
  type SyntaxTree,
  childNodes,
  childOfKind,
  childrenOfKind,
  docOf,
  ownTokens,
} from './tree.ts'

/** The parts of a model, from its block. */
export function lowerParts(
  tree: SyntaxTree,
  block: SyntaxNode | undefined,
): Omit<ast.ModelDeclaration, 'kind' | 'node' | 'broken' | 'name' | 'doc'> {
  return {
    observe: lowerObserve(childOfKind(block, 'ObserveItem')),
    features: lowerFeatures(tree, childOfKind(block, 'FeaturesItem')),
    label: lowerNamed(childOfKind(block, 'LabelItem')),
    weight: lowerWeight(childOfKind(block, 'WeightItem')),
    balance: lowerBalance(childOfKind(block, 'BalanceItem')),
    split: lowerSplit(childOfKind(block, 'SplitItem')),
    prepare: childrenOfKind(childOfKind(childOfKind(block, 'PrepareItem'), 'Block'), 'PrepareRule').flatMap(
      lowerRule,
    ),
    algorithm: lowerAlgorithm(childOfKind(block, 'AlgorithmItem')),
    tune: lowerTune(childOfKind(block, 'TuneItem')),
    evaluate: childrenOfKind(block, 'EvaluateItem').flatMap(item =>
      childrenOfKind(item, 'Metric').flatMap(lowerMetric),
    ),
    outputs: childrenOfKind(block, 'OutputItem').map(lowerOutput),
    require: childrenOfKind(block, 'RequireItem').flatMap(item =>
      childrenOfKind(item, 'Requirement').flatMap(lowerRequirement),
    ),
    tests: childrenOfKind(block, 'TestItem').map(item => lowerTest(tree, item)),
    health: lowerHealth(childOfKind(block, 'HealthItem')),
    has: new Set(block ? childNodes(block).map(item => item.kind) : []),
  }
}

function lowerObserve(node: SyntaxNode | undefined): ast.ModelDeclaration['observe'] {
  if (!node) return undefined
  const where = expressionIn(childOfKind(node, 'WhereClause'))
  return { span: spanOf(node), source: nameIn(node), where }
}

function lowerFeatures(tree: SyntaxTree, node: SyntaxNode | undefined): ast.ModelDeclaration['features'] {
  if (!node) return undefined
  const items = childrenOfKind(childOfKind(node, 'Block'), 'FeatureItem').flatMap(item => {
    const name = nameIn(item)
    if (!name) return []
    const assigned = ownTokens(item).length > 0
    const broken: ast.Expression = { kind: 'broken', span: { start: item.end, end: item.end } }
    const bare = !assigned && !hasFault(tree, item)
    const value = bare ? undefined : (expressionIn(item) ?? broken)
    return [{ node: tree.nodeOf(item.index), span: spanOf(item), name, value, doc: docOf(tree, item) }]
  })
  return { span: spanOf(node), items }
}

/** Whether the parser found fault with the item, or with what follows it on its line. */
function hasFault(tree: SyntaxTree, item: SyntaxNode): boolean {
  if (tree.diagnostics.length === 0) return false
  const siblings = item.parent?.nodes ?? []
  const next = siblings[siblings.findIndex(({ index }) => index === item.index) + 1]
  const end = next?.kind === 'Error' && onLine(tree, item.end, next.start) ? next.end : item.end
  const whole = { start: item.start, end }
  return tree.faults.in(whole).some(({ span }) => whole.start <= span.start && span.end <= end)
}

function onLine(tree: SyntaxTree, from: number, to: number): boolean {
  return !/[\r\n]/.test(tree.text.slice(from, to))
}

function lowerNamed(node: SyntaxNode | undefined) {
  return node && { span: spanOf(node), name: nameIn(node), value: expressionIn(node) }
}

function lowerWeight(node: SyntaxNode | undefined): ast.ModelDeclaration['weight'] {
  return node && { span: spanOf(node), value: expressionIn(node) }
}

function lowerBalance(node: SyntaxNode | undefined): ast.ModelDeclaration['balance'] {
  const complete = node && ownTokens(node).some(token => token.text === 'classes')
  return complete ? { span: spanOf(node) } : undefined
}

function operatorIn(node: SyntaxNode): ast.Requirement['op'] {
  const operators = ownTokens(node).map(({ foreign, text }) => (foreign && meantOperator(text)) || text)
  return operators.find(text => ['>=', '<=', '>', '<'].includes(text)) as ast.Requirement['op']
}

function lowerRequirement(node: SyntaxNode): ast.Requirement[] {
  return lowerMetric(node).map(use => {
    const on = childOfKind(node, 'OnClause')
    const split = on && ownTokens(on)[1]
    return { ...use, op: operatorIn(node), value: expressionIn(node), on: split && wordName(split) }
  })
}

function lowerOutput(node: SyntaxNode): ast.ModelDeclaration['outputs'][number] {
  const rank = childOfKind(node, 'Rank')
  return { span: spanOf(node), name: nameIn(node), value: rank ? lowerRank(rank) : expressionIn(node) }
}

function lowerRank(node: SyntaxNode): ast.RankValue {
  return {
    kind: 'rank',
    span: spanOf(node),
    top: literalIn(childOfKind(node, 'TopClause'), 'int'),
    by: nameIn(node),
    per: namesIn(childOfKind(node, 'PerClause')),
  }
}

function lowerTest(tree: SyntaxTree, node: SyntaxNode): ast.TestItem {
  const block = childOfKind(node, 'Block')
  return {
    node: tree.nodeOf(node.index),
    span: spanOf(node),
    name: textIn(node),
    given: childrenOfKind(block, 'GivenItem').map(lowerGiven),
    expect: childrenOfKind(block, 'ExpectItem').flatMap(lowerExpect),
  }
}

function lowerExpect(node: SyntaxNode): ast.TestItem['expect'] {
  const values = expressionsIn(node)
  if (values.length === 0) return [{ span: spanOf(node), value: undefined }]
  return values.map(value => ({ span: value.span, value }))
}

function lowerGiven(node: SyntaxNode): ast.TestGiven {
  const values = childrenOfKind(childOfKind(node, 'Block'), 'GivenValue').flatMap(item => {
    const name = nameIn(item)
    return name ? [{ span: spanOf(item), name, value: valueIn(item) }] : []
  })
  return { span: spanOf(node), name: nameIn(node), values }
}

function lowerHealth(node: SyntaxNode | undefined): ast.ModelDeclaration['health'] {
  if (!node) return undefined
  const items = childrenOfKind(childOfKind(node, 'Block'), 'HealthRule').flatMap(rule => {
    const monitor = nameOf(childOfKind(rule, 'Name'))
    if (!monitor) return []
    return [
      {
        span: spanOf(rule),
        monitor,
        k: literalIn(childOfKind(rule, 'Cutoff'), 'int'),
        of: nameIn(childOfKind(rule, 'OfClause')),
        op: operatorIn(rule),
        value: expressionIn(rule),
        over: durationIn(childOfKind(rule, 'OverClause')),
      },
    ]
  })
  return { span: spanOf(node), items }
}
