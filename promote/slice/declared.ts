/** The names that a statement declares. */
import { ts } from './typescript.ts'

/** The names that a top-level statement declares, `var` inside blocks included. */
export function declaredNames(statement: ts.Statement): readonly string[] {
  const names: string[] = []
  if (ts.isImportDeclaration(statement)) names.push(...importedNames(statement))
  else if (ts.isVariableStatement(statement)) names.push(...listNames(statement.declarationList))
  else if (isNamedDeclaration(statement)) {
    if (statement.name && ts.isIdentifier(statement.name)) names.push(statement.name.text)
  } else collectVars(statement, names)
  return names
}

export function isNamedDeclaration(
  node: ts.Node,
): node is
  | ts.FunctionDeclaration
  | ts.ClassDeclaration
  | ts.InterfaceDeclaration
  | ts.TypeAliasDeclaration
  | ts.EnumDeclaration
  | ts.ModuleDeclaration {
  return (
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isEnumDeclaration(node) ||
    ts.isModuleDeclaration(node)
  )
}

function importedNames({ importClause }: ts.ImportDeclaration): string[] {
  const bindings = importClause?.namedBindings
  return [
    ...(importClause?.name ? [importClause.name.text] : []),
    ...(!bindings
      ? []
      : ts.isNamespaceImport(bindings)
        ? [bindings.name.text]
        : bindings.elements.map(e => e.name.text)),
  ]
}

function listNames(list: ts.VariableDeclarationList): string[] {
  return list.declarations.flatMap(d => bindingNames(d.name))
}

/** The names that a binding (`x`, `{ a, b: [c] }`) introduces. */
export function bindingNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text]
  return name.elements.flatMap(e => (ts.isOmittedExpression(e) ? [] : bindingNames(e.name)))
}

/** `var` leaves blocks and loops, but not functions. */
function collectVars(node: ts.Node, names: string[]): void {
  if (ts.isVariableDeclarationList(node) && !(node.flags & ts.NodeFlags.BlockScoped))
    names.push(...listNames(node))
  if (ts.isFunctionLike(node) || ts.isClassLike(node)) return
  ts.forEachChild(node, child => collectVars(child, names))
}
