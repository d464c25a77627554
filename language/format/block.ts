/** Declarations and their blocks as lines. */
import { isTrivia } from '../syntax/tokens.ts'
import {
  type NodeKind,
  type SyntaxElement,
  type SyntaxNode,
  type SyntaxTree,
  childNodes,
  isNode,
  tokensOf,
} from '../syntax/tree.ts'
import { type Chunk, chunksOf, isSound, rawLine } from './chunks.ts'
import { maxWidth, printInline } from './inline.ts'
import type { Line } from './lines.ts'

export interface BlockContext {
  readonly indent: number
  readonly newline: string
  readonly tree: SyntaxTree
}

/** Item kinds whose second part is aligned, each with those of its own block. */
const alignedAfterName: ReadonlySet<NodeKind> = new Set<NodeKind>([
  'FeatureItem',
  'SplitPart',
  'Hyperparameter',
  'TuneDimension',
  'GivenValue',
])
const alignedAfterColon: ReadonlySet<NodeKind> = new Set<NodeKind>(['PrepareRule', 'ColumnDefinition'])
/** Parts of a model that are aligned when they follow one another. */
const alignedAfterWord: ReadonlySet<NodeKind> = new Set<NodeKind>([
  'EvaluateItem',
  'OutputItem',
  'RequireItem',
])

/** Blocks whose items stand side by side without a comma when they stand on one line. */
const spaced: ReadonlySet<NodeKind> = new Set<NodeKind>([
  'SplitItem',
  'PrepareItem',
  'TuneItem',
  'HealthItem',
])

/** A declaration or an item, with its block when it has one. */
export function itemLines(node: SyntaxNode, context: BlockContext, blankBefore: boolean): Line[] {
  const at = node.children.findIndex(child => isNode(child) && child.kind === 'Block')
  const { indent } = context
  if (node.kind === 'ImportItem') return [{ indent, cells: [importText(node, context)], blankBefore }]
  if (at < 0) return [{ indent, ...cellsOf(node, context), blankBefore }]
  const head = printInline(node.children.slice(0, at).filter(noNewlineAtEnd), node.kind, context)
  const block = node.children[at] as SyntaxNode
  const inline = isSound(context.tree, node) ? inlineBlock(node, block, context) : undefined
  const last = head.includes('\n') ? head.slice(head.lastIndexOf('\n') + 1) : ' '.repeat(indent) + head
  if (inline !== undefined && last.length + inline.length < maxWidth)
    return [{ indent, cells: [`${head} ${inline}`], blankBefore }]
  return blockLines(head, block, { ...context, blankBefore })
}

/** The names on one line when they fit there, else on one each. */
function importText(node: SyntaxNode, { indent, newline }: BlockContext): string {
  const text = printInline(node.children, node.kind, { indent, newline, joined: true, used: -Infinity })
  if (text.length <= maxWidth || text.includes(newline)) return text
  const names = node.nodes.map(name => printInline(name.children, name.kind, { indent, newline }))
  const rest = node.children.slice(node.children.findIndex(child => child.kind === '}'))
  return [
    'import {',
    ...names.map((name, i) => `  ${name}${i < names.length - 1 ? ',' : ''}`),
    printInline(rest, node.kind, { indent, newline }),
  ].join(newline)
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
  const first = printInline(children.slice(0, cut), kind, context)
  const used = context.indent + first.length + 1
  const second = printInline(children.slice(cut), kind, { ...context, used })
  return { cells: [first, second], group: alignedAfterWord.has(kind) ? 'words' : kind }
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
  const separator = spaced.has(owner.kind) ? '  ' : ', '
  const wide = { ...context, used: -Infinity }
  return `{ ${items.map(item => printInline(item.children, item.kind, wide)).join(separator)} }`
}

function blockLines(
  head: string,
  block: SyntaxNode,
  context: BlockContext & { blankBefore: boolean },
): Line[] {
  const { indent, tree, blankBefore } = context
  const lines: Line[] = [{ indent, cells: [`${head} {`], blankBefore }]
  const inner = { ...context, indent: indent + 2 }
  const chunks = chunksOf(tree, block.nodes, true)
  let next = 0
  let newlines = 0
  for (const child of block.children) {
    // A blank line right after the opening brace is dropped.
    const blank = newlines > 1 && lines.length > 1
    while (next < chunks.length && chunks[next]!.end <= child.start) next++
    const chunk = chunks[next]
    const inside = chunk && chunk.start <= child.start && child.end <= chunk.end
    if (chunk && isNode(child) && chunk.start === child.start) {
      lines.push(...chunkLines(chunk, inner, blank))
      newlines = 0
    } else if (isNode(child) || inside) continue
    else if (child.kind === 'newline') newlines++
    else if (child.kind === 'comment' || child.kind === 'doc') {
      addComment(lines, child.text.trimEnd(), { indent: inner.indent, newlines, blank })
      newlines = 0
    }
  }
  return [...lines, { indent, cells: ['}'], blankBefore: false }]
}

function chunkLines(chunk: Chunk, context: BlockContext, blank: boolean): Line[] {
  return chunk.node ? itemLines(chunk.node, context, blank) : [rawLine(context.tree, chunk, blank)]
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
