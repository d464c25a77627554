/**
 * Cells as TypeScript modules. One scope is shared by all cells and any name may be declared again, which no
 * single program allows; so each cell is a module of its own that exports all it declares, and imports each name it
 * uses from the module that declared it last.
 */
import { readCell } from '../../language/notebook/cell.ts'
import { redeclaredText } from './redeclared.ts'
import { ts } from './typescript.ts'

/** A cell as read from its text. */
export interface CellSyntax {
  readonly source: string
  /** As long as the source, without magics; for a model cell, declarations of its models. */
  readonly code: string
  readonly language: 'typescript' | 'slip' | 'text'
  readonly declared: readonly DeclaredName[]
  /** Every word of the code: only these can be names of others. */
  readonly words: ReadonlySet<string>
}

export interface DeclaredName {
  readonly name: string
  /** TypeScript's word for its kind. */
  readonly kind: string
  /** Where the name stands. */
  readonly at: number
  /** Whether the cell exports it itself. */
  readonly exported: boolean
}

/** Where a name comes from: the module that declared it last. */
export interface Origin {
  readonly path: string
  readonly kind: string
}

export type Origins = ReadonlyMap<string, Origin>

/** A module made of a cell: its text, and where in it the cell's own text begins. */
export interface CellModule {
  readonly text: string
  readonly offset: number
  readonly imports: Origins
  /** Names that stand for an earlier value of a name that the cell declares again, and what they stand for. */
  readonly aliases: ReadonlyMap<string, string>
  /** Where those come from, by alias. */
  readonly aliasOrigins: Origins
}

const wordPattern = /[\p{ID_Start}$_][\p{ID_Continue}$]*/gu

/** Reads a cell. Never throws. */
export function readCellSyntax(source: string): CellSyntax {
  const { language, code } = readCell(source)
  if (language === 'slip') return modelCell(source, code)
  const words = new Set(code.match(wordPattern) ?? [])
  return { source, code, language, declared: declaredNames(code), words }
}

/** The module of a cell that sees `origins`. */
export function cellModule(cell: CellSyntax, origins: Origins): CellModule {
  if (cell.language === 'slip') return { text: cell.code, offset: 0, ...noImports }
  const own = new Set(cell.declared.map(({ name }) => name))
  const { code, aliases } = redeclaredText(cell, origins)
  const aliasOf = new Map([...aliases].map(([alias, name]) => [name, alias]))
  const byPath = new Map<string, string[]>()
  const imports = new Map<string, Origin>()
  const aliasOrigins = new Map<string, Origin>()
  for (const [name, origin] of origins) {
    const alias = aliasOf.get(name)
    if (own.has(name) && alias === undefined) continue
    if (alias === undefined) imports.set(name, origin)
    else aliasOrigins.set(alias, origin)
    const names = byPath.get(origin.path) ?? []
    names.push(alias === undefined ? name : `${name} as ${alias}`)
    byPath.set(origin.path, names)
  }
  const exported = cell.declared.filter(name => !name.exported).map(({ name }) => name)
  // Without semicolons: TypeScript looks at a file's own style before it writes into it.
  const prefix = [
    ...directives(cell.code),
    ...[...byPath].map(([path, names]) => `import { ${names.join(', ')} } from '${specifierOf(path)}'`),
    // With one here, or a cell that begins with a text would be what is exported from.
    `export { ${[...new Set(exported)].join(', ')} };`,
    '',
  ].join('\n')
  return { text: `${prefix}${code}\n`, offset: prefix.length, imports, aliases, aliasOrigins }
}

const noImports = {
  imports: new Map<never, never>(),
  aliases: new Map<never, never>(),
  aliasOrigins: new Map<never, never>(),
}

function specifierOf(path: string): string {
  return `./${path.slice(path.lastIndexOf('/') + 1)}`
}

/** Comments that count only at the top of a file. */
function directives(code: string): string[] {
  if (!code.includes('//')) return []
  const top = /^(?:\s*(?:\/\/[^\n]*)?\n)*\s*(?:\/\/[^\n]*)?/.exec(code)![0]
  return top.match(/\/\/(?:\/\s*<reference\b|\s*@ts-(?:no)?check\b)[^\n]*/g) ?? []
}

