/**
 * Where a name of the author's is used: called, set, changed or handed on. For the texts that it may stand for
 * (constants.ts); by TypeScript's symbols, over all runs and modules.
 */
import { bare, ts } from './slice/typescript.ts'

export interface Sources {
  readonly checker: ts.TypeChecker
  /** Files of runs and of modules of the author's own: where a function may be called, and a list be changed. */
  readonly files: readonly ts.SourceFile[]
  /** Given, it gets the names of variables by which the texts were found. */
  readonly names?: Set<string>
}

/** Where a name is declared, through imports. */
export function declarationOf({ checker }: Sources, node: ts.Node): ts.Declaration | undefined {
  const symbol = checker.getSymbolAtLocation(node)
  const target = symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  return target?.declarations?.[0]
}

/** The literal that an expression is, or that a constant holds. */
export function held(sources: Sources, given: ts.Expression): ts.Expression | undefined {
  const node = bare(given)
  if (ts.isArrayLiteralExpression(node) || ts.isObjectLiteralExpression(node)) return node
  if (!ts.isIdentifier(node)) return undefined
  const declaration = declarationOf(sources, node)
  if (!declaration || !ts.isVariableDeclaration(declaration) || !declaration.initializer) return undefined
  const isKept = (declaration.parent.flags & ts.NodeFlags.Const) !== 0 && !isChanged(sources, declaration)
  return isKept ? held(sources, declaration.initializer) : undefined
}

