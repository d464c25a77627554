/** Text to tree: declarations one after the other, each reported and recovered on its own. */
import type { Diagnostic } from '../diagnostics.ts'
import { Cursor } from './cursor.ts'
import { keywords } from './keywords.ts'
import { Faults } from './faults.ts'
import { tokenize } from './lexer.ts'
import { type NodeTable, NodeView } from './nodes.ts'
import { parseEntity, parseFeature, parseSource } from './parse-declarations.ts'
import { atReversedImport, parseImport, parseReversedImport } from './parse-import.ts'
import { unknownItem } from './parse-items.ts'
import { parseModel } from './parse-model.ts'
import { type Token, type TokenTable, foreignFlag } from './tokens.ts'
import type { SyntaxNode, SyntaxTree } from './tree.ts'

/**
 * The tree of any text, broken or not, with what the syntax says about it. Never throws.
 * `path` is the file that diagnostics and fixes name.
 */
export function parse(text: string, path = ''): SyntaxTree {
  const table = tokenize(text)
  const c = new Cursor(table, path)
  c.open('File')
  while (!c.at('end')) parseDeclaration(c)
  const nodes = c.closeFile()
  if (text.includes('#')) reportComments(c, table)
  return new Tree(
    nodes,
    c.diagnostics.toSorted((a, b) => a.span.start - b.span.start),
    c.gaps.map(({ start }) => start),
  )
}

/** Comments of other languages: the tree has them as comments, the parser never sees them. */
function reportComments(c: Cursor, table: TokenTable): void {
  c.settle()
  for (let i = 0; i < table.count; i++)
    if (table.flags[i]! & foreignFlag && table.isTriviaAt(i)) c.reportForeign(table.at(i))
}

class Tree implements SyntaxTree {
  readonly diagnostics: readonly Diagnostic[]
  readonly faults: Faults
  readonly gaps: readonly number[]
  readonly #nodes: NodeTable
  #tokens: readonly Token[] | undefined

  constructor(nodes: NodeTable, diagnostics: readonly Diagnostic[], gaps: readonly number[]) {
    this.#nodes = nodes
    this.gaps = gaps
    this.diagnostics = diagnostics
    this.faults = new Faults(diagnostics)
  }

  get text(): string {
    return this.#nodes.tokens.text
  }

  get table(): TokenTable {
    return this.#nodes.tokens
  }

  // Views know the views below them: who is done with the root is done with all of them.
  get root(): SyntaxNode {
    return this.nodeOf(this.#nodes.kinds.length - 1)
  }

  get tokens(): readonly Token[] {
    return (this.#tokens ??= this.table.all())
  }

  nodeOf(index: number): SyntaxNode {
    return new NodeView(this.#nodes, index)
  }
}

const declarations: Readonly<Record<string, (c: Cursor) => void>> = {
  import: parseImport,
  source: parseSource,
  entity: parseEntity,
  feature: parseFeature,
  model: parseModel,
}

function parseDeclaration(c: Cursor): void {
  c.settle()
  const parseOne = declarationAt(c)
  if (parseOne) {
    parseOne(c)
    c.eatSemicolon()
    if (c.at('end') || (c.broken && c.atDeclaration())) return
    if (c.lineStart && (!c.broken || c.atWord('import', ...keywords.declaration))) return
    if (!c.broken) c.expected('a new line before the next declaration')
  }
  skipToDeclaration(c)
}

function declarationAt(c: Cursor): ((c: Cursor) => void) | undefined {
  skipModifier(c)
  if (c.atWord('import', ...keywords.declaration)) return declarations[c.token.text]
  if (atReversedImport(c)) return parseReversedImport
  const named = c.peek()
  const names = !named.lineStart && (named.kind === 'name' || named.kind === 'quoted')
  const word = unknownItem(c, Object.keys(declarations), 'a declaration', names)
  return word === undefined ? undefined : declarations[word]
}

/** Takes the word that other languages write before a declaration that others may use. */
function skipModifier(c: Cursor): void {
  const next = c.peek()
  const name = c.peek(2)
  const declares =
    keywords.declaration.some(word => word === next.text) &&
    !next.lineStart &&
    (name.kind === 'name' || name.kind === 'quoted') &&
    !name.lineStart
  if (!declares || !c.at('name') || !modifiers.has(c.token.text)) return
  const { token } = c
  c.note(`Nothing stands before \`${next.text}\`.`, {
    code: 'SLIP011',
    hint: 'Other files import what they use.',
    fixes: [c.fix(`Remove \`${token.text}\``, { start: token.start, end: next.start }, '')],
  })
  c.open('Error')
  c.takeAs()
  c.close()
}

const modifiers: ReadonlySet<string> = new Set([
  'export',
  'public',
  'pub',
  'declare',
  'const',
  'let',
  'def',
  'class',
  'define',
  'create',
])

/** Everything up to the next declaration goes into an error node. */
function skipToDeclaration(c: Cursor): void {
  c.open('Error')
  const first = c.index
  let depth = 0
  while (!c.at('end') && !(c.index !== first && c.atDeclaration())) {
    // A second mistake after a skipped block deserves its own diagnostic.
    if (depth === 0 && c.index !== first && c.token.lineStart && !c.at('}')) break
    if (c.at('{')) depth++
    if (c.at('}')) depth--
    c.bump()
  }
  c.close()
}
