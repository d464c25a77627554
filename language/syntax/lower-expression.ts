/**
 * Expression nodes to expressions. Reports nothing: the parser has, or the checker will. Works on the table of nodes
 * and not on views of it, because most of a file is expressions.
 */
import type { Expression, Name, Pin } from './ast.ts'
import { meantOperator } from './foreign.ts'
import { literalOf } from './literals.ts'
import { type NodeTable, type NodeView, endOf, kindAt, startOf } from './nodes.ts'
import type { Span, Token } from './tokens.ts'
import type { NodeKind, SyntaxNode } from './tree.ts'

export const spanOf = ({ start, end }: Span): Span => ({ start, end })

/** A name without its backticks. */
export function nameOf(node: SyntaxNode | undefined): Name | undefined {
  if (!node) return undefined
  const { table, index } = node as NodeView
  return nameAt(table, table.firsts[index]!)
}

function nameAt({ tokens }: NodeTable, index: number): Name {
  const quoted = tokens.kindAt(index) === 'quoted'
  const text = quoted ? unquoted(tokens.at(index)) : tokens.textAt(index)
  return { text, span: { start: tokens.startOf(index), end: tokens.endOf(index) }, quoted }
}

function unquoted({ text, unterminated }: Token): string {
  return text.slice(1, unterminated ? undefined : -1)
}

const expressionKinds: ReadonlySet<NodeKind> = new Set<NodeKind>([
  'LiteralExpression',
  'NameExpression',
  'ColumnExpression',
  'CallExpression',
  'ParenthesizedExpression',
  'UnaryExpression',
  'BinaryExpression',
])

/** The expression that is the n-th of the node's own. */
export function expressionIn(node: SyntaxNode | undefined, n = 0): Expression | undefined {
  return node && expressionsIn(node)[n]
}

/** All expressions that are the node's own. */
export function expressionsIn(node: SyntaxNode | undefined): Expression[] {
  if (!node) return []
  const { table, index } = node as NodeView
  return expressionsAt(table, index)
}

function expressionsAt(table: NodeTable, index: number): Expression[] {
  const found: Expression[] = []
  const low = index - table.sizes[index]!
  for (let child = index - 1; child > low; child -= table.sizes[child]!)
    if (expressionKinds.has(kindAt(table, child))) found.push(lowerAt(table, child))
  return found.length > 1 ? found.reverse() : found
}

function lowerAt(table: NodeTable, index: number): Expression {
  const first = table.firsts[index]!
  switch (kindAt(table, index)) {
    case 'LiteralExpression':
      return literalAt(table, first)
    case 'NameExpression': {
      const name = nameAt(table, first)
      const pin = pinAt(table, index)
      return pin
        ? { kind: 'name', span: spanAt(table, index), name, pin }
        : { kind: 'name', span: name.span, name }
    }
    case 'ColumnExpression': {
      const [source, column] = [nameAt(table, first), columnAt(table, index)]
      return { kind: 'column', span: spanAt(table, index), source, column }
    }
    case 'CallExpression':
      return callAt(table, index)
    case 'ParenthesizedExpression':
      return expressionsAt(table, index)[0] ?? { kind: 'broken', span: spanAt(table, index) }
    case 'UnaryExpression': {
      const span = spanAt(table, index)
      const operand = expressionsAt(table, index)[0] ?? brokenAt(span.end)
      return { kind: 'unary', span, operator: operatorAt(table, first), operand }
    }
    case 'BinaryExpression':
      return binaryAt(table, index)
    default:
      return { kind: 'broken', span: spanAt(table, index) }
  }
}

function spanAt(table: NodeTable, index: number): Span {
  return { start: startOf(table, index), end: endOf(table, index) }
}

function literalAt({ tokens }: NodeTable, index: number): Expression {
  const token = tokens.at(index)
  const { literal, value } = literalOf(token)
  return { kind: 'literal', span: { start: token.start, end: token.end }, literal, value, text: token.text }
}

function binaryAt(table: NodeTable, index: number): Expression {
  const span = spanAt(table, index)
  const [left = brokenAt(span.end), right = brokenAt(span.end)] = expressionsAt(table, index)
  // The operator is the first token after what it follows, the node's first child.
  let firstChild = index - 1
  while (table.firsts[firstChild] !== table.firsts[index]) firstChild -= table.sizes[firstChild]!
  const operator = table.tokens.skipTrivia(table.ends[firstChild]!)
  return { kind: 'binary', span, operator: operatorAt(table, operator), left, right }
}

/** An operator of another language as the one that is meant. */
function operatorAt({ tokens }: NodeTable, index: number): Token {
  const token = tokens.at(index)
  const meant =
    token.kind === '=' ? '==' : token.foreign ? meantOperator(token.text) : token.text.toLowerCase()
  if (meant === undefined || meant === token.text) return token
  return { ...token, text: meant, kind: /\w/.test(meant) ? 'name' : (meant as Token['kind']) }
}

function columnAt(table: NodeTable, index: number): Name | undefined {
  // The last child, unless it is the source.
  const name = table.firsts[index - 1]!
  return name === table.firsts[index] || kindAt(table, index - 1) !== 'Name' ? undefined : nameAt(table, name)
}

function callAt(table: NodeTable, index: number): Expression {
  const span = spanAt(table, index)
  const callee = nameAt(table, table.firsts[index]!)
  const last = index - 1
  const args = kindAt(table, last) === 'Arguments' ? expressionsAt(table, last) : []
  const pin = pinAt(table, index)
  return pin ? { kind: 'call', span, callee, args, pin } : { kind: 'call', span, callee, args }
}

function pinAt(table: NodeTable, index: number): Pin | undefined {
  const { tokens, sizes } = table
  // One name alone has one child.
  if (sizes[index] === 2) return undefined
  const low = index - sizes[index]!
  let pin = index - 1
  while (pin > low && kindAt(table, pin) !== 'Pin') pin -= sizes[pin]!
  if (pin <= low) return undefined
  const last = table.ends[pin]! - 1
  const version = tokens.kindAt(last) === 'int' ? Number(tokens.textAt(last)) : undefined
  return { version, span: spanAt(table, pin) }
}

function brokenAt(offset: number): Expression {
  return { kind: 'broken', span: { start: offset, end: offset } }
}
