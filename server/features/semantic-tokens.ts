/**
 * Colours that need more than letters: what each name stands for, and which words are words of the language here.
 * One pass over the tokens of the file beside one over the names that analysis knows. Editors without a grammar of
 * ours are told of texts, numbers and comments too.
 */
import type {
  Range,
  SemanticTokens,
  SemanticTokensDelta,
  SemanticTokensLegend,
} from 'vscode-languageserver/node'
import type { NodeKind, Occurrence, Span, SymbolKind, SyntaxNode, Token } from '../../language/index.ts'
import { isNode } from '../../language/index.ts'
import type { Client } from '../core/client.ts'
import type { FileContext } from '../core/context.ts'

/** The protocol's own types, so that every theme has a colour for them. */
const symbolTypes: Readonly<Record<SymbolKind, string>> = {
  source: 'namespace',
  entity: 'type',
  feature: 'method',
  model: 'class',
  column: 'property',
  modelFeature: 'variable',
  label: 'variable',
  output: 'variable',
  function: 'function',
  aggregate: 'function',
  algorithm: 'class',
  hyperparameter: 'parameter',
  metric: 'enumMember',
  monitor: 'enumMember',
  row: 'variable',
}

const otherTypes = ['keyword', 'string', 'number', 'comment', 'operator', 'typeParameter'] as const
type OtherType = (typeof otherTypes)[number]

const modifiers = [
  'declaration',
  'definition',
  'readonly',
  'deprecated',
  'documentation',
  'defaultLibrary',
] as const
type Modifier = (typeof modifiers)[number]

export const legend: SemanticTokensLegend = {
  tokenTypes: [...new Set([...Object.values(symbolTypes), ...otherTypes])],
  tokenModifiers: [...modifiers],
}

/** Names that come with the language. */
const builtIn: ReadonlySet<SymbolKind> = new Set([
  'function',
  'aggregate',
  'algorithm',
  'hyperparameter',
  'metric',
  'monitor',
])

interface Coloured extends Span {
  readonly type: string
  readonly modifiers: readonly Modifier[]
}

/** What was given last, by document: the next request may want only what is different. */
interface Given {
  readonly id: string
  readonly data: number[]
}

export class SemanticTokensProvider {
  readonly #client: () => Client
  readonly #given = new Map<string, Given>()
  #next = 1

  constructor(client: () => Client) {
    this.#client = client
  }

