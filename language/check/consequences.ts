/** Tells mistakes from what follows from them: of an item that could not be read, only the syntax is to blame. */
import type { Diagnostic, DiagnosticCode } from '../diagnostics.ts'
import { type NodeKind, type SyntaxNode, type SyntaxTree, childOfKind } from '../syntax/tree.ts'

/** Items whose parts are judged together. */
const whole: ReadonlySet<NodeKind> = new Set<NodeKind>(['SplitItem', 'GivenItem', 'EntityDeclaration'])

/** What checking says of items that the parser read to their end. */
export function withoutConsequences(tree: SyntaxTree, checked: readonly Diagnostic[]): readonly Diagnostic[] {
  if (tree.gaps.length === 0 || checked.length === 0) return checked
  const { root } = tree
  const given = new Set(tree.gaps.map(offset => itemAt(tree, root, offset)))
  const lost = lostNames(tree, root)
  return checked.filter(
    ({ code, span }) =>
      !given.has(itemAt(tree, root, span.start)) &&
      !(unknown.has(code) && lost.has(tree.text.slice(span.start, span.end))),
  )
}

/** What is said of names that no declaration has. */
const unknown: ReadonlySet<DiagnosticCode> = new Set<DiagnosticCode>(['SLIP101', 'SLIP103', 'SLIP104'])

/** Words of the lines on which a declaration could not be read up to its name: one of them may be it. */
function lostNames(tree: SyntaxTree, root: SyntaxNode): ReadonlySet<string> {
  const lines = tree.gaps.flatMap(offset => {
    const node = root.nodes.findLast(child => child.start <= offset && offset <= child.end)
    if (!node || childOfKind(node, 'Name')) return []
    const before = root.nodes[root.nodes.findIndex(({ index }) => index === node.index) - 1]
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
function itemAt(tree: SyntaxTree, root: SyntaxNode, offset: number): number | undefined {
  let item: number | undefined
  let node = root
  for (;;) {
    const at = node.nodes.findLastIndex(child => child.start <= offset && offset <= child.end)
    if (at < 0) return item
    const child = node.nodes[at]!
    if (node.kind === 'Block' || node.kind === 'File') item = owner(tree, node.nodes, at)
    if (whole.has(child.kind)) return child.index
    node = child
  }
}

function owner(tree: SyntaxTree, siblings: readonly SyntaxNode[], at: number): number {
  const child = siblings[at]!
  const before = siblings[at - 1]
  if (child.kind !== 'Error' || !before) return child.index
  return /[\r\n]/.test(tree.text.slice(before.end, child.start)) ? child.index : before.index
}
