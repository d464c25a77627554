/**
 * The lossless syntax tree: every token of the text, trivia included, hangs in it exactly once and in order.
 * Trivia lies between nodes, never at the edge of one (the file apart), so that spans underline what they mean.
 */
import type { Diagnostic } from '../diagnostics.ts'
import { type Span, type Token, isTrivia } from './tokens.ts'

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
  readonly children: readonly SyntaxElement[]
  readonly parent: SyntaxNode | undefined
  /** Levels of nodes below and with this one. */
  readonly height: number
}

export type SyntaxElement = SyntaxNode | Token

export interface SyntaxTree {
  readonly text: string
  readonly root: SyntaxNode
  /** All tokens of the text; the last is of kind `end` and not in the tree. */
  readonly tokens: readonly Token[]
  /** What the syntax alone says. */
  readonly diagnostics: readonly Diagnostic[]
}

export function isNode(element: SyntaxElement): element is SyntaxNode {
  return 'children' in element
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
  const visit = (child: SyntaxElement): void => {
    if (!isNode(child)) return
    found.push(child)
    child.children.forEach(visit)
  }
  visit(node)
  return found
}

export function childNodes(node: SyntaxNode): readonly SyntaxNode[] {
  return node.children.filter(isNode)
}

export function childOfKind(
  node: SyntaxNode | undefined,
  ...kinds: readonly NodeKind[]
): SyntaxNode | undefined {
  return node?.children.find((child): child is SyntaxNode => isNode(child) && kinds.includes(child.kind))
}

export function childrenOfKind(node: SyntaxNode | undefined, kind: NodeKind): readonly SyntaxNode[] {
  return node?.children.filter((child): child is SyntaxNode => isNode(child) && child.kind === kind) ?? []
}

/** The tokens that are children of the node itself, trivia left out. */
export function ownTokens(node: SyntaxNode): readonly Token[] {
  return node.children.filter((child): child is Token => !isNode(child) && !isTrivia(child.kind))
}

/** The first token of a node that is no trivia. */
export function firstToken(node: SyntaxNode): Token | undefined {
  for (const child of node.children) {
    const found = isNode(child) ? firstToken(child) : isTrivia(child.kind) ? undefined : child
    if (found) return found
  }
  return undefined
}

/** The token that holds the offset; at a border the one that ends there, when that one is a word or a literal. */
export function tokenAt(tree: SyntaxTree, offset: number): Token | undefined {
  const after = tokenFrom(tree.tokens, offset)
  const before = after && tree.tokens[after.index - 1]
  if (before && before.end === offset && touches(before)) return before
  return after
}

function touches(token: Token): boolean {
  return ['name', 'quoted', 'int', 'float', 'string', 'date'].includes(token.kind)
}

function tokenFrom(tokens: readonly Token[], offset: number): Token | undefined {
  let low = 0
  let high = tokens.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (tokens[middle]!.end <= offset) low = middle + 1
    else high = middle
  }
  return tokens[low]
}

/** The innermost node whose span holds the offset, its borders included. */
export function nodeAt(tree: SyntaxTree, offset: number): SyntaxNode {
  let node = tree.root
  for (;;) {
    const inner = childNodes(node).findLast(child => child.start <= offset && offset <= child.end)
    if (!inner) return node
    node = inner
  }
}

/** The lines of `///` directly above a node, without their slashes; undefined when there are none. */
export function docOf(tree: SyntaxTree, node: SyntaxNode): string | undefined {
  const first = firstToken(node)
  const lines: string[] = []
  for (let i = (first?.index ?? 0) - 1; i >= 0; i--) {
    const token = tree.tokens[i]!
    if (token.kind === 'doc') lines.unshift(token.text.slice(3).trim())
    else if (!isTrivia(token.kind) || token.kind === 'comment') break
  }
  return lines.length > 0 ? lines.join('\n') : undefined
}
