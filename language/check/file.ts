/** What can be said of a file without knowing the others: items that may stand once and stand there twice. */
import { type Diagnostic, diagnostic } from '../diagnostics.ts'
import { spanOf } from '../syntax/lower-expression.ts'
import { type NodeKind, type SyntaxNode, type SyntaxTree, childNodes, ownTokens } from '../syntax/tree.ts'

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

/** Nodes with nothing inside that could stand twice; most of a tree lies in them. */
const inner: ReadonlySet<NodeKind> = new Set<NodeKind>([
  'Name',
  'Type',
  'FeatureValue',
  'FeatureItem',
  'LabelItem',
  'WeightItem',
  'OutputItem',
  'EvaluateItem',
  'RequireItem',
  'PrepareRule',
  'Hyperparameter',
  'WhereClause',
  'ImportItem',
])

export function repeatedItems(tree: SyntaxTree, path: string): readonly Diagnostic[] {
  const found: Diagnostic[] = []
  const visit = (node: SyntaxNode): void => {
    const seen = new Map<NodeKind, SyntaxNode>()
    for (const child of childNodes(node)) {
      const { kind } = child
      if (once.has(kind)) {
        const first = seen.get(kind)
        if (first) found.push(repeated(child, first, path))
        else seen.set(kind, child)
      }
      if (!inner.has(kind) && !kind.endsWith('Expression')) visit(child)
    }
  }
  visit(tree.root)
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
