/** The tree's declarations as data (ast.ts). */
import type * as ast from './ast.ts'
import { expressionIn, expressionsIn, nameOf, spanOf } from './lower-expression.ts'
import { lowerParts } from './lower-model.ts'
import { durationIn, literalIn, nameIn, namesIn, textIn, textsIn } from './lower-parts.ts'
import { type SyntaxNode, type SyntaxTree, childOfKind, childrenOfKind, docOf, ownTokens } from './tree.ts'

/** All declarations of a file, in its order. */
export function declarationsOf(tree: SyntaxTree): readonly ast.AnyDeclaration[] {
  return tree.root.nodes.flatMap((child): ast.AnyDeclaration[] => {
    if (child.kind === 'SourceDeclaration') return [lowerSource(tree, child)]
    if (child.kind === 'EntityDeclaration') return [lowerEntity(tree, child)]
    if (child.kind === 'FeatureDeclaration') return [lowerFeature(tree, child)]
    if (child.kind === 'ModelDeclaration') return [lowerModel(tree, child)]
    return []
  })
}

/** All imports of a file, in its order. */
export function importsOf(tree: SyntaxTree): readonly ast.ImportItem[] {
  return childrenOfKind(tree.root, 'ImportItem').map(node => ({
    node: tree.nodeOf(node.index),
    broken: tree.faults.touch(node),
    names: childrenOfKind(node, 'ImportedName').flatMap(imported => {
      const [name, alias] = namesIn(imported)
      return name ? [{ span: spanOf(imported), name, alias }] : []
    }),
    from: textIn(node),
  }))
}

function head(tree: SyntaxTree, node: SyntaxNode) {
  return {
    node: tree.nodeOf(node.index),
    broken: tree.faults.touch(node) || endsInError(tree, node),
    name: nameIn(node),
    doc: docOf(tree, node),
  }
}

/** Whether the parser gave up on the line where the node ends. */
function endsInError(tree: SyntaxTree, node: SyntaxNode): boolean {
  if (tree.gaps.length === 0) return false
  const siblings = tree.root.nodes
  const next = siblings[siblings.findIndex(({ index }) => index === node.index) + 1]
  return next?.kind === 'Error' && !/[\r\n]/.test(tree.text.slice(node.end, next.start))
}

function lowerSource(tree: SyntaxTree, node: SyntaxNode): ast.SourceDeclaration {
  const block = childOfKind(node, 'Block')
  const columns = childOfKind(childOfKind(block, 'ColumnsItem'), 'Block')
  const missing = childOfKind(block, 'MissingItem')
  return {
    kind: 'source',
    ...head(tree, node),
    from: lowerFrom(childOfKind(block, 'FromItem')),
    delimiter: textIn(childOfKind(block, 'DelimiterItem')),
    header: lowerHeader(childOfKind(block, 'HeaderItem')),
    missing: missing && textsIn(missing),
    time: nameIn(childOfKind(block, 'TimeItem')),
    knownAfter: durationIn(childOfKind(block, 'KnownItem')),
    columns: columns && typedNames(columns, 'ColumnDefinition'),
  }
}

function lowerFrom(node: SyntaxNode | undefined): ast.SourceDeclaration['from'] {
  if (!node) return undefined
  return {
    span: spanOf(node),
    format: nameIn(node),
    path: textIn(node),
    table: textIn(childOfKind(node, 'TableClause')),
    connection: textIn(childOfKind(node, 'EnvClause')),
  }
}

function lowerHeader(node: SyntaxNode | undefined): ast.Literal | undefined {
  const token = node && ownTokens(node)[1]
  return token && { span: spanOf(token), value: token.text === 'true', text: token.text }
}

function lowerEntity(tree: SyntaxTree, node: SyntaxNode): ast.EntityDeclaration {
  return { kind: 'entity', ...head(tree, node), keys: typedNames(node, 'KeyDefinition') }
}

function typedNames(node: SyntaxNode, kind: 'ColumnDefinition' | 'KeyDefinition'): ast.TypedName[] {
  return childrenOfKind(node, kind).flatMap(definition => {
    const name = nameOf(childOfKind(definition, 'Name'))
    if (!name) return []
    const type = childOfKind(definition, 'Type')
    return [
      {
        name,
        type: nameOf(type),
        nullable: type !== undefined && ownTokens(type).some(token => token.kind === '?'),
        size: literalIn(type, 'int'),
        unit: textIn(childOfKind(definition, 'UnitItem')),
        format: textIn(childOfKind(definition, 'FormatClause')),
      },
    ]
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
    value: expressionIn(childOfKind(node, 'FeatureValue')),
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

function lowerModel(tree: SyntaxTree, node: SyntaxNode): ast.ModelDeclaration {
  return { kind: 'model', ...head(tree, node), ...lowerParts(tree, childOfKind(node, 'Block')) }
}
