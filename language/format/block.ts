/** Declarations and their blocks as lines. */
import { isTrivia } from '../syntax/tokens.ts'
import {
  type NodeKind,
  type SyntaxElement,
  type SyntaxNode,
  childNodes,
  isNode,
  tokensOf,
} from '../syntax/tree.ts'
import { printInline } from './inline.ts'
import type { Line } from './lines.ts'

export interface BlockContext {
  readonly indent: number
  readonly newline: string
}

/** A block on one line is no longer than this with what stands before it. */
const maxWidth = 100

/** Item kinds whose second part is aligned, each with those of its own block. */
const alignedAfterName: ReadonlySet<NodeKind> = new Set<NodeKind>([
  'FeatureItem',
  'SplitPart',
  'Hyperparameter',
])
const alignedAfterColon: ReadonlySet<NodeKind> = new Set<NodeKind>(['PrepareRule', 'ColumnDefinition'])
/** Parts of a model that are aligned when they follow one another. */
const alignedAfterWord: ReadonlySet<NodeKind> = new Set<NodeKind>([
  'EvaluateItem',
  'OutputItem',
  'RequireItem',
])

/** A declaration or an item, with its block when it has one. */
export function itemLines(node: SyntaxNode, context: BlockContext, blankBefore: boolean): Line[] {
  const at = node.children.findIndex(child => isNode(child) && child.kind === 'Block')
  const { indent } = context
  if (at < 0) return [{ indent, ...cellsOf(node, context), blankBefore }]
  const head = printInline(node.children.slice(0, at).filter(noNewlineAtEnd), node.kind, context)
  const block = node.children[at] as SyntaxNode
  const inline = inlineBlock(node, block, context)
  if (inline !== undefined && indent + head.length + inline.length < maxWidth)
    return [{ indent, cells: [`${head} ${inline}`], blankBefore }]
  return blockLines(head, block, { ...context, blankBefore })
}

/** The brace stands on the line of the head, whatever stood before it. */
function noNewlineAtEnd(child: SyntaxElement, i: number, children: readonly SyntaxElement[]): boolean {
  return (
    isNode(child) ||
    child.kind !== 'newline' ||
    children.slice(i).some(later => isNode(later) || !isTrivia(later.kind))
  )
}

function cellsOf(node: SyntaxNode, context: BlockContext): Pick<Line, 'cells' | 'group'> {
  const cut = cutOf(node)
  const { children, kind } = node
  if (cut === undefined)
    return {
      cells: [printInline(children, kind, context)],
      ...(alignedAfterName.has(kind) && { group: kind }),
    }
  const cells = [children.slice(0, cut), children.slice(cut)].map(part => printInline(part, kind, context))
  return { cells: [cells[0]!, cells[1]!], group: alignedAfterWord.has(kind) ? 'words' : kind }
}

/** Where the second cell of an item begins; undefined when it has one. */
function cutOf({ kind, children }: SyntaxNode): number | undefined {
  const second = (cut: number) => (cut > 0 && cut < children.length ? cut : undefined)
  if (alignedAfterName.has(kind) || alignedAfterWord.has(kind)) return second(1)
  if (!alignedAfterColon.has(kind)) return undefined
  return second(children.findIndex(child => child.kind === ':') + 1)
}

/** The block on one line, when the author wrote it so and it holds no other block and no comment. */
function inlineBlock(owner: SyntaxNode, block: SyntaxNode, context: BlockContext): string | undefined {
  const items = childNodes(block)
  for (const { kind } of tokensOf(block))
    if (kind === 'newline' || kind === 'comment' || kind === 'doc') return undefined
  if (items.some(item => childNodes(item).some(({ kind }) => kind === 'Block'))) return undefined
  if (items.length === 0) return '{}'
  if (owner.kind === 'ModelDeclaration') return undefined
  const separator = owner.kind === 'SplitItem' ? '  ' : ', '
  return `{ ${items.map(item => printInline(item.children, item.kind, context)).join(separator)} }`
}

function blockLines(
  head: string,
  block: SyntaxNode,
  context: BlockContext & { blankBefore: boolean },
): Line[] {
  const { indent, newline, blankBefore } = context
  const lines: Line[] = [{ indent, cells: [`${head} {`], blankBefore }]
  const inner = { indent: indent + 2, newline }
  let newlines = 0
  for (const child of block.children) {
    // A blank line right after the opening brace is dropped.
    const blank = newlines > 1 && lines.length > 1
    if (isNode(child)) {
      lines.push(...itemLines(child, inner, blank))
      newlines = 0
    } else if (child.kind === 'newline') newlines++
    else if (child.kind === 'comment' || child.kind === 'doc') {
      addComment(lines, child.text.trimEnd(), { indent: inner.indent, newlines, blank })
      newlines = 0
    }
  }
  return [...lines, { indent, cells: ['}'], blankBefore: false }]
}

/** A comment ends the line before it, unless it has a line of its own. */
export function addComment(
  lines: Line[],
  comment: string,
  { indent, newlines, blank }: { indent: number; newlines: number; blank: boolean },
): void {
  const last = lines.at(-1)
  if (newlines === 0 && last && last.comment === undefined) lines[lines.length - 1] = { ...last, comment }
  else lines.push({ indent, cells: [comment], group: last?.group, blankBefore: blank })
}
