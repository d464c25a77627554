/** `// slip-ignore SLIP307 reason`: comments that silence what is said about a line. */
import type { IgnoreComment, Text } from './ast.ts'
import { type Span, type Token, isTrivia } from './tokens.ts'
import type { SyntaxTree } from './tree.ts'

const directive = /^\/\/[^\S\r\n]*slip-ignore(?![\w-])/
const code = /[^\S\r\n]*(,?)[^\S\r\n]*(SLIP\d+)(?!\w)/iy

/** The comments of a file that silence diagnostics, in its order. */
export function ignoresOf(tree: SyntaxTree): readonly IgnoreComment[] {
  if (!tree.text.includes('slip-ignore')) return []
  return tree.tokens.flatMap(token => {
    const start = token.kind === 'comment' ? directive.exec(token.text) : null
    return start ? [ignoreComment(tree, token, start[0].length)] : []
  })
}

function ignoreComment(tree: SyntaxTree, token: Token, from: number): IgnoreComment {
  const codes: Text[] = []
  let end = from
  code.lastIndex = from
  for (let match = code.exec(token.text); match; match = code.exec(token.text)) {
    end = code.lastIndex
    const span = { start: token.start + end - match[2]!.length, end: token.start + end }
    codes.push({ value: match[2]!.toUpperCase(), span })
  }
  const reason = token.text
    .slice(end)
    .replace(/^\s*[:,–—-]?\s*/, '')
    .trim()
  const span = { start: token.start, end: token.start + token.text.trimEnd().length }
  return { span, codes, reason, covers: covered(tree.tokens, token) }
}

/** The line of code before the comment or, when none stands there, the next line that has code. */
function covered(tokens: readonly Token[], comment: Token): Span {
  let first = comment.index
  while (first > 0 && tokens[first - 1]!.kind !== 'newline') first--
  const own = lineOfCode(tokens, first)
  if (own.end > own.start && own.start < comment.start) return own
  let next = comment.index
  while (next < tokens.length - 1 && isTrivia(tokens[next]!.kind)) next++
  return lineOfCode(tokens, next)
}

/** From the first to the last token on a line that is no trivia. */
function lineOfCode(tokens: readonly Token[], from: number): Span {
  let span: Span = { start: tokens[from]!.start, end: tokens[from]!.start }
  let found = false
  for (let i = from; i < tokens.length && tokens[i]!.kind !== 'newline'; i++) {
    const token = tokens[i]!
    if (isTrivia(token.kind)) continue
    span = { start: found ? span.start : token.start, end: token.end }
    found = true
  }
  return span
}
