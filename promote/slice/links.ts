/** What the runs of a notebook give each other: a module per run, with imports for its free names. */
import { builtinModules } from 'node:module'
import { declaredNames } from './declared.ts'
import type { Links, Scan } from './session.ts'
import { ts } from './typescript.ts'

const mostScans = 5000

export function scanOnce(scans: Map<string, Scan>, source: string): Scan {
  const known = scans.get(source)
  if (known) return known
  if (scans.size > mostScans) scans.clear()
  const made = scan(source)
  scans.set(source, made)
  return made
}

function scan(source: string): Scan {
  const file = ts.createSourceFile('cell.ts', source, ts.ScriptTarget.ES2024, false)
  const mentions = new Set<string>()
  const collect = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) mentions.add(node.text)
    ts.forEachChild(node, collect)
  }
  collect(file)
  const declares = declarations(file, source.length)
  const exported = [...declares].filter(([, statement]) => isExported(statement)).map(([name]) => name)
  const imports = ts.preProcessFile(source, true, true).importedFiles.map(imported => imported.fileName)
  return { source, declares: new Set(declares.keys()), exported: new Set(exported), mentions, imports }
}

/** The text after a run's own: what it gives to other runs and what it takes from them. */
export function links(
  run: Scan,
  i: number,
  providers: ReadonlyMap<string, readonly number[]>,
): { readonly text: string; readonly providers: Links } {
  const exports = [...run.declares].filter(name => !run.exported.has(name))
  const used = new Map<number, string[]>()
  for (const name of run.mentions) {
    if (run.declares.has(name)) continue
    const from = provider(providers.get(name), i)
    if (from === undefined) continue
    const names = used.get(from)
    if (names) names.push(name)
    else used.set(from, [name])
  }
  // One import a run, in their order: the program is built anew only where an edit takes from another run.
  const imports = [...used]
    .sort(([a], [b]) => a - b)
    .map(([from, names]) => `import { ${names.join(', ')} } from '#run-${from}'\n`)
  return {
    text: `export { ${exports.join(', ')} }\n${imports.join('')}`,
    providers: new Set(used.keys()),
  }
}

/** Which runs declare a name, in their order. */
export function indexProviders(scans: readonly Scan[]): ReadonlyMap<string, readonly number[]> {
  const providers = new Map<string, number[]>()
  for (const [run, { declares }] of scans.entries())
    for (const name of declares) {
      const known = providers.get(name)
      if (known) known.push(run)
      else providers.set(name, [run])
    }
  return providers
}

/** The latest earlier run that declares a name, else the first later one (a function may be called then). */
function provider(runs: readonly number[] | undefined, i: number): number | undefined {
  return runs?.findLast(run => run < i) ?? runs?.find(run => run > i)
}

export function declarations(file: ts.SourceFile, length: number): ReadonlyMap<string, ts.Statement> {
  const names = new Map<string, ts.Statement>()
  for (const statement of file.statements) {
    if (statement.getStart(file) >= length) break
    for (const name of declaredNames(statement)) names.set(name, statement)
  }
  return names
}

function isExported(statement: ts.Statement): boolean {
  return (
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement) ?? []).some(m => m.kind === ts.SyntaxKind.ExportKeyword)
  )
}

/** Names that only Node's own declarations explain. They are large: who uses none of them need not wait for them. */
const nodeNames = new Set(
  (
    'Buffer process fetch URL URLSearchParams setTimeout setInterval setImmediate queueMicrotask structuredClone ' +
    'performance crypto TextEncoder TextDecoder AbortController AbortSignal Blob Headers Request Response require ' +
    'EventEmitter Event EventTarget WebSocket ReadableStream global'
  ).split(' '),
)

export function usesNode({ mentions, imports }: Scan): boolean {
  return imports.some(isNodeModule) || [...nodeNames].some(name => mentions.has(name))
}

function isNodeModule(specifier: string): boolean {
  return specifier.startsWith('node:') || builtinModules.includes(specifier)
}
