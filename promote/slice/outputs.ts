/** Which values of a notebook its pipeline gives: those asked for by name, else those marked. */
import type { OutputEdit } from '../edits.ts'
import type { PromoteDiagnostic } from '../errors.ts'
import type { Notebook } from '../notebook.ts'
import { nameNode } from './names.ts'
import { createStatementRefs } from './refs.ts'
import type { Statement } from './slice.ts'
import { ts } from './typescript.ts'

export interface OutputRequest {
  readonly name: string
  readonly variable?: string
  readonly expression?: ts.Expression
  readonly after: number
  readonly typed?: ts.Node
}

/** Nothing wanted and no problem: the slicer takes its default. */
export function chooseOutputs(
  notebook: Notebook,
  statements: readonly Statement[],
  asked?: readonly (string | OutputEdit)[],
): { readonly wanted: readonly OutputRequest[]; readonly problems: readonly PromoteDiagnostic[] } {
  const problems: PromoteDiagnostic[] = []
  const marked = notebook.cells.filter(cell => cell.output !== undefined)
  const wanted: OutputRequest[] = []
  const add = (request: OutputRequest | PromoteDiagnostic) =>
    'code' in request ? problems.push(request) : wanted.push(request)
  if (!asked || asked.length === 0) {
    for (const cell of marked) add(markedOutput(statements, cell.id, cell.output as string))
    return { wanted, problems }
  }
  for (const request of asked) {
    if (typeof request !== 'string') {
      add(editedOutput(notebook, statements, request))
      continue
    }
    const name = request
    const cell = marked.find(m => m.output === name)
    add(cell ? markedOutput(statements, cell.id, name) : namedOutput(statements, name))
  }
  return { wanted, problems }
}

/** The value of the cell's last statement that does more than show something, the last time that it ran. */
export function markedOutput(
  statements: readonly Statement[],
  cell: string,
  name: string,
): OutputRequest | PromoteDiagnostic {
  const last = statements.findLast(s => s.cell === cell)
  if (last) {
    const telling = statements.findLast(s => s.run === last.run && !isOnlyShown(s.node))
    return valueOf(statements, telling ?? last, name)
  }
  return {
    code: 'PRO018',
    message: `The cell is marked as output ${name}, but it never ran. Run it, or remove the mark.`,
    cell,
  }
}

/** `console.log(…)`, `display(…)`: a value stands before it, if anywhere. */
function isOnlyShown(node: ts.Statement): boolean {
  if (ts.isEmptyStatement(node)) return true
  if (!ts.isExpressionStatement(node)) return false
  const { expression } = node
  const call = ts.isAwaitExpression(expression) ? expression.expression : expression
  if (!ts.isCallExpression(call)) return false
  const callee = ts.isPropertyAccessExpression(call.expression) ? call.expression.expression : call.expression
  const name = callee === call.expression ? 'display' : 'console'
  return ts.isIdentifier(callee) && callee.text === name
}

/** An output that a person chose in a preview. */
function editedOutput(
  notebook: Notebook,
  statements: readonly Statement[],
  edit: OutputEdit,
): OutputRequest | PromoteDiagnostic {
  if ('variable' in edit) {
    const found = namedOutput(statements, edit.variable)
    return 'code' in found ? found : { ...found, name: edit.name ?? edit.variable }
  }
  const statement = createStatementRefs(notebook, statements).find(edit.at)
  if (!statement)
    return {
      code: 'PRO018',
      message: `The statement that gives output ${edit.name ?? 'of the pipeline'} is not there any more. Choose the outputs again.`,
      cell: edit.at.cell,
    }
  if (edit.name === undefined) return { name: '', after: statement.index, typed: statement.node }
  return valueOf(statements, statement, edit.name)
}

/** What a statement gives: the variable that it names, sets or declares, or the value of its expression. */
function valueOf(
  statements: readonly Statement[],
  { node, index, declares, cell }: Statement,
  name: string,
): OutputRequest | PromoteDiagnostic {
  if (ts.isExpressionStatement(node)) {
    const { expression } = node
    const isVariable =
      ts.isIdentifier(expression) && statements.some(s => s.declares.includes(expression.text))
    if (isVariable) return { name, variable: expression.text, after: index, typed: expression }
    if (ts.isBinaryExpression(expression) && ts.isIdentifier(expression.left) && isAssignment(expression))
      return { name, variable: expression.left.text, after: index, typed: expression.left }
    return { name, expression, after: index, typed: expression }
  }
  const variable = declares.at(-1)
  if (variable !== undefined && ts.isVariableStatement(node))
    return { name, variable, after: index, typed: nameNode(node, variable) ?? node }
  return {
    code: 'PRO018',
    message: `The cell is marked as output ${name}, but it ends in no value. End it with an expression or a variable.`,
    cell,
  }
}

function isAssignment({ operatorToken }: ts.BinaryExpression): boolean {
  return (
    operatorToken.kind >= ts.SyntaxKind.FirstAssignment && operatorToken.kind <= ts.SyntaxKind.LastAssignment
  )
}

function namedOutput(statements: readonly Statement[], name: string): OutputRequest | PromoteDiagnostic {
  const declaring = statements.findLast(s => s.declares.includes(name) && ts.isVariableStatement(s.node))
  if (declaring)
    return {
      name,
      variable: name,
      after: statements.length - 1,
      typed: nameNode(declaring.node, name) ?? declaring.node,
    }
  const known = [...new Set(statements.filter(s => ts.isVariableStatement(s.node)).flatMap(s => s.declares))]
  return {
    code: 'PRO018',
    message: `Expected the name of a marked output or of a variable, got ${name}. There are: ${known.join(', ') || 'none'}.`,
  }
}
