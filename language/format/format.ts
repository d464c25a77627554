/**
 * The canonical text: two blanks a level, one item a line, what belongs together aligned, one blank line at most.
 * What the parser finds fault with is returned as it was, so that formatting never loses anything.
 */
import { tokenize } from '../syntax/lexer.ts'
import { parse } from '../syntax/parser.ts'
import type { TokenTable } from '../syntax/tokens.ts'
import { type SyntaxTree, isNode } from '../syntax/tree.ts'
import { addComment, itemLines } from './block.ts'
import { type Chunk, chunksOf, rawLine } from './chunks.ts'
import { type Line, printLines } from './lines.ts'

/** How often a text with faults is formatted until it stays as it is. */
const mostRounds = 4

/**
 * The text in canonical form. Formatting twice is formatting once. Lines end in CRLF where all did, else in LF. A
 * text whose faults make another of it every time, or other faults, is returned as it was.
 */
export function format(text: string): string {
  let current = text
  let nFaults: number | undefined
  for (let round = 0; round < mostRounds; round++) {
    const tree = parse(current)
    const next = formatTree(tree)
    // What is whole is read again as it was read; what stands around a fault may not be.
    nFaults ??= tree.diagnostics.length
    if (nFaults === 0) return next
    if (tree.diagnostics.length !== nFaults) return text
    if (next === current) return next
    current = next
  }
  return text
}

function formatTree(tree: SyntaxTree): string {
  const { text } = tree
  const newline = /\r\n/.test(text) && !/\r(?!\n)|(?<!\r)\n/.test(text) ? '\r\n' : '\n'
  const formatted = printLines(fileLines(tree, newline), newline)
  return sameTokens(tree.table, tokenize(formatted)) ? formatted : text
}

/** Whether nothing but blanks, line ends and the commas that line ends replace has changed. */
function sameTokens(before: TokenTable, after: TokenTable): boolean {
  let a = nextToken(before, 0)
  let b = nextToken(after, 0)
  while (a < before.count && b < after.count) {
    if (before.textAt(a).trimEnd() !== after.textAt(b).trimEnd()) return false
    a = nextToken(before, a + 1)
    b = nextToken(after, b + 1)
  }
  return a >= before.count && b >= after.count
}

/** The first token from here on that formatting must keep. */
export function nextToken(table: TokenTable, index: number): number {
  while (index < table.count && layout.has(table.kindAt(index))) index++
  return index
}

const layout: ReadonlySet<string> = new Set(['space', 'newline', ','])

interface State {
  readonly lines: Line[]
  newlines: number
  /** Whether the last line ended a declaration that has several lines. */
  afterBlock: boolean
}

function fileLines(tree: SyntaxTree, newline: string): Line[] {
  const { root } = tree
  const chunks = chunksOf(tree, root.nodes, false)
  const state: State = { lines: [], newlines: 0, afterBlock: false }
  let next = 0
  for (const child of root.children) {
    // What lies in a chunk is printed with it.
    while (next < chunks.length && chunks[next]!.end <= child.start) next++
    const chunk = chunks[next]
    const inside = chunk && chunk.start <= child.start && child.end <= chunk.end
    if (chunk && isNode(child) && chunk.start === child.start) addChunk(chunk, { tree, newline, state })
    else if (isNode(child) || inside) continue
    else if (child.kind === 'newline') state.newlines++
    else if (child.kind === 'comment' || child.kind === 'doc') {
      const blank = state.newlines > 1 || (state.newlines > 0 && state.afterBlock)
      const own = state.newlines > 0 || state.lines.length === 0
      addComment(state.lines, child.text.trimEnd(), { indent: 0, newlines: own ? 1 : 0, blank })
      if (own) state.afterBlock = false
      state.newlines = 0
    }
  }
  return state.lines
}

interface ChunkContext {
  readonly tree: SyntaxTree
  readonly newline: string
  readonly state: State
}

function addChunk(chunk: Chunk, { tree, newline, state }: ChunkContext): void {
  const { lines } = state
  const { node } = chunk
  const own = node ? itemLines(node, { indent: 0, newline, tree }, false) : [rawLine(tree, chunk, false)]
  const long = own.length > 1 || own[0]!.raw === true
  const afterComment = lines.at(-1)?.cells[0].startsWith('//') ?? false
  const blank =
    state.newlines > 1 ||
    (lines.length > 0 && state.newlines > 0 && (state.afterBlock || (long && !afterComment)))
  lines.push({ ...own[0]!, blankBefore: blank }, ...own.slice(1))
  state.newlines = 0
  state.afterBlock = long
}
