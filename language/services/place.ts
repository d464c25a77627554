/**
 * Where in the text an offset is, by its tokens alone: which blocks are open around it and which tokens of the
 * item come before it. Works on text that is being typed, where the tree has holes.
 */
import { isDeclarationWord } from '../syntax/keywords.ts'
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
}

export function placeAt(tree: SyntaxTree, offset: number): Place {
  const inside = tree.tokens.find(token => isInside(token, offset))
  const word = tree.tokens.find(token => isWord(token) && token.start < offset && offset <= token.end)
  const replace = word ? { start: word.start, end: word.end } : { start: offset, end: offset }
  const prefix = word ? tree.text.slice(word.start, offset).replace(/^`/, '') : ''
  const limit = inside?.start ?? word?.start ?? offset
  const before = tree.tokens.filter(
    token => !isTrivia(token.kind) && token.kind !== 'end' && token.end <= limit,
  )
  return { ...walk(before, indentAt(tree, limit)), prefix, replace, inside }
}

function isWord({ kind }: Token): boolean {
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
const openEnds = /^(?:[-=+*/<>,(]|[=!<>]=|and|or|not)$/

function walk(
  tokens: readonly Token[],
  indent: number | undefined,
): Pick<Place, 'blocks' | 'item' | 'brackets'> {
  const blocks: (readonly Token[])[] = []
  let item: Token[] = []
  let brackets = 0
  for (const [i, token] of tokens.entries()) {
    if (startsDeclaration(token, tokens[i + 1])) [blocks.length, item, brackets] = [0, [], 0]
    else if (token.lineStart && brackets === 0 && ends(item, token.text)) item = []
    if (token.kind === '{') {
      blocks.push(item)
      ;[item, brackets] = [[], 0]
    } else if (token.kind === '}') {
      blocks.pop()
      ;[item, brackets] = [[], 0]
    } else if (token.kind === ',' && brackets === 0 && !keepsCommas(item)) item = []
    else {
      if (token.kind === '(' || token.kind === '[') brackets++
      if (token.kind === ')' || token.kind === ']') brackets = Math.max(0, brackets - 1)
      item.push(token)
    }
  }
  // An indented line below the head of a feature goes on with it.
  const goesOn = item[0]?.text === 'feature' && indent !== 0
  if (indent !== undefined && !goesOn && brackets === 0 && ends(item, '')) item = []
  return { blocks, item, brackets }
}

function startsDeclaration(token: Token, next: Token | undefined): boolean {
  return (
    token.lineStart &&
    token.kind === 'name' &&
    isDeclarationWord(token.text) &&
    next !== undefined &&
    isWord(next) &&
    !next.lineStart
  )
}

function ends(item: readonly Token[], next: string): boolean {
  const last = item.at(-1)
  if (!last) return false
  if (item[0]?.text === 'feature' && headWords.has(next)) return false
  return !openEnds.test(last.text) || last.kind === 'string'
}

/** Lists whose commas do not end the item. */
function keepsCommas(item: readonly Token[]): boolean {
  const first = item[0]?.text
  return first === 'evaluate' || first === 'require' || first === 'feature' || item[1]?.kind === ':'
}