/** The models of a `%%slip` cell are values of `slipway`'s type. */
function modelCell(source: string, code: string): CellSyntax {
  const bare = code.replace(/\/\/[^\n]*|\/\*[^]*?\*\/|--[^\n]*/g, comment => comment.replace(/[^\n]/g, ' '))
  const declared = [...bare.matchAll(/^[ \t]*(?:export[ \t]+)?model[ \t]+([A-Za-z_]\w*)/gm)].map(found => ({
    name: found[1]!,
    kind: 'const',
    at: found.index + found[0].length - found[1]!.length,
    exported: true,
  }))
  const text = declared.map(
    ({ name }) => `/** A model of a cell. */\nexport declare const ${name}: import('slipway').Model\n`,
  )
  return { source, code: text.join(''), language: 'slip', declared, words: new Set() }
}

/** Everything a cell declares at its top, types included. */
export function declaredNames(code: string): DeclaredName[] {
  const file = ts.createSourceFile('cell.ts', code, ts.ScriptTarget.ESNext)
  const names = new Map<string, DeclaredName>()
  for (const statement of file.statements) {
    const exported =
      ts.canHaveModifiers(statement) &&
      (ts.getModifiers(statement) ?? []).some(m => m.kind === ts.SyntaxKind.ExportKeyword)
    for (const { id, kind } of [...namesOf(statement), ...hoisted(statement)])
      names.set(id.text, { name: id.text, kind, at: id.getStart(file), exported })
  }
  return [...names.values()]
}

interface Named {
  readonly id: ts.Identifier
  readonly kind: string
}

function namesOf(statement: ts.Statement): Named[] {
  if (ts.isVariableStatement(statement)) return declaredBy(statement.declarationList)
  if (ts.isImportDeclaration(statement)) return importedNames(statement.importClause)
  if (ts.isImportEqualsDeclaration(statement)) return [{ id: statement.name, kind: 'alias' }]
  if (
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isEnumDeclaration(statement) ||
    ts.isModuleDeclaration(statement)
  )
    return statement.name && ts.isIdentifier(statement.name) && statement.name.text !== ''
      ? [{ id: statement.name, kind: kindOf(statement) }]
      : []
  return []
}

function kindOf(statement: ts.Statement): string {
  if (ts.isFunctionDeclaration(statement)) return 'function'
  if (ts.isClassDeclaration(statement)) return 'class'
  if (ts.isInterfaceDeclaration(statement)) return 'interface'
  if (ts.isTypeAliasDeclaration(statement)) return 'type'
  return ts.isEnumDeclaration(statement) ? 'enum' : 'module'
}

function declaredBy(list: ts.VariableDeclarationList): Named[] {
  const kind = list.flags & ts.NodeFlags.Const ? 'const' : list.flags & ts.NodeFlags.Let ? 'let' : 'var'
  return list.declarations.flatMap(({ name }) => bound(name).map(id => ({ id, kind })))
}

/** `var` in blocks and loops at the top: the variable is the cell's. */
function hoisted(statement: ts.Statement): Named[] {
  if (ts.isVariableStatement(statement)) return []
  const found: Named[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node) || ts.isModuleDeclaration(node)) return
    if (ts.isVariableDeclarationList(node) && !(node.flags & ts.NodeFlags.BlockScoped))
      found.push(...declaredBy(node))
    ts.forEachChild(node, visit)
  }
  visit(statement)
  return found
}

function importedNames(clause: ts.ImportClause | undefined): Named[] {
  if (!clause) return []
  const { namedBindings } = clause
  const named = !namedBindings
    ? []
    : ts.isNamespaceImport(namedBindings)
      ? [namedBindings.name]
      : namedBindings.elements.map(element => element.name)
  return [...(clause.name ? [clause.name] : []), ...named].map(id => ({ id, kind: 'alias' }))
}

function bound(name: ts.BindingName): ts.Identifier[] {
  if (ts.isIdentifier(name)) return name.text === '' ? [] : [name]
  return name.elements.flatMap(element => (ts.isOmittedExpression(element) ? [] : bound(element.name)))
}
