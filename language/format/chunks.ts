/**
 * What is formatted and what is returned as it was. An item that the parser finds fault with stays as it is, with
 * what shares its lines; what is around it is formatted when it is whole in itself.
 */
import type { SyntaxNode, SyntaxTree } from '../syntax/tree.ts'
import type { Line } from './lines.ts'

export interface Chunk {
  readonly start: number
  readonly end: number
  /** Undefined for what is returned as it was. */
  readonly node: SyntaxNode | undefined
}

/** The items of a file or of a block; those that share a line with a faulty one are one, and returned as they were. */
export function chunksOf(tree: SyntaxTree, nodes: readonly SyntaxNode[], split: boolean): readonly Chunk[] {
  const chunks: Chunk[] = []
  for (const node of nodes) {
    let chunk: Chunk = { start: node.start, end: node.end, node: canFormat(tree, node) ? node : undefined }
    for (let last = chunks.at(-1); last && isTogether(tree, last, chunk); last = chunks.at(-1)) {
      if (split && last.node && chunk.node) break
      chunks.pop()
      chunk = { start: last.start, end: chunk.end, node: undefined }
    }
    chunks.push(chunk)
  }
  return chunks
}

function isTogether(tree: SyntaxTree, last: Chunk, next: Chunk): boolean {
  return onOneLine(tree, last.end, next.start)
}

function canFormat(tree: SyntaxTree, node: SyntaxNode): boolean {
  return isSound(tree, node) || isSoundAround(tree, node)
}

/** Whether the parser found no fault with it. */
export function isSound(tree: SyntaxTree, node: SyntaxNode): boolean {
  return node.kind !== 'Error' && !tree.faults.touch(node)
}

/** Whether all faults lie in items of its block that have their lines for themselves. */
function isSoundAround(tree: SyntaxTree, node: SyntaxNode): boolean {
  const block = node.nodes.find(({ kind }) => kind === 'Block')
  const braces = block?.ownTokens.filter(({ kind }) => kind === '{' || kind === '}') ?? []
  if (!block || node.kind === 'Error' || block.index !== node.nodes.at(-1)?.index || braces.length !== 2)
    return false
  const open = braces[0]!
  const close = braces[1]!
  const inside = ({ start, end }: { start: number; end: number }) => open.end <= start && end <= close.start
  const faults = tree.faults.in(node)
  if (!faults.every(({ span }) => inside(span))) return false
  // A fault between two items is a fault of one of them, nobody knows which.
  if (!faults.every(({ span }) => block.nodes.some(item => item.start <= span.end && span.start <= item.end)))
    return false
  return chunksOf(tree, block.nodes, true).every(
    chunk =>
      chunk.node || (!onOneLine(tree, open.end, chunk.start) && !onOneLine(tree, chunk.end, close.start)),
  )
}

function onOneLine(tree: SyntaxTree, from: number, to: number): boolean {
  return !/[\r\n]/.test(tree.text.slice(from, to))
}

/** A chunk as it was, with the blanks before it on its line, so that its lines keep their places. */
export function rawLine({ text }: SyntaxTree, { start, end }: Chunk, blankBefore: boolean): Line {
  let line = start
  while (line > 0 && /[^\S\r\n]/.test(text[line - 1]!)) line--
  const indent = text.slice(line, start)
  const comma = /^[^\S\r\n]*,/.exec(text.slice(end, end + 1000))?.[0] ?? ''
  return { indent: 0, cells: [indent + text.slice(start, end) + comma], blankBefore, raw: true }
}