/** What a literal object has under a name. */
export function propertyOf(sources: Sources, object: ts.Expression, name: string): ts.Expression | undefined {
  const literal = held(sources, object)
  if (!literal || !ts.isObjectLiteralExpression(literal)) return undefined
  const plain = name.replace(/^['"`]|['"`]$/g, '')
  for (const property of literal.properties) {
    const isIt = property.name && property.name.getText().replace(/^['"`]|['"`]$/g, '') === plain
    if (isIt && ts.isPropertyAssignment(property)) return property.initializer
    if (isIt && ts.isShorthandPropertyAssignment(property)) return property.name
  }
  return undefined
}

type OwnFunction = ts.ArrowFunction | ts.FunctionExpression | ts.FunctionDeclaration

/** The function that a declaration gives a name. */
export function functionOf(declaration: ts.Node): OwnFunction | undefined {
  if (ts.isFunctionDeclaration(declaration)) return declaration
  const value = ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined
  const node = value && bare(value)
  return node && (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) ? node : undefined
}

/** What a function of one statement gives. */
export function returned({ body }: OwnFunction): ts.Expression | undefined {
  if (!body) return undefined
  if (!ts.isBlock(body)) return body
  const [only, ...others] = body.statements
  return only && ts.isReturnStatement(only) && others.length === 0 ? only.expression : undefined
}

/** A call, or a list through which a method such as `map` goes with it. */
export type Use = ts.CallExpression | ts.NewExpression | { readonly callback: ts.Expression }

const passing = /^(?:map|forEach|filter|flatMap|some|every|find|findIndex)$/

/** Every call of a function; undefined where it is handed on. */
export function callsOf(sources: Sources, own: ts.SignatureDeclaration): readonly Use[] | undefined {
  const outer = own.parent
  if (ts.isCallExpression(outer)) return callbackOf(outer, own)
  const isNamed =
    ts.isFunctionDeclaration(own) || (ts.isVariableDeclaration(outer) && outer.initializer === own)
  const name = ts.isFunctionDeclaration(own)
    ? own.name
    : ts.isVariableDeclaration(outer)
      ? outer.name
      : own.name
  if (!name || !ts.isIdentifier(name) || (!isNamed && !ts.isMethodDeclaration(own))) return undefined
  const uses: Use[] = []
  for (const node of mentionsOf(sources, name)) {
    const at = ts.isPropertyAccessExpression(node.parent) && node.parent.name === node ? node.parent : node
    const { parent } = at
    if (ts.isCallExpression(parent) && parent.expression === at) uses.push(parent)
    else if (ts.isCallExpression(parent)) {
      const callback = callbackOf(parent, at)
      if (!callback) return undefined
      uses.push(...callback)
    } else if (!isLink(node)) return undefined
  }
  return uses.length > 0 ? uses : undefined
}

function callbackOf(
  { expression, arguments: [first] }: ts.CallExpression,
  own: ts.Node,
): readonly Use[] | undefined {
  const isPassed =
    first === own && ts.isPropertyAccessExpression(expression) && passing.test(expression.name.text)
  return isPassed ? [{ callback: expression.expression }] : undefined
}

/** Every `new` of a class; undefined where it is handed on. */
export function newsOf(sources: Sources, { name }: ts.ClassLikeDeclaration): readonly Use[] | undefined {
  if (!name) return undefined
  const uses: Use[] = []
  for (const node of mentionsOf(sources, name)) {
    if (ts.isNewExpression(node.parent) && node.parent.expression === node) uses.push(node.parent)
    else if (!isLink(node) && !isInType(node)) return undefined
  }
  return uses.length > 0 ? uses : undefined
}

function isInType(node: ts.Node): boolean {
  return ts.isTypeReferenceNode(node.parent) || ts.isTypeQueryNode(node.parent)
}

/** Where a name is declared, exported or imported. */
function isLink(node: ts.Node): boolean {
  const { parent } = node
  return (
    ts.isImportSpecifier(parent) ||
    ts.isExportSpecifier(parent) ||
    ((ts.isVariableDeclaration(parent) ||
      ts.isFunctionDeclaration(parent) ||
      ts.isClassDeclaration(parent) ||
      ts.isMethodDeclaration(parent)) &&
      parent.name === node)
  )
}

/** Every place of a name's declaration in the author's own text. */
function mentionsOf(sources: Sources, name: ts.Identifier): readonly ts.Identifier[] {
  const declaration = declarationOf(sources, name)
  const found: ts.Identifier[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node.text === name.text && declarationOf(sources, node) === declaration)
      found.push(node)
    ts.forEachChild(node, visit)
  }
  for (const file of sources.files) if (file.text.includes(name.text)) visit(file)
  return found
}

function nameOf(declaration: ts.Declaration): ts.Identifier | undefined {
  const { name } = declaration as { readonly name?: ts.Node }
  return name && ts.isIdentifier(name) ? name : undefined
}

/** What is put into a variable or a field later on. */
export function assignedTo(sources: Sources, declaration: ts.Declaration): readonly ts.Expression[] {
  const name = nameOf(declaration)
  return (name ? mentionsOf(sources, name) : []).flatMap(node => {
    const at = ts.isPropertyAccessExpression(node.parent) && node.parent.name === node ? node.parent : node
    const { parent } = at
    const isSet =
      ts.isBinaryExpression(parent) &&
      parent.left === at &&
      parent.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
      parent.operatorToken.kind <= ts.SyntaxKind.LastAssignment
    // `x += y` has a text that is not told by `y` alone: the whole says that it is not known.
    if (!isSet) return []
    return [parent.operatorToken.kind === ts.SyntaxKind.EqualsToken ? parent.right : parent]
  })
}

const changing = /^(?:push|unshift|splice|fill|copyWithin|pop|shift|set|add|delete|assign)$/

/** Whether a list or an object is changed after it was written, or handed to who may. */
function isChanged(sources: Sources, declaration: ts.Declaration): boolean {
  const name = nameOf(declaration)
  return (name ? mentionsOf(sources, name) : []).some(node => {
    let at: ts.Node = node
    while (
      (ts.isPropertyAccessExpression(at.parent) || ts.isElementAccessExpression(at.parent)) &&
      at.parent.expression === at
    )
      at = at.parent
    const { parent } = at
    const isSet =
      ts.isBinaryExpression(parent) &&
      parent.left === at &&
      parent.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
      parent.operatorToken.kind <= ts.SyntaxKind.LastAssignment
    if (isSet) return true
    return ts.isCallExpression(parent) && ts.isPropertyAccessExpression(at) && changing.test(at.name.text)
  })
}