  full(file: FileContext): SemanticTokens {
    const given = { id: String(this.#next++), data: encode(file, coloured(file, this.#client())) }
    this.#given.set(file.document.uri, given)
    if (this.#given.size > maxGiven) this.#given.delete(this.#given.keys().next().value!)
    return { resultId: given.id, data: given.data }
  }

  /** Everything, when the editor's last result is not the one that was given last. */
  delta(file: FileContext, previous: string): SemanticTokens | SemanticTokensDelta {
    const before = this.#given.get(file.document.uri)
    const { resultId, data } = this.full(file)
    if (before?.id !== previous) return { ...(resultId !== undefined && { resultId }), data }
    return { ...(resultId !== undefined && { resultId }), edits: difference(before.data, data) }
  }

  range(file: FileContext, range: Range): SemanticTokens {
    const span = { start: file.document.offsetAt(range.start), end: file.document.offsetAt(range.end) }
    return { data: encode(file, coloured(file, this.#client(), span)) }
  }
}

/** Results of so many documents are kept for differences. */
const maxGiven = 100

/** One edit: what is between the equal beginning and the equal end. */
function difference(before: readonly number[], after: readonly number[]): SemanticTokensDelta['edits'] {
  const shorter = Math.min(before.length, after.length)
  let start = 0
  while (start < shorter && before[start] === after[start]) start++
  let same = 0
  while (same < shorter - start && before[before.length - 1 - same] === after[after.length - 1 - same]) same++
  const deleteCount = before.length - start - same
  const data = after.slice(start, after.length - same)
  return deleteCount === 0 && data.length === 0 ? [] : [{ start, deleteCount, data }]
}

/** As the protocol has it: five numbers per token, its place relative to the token before. */
function encode({ document }: FileContext, tokens: Iterable<Coloured>): number[] {
  const data: number[] = []
  let [line, character] = [0, 0]
  for (const { start, end, type, modifiers: has } of tokens) {
    const from = document.positionAt(start)
    const length = document.positionAt(end).character - from.character
    if (length <= 0) continue
    const column = from.line === line ? from.character - character : from.character
    const bits = has.reduce((sum, modifier) => sum | (1 << modifiers.indexOf(modifier)), 0)
    data.push(from.line - line, column, length, legend.tokenTypes.indexOf(type), bits)
    ;({ line, character } = from)
  }
  return data
}

/** In the order of the text, none over another. */
function* coloured(file: FileContext, { hasGrammar }: Client, within?: Span): Generator<Coloured> {
  const names = new Map<number, Occurrence>()
  // Where a name is both use and definition (a bare column), it has the colour of what it is used for.
  for (const found of file.workspace.occurrences(file.path))
    if (!names.has(found.span.start) || !found.definition) names.set(found.span.start, found)
  const roles = rolesOf(file.tree.root, within)
  const deprecated = deprecatedPlaces(file)
  for (const token of file.tree.tokens) {
    if (within && token.end <= within.start) continue
    if (within && token.start >= within.end) return
    const found = names.get(token.start)
    if (found) yield* ofName(token, found, deprecated)
    else {
      const type = roles.get(token.index) ?? (hasGrammar ? undefined : ofText(token))
      if (type) yield { start: token.start, end: token.end, type, modifiers: extras(token, type) }
    }
  }
}

function* ofName(
  token: Token,
  { symbol, definition }: Occurrence,
  deprecated: ReadonlySet<number>,
): Generator<Coloured> {
  const has: Modifier[] = []
  if (definition) has.push('declaration')
  if (definition && symbol.kind !== 'column') has.push('definition')
  if (builtIn.has(symbol.kind)) has.push('defaultLibrary')
  if (deprecated.has(token.start)) has.push('deprecated')
  yield { start: token.start, end: token.end, type: symbolTypes[symbol.kind], modifiers: has }
}

/** Where a version is named that the catalog holds for deprecated: its name, its `@` and its number. */
function deprecatedPlaces({ workspace, path, tree }: FileContext): ReadonlySet<number> {
  const found = new Set<number>()
  for (const { code, span } of workspace.diagnostics(path)) {
    if (code !== 'SLIP403') continue
    for (const token of tree.tokens)
      if (span.start <= token.start && token.end <= span.end) found.add(token.start)
  }
  return found
}

const extras = (token: Token, type: string): readonly Modifier[] =>
  token.kind === 'doc' ? ['documentation'] : type === 'type' || type === 'function' ? ['defaultLibrary'] : []

/** Of tokens that mean the same wherever they stand. */
function ofText({ kind }: Token): OtherType | undefined {
  switch (kind) {
    case 'comment':
    case 'doc':
      return 'comment'
    case 'string':
      return 'string'
    case 'int':
    case 'float':
    case 'date':
      return 'number'
    default:
      return undefined
  }
}

/** Nodes whose own words are names that somebody gave, not words of the language. */
const namesOnly: ReadonlySet<string> = new Set(['Name', 'NameExpression', 'ColumnExpression', 'Tag', 'Error'])

/** What words of the language, types and units are, by token. */
function rolesOf(root: SyntaxNode, within: Span | undefined): ReadonlyMap<number, string> {
  const roles = new Map<number, string>()
  const stack: SyntaxNode[] = [root]
  for (let node = stack.pop(); node; node = stack.pop()) {
    for (const child of node.children) {
      if (within && (child.end <= within.start || child.start >= within.end)) continue
      if (isNode(child)) stack.push(child)
      else {
        const role = roleIn(node, child)
        if (role) roles.set(child.index, role)
      }
    }
  }
  return roles
}

function roleIn({ kind, parent }: SyntaxNode, token: Token): string | undefined {
  if (token.kind === 'string') return kind === 'UnitItem' ? 'typeParameter' : undefined
  if (token.kind === '@') return kind === 'Pin' ? 'operator' : undefined
  if (token.kind !== 'name') return undefined
  if (kind === 'Type') return 'type'
  if (kind === 'Name' || kind === 'NameExpression') return parent && wordIn(parent.kind, token.text)
  return namesOnly.has(kind) ? undefined : 'keyword'
}

/** Words of the language that stand where names stand; other names that analysis knows nothing of are left alone. */
function wordIn(parent: NodeKind, word: string): string | undefined {
  switch (parent) {
    case 'FromItem':
    case 'SearchClause':
    case 'Hyperparameter':
      return 'enumMember'
    case 'SplitPart':
    case 'OnClause':
      return 'keyword'
    case 'PrepareRule':
      return preparable.has(word) ? 'keyword' : undefined
    case 'RandomEffect':
      return word === 'intercept' ? 'keyword' : undefined
    case 'CallExpression':
      return word === 'probability' || word === 'prediction' ? 'function' : undefined
    default:
      return undefined
  }
}

const preparable: ReadonlySet<string> = new Set(['numeric', 'category', 'vector'])
