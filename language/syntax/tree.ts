/**
 * The lossless syntax tree: every token of the text, trivia included, hangs in it exactly once and in order.
 * Trivia lies between nodes, never at the edge of one (the file apart), so that spans underline what they mean.
 */
import type { Diagnostic } from '../diagnostics.ts'
import type { Faults } from './faults.ts'
import type { NodeView } from './nodes.ts'
import type { Span, Token, TokenTable } from './tokens.ts'

export type NodeKind =
  | 'File'
  /** Tokens that fit nowhere. */
  | 'Error'
  /** `{ … }` with its items. */
  | 'Block'
  | 'ImportItem' | 'ImportedName'
  | 'SourceDeclaration' | 'FromItem' | 'TableClause' | 'EnvClause' | 'DelimiterItem' | 'HeaderItem' | 'MissingItem'
  | 'TimeItem' | 'KnownItem' | 'ColumnsItem' | 'ColumnDefinition'
  | 'EntityDeclaration' | 'KeyDefinition'
  /** What a feature is: an aggregate of a window, or an expression over other features. */
  | 'FeatureDeclaration' | 'FeatureValue' | 'WhereClause' | 'ByClause' | 'OverClause' | 'Duration'
  | 'DefaultItem' | 'OwnerItem' | 'TagsItem' | 'Tag' | 'UnitItem' | 'FormatClause'
  | 'ModelDeclaration' | 'ObserveItem' | 'FeaturesItem' | 'FeatureItem' | 'LabelItem' | 'WeightItem' | 'BalanceItem'
  | 'SplitItem' | 'SplitKey' | 'SeedClause' | 'SplitPart' | 'UntilClause' | 'AfterClause' | 'FoldsClause'
  | 'PrepareItem' | 'PrepareRule' | 'PrepareStep'
  | 'AlgorithmItem' | 'Hyperparameter' | 'RandomEffect'
  | 'TuneItem' | 'TrialsClause' | 'SearchClause' | 'Objective' | 'TuneDimension' | 'Scale' | 'Range'
  | 'EvaluateItem' | 'Metric' | 'Cutoff' | 'PerClause' | 'RequireItem' | 'Requirement' | 'OnClause'
  | 'OutputItem' | 'Rank' | 'TopClause'
  | 'TestItem' | 'GivenItem' | 'GivenValue' | 'ExpectItem'
  | 'HealthItem' | 'HealthRule' | 'OfClause'
  | 'Name' | 'Type' | 'Pin' | 'Arguments' | 'List'
  | 'LiteralExpression' | 'NameExpression' | 'ColumnExpression' | 'CallExpression'
  | 'ParenthesizedExpression' | 'UnaryExpression' | 'BinaryExpression' // prettier-ignore

export interface SyntaxNode extends Span {
  readonly kind: NodeKind
  /** Position among all nodes of the file, each after those under it. Two views of a node have one index. */
  readonly index: number
  readonly children: readonly SyntaxElement[]
  readonly parent: SyntaxNode | undefined
  /** The children that are nodes. */
  readonly nodes: readonly SyntaxNode[]
  /** The children that are tokens, trivia left out. */
  readonly ownTokens: readonly Token[]
}

export type SyntaxElement = SyntaxNode | Token

export interface SyntaxTree {
  readonly text: string
  /** Made anew each time. */
  readonly root: SyntaxNode
  /** A view of a node by its index, made anew each time. */
  nodeOf(index: number): SyntaxNode
  /** The tokens by index, made when asked for one. */
  readonly table: TokenTable
  /** All tokens of the text; the last is of kind `end` and not in the tree. */
  readonly tokens: readonly Token[]
  /** What the syntax alone says. */
  readonly diagnostics: readonly Diagnostic[]
  /** The same by place. */
  readonly faults: Faults
  /** Where the parser gave items up: offsets of what it could not read on from. */
  readonly gaps: readonly number[]
}

export function isNode(element: SyntaxElement): element is SyntaxNode {
  return 'nodes' in element
}

/** The text of the tree's tokens: the very text that was parsed. */
export function printTree(tree: SyntaxTree): string {
  return tokensOf(tree.root)
    .map(token => token.text)
    .join('')
}

/** The tokens under a node in order, trivia included. */
export function tokensOf(node: SyntaxNode): readonly Token[] {
  const found: Token[] = []
  const visit = (child: SyntaxElement): void => {
    if (isNode(child)) child.children.forEach(visit)
    else found.push(child)
  }
  visit(node)
  return found
}

/** The node and all nodes under it, each before those under it. */
export function nodesOf(node: SyntaxNode): readonly SyntaxNode[] {
  const found: SyntaxNode[] = []
  const visit = (child: SyntaxNode): void => {
    found.push(child)
    child.nodes.forEach(visit)
  }
  visit(node)
  return found
}

export function childNodes(node: SyntaxNode): readonly SyntaxNode[] {
  return node.nodes
}

export function childOfKind(node: SyntaxNode | undefined, kind: NodeKind): SyntaxNode | undefined {
  if (node) for (const child of node.nodes) if (child.kind === kind) return child
  return undefined
}

export function childrenOfKind(node: SyntaxNode | undefined, kind: NodeKind): readonly SyntaxNode[] {
  return node?.nodes.filter(child => child.kind === kind) ?? []
}

/** The tokens that are children of the node itself, trivia left out. */
export function ownTokens(node: SyntaxNode): readonly Token[] {
  return node.ownTokens
}

/** The first token of a node that is no trivia. */
export function firstToken(node: SyntaxNode): Token | undefined {
  const { table, index } = node as NodeView
  const first = table.tokens.skipTrivia(table.firsts[index]!)
  return first < table.ends[index]! ? table.tokens.at(first) : undefined
}

/** The token that holds the offset; at a border the one that ends there, when that one is a word or a literal. */
export function tokenAt({ table }: SyntaxTree, offset: number): Token | undefined {
  const after = tokenFrom(table, offset)
  const before = after - 1
  if (before >= 0 && table.endOf(before) === offset && touches.has(table.kindAt(before)))
    return table.at(before)
  return table.at(after)
}

const touches: ReadonlySet<string> = new Set(['name', 'quoted', 'int', 'float', 'string', 'date'])

function tokenFrom(table: TokenTable, offset: number): number {
  let low = 0
  let high = table.count - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (table.endOf(middle) <= offset) low = middle + 1
    else high = middle
  }
  return low
}

/** The innermost node whose span holds the offset, its borders included. */
export function nodeAt(tree: SyntaxTree, offset: number): SyntaxNode {
  let node = tree.root
  for (;;) {
    const inner = node.nodes.findLast(child => child.start <= offset && offset <= child.end)
    if (!inner) return node
    node = inner
  }
}

/** The lines of `///` directly above a node, without their slashes; undefined when there are none. */
export function docOf({ table }: SyntaxTree, node: SyntaxNode): string | undefined {
  const lines: string[] = []
  for (let i = tokenFrom(table, node.start) - 1; i >= 0 && table.isTriviaAt(i); i--) {
    const kind = table.kindAt(i)
    if (kind === 'doc') lines.unshift(table.textAt(i).slice(3).trim())
    else if (kind === 'comment') break
  }
  return lines.length > 0 ? lines.join('\n') : undefined
}
