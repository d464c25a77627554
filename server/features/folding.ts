/** What can be folded away: blocks, bracketed lists, imports, runs of comment lines and marked regions. */
import { type FoldingRange, FoldingRangeKind } from 'vscode-languageserver/node'
import { type Token, nodesOf, ownTokens } from '../../language/index.ts'
import type { Client } from '../core/client.ts'
import type { FileContext } from '../core/context.ts'

type Folding = Pick<Client, 'lineFoldingOnly' | 'foldingLimit'>

/** The outermost first; no more than the editor takes. */
export function foldingRanges(file: FileContext, { lineFoldingOnly, foldingLimit }: Folding): FoldingRange[] {
  const ranges = [...blocks(file, lineFoldingOnly), ...imports(file), ...comments(file), ...regions(file)]
  const sorted = ranges.sort((a, b) => a.startLine - b.startLine || b.endLine - a.endLine)
  return foldingLimit < sorted.length ? sorted.slice(0, foldingLimit) : sorted
}

const bracketed: ReadonlySet<string> = new Set(['Block', 'Arguments', 'List', 'EntityDeclaration'])

function* blocks({ tree, document }: FileContext, linesOnly: boolean): Generator<FoldingRange> {
  for (const node of nodesOf(tree.root)) {
    if (!bracketed.has(node.kind)) continue
    const opening = ownTokens(node).find(({ kind }) => /^[{([]$/.test(kind))
    const start = document.positionAt(opening?.start ?? node.start)
    const end = document.positionAt(node.end)
    if (end.line <= start.line) continue
    const closed = /^[})\]]$/.test(ownTokens(node).at(-1)?.text ?? '')
    if (!linesOnly) {
      // From behind the opening bracket to before the closing one.
      const endCharacter = closed ? end.character - 1 : end.character
      yield { startLine: start.line, startCharacter: start.character + 1, endLine: end.line, endCharacter }
      continue
    }
    // The line with the closing bracket stays in sight.
    const endLine = closed ? end.line - 1 : end.line
    if (endLine > start.line) yield { startLine: start.line, endLine }
  }
}

/** Imports that follow each other, or one that goes over several lines. */
function* imports({ tree, document }: FileContext): Generator<FoldingRange> {
  const nodes = tree.root.children.filter(child => child.kind === 'ImportItem')
  const [first, last] = [nodes[0], nodes.at(-1)]
  if (!first || !last) return
  const startLine = document.positionAt(first.start).line
  const endLine = document.positionAt(last.end).line
  if (endLine > startLine) yield { startLine, endLine, kind: FoldingRangeKind.Imports }
}

/** Lines that hold a comment and nothing else; documentation and other comments are folded apart. */
function* comments({ tree, document }: FileContext): Generator<FoldingRange> {
  let run: { kind: Token['kind']; first: number; last: number } | undefined
  const folded = (): FoldingRange[] =>
    run && run.last > run.first
      ? [{ startLine: run.first, endLine: run.last, kind: FoldingRangeKind.Comment }]
      : []
  for (const token of tree.tokens) {
    if (!isCommentLine(token) || isMarker(token)) continue
    const { line } = document.positionAt(token.start)
    if (run?.kind === token.kind && line === run.last + 1) run.last = line
    else {
      yield* folded()
      run = { kind: token.kind, first: line, last: line }
    }
  }
  yield* folded()
}

/** `// #region name` to its `// #endregion`. */
function* regions({ tree, document }: FileContext): Generator<FoldingRange> {
  const open: number[] = []
  for (const token of tree.tokens) {
    if (!isCommentLine(token) || !isMarker(token)) continue
    const { line } = document.positionAt(token.start)
    if (!token.text.includes('#end')) open.push(line)
    else {
      const startLine = open.pop()
      if (startLine !== undefined) yield { startLine, endLine: line, kind: FoldingRangeKind.Region }
    }
  }
}

const isCommentLine = (token: Token): boolean =>
  (token.kind === 'comment' || token.kind === 'doc') && token.lineStart

const isMarker = ({ text }: Token): boolean => /^\/\/\s*#(end)?region\b/.test(text)
