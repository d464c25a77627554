/** Edits that repair what a check found wrong. */
import type { Fix } from '../diagnostics.ts'
import type { SyntaxNode } from '../syntax/tree.ts'
import { childOfKind, ownTokens } from '../syntax/tree.ts'
import type { Span } from '../syntax/tokens.ts'
import type { Findings } from './findings.ts'

/** Puts a function around an expression. */
export function wrap({ path }: Findings, { start, end }: Span, call: string): Fix {
  const edits = [
    { path, span: { start, end: start }, text: `${call}(` },
    { path, span: { start: end, end }, text: ')' },
  ]
  return { title: `Change to \`${call}(…)\``, edits }
}

/** Inserts text at an offset. */
export function insert(
  { path }: Findings,
  at: number,
  { text, title }: { text: string; title: string },
): Fix {
  return { title, edits: [{ path, span: { start: at, end: at }, text }] }
}

/** Removes an item that stands after another one, with what separates the two. */
export function removeAfter(
  findings: Findings,
  before: Span,
  { item, title }: { item: Span; title: string },
): Fix {
  return findings.replace({ start: before.end, end: item.end }, '', title)
}

/** Adds lines at the end of a node's block; undefined when the block is not closed. */
export function append(
  findings: Findings,
  node: SyntaxNode,
  { lines, indent = 2, title }: { lines: readonly string[]; indent?: number; title: string },
): Fix | undefined {
  const block = childOfKind(node, 'Block')
  const closing = block && ownTokens(block).findLast(token => token.kind === '}')
  if (!closing) return undefined
  const text = lines.map(line => `${' '.repeat(indent)}${line}\n`).join('')
  const after = ' '.repeat(Math.max(0, indent - 2))
  // A closing brace of its own line keeps it; its indentation stands before the place already.
  return insert(findings, closing.start, {
    text: closing.lineStart ? `${text.slice(after.length)}${after}` : `\n${text}${after}`,
    title,
  })
}
