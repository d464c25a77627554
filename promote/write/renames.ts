/**
 * A name that cells declared again holds one value after the other; in one function it needs a name for each. The
 * first keeps the author's, the next are numbered.
 */
import type { PromoteDiagnostic } from '../errors.ts'
import { isReference, type Names } from '../slice/names.ts'
import type { Statement } from '../slice/slice.ts'
import { ts } from '../slice/typescript.ts'

export interface Renames {
  readonly identifiers: ReadonlyMap<ts.Identifier, string>
  /** Author's name -> name at the end of the step. */
  readonly last: ReadonlyMap<string, string>
  /** Author's name -> name right after the statement of this index. */
  readonly nameAfter: (name: string, index: number) => string
  readonly diagnostics: readonly PromoteDiagnostic[]
}

/** @param given names that are there before the first statement: inputs */
export function renameVersions(
  statements: readonly Statement[],
  given: readonly string[],
  names: Names,
): Renames {
  const identifiers = new Map<ts.Identifier, string>()
  const last = new Map<string, string>()
  const versions: { readonly name: string; readonly index: number; readonly to: string }[] = []
  const diagnostics: PromoteDiagnostic[] = []
  const taken = new Set(statements.flatMap(s => [...s.declares, ...s.mentions]))
  for (const name of new Set(statements.flatMap(s => s.declares))) {
    const declaring = statements.filter(s => s.declares.includes(name) && !isTypeOrOverload(s.node))
    if (declaring.length + (given.includes(name) ? 1 : 0) < 2) continue
    const captured = statements.find(s => {
      const again = declaring.find(({ index, run }) => index > s.index && run !== s.run)
      if (!again || !capturesName(s.node, name, names)) return false
      return mayBeCalledAfter(s, again, { statements, names })
    })
    if (captured) diagnostics.push(ambiguous(name, captured))
    let current = name
    for (const statement of statements) {
      const next = declaring.includes(statement) && (statement !== declaring[0] || given.includes(name))
      const before = current
      if (next) {
        current = freshName(name, taken)
        taken.add(current)
        versions.push({ name, index: statement.index, to: current })
      }
      for (const [identifier, isDeclaration] of mentions(statement.node, name, names)) {
        // `const x = f(x)` takes the value before.
        const to = isDeclaration || ts.isFunctionDeclaration(statement.node) ? current : before
        if (to !== name) identifiers.set(identifier, to)
      }
    }
    last.set(name, current)
  }
  const nameAfter = (name: string, index: number) =>
    versions.findLast(version => version.name === name && version.index <= index)?.to ?? name
  return { identifiers, last, nameAfter, diagnostics }
}

function freshName(name: string, taken: ReadonlySet<string>): string {
  for (let n = 2; ; n++) if (!taken.has(`${name}${n}`)) return `${name}${n}`
}

function isTypeOrOverload(node: ts.Statement): boolean {
  return (
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    (ts.isFunctionDeclaration(node) && node.body === undefined)
  )
}

/** Identifiers that stand for a shared name, and whether they declare it. */
function mentions(
  statement: ts.Statement,
  name: string,
  names: Names,
): readonly (readonly [ts.Identifier, boolean])[] {
  const found: (readonly [ts.Identifier, boolean])[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node.text === name && isReference(node)) {
      const of = names.of(node)
      if (of.kind === 'shared') found.push([node, isDeclarationName(node)])
    }
    ts.forEachChild(node, visit)
  }
  visit(statement)
  return found
}

function isDeclarationName(node: ts.Identifier): boolean {
  const { parent } = node
  return (
    (ts.isVariableDeclaration(parent) ||
      ts.isFunctionDeclaration(parent) ||
      ts.isClassDeclaration(parent) ||
      ts.isBindingElement(parent)) &&
    parent.name === node
  )
}

/** Whether a function inside a statement sees a shared name as it is when it is called. */
function capturesName(statement: ts.Statement, name: string, names: Names): boolean {
  return mentions(statement, name, names).some(([identifier, isDeclaration]) => {
    const inside = ts.findAncestor(identifier, ts.isFunctionLike)
    return inside !== undefined && !isDeclaration && !isCalledAtOnce(inside)
  })
}

/** A callback that is an argument of a call in the statement is taken to be called there. */
function isCalledAtOnce(node: ts.SignatureDeclaration): boolean {
  return ts.isCallExpression(node.parent) || ts.isParenthesizedExpression(node.parent)
}

/**
 * Whether a function that a statement makes may be called once another has run: where something after that names it,
 * or names what calls it, or where it was handed on before.
 */
function mayBeCalledAfter(
  maker: Statement,
  after: Statement,
  { statements, names }: { readonly statements: readonly Statement[]; readonly names: Names },
): boolean {
  if (!declaresFunctions(maker.node)) return true
  const reaching = new Set(maker.declares)
  for (const statement of statements) {
    if (statement.index <= maker.index) continue
    const uses = [...reaching].flatMap(name =>
      mentions(statement.node, name, names).filter(([, isDeclaration]) => !isDeclaration),
    )
    if (uses.length > 0 && statement.index >= after.index) return true
    if (uses.some(([identifier]) => !isCallee(identifier))) return true
    const isDeferred = uses.some(([identifier]) => ts.findAncestor(identifier, ts.isFunctionLike))
    if (isDeferred && !declaresFunctions(statement.node)) return true
    for (const name of statement.declares)
      if (isDeferred) reaching.add(name)
      else reaching.delete(name)
  }
  return false
}

/** Function declarations, and constants that are functions: nothing else has them yet. */
function declaresFunctions(node: ts.Statement): boolean {
  if (ts.isFunctionDeclaration(node)) return true
  return (
    ts.isVariableStatement(node) &&
    node.declarationList.declarations.every(
      ({ name, initializer }) =>
        ts.isIdentifier(name) &&
        initializer !== undefined &&
        (ts.isArrowFunction(initializer) || ts.isFunctionExpression(initializer)),
    )
  )
}

function isCallee(node: ts.Identifier): boolean {
  return ts.isCallExpression(node.parent) && node.parent.expression === node
}

function ambiguous(name: string, { cell }: Statement): PromoteDiagnostic {
  return {
    code: 'PRO019',
    message:
      `This cell has a function that uses ${name}, and ${name} was declared again after it. ` +
      'Give the second one another name, or the function a parameter.',
    cell,
  }
}
