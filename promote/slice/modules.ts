/**
 * Modules of the author's own, followed into their bodies. What evaluating one does counts as a statement of its own,
 * which whoever reads what it wrote needs; it runs with the first statement that imports it.
 */
import { declareFunction, execute, moduleMember } from './execute.ts'
import { only, type AbstractObject } from './heap.ts'
import { external, firstModule, localSlot, namespaceOf, type Interpreter } from './interpreter.ts'
import type { ModuleFile } from './program.ts'
import { ts } from './typescript.ts'

/** Evaluates a local module and gives the object of its exports; undefined for modules of packages. */
export function importModule(it: Interpreter, specifier: string, from: ts.Node): AbstractObject | undefined {
  const module = it.notebook.localModule(specifier, from)
  if (!module) return undefined
  const namespace = evaluateModule(it, module)
  const statement = it.heap.current()
  for (const reached of reachedModules(it, module)) it.notes.importers.push([reached, statement])
  it.heap.need(moduleNumber(it, module))
  return namespace
}

/** Under which number evaluating a module counts as a statement. */
export function moduleNumber(it: Interpreter, { path }: ModuleFile): number {
  const known = it.moduleNumbers.get(path)
  if (known !== undefined) return known
  const made = firstModule + it.moduleNumbers.size
  it.moduleNumbers.set(path, made)
  return made
}

/** A module with all that it imports, itself first. */
export function reachedModules(
  { notebook }: Pick<Interpreter, 'notebook'>,
  module: ModuleFile,
): ReadonlySet<ModuleFile> {
  const reached = new Set([module])
  for (const each of reached)
    for (const statement of each.file.statements) {
      const specifier = specifierOf(statement)
      const other = specifier === undefined ? undefined : notebook.localModule(specifier, statement)
      if (other) reached.add(other)
    }
  return reached
}

/** What `import … from 'x'` and `export … from 'x'` name. */
export function specifierOf(statement: ts.Statement): string | undefined {
  const isLinked = ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)
  const specifier = isLinked ? statement.moduleSpecifier : undefined
  return specifier && ts.isStringLiteral(specifier) ? specifier.text : undefined
}

function evaluateModule(it: Interpreter, module: ModuleFile): AbstractObject {
  const { object: namespace, isNew } = namespaceOf(it, module.path)
  if (!isNew) return namespace
  const statement = it.heap.current()
  const stack = it.stack.splice(0)
  it.heap.begin(moduleNumber(it, module))
  try {
    evaluateBody(it, module)
    bindExports(it, module, namespace)
  } finally {
    it.heap.begin(statement)
    it.stack.push(...stack)
  }
  return namespace
}

function evaluateBody(it: Interpreter, { file }: ModuleFile): void {
  for (const statement of file.statements) {
    const specifier = specifierOf(statement)
    if (specifier !== undefined) importModule(it, specifier, statement)
  }
  for (const statement of file.statements)
    if (ts.isFunctionDeclaration(statement)) declareFunction(it, statement, it.root)
  for (const statement of file.statements) {
    if (ts.isFunctionDeclaration(statement) || ts.isExportDeclaration(statement)) continue
    execute(it, statement, it.root)
  }
}

/** The exports of a module are its variables, seen from outside. */
function bindExports(it: Interpreter, { file }: ModuleFile, namespace: AbstractObject): void {
  const { checker } = it.notebook
  const symbol = checker.getSymbolAtLocation(file)
  for (const exported of symbol ? checker.getExportsOfModule(symbol) : []) {
    const target = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
    const [declaration] = target.declarations ?? []
    if (!declaration) continue
    if (it.notebook.moduleOf(declaration) && !ts.isSourceFile(declaration)) {
      it.heap.bindField(namespace, exported.name, localSlot(it, declaration, it.root))
      continue
    }
    const owner = it.notebook.packageOf(declaration)
    const value =
      owner === undefined ? moduleMember(it, file.fileName, exported.name) : external(it, owner, target.name)
    it.heap.writeField(only(namespace), exported.name, only(value))
  }
}
