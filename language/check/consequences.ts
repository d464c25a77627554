/** Tells mistakes from what follows from them: of an item that could not be read, only the syntax is to blame. */
import type { Diagnostic, DiagnosticCode } from '../diagnostics.ts'
import { type NodeKind, type SyntaxNode, type SyntaxTree, childOfKind } from '../syntax/tree.ts'

/** Items whose parts are judged together. */
const whole: ReadonlySet<NodeKind> = new Set<NodeKind>(['SplitItem', 'GivenItem', 'EntityDeclaration'])

/** What checking says of items that the parser read to their end. */
export function withoutConsequences(tree: SyntaxTree, checked: readonly Diagnostic[]): readonly Diagnostic[] {
  if (tree.gaps.length === 0 || checked.length === 0) return checked
  const declarations = tree.root.nodes
  const given = new Set(tree.gaps.map(offset => itemAt(tree, declarations, offset)))
  const lost = lostNames(tree, declarations)
  return checked.filter(
    ({ code, span }) =>
      !given.has(itemAt(tree, declarations, span.start)) &&
      !(unknown.has(code) && lost.has(tree.text.slice(span.start, span.end))),
  )
}

/** What is said of names that no declaration has. */
const unknown: ReadonlySet<DiagnosticCode> = new Set<DiagnosticCode>(['SLIP101', 'SLIP103', 'SLIP104'])

/** Words of the lines on which a declaration could not be read up to its name: one of them may be it. */
function lostNames(tree: SyntaxTree, declarations: readonly SyntaxNode[]): ReadonlySet<string> {
  const lines = tree.gaps.flatMap(offset => {
    const at = indexAt(declarations, offset)
    const node = declarations[at]
    if (!node || childOfKind(node, 'Name')) return []
    const before = declarations[at - 1]
    const line = lineAt(tree.text, offset)
    // What follows a name on its line took nothing from it.
    return before && before.end > line.start && childOfKind(before, 'Name') ? [] : [line.text]
  })
  return new Set(lines.flatMap(line => line.match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? []))
}

function lineAt(text: string, offset: number): { readonly start: number; readonly text: string } {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  const end = text.indexOf('\n', offset)
  return { start, text: text.slice(start, end < 0 ? text.length : end) }
}

/** The index of the innermost item or declaration at the offset; what could not be read belongs to the item before it. */
function itemAt(tree: SyntaxTree, declarations: readonly SyntaxNode[], offset: number): number | undefined {
  let item: number | undefined
  let kind: NodeKind = 'File'
  let nodes = declarations
  for (;;) {
    const at = indexAt(nodes, offset)
    const child = nodes[at]
    if (!child) return item
    if (kind === 'Block' || kind === 'File') item = owner(tree, nodes, at)
    if (whole.has(child.kind)) return child.index
    kind = child.kind
    nodes = child.nodes
  }
}

/** Which of the nodes, which stand in the order of the text, holds the offset; -1 for none. Of two that meet, the later. */
function indexAt(nodes: readonly SyntaxNode[], offset: number): number {
  let low = 0
  let high = nodes.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (nodes[middle]!.start <= offset) low = middle + 1
    else high = middle
  }
  return low > 0 && offset <= nodes[low - 1]!.end ? low - 1 : -1
}

function owner(tree: SyntaxTree, siblings: readonly SyntaxNode[], at: number): number {
  const child = siblings[at]!
  const before = siblings[at - 1]
  if (child.kind !== 'Error' || !before) return child.index
  return /[\r\n]/.test(tree.text.slice(before.end, child.start)) ? child.index : before.index
}
