/** Statements and literals by where they stand: how edits name them, and previews show them. */
import type { LiteralRef, StatementRef } from '../edits.ts'
import type { Notebook } from '../notebook.ts'
import type { Statement } from './slice.ts'
import { ts } from './typescript.ts'

export interface StatementRefs {
  of(statement: Statement): StatementRef
  /** Undefined when the cell, the run or the statement is not there (any more). */
  find(ref: StatementRef): Statement | undefined
}

export function createStatementRefs(
  { runs }: Pick<Notebook, 'runs'>,
  statements: readonly Statement[],
): StatementRefs {
  const runsOfCell = new Map<string, number[]>()
  for (const [run, { cell }] of runs.entries()) runsOfCell.set(cell, [...(runsOfCell.get(cell) ?? []), run])
  const ofRun = new Map<number, Statement[]>()
  for (const statement of statements)
    ofRun.set(statement.run, [...(ofRun.get(statement.run) ?? []), statement])
  return {
    of(statement) {
      const executions = runsOfCell.get(statement.cell) ?? []
      const run = executions.indexOf(statement.run)
      const position = ofRun.get(statement.run)?.indexOf(statement) ?? 0
      const isLast = run === executions.length - 1
      return { cell: statement.cell, statement: position, ...(isLast ? {} : { run }) }
    },
    find({ cell, statement, run }) {
      const executions = runsOfCell.get(cell) ?? []
      const at = run === undefined ? executions.at(-1) : executions[run]
      return at === undefined ? undefined : ofRun.get(at)?.[statement]
    },
  }
}

/** A statement's text and where it stands in its cell; of code for a model cell what the cell says of the model. */
export function placeOf(
  { runs }: Pick<Notebook, 'runs'>,
  { node, run, declares }: Statement,
): { readonly text: string; readonly span: { readonly start: number; readonly end: number } } {
  const { models, text = '' } = runs[run] ?? {}
  const span = models
    ? models.find(({ name }) => declares.includes(name) || node.getText().includes(JSON.stringify(name)))
        ?.span
    : { start: node.getStart(), end: node.end }
  if (!span) return { text: node.getText(), span: { start: 0, end: text.length } }
  return { text: models ? text.slice(span.start, span.end) : node.getText(), span }
}

export interface Literal {
  /** The literal with its sign. */
  readonly node: ts.Expression
  readonly value: string | number | boolean
}

/** The literals of a statement that stand for a value, in the order of the text. */
export function literalsOf(statement: ts.Node): readonly Literal[] {
  const found: Literal[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isTypeNode(node) || ts.isEnumDeclaration(node)) return
    const value = isName(node) ? undefined : literalValue(node)
    if (value !== undefined) found.push({ node: node as ts.Expression, value })
    else ts.forEachChild(node, visit)
  }
  visit(statement)
  return found
}

/** The value of a literal; undefined for every other node. */
export function literalValue(node: ts.Node): string | number | boolean | undefined {
  if (ts.isNumericLiteral(node)) return Number(node.text)
  if (ts.isStringLiteralLike(node)) return node.text
  if (node.kind === ts.SyntaxKind.TrueKeyword) return true
  if (node.kind === ts.SyntaxKind.FalseKeyword) return false
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken) {
    const value = ts.isNumericLiteral(node.operand) ? literalValue(node.operand) : undefined
    return typeof value === 'number' ? -value : undefined
  }
  return undefined
}

/** Literals that name a member, tag a template or direct the parser stand for no value. */
function isName(node: ts.Node): boolean {
  const { parent } = node
  if (ts.isTaggedTemplateExpression(parent)) return parent.template === node
  if (ts.isExpressionStatement(parent)) return ts.isStringLiteral(node)
  return 'name' in parent && parent.name === node
}

/** @returns undefined when the statement has fewer literals */
export function literalAt(statement: ts.Node, { literal }: Pick<LiteralRef, 'literal'>): Literal | undefined {
  return literalsOf(statement)[literal]
}
