/** What is selected step by step around a place: a word, its expression, item, block, declaration, the file. */
import type { Position, SelectionRange } from 'vscode-languageserver/node'
import {
  type Span,
  type SyntaxNode,
  type Token,
  isTrivia,
  nodeAt,
  ownTokens,
  tokenAt,
} from '../../language/index.ts'
import { type FileContext, rangeOf } from '../core/context.ts'

export function selectionRanges(file: FileContext, positions: readonly Position[]): SelectionRange[] {
  return positions.map(position => selectionAt(file, file.document.offsetAt(position)))
}

function selectionAt(file: FileContext, offset: number): SelectionRange {
  let outer: SelectionRange | undefined
  for (const span of spansAround(file, offset).reverse()) {
    const range = rangeOf(file.document, span)
    outer = outer ? { range, parent: outer } : { range }
  }
  return outer!
}

/** From the innermost; each holds the one before it and is larger. */
function spansAround({ tree }: FileContext, offset: number): Span[] {
  const spans: Span[] = []
  const add = (span: Span): void => {
    const last = spans.at(-1)
    if (last && last.start === span.start && last.end === span.end) return
    if (!last || (span.start <= last.start && last.end <= span.end)) spans.push(span)
  }
  const token = tokenAt(tree, offset)
  if (token && (!isTrivia(token.kind) || isComment(token)) && token.kind !== 'end')
    tokenSpans(token).forEach(add)
  for (let node: SyntaxNode | undefined = nodeAt(tree, offset); node; node = node.parent) {
    const inner = insideOf(node, offset)
    if (inner) add(inner)
    add(node)
    if (/Declaration$/.test(node.kind)) add({ start: documentedFrom(tree.tokens, node), end: node.end })
  }
  add({ start: 0, end: tree.text.length })
  return spans
}

const isComment = ({ kind }: Token): boolean => kind === 'comment' || kind === 'doc'

/** A quoted token without its quotes, then with them; a comment without its slashes first. */
function tokenSpans({ kind, start, end, text, unterminated }: Token): Span[] {
  const whole = { start, end }
  if (kind === 'string' || kind === 'quoted')
    return [{ start: start + 1, end: unterminated ? end : end - 1 }, whole]
  if (isComment({ kind } as Token)) return [{ start: start + /^\/*\s*/.exec(text)![0].length, end }, whole]
  return [whole]
}

/** What stands between the brackets of a block or a list, when the place is in there. */
function insideOf(node: SyntaxNode, offset: number): Span | undefined {
  if (!/^(Block|Arguments|List|ParenthesizedExpression)$/.test(node.kind)) return undefined
  const tokens = ownTokens(node)
  const [first, last] = [tokens[0], tokens.at(-1)]
  if (!first || !last || first === last || !/^[)\]}]$/.test(last.text)) return undefined
  const inner = node.children.filter(child => child.start >= first.end && child.end <= last.start)
  const solid = inner.filter(child => !isTrivia(child.kind as Token['kind']))
  const [from, to] = [solid[0], solid.at(-1)]
  if (!from || !to || offset < first.end || offset > last.start) return undefined
  return { start: Math.min(from.start, offset), end: Math.max(to.end, offset) }
}

/** Where the documentation above a declaration begins. */
function documentedFrom(tokens: readonly Token[], node: SyntaxNode): number {
  const index = tokens.findIndex(({ start }) => start === node.start)
  let start = node.start
  for (let i = index - 1; i >= 0 && isTrivia(tokens[i]!.kind); i--) {
    if (tokens[i]!.kind === 'doc') start = tokens[i]!.start
    else if (tokens[i]!.kind === 'newline' && tokens[i + 1]?.kind === 'newline') break
  }
  return start
}
