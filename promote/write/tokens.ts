/** The tokens of a statement, alike however it is laid out: quotes, semicolons and last commas make no difference. */
import { ts } from '../slice/typescript.ts'

export interface Token {
  /** Equal for equal tokens. */
  readonly key: string
  /** UTF-16, half-open. */
  readonly start: number
  readonly end: number
  /** With what formatting may add or take after it: `;`, a last comma. */
  readonly fullEnd: number
}

export function tokensOf(text: string): readonly Token[] {
  const file = ts.createSourceFile('statement.ts', text, ts.ScriptTarget.ES2024, true)
  const leaves: ts.Node[] = []
  const visit = (node: ts.Node): void => {
    const children = node.getChildren(file)
    if (children.length > 0) for (const child of children) visit(child)
    else if (node.end > node.getStart(file)) leaves.push(node)
  }
  visit(file)
  const tokens: Token[] = []
  for (const [i, leaf] of leaves.entries()) {
    const last = tokens.at(-1)
    if (last && (isSemicolon(leaf) || isLastComma(leaf, leaves[i + 1])))
      tokens[tokens.length - 1] = { ...last, fullEnd: leaf.end }
    else tokens.push({ key: keyOf(leaf, file), start: leaf.getStart(file), end: leaf.end, fullEnd: leaf.end })
  }
  return tokens
}

function isSemicolon({ kind }: ts.Node): boolean {
  return kind === ts.SyntaxKind.SemicolonToken
}

function isLastComma({ kind }: ts.Node, next: ts.Node | undefined): boolean {
  return (
    kind === ts.SyntaxKind.CommaToken &&
    (next?.kind === ts.SyntaxKind.CloseBraceToken ||
      next?.kind === ts.SyntaxKind.CloseBracketToken ||
      next?.kind === ts.SyntaxKind.CloseParenToken)
  )
}

function keyOf(node: ts.Node, file: ts.SourceFile): string {
  if (ts.isStringLiteral(node)) return JSON.stringify(node.text)
  return node.getText(file)
}
