/** The author's own files that go along with a slice. */
import { posix } from 'node:path'
import type { Interpreter } from './interpreter.ts'
import { reachedModules, specifierOf } from './modules.ts'
import type { Names } from './names.ts'
import type { Statement } from './slice.ts'
import type { ModuleFile } from './program.ts'
import { ts } from './typescript.ts'

/** A file of the author's own that what is kept imports, by itself or through another one. */
export interface LocalModule {
  /** Absolute, with `/`. */
  readonly path: string
  /** Relative to the notebook's folder, with `/`; may begin with `../`. */
  readonly name: string
  readonly text: string
  /** What it imports, as it says, with the local module that this is if it is one. */
  readonly imports: readonly { readonly specifier: string; readonly path?: string }[]
}

/** What a kept import brings along, and types that only the checker follows. */
export function keptModules(
  it: Interpreter,
  statements: readonly Statement[],
  { kept, folder }: { readonly kept: ReadonlySet<number>; readonly folder: string },
): readonly LocalModule[] {
  const found = new Set<ModuleFile>()
  for (const { index, node } of statements) {
    if (!kept.has(index)) continue
    for (const specifier of importedSpecifiers(node, it.names)) {
      const module = it.notebook.localModule(specifier, node)
      if (module) for (const each of reachedModules(it, module)) found.add(each)
    }
  }
  const base = folder.replaceAll('\\', '/')
  return [...found].map(({ path, file }) => ({
    path,
    name: posix.relative(base, path),
    text: file.text,
    imports: ts.preProcessFile(file.text, true, true).importedFiles.map(({ fileName: specifier }) => {
      const target = it.notebook.localModule(specifier, file)?.path
      return { specifier, ...(target === undefined ? {} : { path: target }) }
    }),
  }))
}

/** Modules that a statement names: at its head, or in `import('…')` anywhere in it. */
export function importedSpecifiers(node: ts.Statement, names: Names): readonly string[] {
  return names.remember(node, 'imports', () => findSpecifiers(node))
}

function findSpecifiers(node: ts.Statement): readonly string[] {
  const own = specifierOf(node)
  if (own !== undefined) return [own]
  const found: string[] = []
  const visit = (at: ts.Node): void => {
    if (ts.isCallExpression(at) && at.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [specifier] = at.arguments
      if (specifier && ts.isStringLiteralLike(specifier)) found.push(specifier.text)
    }
    ts.forEachChild(at, visit)
  }
  if (node.getText().includes('import(')) visit(node)
  return found
}
