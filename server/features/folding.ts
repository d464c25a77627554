/** Blocks, bracketed lists and runs of comment lines can be folded away. */
import { type FoldingRange, FoldingRangeKind } from 'vscode-languageserver/node'
import { type Token, nodesOf } from '../../language/index.ts'
import type { FileContext } from '../core/context.ts'

export function foldingRanges(file: FileContext): FoldingRange[] {
  return [...blocks(file), ...comments(file)].sort((a, b) => a.startLine - b.startLine)
}

function* blocks({ tree, document }: FileContext): Generator<FoldingRange> {
  for (const node of nodesOf(tree.root)) {
    if (node.kind !== 'Block' && node.kind !== 'Arguments') continue
    const startLine = document.positionAt(node.start).line
    const lastLine = document.positionAt(node.end).line
    const closed = /[})]$/.test(tree.text.slice(node.start, node.end))
    // The line with the closing bracket stays in sight.
    const endLine = closed ? lastLine - 1 : lastLine
    if (endLine > startLine) yield { startLine, endLine }
  }
}

function* comments({ tree, document }: FileContext): Generator<FoldingRange> {
  let first: number | undefined
  let last = -1
  for (const token of tree.tokens) {
    if (!isLineComment(token)) continue
    const { line } = document.positionAt(token.start)
    if (first !== undefined && line === last + 1) last = line
    else {
      if (first !== undefined && last > first) yield comment(first, last)
      first = last = line
    }
  }
  if (first !== undefined && last > first) yield comment(first, last)
}

function isLineComment(token: Token): boolean {
  return (token.kind === 'comment' || token.kind === 'doc') && token.lineStart
}

function comment(startLine: number, endLine: number): FoldingRange {
  return { startLine, endLine, kind: FoldingRangeKind.Comment }
}
