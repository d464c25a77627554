/** The user's own text: a statement with its comments, as it stands in the cell, and with names replaced. */
import MagicString from 'magic-string'
import { ts } from '../slice/typescript.ts'

/** Comments above a statement; one that ends the line of the statement before belongs to that. */
export function leadingComments(node: ts.Node): string {
  const text = node.getSourceFile().text
  const ranges = ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []
  const first = ranges[0]
  return first ? text.slice(first.pos, ranges.at(-1)?.end ?? first.end) : ''
}

/** A comment on the statement's last line. @param length of the cell's own text */
export function trailingComment(node: ts.Node, length: number): string | undefined {
  const text = node.getSourceFile().text.slice(0, length)
  const [first] = ts.getTrailingCommentRanges(text, Math.min(node.end, length)) ?? []
  return first && text.slice(first.pos, first.end)
}

/** A comment's words. */
export function plainComment(comment: string): string {
  return comment
    .replace(/^\s*(\/\/+|\/\*+|\*+\/|\*)[ \t]?/gm, '')
    .replace(/\*\/\s*$/, '')
    .replace(/\s+/g, ' ')
    .trim()
}

/** Whether the author left a blank line above a statement and its comments. */
export function hasBlankLineAbove(node: ts.Node): boolean {
  const text = node.getSourceFile().text
  const first = ts.getLeadingCommentRanges(text, node.getFullStart())?.[0]?.pos ?? node.getStart()
  return /\n[ \t]*\r?\n/.test(text.slice(node.getFullStart(), first))
}

export interface StatementTextOptions {
  /** Length of the cell's own text. */
  readonly length: number
  /** New names of identifiers, by the identifier. */
  readonly renames?: ReadonlyMap<ts.Identifier, string>
  /** Texts that stand for expressions of it. */
  readonly replacements?: ReadonlyMap<ts.Expression, string>
  /** Put `export` in front. */
  readonly exported?: boolean
}

/** Statement and comments. `export` of the author's is dropped: a step exports its function. */
export function statementText(
  node: ts.Statement,
  { length, renames, replacements, exported }: StatementTextOptions,
): string {
  const file = node.getSourceFile()
  const start = node.getStart()
  const text = new MagicString(file.text.slice(start, Math.min(node.end, length)))
  const [modifier] = ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : []
  if (modifier?.kind === ts.SyntaxKind.ExportKeyword)
    text.remove(modifier.getStart() - start, modifier.end - start)
  for (const [identifier, name] of renames ?? []) {
    if (identifier.pos < node.pos || identifier.end > node.end || identifier.getSourceFile() !== file)
      continue
    const isShorthand = ts.isShorthandPropertyAssignment(identifier.parent)
    const isPattern = ts.isBindingElement(identifier.parent) && !identifier.parent.propertyName
    const replacement =
      isShorthand || (isPattern && ts.isObjectBindingPattern(identifier.parent.parent))
        ? `${identifier.text}: ${name}`
        : name
    text.overwrite(identifier.getStart() - start, identifier.end - start, replacement)
  }
  for (const [expression, replacement] of replacements ?? []) {
    if (expression.getSourceFile() !== file || expression.pos < node.pos || expression.end > node.end)
      continue
    text.overwrite(expression.getStart() - start, expression.end - start, replacement)
  }
  if (exported) text.prepend('export ')
  const comments = leadingComments(node)
  const trailing = trailingComment(node, length)
  return `${comments && `${comments}\n`}${text.toString()}${trailing ? ` ${trailing}` : ''}`
}
