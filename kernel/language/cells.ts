/**
 * Cells as TypeScript modules. One scope is shared by all cells and any name may be declared again, which no
 * single program allows; so each cell that ran is a module of its own that exports all it declares, and the cell
 * that is asked about imports each name from the module that declared it last.
 */
import { ts } from './typescript.ts'

/** A module made of a cell: its text, and where in it the cell's own text begins. */
export interface CellModule {
  readonly text: string
  /** UTF-16 */
  readonly offset: number
}

/** Where a name comes from: the specifier of the module that declared it last. */
export type Origins = ReadonlyMap<string, string>

/** The module of a cell that sees `origins`. */
export function cellModule(source: string, origins: Origins): CellModule {
  const declared = declaredNames(source)
  const own = new Set(declared.map(({ name }) => name))
  const bySpecifier = new Map<string, string[]>()
  for (const [name, specifier] of origins) {
    if (own.has(name)) continue
    bySpecifier.set(specifier, [...(bySpecifier.get(specifier) ?? []), name])
  }
  const imports = [...bySpecifier].map(
    ([specifier, names]) => `import { ${names.join(', ')} } from '${specifier}';`,
  )
  const prefix = `${imports.join(' ')}\n`
  const exported = declared.filter(name => !name.exported).map(({ name }) => name)
  return { text: `${prefix}${source}\nexport { ${exported.join(', ')} };\n`, offset: prefix.length }
}

export interface DeclaredInCell {
  readonly name: string
  /** Whether the cell exports it itself. */
  readonly exported: boolean
}

/** Everything a cell declares at its top, types included. */
export function declaredNames(source: string): DeclaredInCell[] {
  const file = ts.createSourceFile('cell.ts', source, ts.ScriptTarget.ESNext)
  const names = new Map<string, DeclaredInCell>()
  for (const statement of file.statements) {
    const exported =
      ts.canHaveModifiers(statement) &&
      (ts.getModifiers(statement) ?? []).some(m => m.kind === ts.SyntaxKind.ExportKeyword)
    for (const name of namesOf(statement)) names.set(name, { name, exported })
  }
  return [...names.values()]
}

function namesOf(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(d => bound(d.name))
  if (ts.isImportDeclaration(statement)) return importedNames(statement.importClause)
  if (
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isEnumDeclaration(statement) ||
    ts.isModuleDeclaration(statement)
  )
    return statement.name && ts.isIdentifier(statement.name) ? [statement.name.text] : []
  return []
}

function importedNames(clause: ts.ImportClause | undefined): string[] {
  if (!clause) return []
  const { namedBindings } = clause
  const named = !namedBindings
    ? []
    : ts.isNamespaceImport(namedBindings)
      ? [namedBindings.name.text]
      : namedBindings.elements.map(element => element.name.text)
  return clause.name ? [clause.name.text, ...named] : named
}

function bound(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return name.text === '' ? [] : [name.text]
  return name.elements.flatMap(element => (ts.isOmittedExpression(element) ? [] : bound(element.name)))
}
