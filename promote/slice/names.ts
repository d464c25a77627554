/**
 * What a name in a cell stands for: a variable that all cells share, a variable inside a function or block, a thing
 * of the language or of Node, or nothing known. And the name under which effect stubs know a function.
 */
import { remember } from './session.ts'
import { declaredNames } from './declared.ts'
import type { NotebookProgram } from './program.ts'
import { ts } from './typescript.ts'

export type Name =
  | {
      readonly kind: 'shared'
      readonly name: string
      /** What it is imported as, when it comes from a module of the author's: that may be given other values there. */
      readonly live?: ts.Node
    }
  | { readonly kind: 'local'; readonly declaration: ts.Node }
  | { readonly kind: 'library'; readonly package: string; readonly name: string }
  | { readonly kind: 'unknown'; readonly name: string }

export interface Names {
  readonly of: (identifier: ts.Identifier) => Name
  /** Package and `Class.method` or `function` of what is called, when its declaration is seen. */
  readonly stubName: (callee: ts.Expression) => StubName | undefined
  /** Package and name of a value's class. */
  readonly className: (node: ts.Expression) => StubName | undefined
  readonly isPrimitive: (node: ts.Expression) => boolean
  /** What has been found out of a node with these, kept as long as they would answer the same. */
  readonly remember: <T>(node: ts.Node, question: string, answer: () => T) => T
}

export interface StubName {
  readonly package: string
  readonly name: string
}

export function createNames(notebook: NotebookProgram): Names {
  const { checker, session } = notebook
  const ask = <T>(node: ts.Node, question: string, answer: () => T) =>
    remember(session, { node, question }, answer)

  function find(identifier: ts.Identifier): Name {
    const symbol = symbolOf(identifier)
    const declaration = symbol?.declarations?.[0]
    const unknown: Name = { kind: 'unknown', name: identifier.text }
    if (!declaration) return unknown
    const run = notebook.runOf(declaration)
    if (run !== undefined) {
      const isLink = declaration.getStart() >= (notebook.runs[run]?.length ?? 0)
      if (!isLink && !isShared(declaration)) return { kind: 'local', declaration }
      const live = importedDeclaration(symbol)
      return { kind: 'shared', name: identifier.text, ...(live ? { live } : {}) }
    }
    if (notebook.moduleOf(declaration))
      return { kind: 'local', declaration: importedDeclaration(symbol) ?? declaration }
    const owner = notebook.packageOf(declaration)
    return owner === undefined ? unknown : { kind: 'library', package: owner, name: identifier.text }
  }

  /** Where a name that is imported from a local module is declared. */
  function importedDeclaration(symbol: ts.Symbol | undefined): ts.Node | undefined {
    if (!symbol || notebook.modules.size === 0 || (symbol.flags & ts.SymbolFlags.Alias) === 0)
      return undefined
    const [declaration] = checker.getAliasedSymbol(symbol).declarations ?? []
    const isMember = declaration && !ts.isSourceFile(declaration) && notebook.moduleOf(declaration)
    return isMember ? declaration : undefined
  }

  function symbolOf(identifier: ts.Identifier): ts.Symbol | undefined {
    const { parent } = identifier
    if (parent && ts.isShorthandPropertyAssignment(parent) && parent.name === identifier)
      return checker.getShorthandAssignmentValueSymbol(parent)
    return checker.getSymbolAtLocation(identifier)
  }

  function stubNameOf(symbol: ts.Symbol | undefined): StubName | undefined {
    if (!symbol) return undefined
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
    const declaration = target.declarations?.[0]
    if (!declaration || notebook.runOf(declaration) !== undefined || notebook.moduleOf(declaration))
      return undefined
    const owner = notebook.packageOf(declaration)
    if (owner === undefined) return undefined
    const container = containerName(declaration)
    return { package: owner, name: container ? `${container}.${target.name}` : target.name }
  }

  return {
    remember: ask,
    of: identifier => ask(identifier, 'name', () => find(identifier)),
    stubName(callee) {
      const name = ts.isPropertyAccessExpression(callee) ? callee.name : callee
      return ts.isIdentifier(name) ? ask(name, 'stub', () => stubNameOf(symbolOf(name))) : undefined
    },
    className: node => ask(node, 'class', () => classNameOf(node)),
    isPrimitive: node => ask(node, 'primitive', () => isSurelyPrimitive(node)),
  }

  /** Types of properties are narrowed by what was assigned, also where a call in between changed it again. */
  function isSurelyPrimitive(node: ts.Expression): boolean {
    if (!isPrimitiveType(checker.getTypeAtLocation(node))) return false
    const symbol = ts.isPropertyAccessExpression(node) && checker.getSymbolAtLocation(node)
    return !symbol || isPrimitiveType(checker.getTypeOfSymbol(symbol))
  }

  function classNameOf(node: ts.Expression): StubName | undefined {
    const type = checker.getNonNullableType(checker.getTypeAtLocation(node))
    const awaited = checker.getAwaitedType(type) ?? type
    const symbol = awaited.getSymbol()
    const declaration = symbol?.declarations?.[0]
    if (!symbol || !declaration) return undefined
    const owner = notebook.runOf(declaration) === undefined ? notebook.packageOf(declaration) : undefined
    const name = symbol.name === 'default' ? declaredName(declaration) : symbol.name
    return owner === undefined ? undefined : { package: owner, name }
  }
}

