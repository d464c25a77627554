/** Small pieces that declarations are made of: texts, literals, durations, lists of names. */
import type * as ast from './ast.ts'
import { durationUs, literalOf, textOf } from './literals.ts'
import { expressionIn, expressionsIn, nameOf, spanOf } from './lower-expression.ts'
import type { Token } from './tokens.ts'
import { type SyntaxNode, childOfKind, childrenOfKind, ownTokens } from './tree.ts'

export function textIn(node: SyntaxNode | undefined): ast.Text | undefined {
  const token = node && ownTokens(node).find(child => child.kind === 'string')
  return token && { value: textOf(token), span: spanOf(token) }
}

export function textsIn(node: SyntaxNode): ast.Text[] {
  return ownTokens(node)
    .filter(token => token.kind === 'string')
    .map(token => ({ value: textOf(token), span: spanOf(token) }))
}

/** The first of the node's own tokens that is of the kind, as a literal. */
export function literalIn(node: SyntaxNode | undefined, ...kinds: Token['kind'][]): ast.Literal | undefined {
  const token = node && ownTokens(node).find(child => kinds.includes(child.kind))
  return token && { span: spanOf(token), value: literalOf(token).value, text: token.text }
}

export function durationIn(node: SyntaxNode | undefined): ast.Duration | undefined {
  const duration = childOfKind(node, 'Duration')
  const [amount, unit] = duration ? ownTokens(duration) : []
  const us = amount && unit && durationUs(amount.text, unit.text)
  return us === undefined || !duration ? undefined : { us, span: spanOf(duration) }
}

/** The node's first name. */
export function nameIn(node: SyntaxNode | undefined): ast.Name | undefined {
  return nameOf(childOfKind(node, 'Name'))
}

export function namesIn(node: SyntaxNode | undefined): ast.Name[] {
  return childrenOfKind(node, 'Name').flatMap(child => nameOf(child) ?? [])
}

/** One of the language's own words as a name. */
export function wordName(token: Token): ast.Name {
  return { text: token.text, span: spanOf(token), quoted: false }
}

/** The node's expression or the list of them. */
export function valueIn(node: SyntaxNode): ast.Expression | readonly ast.Expression[] | undefined {
  const list = childOfKind(node, 'List')
  return list ? expressionsIn(list) : expressionIn(node)
}

export function lowerMetric(node: SyntaxNode): ast.MetricUse[] {
  const metric = nameIn(node)
  if (!metric) return []
  const k = literalIn(childOfKind(node, 'Cutoff'), 'int')
  return [{ span: spanOf(node), metric, k, per: nameIn(childOfKind(node, 'PerClause')) }]
}
