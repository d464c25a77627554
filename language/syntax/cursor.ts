/**
 * What the parser's functions share: the place in the tokens, the tree under construction and the errors so far.
 * It keeps two promises: every token ends up in the tree, and one mistake gives one diagnostic (after an error
 * all is quiet until the next item begins).
 */
import { type Diagnostic, type DiagnosticCode, type DiagnosticDetails, diagnostic } from '../diagnostics.ts'
import { type Keyword, isDeclarationWord, isModelWord } from './keywords.ts'
import { type Span, type Token, type TokenKind, isTrivia } from './tokens.ts'
import type { NodeKind, SyntaxElement, SyntaxNode } from './tree.ts'

interface Frame {
  readonly kind: NodeKind
  readonly children: SyntaxElement[]
}

interface MutableNode extends SyntaxNode {
  parent: SyntaxNode | undefined
}

/** A place among the children of the open node, from which later children can be wrapped. */
export type Mark = number

export interface ErrorOptions {
  /** What to underline; the unexpected token when not said. */
  readonly span?: Span
  readonly code?: DiagnosticCode
  readonly hint?: string
  readonly fixes?: DiagnosticDetails['fixes']
  readonly related?: DiagnosticDetails['related']
}

export class Cursor {
  readonly tokens: readonly Token[]
  readonly path: string
  readonly diagnostics: Diagnostic[] = []
  /** How many brackets are open, in which a newline ends nothing. */
  brackets = 0
  /** The token with which the current item begins: what is wrong with it is not the end of the line before. */
  itemStart: Token | undefined
  /** Whether `name@2` is a value here, without a key in brackets. */
  barePins = false
  /** How deep expressions are nested here. */
  depth = 0
  #frames: Frame[] = []
  /** Index of the next token that is not yet in the tree. */
  #flushed = 0
  /** Index of the next token that is not trivia. */
  #next = 0
  #quiet = false

  constructor(tokens: readonly Token[], path: string) {
    this.tokens = tokens
    this.path = path
    this.#next = this.#skipTrivia(0)
  }