const primitiveFlags =
  ts.TypeFlags.StringLike |
  ts.TypeFlags.NumberLike |
  ts.TypeFlags.BigIntLike |
  ts.TypeFlags.BooleanLike |
  ts.TypeFlags.ESSymbolLike |
  ts.TypeFlags.VoidLike |
  ts.TypeFlags.Null |
  ts.TypeFlags.Never

/** Types of nothing alone promise nothing: functions that give something may be taken for such that do not. */
const nothingFlags = ts.TypeFlags.VoidLike | ts.TypeFlags.Null | ts.TypeFlags.Never

function isPrimitiveType(type: ts.Type): boolean {
  if (type.isUnion())
    return type.types.every(part => (part.flags & primitiveFlags) !== 0 || isPrimitiveType(part))
  return (type.flags & primitiveFlags & ~nothingFlags) !== 0
}

/** Whether a declaration in a cell is one of the names that cells share. */
function isShared(declaration: ts.Node): boolean {
  if (ts.isParameter(declaration) || ts.isTypeParameterDeclaration(declaration)) return false
  if (ts.isFunctionExpression(declaration) || ts.isClassExpression(declaration)) return false
  const isVar = isFunctionScoped(declaration)
  for (let node = declaration.parent; node; node = node.parent) {
    if (ts.isSourceFile(node)) return true
    if (ts.isFunctionLike(node) || ts.isClassStaticBlockDeclaration(node) || ts.isClassLike(node))
      return false
    if (!isVar && isBlockScope(node)) return false
  }
  return false
}

function isFunctionScoped(declaration: ts.Node): boolean {
  let node = declaration
  while (ts.isBindingElement(node) || ts.isBindingName(node)) node = node.parent
  if (!ts.isVariableDeclaration(node)) return false
  return ts.isVariableDeclarationList(node.parent) && (node.parent.flags & ts.NodeFlags.BlockScoped) === 0
}

function isBlockScope(node: ts.Node): boolean {
  return (
    ts.isBlock(node) ||
    ts.isCaseBlock(node) ||
    ts.isCatchClause(node) ||
    ts.isForStatement(node) ||
    ts.isForInStatement(node) ||
    ts.isForOfStatement(node) ||
    ts.isModuleBlock(node)
  )
}

/** The class, interface or module that a declaration of a library stands in. */
function containerName(declaration: ts.Declaration): string | undefined {
  for (let node = declaration.parent; node; node = node.parent) {
    if (ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node)) return node.name?.text
    if (ts.isTypeAliasDeclaration(node) || ts.isVariableDeclaration(node)) return node.name.getText()
    if (ts.isModuleDeclaration(node)) {
      const name = node.name.text.replace(/^node:/, '')
      return name === 'global' ? undefined : name
    }
  }
  return undefined
}

function declaredName(declaration: ts.Declaration): string {
  const { name } = declaration as { name?: ts.Node }
  return name && ts.isIdentifier(name) ? name.text : 'default'
}

/** Names that all cells share and that a statement mentions, types and inner functions included. */
export function sharedNames(statement: ts.Statement, names: Names): ReadonlySet<string> {
  return names.remember(statement, 'shared names', () => findSharedNames(statement, names))
}

function findSharedNames(statement: ts.Statement, names: Names): ReadonlySet<string> {
  const found = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && isReference(node)) {
      const name = names.of(node)
      if (name.kind === 'shared') found.add(name.name)
    }
    ts.forEachChild(node, visit)
  }
  if (!ts.isImportDeclaration(statement)) visit(statement)
  const own = new Set(declaredNames(statement))
  return new Set([...found].filter(name => !own.has(name)))
}

/** Identifiers that are neither property names nor labels. */
export function isReference(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node
  if (ts.isQualifiedName(parent)) return parent.left === node
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node
  if (ts.isBindingElement(parent)) return parent.propertyName !== node
  if (ts.isMethodDeclaration(parent) || ts.isPropertyDeclaration(parent) || ts.isAccessor(parent))
    return parent.name !== node
  if (ts.isPropertySignature(parent) || ts.isMethodSignature(parent) || ts.isEnumMember(parent))
    return parent.name !== node
  if (ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent)) return false
  if (ts.isParameter(parent) && parent.parent.kind === ts.SyntaxKind.FunctionType) return parent.name !== node
  return !ts.isNamedTupleMember(parent) || parent.name !== node
}

/** The identifier by which a statement declares a name. */
export function nameNode(node: ts.Node, name: string): ts.Identifier | undefined {
  if (ts.isIdentifier(node) && node.text === name) return node
  return ts.forEachChild(node, child => nameNode(child, name))
}
