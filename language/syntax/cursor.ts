/**
 * What the parser's functions share: the place in the tokens, the tree under construction and the errors so far.
 * It keeps two promises: every token ends up in the tree, and one mistake gives one diagnostic (after an error
 * all is quiet until the next item begins).
 */
import {
  type Diagnostic,
  type DiagnosticCode,
  type DiagnosticDetails,
  type Fix,
  type TextEdit,
  diagnostic,
} from '../diagnostics.ts'
import { type Keyword, isDeclarationWord, isModelWord } from './keywords.ts'
import { fix, foreignMistake, insteadOf } from './mistakes.ts'
import { NodeBuilder, type NodeTable } from './nodes.ts'
import { type Span, type Token, type TokenKind, type TokenTable } from './tokens.ts'
import type { NodeKind } from './tree.ts'

/** A node that is open. */
interface Frame {
  readonly kind: NodeKind
  /** Index of its first token. */
  readonly first: number
  /** How many nodes there were before those under it. */
  readonly since: number
}

/** A place in the open node, from which what comes later can be wrapped. */
export type Mark = Omit<Frame, 'kind'>

export interface ErrorOptions {
  /** What to underline; the unexpected token when not said. */
  readonly span?: Span
  readonly code?: DiagnosticCode
  readonly hint?: string
  readonly fixes?: DiagnosticDetails['fixes']
  readonly related?: DiagnosticDetails['related']
}

export class Cursor {
  readonly path: string
  readonly diagnostics: Diagnostic[] = []
  /** Where an item was given up: what is left of it was not read. */
  readonly gaps: Span[] = []
  /** How many brackets are open, in which a newline ends nothing. */
  brackets = 0
  /** Index of the token with which the current item begins: what is wrong with it is not the end of the line before. */
  itemStart = -1
  /** Whether `name@2` is a value here, without a key in brackets. */
  barePins = false
  /** How deep expressions are nested here. */
  depth = 0
  readonly #table: TokenTable
  readonly #nodes: NodeBuilder
  #frames: Frame[] = []
  /** Index of the token to come: the next that is not trivia. */
  #next = 0
  /** Index after the last token taken. */
  #taken = 0
  /** The token to come, when it was asked for. */
  #token: Token | undefined
  #quiet = false
  /** What was reported of the last block that is not closed. */
  #unclosed: Diagnostic | undefined
  /** Whether the item was ended by what means nothing in the language. */
  #itemEnded = false

  constructor(tokens: TokenTable, path: string) {
    this.#table = tokens
    this.#nodes = new NodeBuilder((tokens.count >> 1) + 16)
    this.path = path
    this.#next = tokens.skipTrivia(0)
  }

  /** The token to come. */
  get token(): Token {
    return (this.#token ??= this.#table.at(this.#next))
  }

  /** Its index: comes later, the further the parser is. */
  get index(): number {
    return this.#next
  }

  /** Whether the token to come stands first on its line. */
  get lineStart(): boolean {
    return this.#table.isLineStart(this.#next)
  }

  /** The n-th token after the one to come, trivia left out. */
  peek(n = 1): Token {
    return this.#table.at(this.#ahead(n))
  }

  peekKind(n = 1): TokenKind {
    return this.#table.kindAt(this.#ahead(n))
  }

  #ahead(n: number): number {
    const table = this.#table
    let index = this.#next
    for (let i = 0; i < n && index < table.count - 1; i++) index = table.skipTrivia(index + 1)
    return index
  }

  /** The last token taken, if any. */
  get previous(): Token | undefined {
    return this.#taken > 0 ? this.#table.at(this.#taken - 1) : undefined
  }

  at(kind: TokenKind): boolean {
    return this.#table.kindAt(this.#next) === kind
  }

