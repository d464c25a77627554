/** The tree's declarations as data (ast.ts). */
import type * as ast from './ast.ts'
import { durationUs, literalOf, textOf } from './literals.ts'
import { expressionIn, isExpressionNode, lowerExpression, nameOf, spanOf } from './lower-expression.ts'
import { type Token, isTrivia } from './tokens.ts'
import {
  type SyntaxNode,
  type SyntaxTree,
  childNodes,
  childOfKind,
  childrenOfKind,
  docOf,
  ownTokens,
} from './tree.ts'

/** All declarations of a file, in its order. */
export function declarationsOf(tree: SyntaxTree): readonly ast.AnyDeclaration[] {
  return tree.root.children.flatMap((child): ast.AnyDeclaration[] => {
    if (!('children' in child)) return []
    if (child.kind === 'SourceDeclaration') return [lowerSource(tree, child)]
    if (child.kind === 'EntityDeclaration') return [lowerEntity(tree, child)]
    if (child.kind === 'FeatureDeclaration') return [lowerFeature(tree, child)]
    if (child.kind === 'ModelDeclaration') return [lowerModel(tree, child)]
    return []
  })
}

function head(tree: SyntaxTree, node: SyntaxNode) {
  const { start, end } = node
  const broken = tree.diagnostics.some(d => d.span.start <= end && start <= d.span.end)
  return { node, broken, name: nameOf(childOfKind(node, 'Name')), doc: docOf(tree, node) }
}

function lowerSource(tree: SyntaxTree, node: SyntaxNode): ast.SourceDeclaration {
  const block = childOfKind(node, 'Block')
  const from = childOfKind(block, 'FromItem')
  const columns = childOfKind(childOfKind(block, 'ColumnsItem'), 'Block')
  return {
    kind: 'source',
    ...head(tree, node),
    from: from && { span: spanOf(from), format: nameOf(childOfKind(from, 'Name')), path: textIn(from) },
    time: nameOf(childOfKind(childOfKind(block, 'TimeItem'), 'Name')),
    knownAfter: durationIn(childOfKind(block, 'KnownItem')),
    columns: columns && typedNames(columns, 'ColumnDefinition'),
  }
}

function lowerEntity(tree: SyntaxTree, node: SyntaxNode): ast.EntityDeclaration {
  return { kind: 'entity', ...head(tree, node), keys: typedNames(node, 'KeyDefinition') }
}

function typedNames(node: SyntaxNode, kind: 'ColumnDefinition' | 'KeyDefinition'): ast.TypedName[] {
  return childrenOfKind(node, kind).flatMap(definition => {
    const name = nameOf(childOfKind(definition, 'Name'))
    if (!name) return []
    const type = childOfKind(definition, 'Type')
    const nullable = type !== undefined && ownTokens(type).some(token => token.kind === '?')
    return [{ name, type: nameOf(type), nullable, unit: textIn(childOfKind(definition, 'UnitItem')) }]
  })
}

function lowerFeature(tree: SyntaxTree, node: SyntaxNode): ast.FeatureDeclaration {
  const block = childOfKind(node, 'Block')
  const by = childOfKind(node, 'ByClause')
  const over = childOfKind(node, 'OverClause')
  return {
    kind: 'feature',
    ...head(tree, node),
    entity: nameOf(childrenOfKind(node, 'Name')[1]),
    aggregate: expressionIn(childOfKind(node, 'Aggregate')),
    where: expressionIn(childOfKind(node, 'WhereClause')),
    by: expressionsIn(by),
    over: durationIn(over),
    has: { by: by !== undefined, over: over !== undefined },
    defaultValue: expressionIn(childOfKind(block, 'DefaultItem')),
    owner: textIn(childOfKind(block, 'OwnerItem')),
    tags: childrenOfKind(childOfKind(block, 'TagsItem'), 'Tag').flatMap(
      tag => textIn(tag) ?? tagName(tag) ?? [],
    ),
    unit: textIn(childOfKind(block, 'UnitItem')),
  }
}

function tagName(tag: SyntaxNode): ast.Text | undefined {
  const name = nameOf(childOfKind(tag, 'Name'))
  return name && { value: name.text, span: name.span }
}

function expressionsIn(node: SyntaxNode | undefined): ast.Expression[] {
  return node ? childNodes(node).filter(isExpressionNode).map(lowerExpression) : []
}

function lowerModel(tree: SyntaxTree, node: SyntaxNode): ast.ModelDeclaration {
  const block = childOfKind(node, 'Block')
  const items = block?.children.filter(child => 'children' in child) ?? []
  return {
    kind: 'model',
    ...head(tree, node),
    observe: lowerObserve(childOfKind(block, 'ObserveItem')),
    features: lowerFeatures(tree, childOfKind(block, 'FeaturesItem')),
    label: lowerNamed(childOfKind(block, 'LabelItem')),
    split: lowerSplit(childOfKind(block, 'SplitItem')),
    prepare: childrenOfKind(childOfKind(childOfKind(block, 'PrepareItem'), 'Block'), 'PrepareRule').flatMap(
      lowerRule,
    ),
    algorithm: lowerAlgorithm(childOfKind(block, 'AlgorithmItem')),
    evaluate: childrenOfKind(block, 'EvaluateItem').flatMap(item =>
      childrenOfKind(item, 'Metric').flatMap(lowerMetric),
    ),
    outputs: childrenOfKind(block, 'OutputItem').map(item => lowerNamed(item)!),
    require: childrenOfKind(block, 'RequireItem').flatMap(item =>
      childrenOfKind(item, 'Requirement').flatMap(lowerRequirement),
    ),
    has: new Set(items.map(item => item.kind)),
  }
}

