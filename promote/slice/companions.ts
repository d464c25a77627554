/**
 * Statements that go along with what is kept though no value of it needs them: checks that may throw, calls that let
 * go of something (a timer that would keep the step alive), and the signatures of overloaded functions. They come
 * only where all that they look at is kept anyway, so that they never bring dead ends back.
 */
import type { Found } from './found.ts'
import type { Interpreter } from './interpreter.ts'
import type { StubName } from './names.ts'
import type { Statement } from './slice.ts'
import { bare, ts } from './typescript.ts'

/** @returns statements to be kept beside those that are */
export function companions(
  { it, needs }: Found,
  statements: readonly Statement[],
  kept: ReadonlySet<number>,
): readonly number[] {
  const isThere = (need: number) => kept.has(need) || isImport(statements[need])
  // Functions that only a check calls come with it.
  const comes = (need: number) =>
    isThere(need) || (isFunction(statements[need]) && [...needs(need)].every(isThere))
  const goesAlong = ({ index }: Statement) => [...needs(index)].every(comes)
  const throwers: Throwers = new Set(
    statements
      .filter(({ node }) => it.names.remember(node, 'throws in its body', () => throwsInBody(node)))
      .flatMap(({ declares }) => declares),
  )
  return statements
    .filter(statement => !kept.has(statement.index))
    .filter(
      statement =>
        isOverload(statement, statements, kept) ||
        ((isCheck(it, statement, throwers) || isRelease(it, statement)) && goesAlong(statement)),
    )
    .map(({ index }) => index)
}

/** Names of functions that throw. */
type Throwers = ReadonlySet<string>

function isImport(statement: Statement | undefined): boolean {
  return statement !== undefined && ts.isImportDeclaration(statement.node)
}

function isFunction(statement: Statement | undefined): boolean {
  const node = statement?.node
  if (!node || ts.isFunctionDeclaration(node)) return node !== undefined
  return ts.isVariableStatement(node) && functionsOf(node).length === node.declarationList.declarations.length
}

function functionsOf({
  declarationList,
}: ts.VariableStatement): readonly (ts.ArrowFunction | ts.FunctionExpression)[] {
  return declarationList.declarations.flatMap(({ initializer }) => {
    const value = initializer && bare(initializer)
    return value && (ts.isArrowFunction(value) || ts.isFunctionExpression(value)) ? [value] : []
  })
}

/** A signature of a function whose body is kept. */
function isOverload(
  { node, run }: Statement,
  statements: readonly Statement[],
  kept: ReadonlySet<number>,
): boolean {
  if (!ts.isFunctionDeclaration(node) || node.body) return false
  return statements.some(
    other =>
      other.run === run &&
      kept.has(other.index) &&
      ts.isFunctionDeclaration(other.node) &&
      other.node.body !== undefined &&
      other.node.name?.text === node.name?.text,
  )
}

/** A statement that may end everything: what comes after it counts on its not having done so. */
function isCheck(it: Interpreter, { node }: Statement, throwers: Throwers): boolean {
  if (ts.isDeclarationStatement(node) || ts.isVariableStatement(node)) return false
  return it.names.remember(node, 'throws', () => mayThrow(node)) || asserts(it, node, throwers)
}

/** A `throw` that is not caught within the node, nor waits in a function. */
function mayThrow(node: ts.Node): boolean {
  if (ts.isThrowStatement(node)) return true
  if (ts.isFunctionLike(node) || ts.isClassLike(node)) return false
  if (ts.isTryStatement(node) && node.catchClause)
    return mayThrow(node.catchClause) || (node.finallyBlock !== undefined && mayThrow(node.finallyBlock))
  return ts.forEachChild(node, child => mayThrow(child) || undefined) ?? false
}

/** `assert…` of Node, or a function of the notebook that throws. */
function asserts(it: Interpreter, node: ts.Statement, throwers: Throwers): boolean {
  return callsOf(it, node).some(
    ({ stub, shared }) =>
      (stub?.package === 'node' && /^assert\b/.test(stub.name)) ||
      (shared !== undefined && throwers.has(shared)),
  )
}

function throwsInBody(node: ts.Statement): boolean {
  if (ts.isFunctionDeclaration(node)) return node.body !== undefined && mayThrow(node.body)
  return ts.isVariableStatement(node) && functionsOf(node).some(({ body }) => mayThrow(body))
}

/** A call by itself that lets go of what it is given. */
function isRelease(it: Interpreter, { node }: Statement): boolean {
  return (
    ts.isExpressionStatement(node) &&
    callsOf(it, node).some(
      ({ stub }) => stub !== undefined && it.effects.find(stub.package, stub.name)?.release === true,
    )
  )
}

/** What a call names: a library's function, a variable that all cells share. */
interface Called {
  readonly stub: StubName | undefined
  readonly shared: string | undefined
}

function callsOf(it: Interpreter, node: ts.Statement): readonly Called[] {
  return it.names.remember(node, 'calls', () =>
    calls(node).map(({ expression }) => {
      const callee = bare(expression)
      const isShared = ts.isIdentifier(callee) && it.names.of(callee).kind === 'shared'
      return { stub: it.names.stubName(callee), shared: isShared ? callee.text : undefined }
    }),
  )
}

/** Calls that run with a statement, in no function of its own. */
function calls(node: ts.Node): readonly ts.CallExpression[] {
  if (ts.isFunctionLike(node) || ts.isClassLike(node)) return []
  const found: ts.CallExpression[] = ts.isCallExpression(node) ? [node] : []
  ts.forEachChild(node, child => void found.push(...calls(child)))
  return found
}
