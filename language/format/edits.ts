/**
 * Formatting as the least edits, for editors: of a whole text, of a part of it, and while it is typed. An edit
 * replaces what stands between two tokens, and never a token.
 */
import { parse } from '../syntax/parser.ts'
import { tokenize } from '../syntax/lexer.ts'
import type { Span, TokenTable } from '../syntax/tokens.ts'
import { format, nextToken } from './format.ts'

/** Replaces the span of the text as it was. */
export interface TextChange {
  readonly span: Span
  readonly text: string
}

/** The edits that make the text canonical, in its order and without overlap; none when it is. */
export function formatEdits(text: string): readonly TextChange[] {
  const formatted = format(text)
  return formatted === text ? [] : changes(text, formatted)
}

/** The edits of formatting that change the lines of a span, and no other line. */
export function formatRange(text: string, span: Span): readonly TextChange[] {
  const start = lineStart(text, Math.min(span.start, span.end))
  const end = lineEnd(text, Math.max(span.start, span.end, start))
  return formatEdits(text).filter(change => start <= change.span.start && change.span.end <= end)
}

/**
 * The edits that what was just typed asks for. `offset` is where the cursor stands after it. After a line end the
 * lines above that belong together are laid out and the new line is indented; after `}` what it closes is laid out.
 */
export function formatOnType(text: string, offset: number, typed: string): readonly TextChange[] {
  if (typed === '}') return afterBrace(text, offset)
  if (typed === '\n' || typed === '\r\n') return afterNewline(text, offset)
  return []
}

function afterBrace(text: string, offset: number): readonly TextChange[] {
  const tree = parse(text)
  let node = tree.root
  for (;;) {
    const inner = node.nodes.find(child => child.start < offset && offset <= child.end)
    if (!inner) return []
    const closed = inner.nodes.at(-1)
    if (inner.end === offset && closed?.kind === 'Block' && closed.end === offset)
      return formatRange(text, { start: inner.start, end: offset })
    node = inner
  }
}

function afterNewline(text: string, offset: number): readonly TextChange[] {
  const line = lineStart(text, offset)
  const indent = indentation(text, line)
  const above = line > 0 ? groupStart(text, line - 1) : line
  const laidOut =
    line > 0 ? formatRange(text, { start: above, end: lineEnd(text, previousLineEnd(text, line)) }) : []
  const blanks = /^[^\S\r\n]*/.exec(text.slice(line, offset))![0]
  const rest = text.slice(line + blanks.length, lineEnd(text, line))
  const wanted = /^[}\])]/.test(rest) ? Math.max(0, indent - 2) : indent
  const own = { span: { start: line, end: line + blanks.length }, text: ' '.repeat(wanted) }
  const before = laidOut.filter(change => change.span.end <= line)
  return blanks === own.text ? before : [...before, own]
}

/** The first of the lines that end with the one at the offset and have no blank line and no brace between them. */
function groupStart(text: string, offset: number): number {
  let start = lineStart(text, offset)
  while (start > 0) {
    const above = text.slice(lineStart(text, previousLineEnd(text, start)), previousLineEnd(text, start))
    if (above.trim() === '' || /[{}]\s*$/.test(above)) break
    start = lineStart(text, previousLineEnd(text, start))
  }
  return start
}

/** How many blanks a line that begins at the offset has: two for every bracket that is open before it. */
function indentation(text: string, offset: number): number {
  const table = tokenize(text.slice(0, offset))
  let depth = 0
  for (let i = 0; i < table.count; i++) {
    const kind = table.kindAt(i)
    if (kind === '{' || kind === '(' || kind === '[') depth++
    else if (kind === '}' || kind === ')' || kind === ']') depth = Math.max(0, depth - 1)
  }
  return 2 * depth
}

function lineStart(text: string, offset: number): number {
  let start = Math.min(offset, text.length)
  while (start > 0 && text[start - 1] !== '\n' && text[start - 1] !== '\r') start--
  return start
}

function lineEnd(text: string, offset: number): number {
  let end = offset
  while (end < text.length && text[end] !== '\n' && text[end] !== '\r') end++
  return end
}

/** Where the line ends that is above the one that begins at `start`. */
function previousLineEnd(text: string, start: number): number {
  return start - (text[start - 1] === '\n' && text[start - 2] === '\r' ? 2 : Math.min(1, start))
}

/** Both texts have the same tokens; what differs is what lies between them. */
function changes(before: string, after: string): TextChange[] {
  const [a, b] = [tokenize(before), tokenize(after)]
  const found: TextChange[] = []
  let [i, j] = [nextToken(a, 0), nextToken(b, 0)]
  let [from, to] = [0, 0]
  while (i < a.count) {
    addChange(found, {
      before: before.slice(from, a.startOf(i)),
      after: after.slice(to, b.startOf(j)),
      at: from,
    })
    ;[from, to] = [tokenEnd(a, i), tokenEnd(b, j)]
    ;[i, j] = [nextToken(a, i + 1), nextToken(b, j + 1)]
  }
  return found
}

/** Blanks at the end of a comment are between tokens. */
function tokenEnd(table: TokenTable, index: number): number {
  return table.startOf(index) + table.textAt(index).trimEnd().length
}

interface Gap {
  readonly before: string
  readonly after: string
  readonly at: number
}

/** Replaces as little of the gap as makes the other of it. */
function addChange(found: TextChange[], { before, after, at }: Gap): void {
  if (before === after) return
  let head = 0
  while (head < before.length && head < after.length && before[head] === after[head]) head++
  let tail = 0
  const most = Math.min(before.length, after.length) - head
  while (tail < most && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++
  found.push({
    span: { start: at + head, end: at + before.length - tail },
    text: after.slice(head, after.length - tail),
  })
}
