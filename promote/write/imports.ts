/** Import declarations of a generated module: what it mentions and nothing else. */
import type { Statement } from '../slice/slice.ts'
import type { NotebookProgram } from '../slice/program.ts'
import { ts } from '../slice/typescript.ts'

export interface ImportedName {
  readonly local: string
  readonly module: string
  /** `*` for the whole module, `default`, or the exported name. */
  readonly exported: string
  readonly isType: boolean
}

/** Every name that the kept import statements bind; of several with one name, the last. */
export function importedNames(
  statements: readonly Statement[],
  program: NotebookProgram,
): ReadonlyMap<string, ImportedName> {
  const found = new Map<string, ImportedName>()
  for (const { node } of statements) {
    if (!ts.isImportDeclaration(node) || !node.importClause) continue
    const module = (node.moduleSpecifier as ts.StringLiteral).text
    const { name, namedBindings, phaseModifier } = node.importClause
    const isTypeClause = phaseModifier === ts.SyntaxKind.TypeKeyword
    const add = (local: ts.Identifier, exported: string, isType = false) =>
      found.set(local.text, {
        local: local.text,
        module,
        exported,
        isType: isType || isTypeClause || isOnlyType(program, local),
      })
    if (name) add(name, 'default')
    if (namedBindings && ts.isNamespaceImport(namedBindings)) add(namedBindings.name, '*')
    else if (namedBindings)
      for (const element of namedBindings.elements)
        add(element.name, (element.propertyName ?? element.name).text, element.isTypeOnly)
  }
  return found
}

/** Node strips types and must not look for them at run time. */
function isOnlyType({ checker }: NotebookProgram, local: ts.Identifier): boolean {
  const symbol = checker.getSymbolAtLocation(local)
  if (!symbol || !(symbol.flags & ts.SymbolFlags.Alias)) return false
  const target = checker.getAliasedSymbol(symbol)
  const isKnown = (target.declarations?.length ?? 0) > 0
  return isKnown && (target.flags & ts.SymbolFlags.Value) === 0
}

/** Sorted by module, packages first; named imports sorted within. */
export function printImports(names: readonly ImportedName[], bare: readonly string[]): string {
  const modules = [...new Set([...names.map(n => n.module), ...bare])].sort(byPackagesFirst)
  return modules
    .flatMap(module => {
      const of = names.filter(n => n.module === module)
      return of.length > 0 ? importLines(module, of) : [`import '${module}'`]
    })
    .join('\n')
}

function importLines(module: string, names: readonly ImportedName[]): readonly string[] {
  const quoted = JSON.stringify(module)
  const whole = names
    .filter(n => n.exported === '*')
    .map(n => `import ${n.isType ? 'type ' : ''}* as ${n.local} from ${quoted}`)
  const defaults = names
    .filter(n => n.exported === 'default')
    .map(n => `import ${n.isType ? 'type ' : ''}${n.local} from ${quoted}`)
  const named = names.filter(n => n.exported !== '*' && n.exported !== 'default')
  if (named.length === 0) return [...whole, ...defaults]
  const allTypes = named.every(n => n.isType)
  const parts = [...named]
    .sort((a, b) => (a.local.toLowerCase() < b.local.toLowerCase() ? -1 : 1))
    .map(n => {
      const name = n.exported === n.local ? n.local : `${n.exported} as ${n.local}`
      return n.isType && !allTypes ? `type ${name}` : name
    })
  return [...whole, ...defaults, `import ${allTypes ? 'type ' : ''}{ ${parts.join(', ')} } from ${quoted}`]
}

function byPackagesFirst(a: string, b: string): number {
  const local = Number(a.startsWith('.')) - Number(b.startsWith('.'))
  return local || (a < b ? -1 : 1)
}
