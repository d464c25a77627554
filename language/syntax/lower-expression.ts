/** Expression nodes to expressions. Reports nothing: the parser has, or the checker will. */
import type { CallExpression, Expression, Name, Pin } from './ast.ts'
import { literalOf } from './literals.ts'
import type { Span } from './tokens.ts'
import { type SyntaxNode, childNodes, childOfKind, childrenOfKind, ownTokens } from './tree.ts'

export const spanOf = ({ start, end }: Span): Span => ({ start, end })

/** A name without its backticks. */
export function nameOf(node: SyntaxNode | undefined): Name | undefined {
  const token = node && ownTokens(node)[0]
  if (!token) return undefined
  const quoted = token.kind === 'quoted'
  const text = quoted ? token.text.slice(1, token.unterminated ? undefined : -1) : token.text
  return { text, span: spanOf(token), quoted }
}

export function isExpressionNode(node: SyntaxNode): boolean {
  return node.kind.endsWith('Expression')
}

/** The expression that is the n-th of the node's own. */
export function expressionIn(node: SyntaxNode | undefined, n = 0): Expression | undefined {
  const found = node && childNodes(node).filter(isExpressionNode)[n]
  return found && lowerExpression(found)
}

export function lowerExpression(node: SyntaxNode): Expression {
  const span = spanOf(node)
  switch (node.kind) {
    case 'LiteralExpression': {
      const token = ownTokens(node)[0]!
      return { kind: 'literal', span, ...literalOf(token), text: token.text }
    }
    case 'NameExpression': {
      const name = nameOf(childOfKind(node, 'Name'))
      return name ? { kind: 'name', span, name, ...pinOf(node) } : { kind: 'broken', span }
    }
    case 'ColumnExpression': {
      const [source, column] = childrenOfKind(node, 'Name').map(nameOf)
      return source ? { kind: 'column', span, source, column } : { kind: 'broken', span }
    }
    case 'CallExpression':
      return lowerCall(node)
    case 'ParenthesizedExpression':
      return expressionIn(node) ?? { kind: 'broken', span }
    case 'UnaryExpression':
      return {
        kind: 'unary',
        span,
        operator: ownTokens(node)[0]!,
        operand: expressionIn(node) ?? brokenAfter(node),
      }
    case 'BinaryExpression': {
      const [left, right] = [
        expressionIn(node) ?? brokenAfter(node),
        expressionIn(node, 1) ?? brokenAfter(node),
      ]
      return { kind: 'binary', span, operator: ownTokens(node)[0]!, left, right }
    }
    default:
      return { kind: 'broken', span }
  }
}

function brokenAfter(node: SyntaxNode): Expression {
  return { kind: 'broken', span: { start: node.end, end: node.end } }
}

function lowerCall(node: SyntaxNode): CallExpression | Expression {
  const span = spanOf(node)
  const callee = nameOf(childOfKind(node, 'Name'))
  if (!callee) return { kind: 'broken', span }
  const args = childNodes(childOfKind(node, 'Arguments') ?? node)
    .filter(isExpressionNode)
    .map(lowerExpression)
  return { kind: 'call', span, callee, args, ...pinOf(node) }
}

function pinOf(node: SyntaxNode): { readonly pin?: Pin } {
  const pin = childOfKind(node, 'Pin')
  if (!pin) return {}
  const version = ownTokens(pin).find(token => token.kind === 'int')
  return { pin: { version: version && Number(version.text), span: spanOf(pin) } }
}
