/** Tokens of one item side by side, with the blanks that are canonical between them. */
import { type Token, isTrivia } from '../syntax/tokens.ts'
import { type NodeKind, type SyntaxElement, type SyntaxNode, isNode } from '../syntax/tree.ts'

interface Placed {
  readonly token: Token
  readonly parent: NodeKind
}

export interface InlineOptions {
  /** Blanks before the item's first line. */
  readonly indent: number
  readonly newline: string
}

/**
 * The elements as text. The author's line breaks stay where they are, with lines after the first indented by two,
 * and by two more for every further open bracket; comments stay and end their line.
 */
export function printInline(
  elements: readonly SyntaxElement[],
  parent: NodeKind,
  options: InlineOptions,
): string {
  let text = ''
  let depth = 0
  let broken = false
  let previous: Placed | undefined
  for (const placed of elements.flatMap(element => flatten(element, parent))) {
    const { token } = placed
    if (token.kind === 'space') continue
    if (token.kind === 'newline') {
      broken = true
      continue
    }
    const closing = token.kind === ')' || token.kind === ']'
    if (closing) depth = Math.max(0, depth - 1)
    if (broken && previous && !sticks(token))
      text += options.newline + ' '.repeat(options.indent + 2 * level(depth, closing))
    else if (previous) text += isTrivia(token.kind) ? '  ' : gap(previous, placed)
    text += isTrivia(token.kind) ? token.text.trimEnd() : token.text
    if (token.kind === '(' || token.kind === '[') depth++
    broken = isTrivia(token.kind)
    previous = placed
  }
  return text
}

/** A closing bracket stands below the line that opened it, anything else at least one level in. */
function level(depth: number, closing: boolean): number {
  return closing ? depth : Math.max(1, depth)
}

/** These never begin a line. */
function sticks({ kind }: Token): boolean {
  return kind === ',' || kind === '.' || kind === ':'
}

function flatten(element: SyntaxElement, parent: NodeKind): Placed[] {
  return isNode(element) ? flattenNode(element) : [{ token: element, parent }]
}

function flattenNode(node: SyntaxNode): Placed[] {
  return node.children.flatMap(child => flatten(child, node.kind))
}

const noneBefore: ReadonlySet<string> = new Set([',', ')', ']', '.', ':', '?', '@'])
const noneAfter: ReadonlySet<string> = new Set(['(', '[', '.', '@'])

function gap(before: Placed, after: Placed): string {
  const { token } = after
  if (noneBefore.has(token.kind) || noneAfter.has(before.token.kind)) return ''
  if (token.kind === '(' && (after.parent === 'Arguments' || after.parent === 'EntityDeclaration')) return ''
  if (before.token.kind === '-' && before.parent === 'UnaryExpression') return ''
  return ' '
}
