/** What can be said of a file without knowing the others: items that may stand once and stand there twice. */
import { type Diagnostic, diagnostic } from '../diagnostics.ts'
import { spanOf } from '../syntax/lower-expression.ts'
import {
  type NodeKind,
  type SyntaxNode,
  type SyntaxTree,
  childNodes,
  nodesOf,
  ownTokens,
} from '../syntax/tree.ts'

/** Kinds of which a block, or a declaration's head, holds one. */
const once: ReadonlySet<NodeKind> = new Set<NodeKind>([
  'FromItem',
  'DelimiterItem',
  'HeaderItem',
  'MissingItem',
  'TimeItem',
  'KnownItem',
  'ColumnsItem',
  'WhereClause',
  'ByClause',
  'OverClause',
  'DefaultItem',
  'OwnerItem',
  'TagsItem',
  'UnitItem',
  'ObserveItem',
  'FeaturesItem',
  'LabelItem',
  'WeightItem',
  'BalanceItem',
  'SplitItem',
  'PrepareItem',
  'AlgorithmItem',
  'TuneItem',
  'HealthItem',
  'UntilClause',
  'AfterClause',
  'FormatClause',
])

export function repeatedItems(tree: SyntaxTree, path: string): readonly Diagnostic[] {
  const found: Diagnostic[] = []
  for (const node of nodesOf(tree.root)) {
    if (node.kind.endsWith('Expression')) continue
    const seen = new Map<NodeKind, SyntaxNode>()
    for (const child of childNodes(node)) {
      const first = seen.get(child.kind)
      if (first && once.has(child.kind)) found.push(repeated(child, first, path))
      else seen.set(child.kind, child)
    }
  }
  return found
}

function repeated(node: SyntaxNode, first: SyntaxNode, path: string): Diagnostic {
  const word = ownTokens(node)[0]!
  return diagnostic('SLIP008', {
    path,
    span: spanOf(word),
    message: `\`${word.text}\` is already there.`,
    related: [{ path, span: spanOf(ownTokens(first)[0]!), message: 'The first one is here.' }],
  })
}