  /** The token to come. */
  get token(): Token {
    return this.tokens[this.#next]!
  }

  /** The n-th token after the one to come, trivia left out. */
  peek(n = 1): Token {
    let index = this.#next
    for (let i = 0; i < n && index < this.tokens.length - 1; i++) index = this.#skipTrivia(index + 1)
    return this.tokens[index]!
  }

  /** The last token taken, if any. */
  get previous(): Token | undefined {
    for (let i = this.#flushed - 1; i >= 0; i--) if (!isTrivia(this.tokens[i]!.kind)) return this.tokens[i]
    return undefined
  }

  at(kind: TokenKind): boolean {
    return this.token.kind === kind
  }

  atWord(...words: readonly Keyword[]): boolean {
    return this.at('name') && (words as readonly string[]).includes(this.token.text)
  }

  atName(): boolean {
    return this.at('name') || this.at('quoted')
  }

  /** Whether the token to come stands on a new line, where that ends an item. */
  atItemEnd(): boolean {
    return (
      this.at('end') ||
      this.at('}') ||
      (this.brackets === 0 && (this.token.lineStart || this.at(','))) ||
      this.atRestart()
    )
  }

  /** Whether a new declaration or a new part of a model begins here, whatever is still open. */
  atRestart(): boolean {
    return this.atDeclaration() || this.atModelItem()
  }

  /** A line that begins with `source`, `entity`, `feature` or `model` and a name, or with an import. */
  atDeclaration(): boolean {
    const { token } = this
    if (!token.lineStart || token.kind !== 'name') return false
    if (token.text === 'import') return this.atImport()
    if (!isDeclarationWord(token.text)) return false
    const name = this.peek(1)
    return (name.kind === 'name' || name.kind === 'quoted') && !name.lineStart
  }

  /** `import` before names, in braces or not: no item begins so. */
  atImport(): boolean {
    const next = this.peek(1)
    return (
      this.atWord('import') && !next.lineStart && ['{', 'name', 'quoted', 'string', '*'].includes(next.kind)
    )
  }

  /** A line that begins like a part of a model: no item of another block begins with two words or a word and `{`. */
  atModelItem(): boolean {
    const { token } = this
    if (!token.lineStart || token.kind !== 'name' || !isModelWord(token.text)) return false
    const next = this.peek(1)
    if (next.lineStart) return false
    if (next.kind === 'name' || next.kind === 'quoted')
      return !notAfterModelWord.has(next.text) && token.text !== 'test'
    return next.kind === '{' || (afterModelWord[token.text]?.includes(next.kind) ?? false)
  }

  // The tree.

  open(kind: NodeKind): void {
    if (this.#frames.length > 0) this.#flushTrivia()
    this.#frames.push({ kind, children: [] })
  }

  /** Closes the open node, as one of another kind when that is known only now. */
  close(as?: NodeKind): SyntaxNode {
    const { kind, children } = this.#frames.pop()!
    const outer = this.#frames.at(-1)
    // Trivia at the end belongs to what is around the node: it was taken in the hope of more.
    const end = outer
      ? children.findLastIndex(child => 'children' in child || !isTrivia(child.kind)) + 1
      : children.length
    const node = createNode({ kind: as ?? kind, children: children.slice(0, end) }, this.token.start)
    if (end > 0) outer?.children.push(node)
    outer?.children.push(...children.slice(end))
    return node
  }

  /** Closes the last node, with all trivia that is left. */
  closeFile(): SyntaxNode {
    this.#flushTrivia()
    return this.close()
  }

  mark(): Mark {
    this.#flushTrivia()
    return this.#frames.at(-1)!.children.length
  }

  /** Opens a node around what was added since the mark. */
  wrap(mark: Mark, kind: NodeKind): void {
    this.#frames.push({ kind, children: this.#frames.at(-1)!.children.splice(mark) })
  }

  /** How high the node is that was added last since the mark. */
  heightSince(mark: Mark): number {
    const last = this.#frames
      .at(-1)!
      .children.slice(mark)
      .findLast(child => 'children' in child)
    return last ? (last as SyntaxNode).height : 0
  }

  bump(): Token {
    const { token } = this
    if (token.kind === 'end') return token
    this.#flushTrivia()
    this.#frames.at(-1)!.children.push(token)
    this.#flushed = this.#next + 1
    this.#next = this.#skipTrivia(this.#flushed)
    return token
  }

  /** Takes the token when it is of the kind. */
  eat(kind: TokenKind): boolean {
    if (!this.at(kind)) return false
    this.bump()
    return true
  }

  eatWord(...words: readonly Keyword[]): boolean {
    if (!this.atWord(...words)) return false
    this.bump()
    return true
  }

  // Errors.

  /** Reports one mistake; more are not believed until `settle`. */
  error(message: string, options: ErrorOptions = {}): void {
    if (this.#quiet) return
    this.#quiet = true
    const { code = 'SLIP001', span = this.token, ...rest } = options
    const plain = { start: span.start, end: span.end }
    this.diagnostics.push(diagnostic(code, { path: this.path, span: plain, message, ...rest }))
  }

  /** Reports that something else was expected here. Takes nothing. */
  expected(what: string, options: ErrorOptions = {}): void {
    const { token } = this
    if (token.kind === 'unknown' && (!token.lineStart || token === this.itemStart))
      return this.error(`The character \`${token.text}\` means nothing here: expected ${what}.`, {
        code: 'SLIP004',
        hint: characterHints[token.text],
      })
    this.error(`Expected ${what}, got ${this.describe()}.`, { span: this.here(), ...options })
  }

  /** Whether an error was reported since the last item began. */
  get broken(): boolean {
    return this.#quiet
  }

  /** Believes errors again. */
  settle(): void {
    this.#quiet = false
  }

  /** Where the reader looks when something is missing: the token to come, or the end of the line before it. */
  here(): Span {
    const { token, previous } = this
    if (token.kind !== 'end' && (!token.lineStart || !previous || token === this.itemStart)) return token
    if (!previous) return { start: token.start, end: token.end }
    return { start: Math.max(previous.start, previous.end - 1), end: previous.end }
  }

  describe(): string {
    const { token } = this
    if (token.kind === 'end') return 'the end of the file'
    if (token.lineStart && this.previous && token !== this.itemStart) return 'the end of the line'
    return describeToken(token)
  }

  /** Ends an item: whatever is left of it goes into an error node, reported when nothing was before. */
  endItem(what: string): void {
    if (!this.atItemEnd()) {
      this.expected(what)
      this.skipItem()
    }
    this.settle()
  }

  /** Puts what is left of the item, blocks in it included, into an error node. */
  skipItem(): void {
    this.open('Error')
    const open: string[] = []
    const first = this.token
    while (!this.at('end') && !(this.token !== first && this.atRestart())) {
      const { kind } = this.token
      if (
        open.length === 0 &&
        (kind === '}' || (this.token !== first && (this.token.lineStart || kind === ',')))
      )
        break
      if (kind === '{') open.push(kind)
      else if (kind === '}') open.pop()
      this.bump()
    }
    this.close()
  }

  #flushTrivia(): void {
    const { children } = this.#frames.at(-1)!
    for (; this.#flushed < this.#next; this.#flushed++) children.push(this.tokens[this.#flushed]!)
  }

  #skipTrivia(index: number): number {
    while (isTrivia(this.tokens[index]!.kind)) index++
    return index
  }
}

function createNode(frame: Frame, end: number): SyntaxNode {
  const { kind, children } = frame
  const height =
    1 + children.reduce((most, child) => Math.max(most, 'children' in child ? child.height : 0), 0)
  const start = children[0]?.start ?? end
  const node: MutableNode = {
    kind,
    children,
    start,
    end: children.at(-1)?.end ?? end,
    height,
    parent: undefined,
  }
  for (const child of children) if ('children' in child) (child as MutableNode).parent = node
  return node
}

/** With what a part of a model goes on that is not a name or a block. */
const afterModelWord: Readonly<Partial<Record<string, readonly TokenKind[]>>> = {
  test: ['string'],
  tune: ['int'],
  weight: ['int', 'float', '(', '-'],
}
/** What makes an item of another block of the word before it: a hyperparameter to tune, a monitor of a feature. */
const notAfterModelWord: ReadonlySet<string> = new Set(['in', 'of'])

/** What is written in other languages with a character, and here without. */
const characterHints: Readonly<Record<string, string>> = {
  "'": 'Texts stand in double quotes.',
  '#': 'Comments begin with `//`.',
  ';': 'An item ends with its line, or with a comma.',
  '&': 'Write `and`.',
  '|': 'Write `or`.',
  '!': 'Write `not`.',
  $: 'A name with other characters stands in backticks.',
}

/** A token as a message names it. */
export function describeToken(token: Token): string {
  if (token.kind === 'end') return 'the end of the file'
  const text = token.text.length > 40 ? token.text.slice(0, 40) + '…' : token.text
  return token.kind === 'string' || token.kind === 'quoted' ? text : `\`${text}\``
}
