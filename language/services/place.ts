/**
 * Where in the text an offset is, by its tokens alone: which blocks are open around it and which tokens of the
 * item come before it. Works on text that is being typed, where the tree has holes.
 */
import { isDeclarationWord, keywords } from '../syntax/keywords.ts'
import { type Span, type Token, isTrivia } from '../syntax/tokens.ts'
import type { SyntaxTree } from '../syntax/tree.ts'

export interface Place {
  /** The heads of the open blocks, outermost first: the tokens of the item before its `{`. */
  readonly blocks: readonly (readonly Token[])[]
  /** The tokens of the current item before the word that is being typed. */
  readonly item: readonly Token[]
  /** How many round or square brackets are open in the item. */
  readonly brackets: number
  /** The word at the offset, up to the offset. */
  readonly prefix: string
  /** What a completion replaces: the word, or nothing. */
  readonly replace: Span
  /** The string or comment that the offset is inside of. */
  readonly inside: Token | undefined
  /** The first token after the word that is no trivia; undefined at the end of the text. */
  readonly next: Token | undefined
}

export function placeAt(tree: SyntaxTree, offset: number): Place {
  const { tokens } = tree
  const inside = near(tokens, offset, token => isInside(token, offset))
  const word = near(
    tokens,
    offset,
    token => isWord(token) && token.start < offset && offset <= token.end && offset <= typedEnd(token),
  )
  const replace = word ? { start: word.start, end: typedEnd(word) } : { start: offset, end: offset }
  const prefix = word ? tree.text.slice(word.start, offset).replace(/^`/, '') : ''
  const limit = inside?.start ?? word?.start ?? offset
  const first = declarationBefore(tokens, limit)
  const before: Token[] = []
  for (let i = first; i < tokens.length && tokens[i]!.end <= limit; i++)
    if (!isTrivia(tokens[i]!.kind) && tokens[i]!.kind !== 'end') before.push(tokens[i]!)
  const after = inside?.end ?? replace.end
  const next = tokens.find(token => token.start >= after && !isTrivia(token.kind) && token.kind !== 'end')
  return { ...walk(before, indentAt(tree, limit)), prefix, replace, inside, next }
}

/** Backticks that are not closed reach to the end of the line; what is typed of the name ends before a bracket. */
function typedEnd({ kind, text, start, end, unterminated }: Token): number {
  if (kind !== 'quoted' || !unterminated) return end
  return start + text.search(/[),=}]|\s*$/)
}

/** The token next to the offset that satisfies the condition: the one that begins before it, or at it. */
function near(
  tokens: readonly Token[],
  offset: number,
  accept: (token: Token) => boolean,
): Token | undefined {
  const index = indexAt(tokens, offset)
  return [tokens[index - 1], tokens[index]].find(token => token !== undefined && accept(token))
}

/** Index of the first token that ends after the offset. */
function indexAt(tokens: readonly Token[], offset: number): number {
  let low = 0
  let high = tokens.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (tokens[middle]!.end <= offset) low = middle + 1
    else high = middle
  }
  return low
}

/** Index of the token with which the declaration around the offset begins; what is above it does not matter. */
function declarationBefore(tokens: readonly Token[], offset: number): number {
  for (let i = indexAt(tokens, offset); i > 0; i--) {
    const token = tokens[i]!
    if (token.start < offset && token.lineStart && isFlushLeft(tokens, i) && startsDeclaration(tokens, i))
      return i
  }
  return 0
}

function isFlushLeft(tokens: readonly Token[], index: number): boolean {
  const before = tokens[index - 1]
  return before === undefined || before.kind === 'newline'
}

export function isWord({ kind }: Token): boolean {
  return kind === 'name' || kind === 'quoted'
}

function isInside({ kind, start, end, unterminated }: Token, offset: number): boolean {
  if (kind === 'comment' || kind === 'doc') return start < offset && offset <= end
  if (kind !== 'string') return false
  return start < offset && (offset < end || (unterminated === true && offset === end))
}

/** How many blanks stand before the offset when nothing else does on its line. */
function indentAt({ text }: SyntaxTree, offset: number): number | undefined {
  return /(?:^|[\r\n])([^\S\r\n]*)$/.exec(text.slice(Math.max(0, offset - 1000), offset))?.[1]!.length
}

/** A newline before one of these does not end the head of a feature. */
const headWords: ReadonlySet<string> = new Set(['where', 'by', 'over', '{'])
/** A newline after one of these does not end an item. */
const openEnds = /^(?:[-=+*/%<>,(]|[=!<>]=|and|or|not)$/

function walk(
  tokens: readonly Token[],
  indent: number | undefined,
): Pick<Place, 'blocks' | 'item' | 'brackets'> {
  const blocks: (readonly Token[])[] = []
  let item: Token[] = []
  let brackets = 0
  for (const [i, token] of tokens.entries()) {
    if (startsDeclaration(tokens, i)) [blocks.length, item, brackets] = [0, [], 0]
    else if (brackets === 0 && isNextOfLine(blocks.at(-1), item, token)) item = []
    else if (token.lineStart && brackets === 0 && ends(item, token.text)) item = []
    if (token.kind === '{') {
      blocks.push(item)
      ;[item, brackets] = [[], 0]
    } else if (token.kind === '}') {
      const head = blocks.pop()
      // What an import names is followed by where it is from.
      ;[item, brackets] = [head?.[0]?.text === 'import' ? [...head, token] : [], 0]
    } else if (token.kind === ',' && brackets === 0 && !keepsCommas(item)) item = []
    else {
      if (token.kind === '(' || token.kind === '[') brackets++
      if (token.kind === ')' || token.kind === ']') brackets = Math.max(0, brackets - 1)
      item.push(token)
    }
  }
  // An indented line below the head of a feature goes on with it.
  const isHead = item[0]?.text === 'feature' && indent !== 0
  if (indent !== undefined && !isHead && brackets === 0 && ends(item, '')) item = []
  return { blocks, item, brackets }
}

/** In these blocks a name after a whole item begins the next, on the same line too. */
const loose: ReadonlySet<string> = new Set(['tune', 'health'])
const goesOn: ReadonlySet<string> = new Set(['over', ...keywords.duration])

function isNextOfLine(head: readonly Token[] | undefined, item: readonly Token[], token: Token): boolean {
  const last = item.at(-1)
  if (!last || !loose.has(head?.[0]?.text ?? '') || !isWord(token) || goesOn.has(token.text)) return false
  const isDuration = item.length > 3 && (keywords.duration as readonly string[]).includes(last.text)
  return isDuration || ['int', 'float', ']', ')'].includes(last.kind)
}

function startsDeclaration(tokens: readonly Token[], index: number): boolean {
  const token = tokens[index]!
  if (!token.lineStart || token.kind !== 'name') return false
  let i = index + 1
  while (tokens[i]?.kind === 'space') i++
  const next = tokens[i]
  if (next === undefined || next.lineStart) return false
  return token.text === 'import' ? next.kind === '{' : isDeclarationWord(token.text) && isWord(next)
}

function ends(item: readonly Token[], next: string): boolean {
  const last = item.at(-1)
  if (!last) return false
  if (item[0]?.text === 'feature' && headWords.has(next)) return false
  return !openEnds.test(last.text) || last.kind === 'string'
}

/** Lists whose commas do not end the item. */
function keepsCommas(item: readonly Token[]): boolean {
  const first = item[0]?.text ?? ''
  if (['evaluate', 'require', 'feature', 'split', 'random', 'output', 'expect'].includes(first)) return true
  return item[1]?.kind === ':' && item[2] !== undefined && !typeWords.has(item[2].text)
}

/** `a: int, b: …`: a comma after a typed name ends it; after a step of a preparation it goes on. */
const typeWords: ReadonlySet<string> = new Set([
  'bool',
  'int',
  'float',
  'string',
  'timestamp',
  'category',
  'vector',
])
