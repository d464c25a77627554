/**
 * What Rollup's tree-shaking keeps of a hazard case, as the oracle: it keeps every effect that it cannot rule out, so
 * whatever it keeps and the slicer drops needs a rule to stand on (rules.ts). The case becomes one module that exports
 * `out`; cases that are none (a name declared twice, syntax that only the compiler can take away) have no answer.
 */
import { stripTypeScriptTypes } from 'node:module'
import { parse, type Program } from 'acorn'
import { rollup, type OutputChunk } from '@rollup/wasm-node'
import { decode } from '@jridgewell/sourcemap-codec'
import type { HazardCase } from './corpus.ts'

/** @returns the statements of which something is left, or undefined when the case is no module */
export async function rollupKeeps(hazard: HazardCase): Promise<ReadonlySet<number> | undefined> {
  const texts = hazard.statements.map(({ text }) => strip(text))
  if (texts.includes(undefined)) return undefined
  const source = `${texts.map(text => `${text};\n`).join('')}export { out }\n`
  if (!isModule(source)) return undefined
  const chunk = await treeShake(source)
  const lines = statementLines(texts as string[])
  const kept = new Set<number>()
  for (const [, , line] of decode(chunk.map?.mappings ?? '').flat()) {
    const statement = line === undefined ? undefined : lines[line]
    if (statement !== undefined) kept.add(statement)
  }
  for (const [i, { text }] of hazard.statements.entries()) if (keepsImport(text, chunk)) kept.add(i)
  return kept
}

/** Without its types, every line in its place; undefined when that is not enough. */
function strip(text: string): string | undefined {
  try {
    return stripTypeScriptTypes(text)
  } catch {
    return undefined
  }
}

function isModule(source: string): boolean {
  try {
    const program: Program = parse(source, { ecmaVersion: 'latest', sourceType: 'module' })
    return program.body.length > 0
  } catch {
    return false
  }
}

async function treeShake(source: string): Promise<OutputChunk> {
  const bundle = await rollup({
    input: 'case',
    external: id => id !== 'case',
    onwarn: () => undefined,
    plugins: [
      {
        name: 'case',
        resolveId: id => (id === 'case' ? id : null),
        load: id => (id === 'case' ? source : null),
      },
    ],
  })
  const { output } = await bundle.generate({ format: 'es', sourcemap: true })
  await bundle.close()
  return output[0]
}

/** The statement that each line of the module belongs to. */
function statementLines(texts: readonly string[]): readonly number[] {
  return texts.flatMap((text, i) => text.split('\n').map(() => i))
}

/** Imports are written anew: the chunk's own lists tell which are left. */
function keepsImport(text: string, { imports, importedBindings }: OutputChunk): boolean {
  const specifier = /^import\s(?!type\b)[\s\S]*?['"]([^'"]+)['"]/.exec(text)?.[1]
  return specifier !== undefined && (imports.includes(specifier) || specifier in importedBindings)
}
