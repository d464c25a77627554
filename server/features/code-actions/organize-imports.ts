/** Imports in one form: one of each file, sorted, without what is not used. */
import { type CodeAction, CodeActionKind } from 'vscode-languageserver/node'
import { type Span, writeName } from '../../../language/index.ts'
import type { ImportItem, ImportedName } from '../../../language/syntax/ast.ts'
import { importsOf } from '../../../language/syntax/lower.ts'
import type { FileContext } from '../../core/context.ts'
import { action, edit } from './action.ts'

export function organizeImports(file: FileContext): CodeAction[] {
  const items = importsOf(file.tree)
  // What is broken or has comments in it is left to its author.
  if (items.length === 0 || items.some(item => item.broken || !item.from)) return []
  const span = { start: items[0]!.node.start, end: items.at(-1)!.node.end }
  const written = file.tree.text.slice(span.start, span.end)
  if (written.includes('//') || holdsOther(file, items, span)) return []
  const text = organized(file, items)
  if (text === written) return []
  const whole = text === '' ? withLineEnds(file, span) : span
  return [
    action(file, {
      title: 'Organize imports',
      kind: CodeActionKind.SourceOrganizeImports,
      edits: [edit(file, whole, text)],
    }),
  ]
}

/** Whether declarations stand between the imports. */
function holdsOther({ tree }: FileContext, items: readonly ImportItem[], span: Span): boolean {
  const own = new Set(items.map(({ node }) => node.start))
  return tree.root.children.some(
    child =>
      'children' in child && child.start >= span.start && child.end <= span.end && !own.has(child.start),
  )
}

function withLineEnds({ tree }: FileContext, { start, end }: Span): Span {
  const rest = /^\s*/.exec(tree.text.slice(end))![0].length
  return { start, end: end + rest }
}

function organized(file: FileContext, items: readonly ImportItem[]): string {
  const unused = unusedNames(file)
  const byFile = new Map<string, Map<string, string>>()
  for (const { names, from } of items) {
    const known = byFile.get(from!.value) ?? new Map<string, string>()
    byFile.set(from!.value, known)
    for (const imported of names) if (!unused.has(imported.span.start)) known.set(...written(imported))
  }
  const lines = [...byFile]
    .filter(([, names]) => names.size > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([from, names]) =>
        `import { ${[...names.values()].sort(byText).join(', ')} } from ${JSON.stringify(from)}`,
    )
  return lines.join('\n')
}

const byText = (a: string, b: string): number => a.localeCompare(b, 'en')

/** The name as it is called here, and as it is written. */
function written({ name, alias }: ImportedName): [string, string] {
  const text = alias ? `${writeName(name.text)} as ${writeName(alias.text)}` : writeName(name.text)
  return [(alias ?? name).text, text]
}

/** Where names begin that are reported as not used. */
function unusedNames(file: FileContext): ReadonlySet<number> {
  const reported = file.workspace.diagnostics(file.path).filter(({ code }) => code === 'SLIP117')
  const spans = reported.map(({ span }) => span)
  const imports = importsOf(file.tree).flatMap(({ names }) => names)
  const isUnused = ({ span }: ImportedName): boolean =>
    spans.some(({ start, end }) => start <= span.start && span.end <= end) ||
    spans.some(({ start, end }) => span.start <= start && end <= span.end)
  return new Set(imports.filter(isUnused).map(({ span }) => span.start))
}
