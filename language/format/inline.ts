/** Tokens of one item side by side, with the blanks that are canonical between them. */
import { type Token, isTrivia } from '../syntax/tokens.ts'
import { type NodeKind, type SyntaxElement, type SyntaxNode, isNode } from '../syntax/tree.ts'
import { breaksOf } from './wrap.ts'

/** A line is no longer than this when it can be broken. */
export const maxWidth = 100

export interface Placed {
  readonly token: Token
  readonly parent: NodeKind
  /** Whether a clause begins here that may stand on a line of its own. */
  readonly clause: boolean
}

export interface InlineOptions {
  /** Blanks before the item's first line. */
  readonly indent: number
  readonly newline: string
  /** How much of the first line stands before the text, indentation included. */
  readonly used?: number
  /** Whether the author's line breaks are not kept. */
  readonly joined?: boolean
}

/**
 * The elements as text. The author's line breaks stay where they are, with lines after the first indented by two,
 * and by two more for every further open bracket; comments stay and end their line. Where the author has broken no
 * line, one that is too long is broken.
 */
export function printInline(
  elements: readonly SyntaxElement[],
  parent: NodeKind,
  options: InlineOptions,
): string {
  const placed = withoutLastCommas(elements.flatMap(element => flatten(element, parent)))
  const words = placed.filter(({ token }) => token.kind !== 'space' && token.kind !== 'newline')
  const comments = words.some(({ token }) => isTrivia(token.kind))
  const author = options.joined && !comments ? new Set<number>() : breaksByAuthor(placed)
  const breaks = author.size > 0 || comments ? author : breaksOf(words, measure(words, options))
  return print(words, breaks, options)
}

/** Nothing is said by a comma before a closing bracket. */
function withoutLastCommas(placed: readonly Placed[]): readonly Placed[] {
  return placed.filter((word, i) => {
    if (word.token.kind !== ',') return true
    const next = placed
      .slice(i + 1, i + 4)
      .find(({ token }) => token.kind !== 'space' && token.kind !== 'newline')
    return !next || !isClosing(next)
  })
}

/** Which of the tokens (blanks and line ends left out) stand first on a line that the author began. */
function breaksByAuthor(placed: readonly Placed[]): ReadonlySet<number> {
  const breaks = new Set<number>()
  let index = 0
  let broken = false
  for (const { token } of placed) {
    if (token.kind === 'newline') broken = true
    else if (token.kind !== 'space') {
      if (broken && index > 0 && !sticks(token)) breaks.add(index)
      broken = isTrivia(token.kind)
      index++
    }
  }
  return breaks
}

function measure(words: readonly Placed[], { indent, used = indent }: InlineOptions) {
  const gaps = words.map((word, i) => (i === 0 ? 0 : gap(words[i - 1]!, word).length))
  return { gaps, indent, first: maxWidth - used, rest: maxWidth - indent }
}

function print(words: readonly Placed[], breaks: ReadonlySet<number>, options: InlineOptions): string {
  let text = ''
  let depth = 0
  for (const [i, word] of words.entries()) {
    const { kind, text: own } = word.token
    if (isClosing(word)) depth = Math.max(0, depth - 1)
    if (breaks.has(i))
      text += options.newline + ' '.repeat(options.indent + 2 * level(depth, isClosing(word)))
    else if (i > 0) text += isTrivia(kind) ? '  ' : gap(words[i - 1]!, word)
    text += isTrivia(kind) ? own.trimEnd() : own
    if (isOpening(word)) depth++
  }
  return text
}

export function isOpening({ token: { kind } }: Placed): boolean {
  return kind === '(' || kind === '[' || kind === '{'
}

export function isClosing({ token: { kind } }: Placed): boolean {
  return kind === ')' || kind === ']' || kind === '}'
}

/** A closing bracket stands below the line that opened it, anything else at least one level in. */
export function level(depth: number, closing: boolean): number {
  return closing ? depth : Math.max(1, depth)
}

/** These never begin a line. */
function sticks({ kind }: Token): boolean {
  return kind === ',' || kind === '.' || kind === ':'
}

function flatten(element: SyntaxElement, parent: NodeKind): Placed[] {
  return isNode(element) ? flattenNode(element) : [{ token: element, parent, clause: false }]
}

const clauses: ReadonlySet<NodeKind> = new Set<NodeKind>(['ByClause', 'OverClause', 'WhereClause'])

function flattenNode(node: SyntaxNode): Placed[] {
  const placed = node.children.flatMap(child => flatten(child, node.kind))
  const clause = clauses.has(node.kind) && node.parent?.kind === 'FeatureDeclaration'
  return clause ? [{ ...placed[0]!, clause }, ...placed.slice(1)] : placed
}

const noneBefore: ReadonlySet<string> = new Set([',', ')', ']', '.', ':', '?', '@'])
const noneAfter: ReadonlySet<string> = new Set(['(', '[', '.', '@'])
/** In these an opening bracket follows the word before it at once. */
const called: ReadonlySet<NodeKind> = new Set<NodeKind>(['Arguments', 'EntityDeclaration', 'Scale'])

function gap(before: Placed, { token, parent }: Placed): string {
  if (noneBefore.has(token.kind) || noneAfter.has(before.token.kind)) return ''
  if (token.kind === '(' && called.has(parent)) return ''
  if (before.token.kind === '-' && before.parent === 'UnaryExpression') return ''
  if (parent === 'Type' && (token.kind === '<' || token.kind === '>')) return ''
  if (before.parent === 'Type' && before.token.kind === '<') return ''
  return ' '
}