function lowerObserve(node: SyntaxNode | undefined): ast.ModelDeclaration['observe'] {
  if (!node) return undefined
  const where = expressionIn(childOfKind(node, 'WhereClause'))
  return { span: spanOf(node), source: nameOf(childOfKind(node, 'Name')), where }
}

function lowerFeatures(tree: SyntaxTree, node: SyntaxNode | undefined): ast.ModelDeclaration['features'] {
  if (!node) return undefined
  const items = childrenOfKind(childOfKind(node, 'Block'), 'FeatureItem').flatMap(item => {
    const name = nameOf(childOfKind(item, 'Name'))
    if (!name) return []
    const assigned = ownTokens(item).some(token => token.kind === '=')
    const broken: ast.Expression = { kind: 'broken', span: { start: item.end, end: item.end } }
    const bare = !assigned && !hasFault(tree, item)
    const value = bare ? undefined : (expressionIn(item) ?? broken)
    return [{ node: item, span: spanOf(item), name, value, doc: docOf(tree, item) }]
  })
  return { span: spanOf(node), items }
}

/** Whether the parser found fault with the item, or with what follows it on its line. */
function hasFault(tree: SyntaxTree, item: SyntaxNode): boolean {
  const siblings = item.parent?.children ?? []
  const next = siblings
    .slice(siblings.indexOf(item) + 1)
    .find(sibling => 'children' in sibling || !isTrivia(sibling.kind))
  const end = next?.kind === 'Error' ? next.end : item.end
  return tree.diagnostics.some(({ span }) => item.start <= span.start && span.end <= end)
}

function lowerNamed(node: SyntaxNode | undefined) {
  if (!node) return undefined
  return { span: spanOf(node), name: nameOf(childOfKind(node, 'Name')), value: expressionIn(node) }
}

function lowerSplit(node: SyntaxNode | undefined): ast.ModelDeclaration['split'] {
  if (!node) return undefined
  const by = ownTokens(node).find(token => token.text === 'time' || token.text === 'random')
  if (!by) return { span: spanOf(node), by: undefined }
  const seed = childOfKind(node, 'SeedClause')
  return {
    span: spanOf(node),
    by: { text: by.text, span: spanOf(by), quoted: false },
    seed: literalIn(seed, 'int'),
    parts: childrenOfKind(childOfKind(node, 'Block'), 'SplitPart').flatMap(lowerPart),
  }
}

function lowerPart(node: SyntaxNode): ast.SplitPart[] {
  const name = nameOf(childOfKind(node, 'Name'))
  if (!name) return []
  const fraction = ownTokens(node).find(token => token.kind === 'int' || token.kind === 'float')
  return [
    {
      span: spanOf(node),
      name,
      fraction: fraction && Number(fraction.text),
      after: literalIn(childOfKind(node, 'AfterClause'), 'date'),
      until: literalIn(childOfKind(node, 'UntilClause'), 'date'),
    },
  ]
}

function lowerRule(node: SyntaxNode): ast.PrepareRule[] {
  const target = nameOf(childOfKind(node, 'Name'))
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

function lowerAlgorithm(node: SyntaxNode | undefined): ast.ModelDeclaration['algorithm'] {
  if (!node) return undefined
  const hyperparameters = childrenOfKind(childOfKind(node, 'Block'), 'Hyperparameter').flatMap(item => {
    const name = nameOf(childOfKind(item, 'Name'))
    return name ? [{ span: spanOf(item), name, value: expressionIn(item) }] : []
  })
  return { span: spanOf(node), name: nameOf(childOfKind(node, 'Name')), hyperparameters }
}

function lowerMetric(node: SyntaxNode): ast.MetricUse[] {
  const metric = nameOf(childOfKind(node, 'Name'))
  if (!metric) return []
  return [{ span: spanOf(node), metric, per: nameOf(childOfKind(childOfKind(node, 'PerClause'), 'Name')) }]
}

function lowerRequirement(node: SyntaxNode): ast.Requirement[] {
  return lowerMetric(node).map(use => {
    const op = ownTokens(node).find(token => ['>=', '<=', '>', '<'].includes(token.kind))
    const on = childOfKind(node, 'OnClause')
    const split = on && ownTokens(on)[1]
    return {
      ...use,
      op: op?.kind as ast.Requirement['op'],
      value: expressionIn(node),
      on: split && { text: split.text, span: spanOf(split), quoted: false },
    }
  })
}

function textIn(node: SyntaxNode | undefined): ast.Text | undefined {
  const token = node && ownTokens(node).find(child => child.kind === 'string')
  return token && { value: textOf(token), span: spanOf(token) }
}

function literalIn(node: SyntaxNode | undefined, kind: Token['kind']): ast.Literal | undefined {
  const token = node && ownTokens(node).find(child => child.kind === kind)
  return token && { span: spanOf(token), value: literalOf(token).value, text: token.text }
}

function durationIn(node: SyntaxNode | undefined): ast.Duration | undefined {
  const duration = childOfKind(node, 'Duration')
  const [amount, unit] = duration ? ownTokens(duration) : []
  const us = amount && unit && durationUs(amount.text, unit.text)
  return us === undefined || !duration ? undefined : { us, span: spanOf(duration) }
}