  atWord(...words: readonly Keyword[]): boolean {
    if (!this.at('name')) return false
    for (const word of words) if (this.#table.reads(this.#next, word)) return true
    return false
  }

  atName(): boolean {
    return this.at('name') || this.at('quoted')
  }

  /** Whether the token to come stands on a new line, where that ends an item. */
  atItemEnd(): boolean {
    return (
      this.#itemEnded ||
      this.at('end') ||
      this.at('}') ||
      (this.brackets === 0 && (this.lineStart || this.at(','))) ||
      this.atRestart()
    )
  }

  /** Whether a new declaration or a new part of a model begins here, whatever is still open. */
  atRestart(): boolean {
    return this.atDeclaration() || this.atModelItem()
  }

  /** A line that begins with `source`, `entity`, `feature` or `model` and a name, or with an import. */
  atDeclaration(): boolean {
    if (!this.lineStart || !this.at('name')) return false
    const { text } = this.token
    if (text === 'import') return this.atImport()
    if (!isDeclarationWord(text)) return false
    const name = this.peek()
    return (name.kind === 'name' || name.kind === 'quoted') && !name.lineStart
  }

  /** `import` before names, in braces or not: no item begins so. */
  atImport(): boolean {
    if (!this.atWord('import')) return false
    const next = this.peek()
    return !next.lineStart && ['{', 'name', 'quoted', 'string', '*'].includes(next.kind)
  }

  /** A line that begins like a part of a model: no item of another block begins with two words or a word and `{`. */
  atModelItem(): boolean {
    if (!this.lineStart || !this.at('name')) return false
    const { text } = this.token
    if (!isModelWord(text)) return false
    const next = this.peek()
    if (next.lineStart) return false
    if (next.kind === 'name' || next.kind === 'quoted')
      return !notAfterModelWord.has(next.text) && text !== 'test'
    return next.kind === '{' || (afterModelWord[text]?.includes(next.kind) ?? false)
  }

  // The tree.

  open(kind: NodeKind): void {
    this.#frames.push({ kind, first: this.#frames.length > 0 ? this.#next : 0, since: this.#nodes.count })
  }

  /** Closes the open node, as one of another kind when that is known only now. Nothing is left of an empty one. */
  close(as?: NodeKind): void {
    const { kind, first, since } = this.#frames.pop()!
    if (this.#taken > first) this.#nodes.add(as ?? kind, first, this.#taken, since)
  }

  /** Closes the last node, with all trivia that is left. */
  closeFile(): NodeTable {
    const tokens = this.#table
    this.#frames.pop()
    this.#nodes.add('File', 0, tokens.count - 1, 0)
    return { tokens, ...this.#nodes.finish() }
  }

  mark(): Mark {
    return { first: this.#next, since: this.#nodes.count }
  }

  /** Opens a node around what was added since the mark. */
  wrap(mark: Mark, kind: NodeKind): void {
    this.#frames.push({ kind, first: mark.first, since: mark.since })
  }

  /** How high the node is that was added last since the mark. */
  heightSince({ since }: Mark): number {
    return this.#nodes.count > since ? this.#nodes.height : 0
  }

  bump(): Token {
    const { token } = this
    if (token.kind === 'end') return token
    if (token.foreign) this.reportForeign(token)
    this.#token = undefined
    this.#taken = this.#next + 1
    this.#next = this.#table.skipTrivia(this.#taken)
    return token
  }

  /** Takes a token that stands for another, about which enough was said. */
  takeAs(): void {
    const quiet = this.#quiet
    this.#quiet = true
    this.bump()
    this.#quiet = quiet
  }

  /** What stands here up to the next blank, bracket or comma; undefined at the end of the line or in quotes. */
  unquoted(): string | undefined {
    const text = /^[^\s"'`{}()[\],]+/.exec(
      this.#table.text.slice(this.token.start, this.token.start + 500),
    )?.[0]
    return this.token.kind === 'end' ? undefined : text
  }

  /** Takes the word that an item begins with; nothing stands between it and what it says. */
  takeWord(): void {
    this.bump()
    this.eatSeparator()
  }

  /** Takes the `:` or `=` that other languages write after such a word. */
  eatSeparator(): void {
    const separated = (this.at(':') || this.at('=')) && !this.lineStart
    if (!separated || this.peekKind() === '{' || this.peek().lineStart) return
    const { start, end } = this.token
    const apart = this.previous?.end === start && this.peek().start === end ? ' ' : ''
    const repair = this.fix(`Remove \`${this.token.text}\``, this.token, apart)
    this.note(`Nothing stands between the word of an item and its value.`, {
      code: 'SLIP010',
      fixes: [repair],
    })
    this.takeAs()
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
    if (!this.#quiet) this.gaps.push(options.span ?? this.token)
    this.note(message, options)
    this.#quiet = true
  }

  /** Believes no more of the item, of which enough was said. */
  giveUp(): void {
    if (!this.#quiet) this.gaps.push(this.token)
    this.#quiet = true
  }

  /** Reports a mistake after which it is clear how to go on. */
  note(message: string, options: ErrorOptions = {}): void {
    if (this.#quiet) return
    const { code = 'SLIP001', span = this.token, ...rest } = options
    const plain = { start: span.start, end: span.end }
    this.diagnostics.push(diagnostic(code, { path: this.path, span: plain, message, ...rest }))
  }

  /** Reports a block that is not closed, together with those inside it that end at the same place. */
  unclosed(opening: Token): void {
    const span = this.here()
    const { end } = this.previous!
    const place = { path: this.path, span: { start: opening.start, end: opening.end } }
    const related = [{ ...place, message: 'The block opened here.' }]
    const last = this.diagnostics.at(-1)
    if (last?.code !== 'SLIP003' || last !== this.#unclosed || last.span.end !== span.end) {
      const fixes = [{ title: 'Add `}`', edits: [this.edit({ start: end, end }, '\n}')] }]
      const message = `Expected \`}\`, got ${this.describe()}.`
      const before = this.diagnostics.length
      this.error(message, { code: 'SLIP003', span, related, fixes })
      this.#unclosed = this.diagnostics[before]
      return
    }
    const text = (last.fixes?.[0]?.edits[0]?.text ?? '') + '\n}'
    const fixes = [
      { title: `Add \`${text.replaceAll('\n', '')}\``, edits: [this.edit({ start: end, end }, text)] },
    ]
    this.#unclosed = { ...last, related: [...(last.related ?? []), ...related].slice(0, mostRelated), fixes }
    this.diagnostics[this.diagnostics.length - 1] = this.#unclosed
    this.#quiet = true
  }

  /** Reports a token that is written as elsewhere. */
  reportForeign(token: Token): void {
    const { message, ...rest } = foreignMistake(token, this.path, this.#table.text)
    this.note(message, { span: token, ...rest })
  }

  /** An edit of this file as a fix. */
  fix(title: string, span: Span, text: string): Fix {
    return fix(title, this.path, span, text)
  }

  edit({ start, end }: Span, text: string): TextEdit {
    return { path: this.path, span: { start, end }, text }
  }

  /** Puts a text in after the last token taken, with a blank before it. */
  insertion(text: string): Fix {
    const end = this.previous?.end ?? 0
    return this.fix(`Add \`${text.trim()}\``, { start: end, end }, text)
  }

  /** Reports a comma that is missing before the token to come. */
  noteComma(): void {
    this.note(`Expected \`,\`, got ${this.describe()}.`, { fixes: [this.insertion(',')] })
  }

  textOf({ start, end }: Span): string {
    return this.#table.text.slice(start, end)
  }

  /** Reports that something else was expected here. Takes nothing. */
  expected(what: string, options: ErrorOptions = {}): void {
    const { token } = this
    const here = !token.lineStart || token.index === this.itemStart
    const hint = options.hint ?? (here ? insteadOf(token, this.peek(), what) : undefined)
    const rest = { ...options, ...(hint !== undefined && { hint }) }
    if (token.kind === 'unknown' && here)
      return this.error(`Expected ${what}, got \`${token.text}\`, which means nothing here.`, {
        ...rest,
        code: 'SLIP004',
      })
    this.error(`Expected ${what}, got ${this.describe()}.`, { span: this.here(), ...rest })
  }

  /** Whether an error was reported since the last item began. */
  get broken(): boolean {
    return this.#quiet
  }

  /** Believes errors again. */
  settle(): void {
    this.#quiet = false
    this.#itemEnded = false
  }

  /** Where the reader looks when something is missing: the token to come, or the end of the line before it. */
  here(): Span {
    const { token, previous } = this
    if (token.kind !== 'end' && (!token.lineStart || !previous || token.index === this.itemStart))
      return token
    if (!previous) return { start: token.start, end: token.end }
    return { start: Math.max(previous.start, previous.end - 1), end: previous.end }
  }

  describe(): string {
    const { token } = this
    if (token.kind === 'end') return 'the end of the file'
    if (token.lineStart && this.previous && token.index !== this.itemStart) return 'the end of the line'
    return describeToken(token)
  }

  /** Ends an item: whatever is left of it goes into an error node, reported when nothing was before. */
  endItem(what: string, words: readonly string[] = []): void {
    this.eatSemicolon()
    if (!this.atItemEnd()) {
      const next = this.atName() && (this.peekKind() === '=' || words.includes(this.token.text))
      this.expected(what, next ? { fixes: [this.insertion(',')] } : {})
      this.skipItem()
    }
    this.settle()
  }

  /** Whether the token to come is one that means nothing in the language and reads so. */
  atText(text: string): boolean {
    return this.at('unknown') && this.#table.reads(this.#next, text)
  }

  /** Takes the `;` that ends an item in other languages. */
  eatSemicolon(): void {
    if (!this.atText(';')) return
    const next = this.peek()
    const last = next.lineStart || next.kind === '}' || next.kind === 'end'
    const repair = this.fix(last ? 'Remove `;`' : 'Change to `,`', this.token, last ? '' : ',')
    this.note('An item ends with its line, or with a comma.', { code: 'SLIP011', fixes: [repair] })
    this.open('Error')
    this.bump()
    this.close()
    // What comes after it on the line is the next item.
    this.#itemEnded = true
  }

  /** Puts what is left of the item, blocks in it included, into an error node. */
  skipItem(): void {
    this.open('Error')
    const first = this.#next
    let open = 0
    let brackets = 0
    while (!this.at('end') && !(this.#next !== first && this.atRestart())) {
      if (open === 0 && (this.at('}') || (this.#next !== first && this.lineStart))) break
      if (open === 0 && brackets === 0 && this.#next !== first && this.at(',')) break
      if (this.at('{')) open++
      else if (this.at('}')) open--
      // A comma between brackets separates no items.
      else if (this.at('(') || this.at('[')) brackets++
      else if (this.at(')') || this.at(']')) brackets = Math.max(0, brackets - 1)
      this.bump()
    }
    this.close()
  }
}

/** No more places are shown beside one message. */
const mostRelated = 5

/** With what a part of a model goes on that is not a name or a block. */
const afterModelWord: Readonly<Partial<Record<string, readonly TokenKind[]>>> = {
  test: ['string'],
  tune: ['int'],
  weight: ['int', 'float', '(', '-'],
}
/** What makes an item of another block of the word before it: a hyperparameter to tune, a monitor of a feature. */
const notAfterModelWord: ReadonlySet<string> = new Set(['in', 'of'])

/** A token as a message names it. */
export function describeToken(token: Token): string {
  if (token.kind === 'end') return 'the end of the file'
  const text = token.text.length > 40 ? token.text.slice(0, 40) + '…' : token.text
  return token.kind === 'string' || token.kind === 'quoted' ? text : `\`${text}\``
}
