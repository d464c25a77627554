/**
 * The canonical text: two blanks a level, one item a line, what belongs together aligned, one blank line at most.
 * A declaration that the parser finds fault with is returned as it was, so that formatting never loses anything.
 */
import { parse } from '../syntax/parser.ts'
import { type SyntaxNode, type SyntaxTree, isNode } from '../syntax/tree.ts'
import { addComment, itemLines } from './block.ts'
import { type Line, printLines } from './lines.ts'

/** The text in canonical form. Formatting twice is formatting once. Lines end in CRLF where all did, else in LF. */
export function format(text: string): string {
  const tree = parse(text)
  const newline = /\r\n/.test(text) && !/\r(?!\n)|(?<!\r)\n/.test(text) ? '\r\n' : '\n'
  return printLines(fileLines(tree, newline), newline)
}

interface State {
  readonly lines: Line[]
  newlines: number
  /** Whether the last line ended a declaration that has several lines. */
  afterBlock: boolean
}

function fileLines(tree: SyntaxTree, newline: string): Line[] {
  const chunks = chunksOf(tree)
  const state: State = { lines: [], newlines: 0, afterBlock: false }
  let next = 0
  for (const child of tree.root.children) {
    const chunk = chunks[next]
    if (isNode(child)) {
      if (chunk?.start !== child.start) continue
      next++
      addChunk(chunk, { tree, newline, state })
    } else if (chunks.some(({ start, end }) => start <= child.start && child.end <= end)) continue
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

interface Chunk {
  readonly start: number
  readonly end: number
  /** Undefined for what is returned as it was. */
  readonly node: SyntaxNode | undefined
}

/** The parts of a file; those that begin on the line where another ends are one, and returned as they were. */
function chunksOf(tree: SyntaxTree): Chunk[] {
  const chunks: Chunk[] = []
  for (const child of tree.root.children) {
    if (!isNode(child)) continue
    const last = chunks.at(-1)
    const sameLine = last && !/[\r\n]/.test(tree.text.slice(last.end, child.start))
    if (sameLine) chunks[chunks.length - 1] = { start: last.start, end: child.end, node: undefined }
    else chunks.push({ start: child.start, end: child.end, node: isSound(tree, child) ? child : undefined })
  }
  return chunks
}

function isSound(tree: SyntaxTree, { kind, start, end }: SyntaxNode): boolean {
  return kind !== 'Error' && !tree.diagnostics.some(({ span }) => span.start <= end && start <= span.end)
}

interface ChunkContext {
  readonly tree: SyntaxTree
  readonly newline: string
  readonly state: State
}

function addChunk({ start, end, node }: Chunk, { tree, newline, state }: ChunkContext): void {
  const { lines } = state
  const own: Line[] = node ? itemLines(node, { indent: 0, newline }, false) : [rawLine(tree.text, start, end)]
  const long = own.length > 1 || own[0]!.raw === true
  const afterComment = lines.at(-1)?.cells[0].startsWith('//') ?? false
  const blank =
    state.newlines > 1 ||
    (lines.length > 0 && state.newlines > 0 && (state.afterBlock || (long && !afterComment)))
  lines.push({ ...own[0]!, blankBefore: blank }, ...own.slice(1))
  state.newlines = 0
  state.afterBlock = long
}

/** With the blanks before it on its line, so that its lines keep their places. */
function rawLine(text: string, start: number, end: number): Line {
  const indent = /[^\S\r\n]*$/.exec(text.slice(Math.max(0, start - 1000), start))![0]
  return { indent: 0, cells: [indent + text.slice(start, end)], blankBefore: false, raw: true }
}
