/** Which names a declaration mentions, read off its text alone: for unused imports, unused features, and circles. */
import { aggregates } from '../functions.ts'
import type { AnyDeclaration, Expression, FeatureDeclaration, ModelDeclaration, Name } from '../syntax/ast.ts'

/** Whether a feature is an expression over other features rather than an aggregate of a source. */
export function isDerived({ value, where, has }: FeatureDeclaration): boolean {
  if (has.by || has.over || where || !value || value.kind === 'broken') return false
  const aggregate = value.kind === 'call' && !value.callee.quoted && aggregates.has(value.callee.text)
  return !aggregate && !expressionsIn(value).some(({ kind }) => kind === 'column')
}

/** An expression and all inside it, without recursion: an expression may be long. */
export function expressionsIn(expression: Expression | undefined): readonly Expression[] {
  const found: Expression[] = []
  const open = expression ? [expression] : []
  for (let next = open.pop(); next; next = open.pop()) {
    found.push(next)
    if (next.kind === 'call') open.push(...next.args.toReversed())
    else if (next.kind === 'unary') open.push(next.operand)
    else if (next.kind === 'binary') open.push(next.right, next.left)
  }
  return found
}

/** The features that a derived feature reads as its project's own, in the order of the text. */
export function inputNames(declaration: FeatureDeclaration): readonly Name[] {
  return expressionsIn(declaration.value).flatMap(expression =>
    expression.kind === 'name' && !expression.pin ? [expression.name] : [],
  )
}

/** The names of sources, entities and features that a declaration mentions, as its text has them. */
export function mentionsOf(declaration: AnyDeclaration): readonly string[] {
  switch (declaration.kind) {
    case 'source':
    case 'entity':
      return []
    case 'feature':
      return featureMentions(declaration)
    case 'model':
      return modelMentions(declaration)
  }
}

function featureMentions(declaration: FeatureDeclaration): readonly string[] {
  const { entity, value, where, by } = declaration
  const found = [value, where, ...by].flatMap(expressionsIn).flatMap(callsAndColumns)
  const derived = isDerived(declaration) ? expressionsIn(value).flatMap(bareName) : []
  return [...(entity ? [entity.text] : []), ...found, ...derived]
}

function modelMentions({ observe, features, label, weight }: ModelDeclaration): readonly string[] {
  const expressions = [
    observe?.where,
    label?.value,
    weight?.value,
    ...(features?.items.map(item => item.value) ?? []),
  ]
  const found = expressions.flatMap(expressionsIn).flatMap(callsAndColumns)
  return observe?.source ? [observe.source.text, ...found] : found
}

function callsAndColumns(expression: Expression): string[] {
  if (expression.kind === 'call') return [expression.callee.text]
  return expression.kind === 'column' ? [expression.source.text] : []
}

const bareName = (expression: Expression): string[] =>
  expression.kind === 'name' ? [expression.name.text] : []
