/** Edits of imports: adding a name, taking one away, following a file that is moved. */
import type { Fix, TextEdit } from './diagnostics.ts'
import { normalPath } from './paths.ts'
import type { ProjectFile } from './project.ts'
import type { ImportItem, ImportedName } from './syntax/ast.ts'
import { writeName } from './syntax/keywords.ts'
import type { Span } from './syntax/tokens.ts'

type TextFile = Pick<ProjectFile, 'path' | 'tree' | 'imports'>

/** Imports a name into a file: in the import of that file when there is one, else in a new line. */
export function importEdit(
  file: TextFile,
  { from, name }: { readonly from: string; readonly name: string },
): Fix {
  const title = `Import \`${name}\` from ${JSON.stringify(from)}`
  const known = file.imports.find(item => !item.broken && item.from && normalPath(item.from.value) === from)
  const edit = known
    ? intoImport(known, file, name)
    : newImport(file, `import { ${writeName(name)} } from ${quoted(from)}`)
  return { title, edits: [edit] }
}

function intoImport(item: ImportItem, { path, tree }: TextFile, name: string): TextEdit {
  const last = item.names.at(-1)
  if (last) return { path, span: after(last.span), text: `, ${writeName(name)}` }
  const open = tree.text.indexOf('{', item.node.start) + 1
  const close = tree.text.indexOf('}', open)
  return { path, span: { start: open, end: close }, text: ` ${writeName(name)} ` }
}

const after = ({ end }: Span): Span => ({ start: end, end })

function newImport({ path, tree, imports }: TextFile, line: string): TextEdit {
  const last = imports.at(-1)
  if (last) return { path, span: after(last.node), text: `\n${line}` }
  const start = endOfHeader(tree.text)
  const rest = tree.text.slice(start)
  const gap = rest === '' ? '\n' : /^[^\S\n]*\n/.test(rest) ? '\n' : '\n\n'
  return { path, span: { start, end: start }, text: line + gap }
}

/** After a cell's `%%slip` and after comments at the top that a blank line sets apart from what follows. */
function endOfHeader(text: string): number {
  const cell = /^\s*%%.*\n?/.exec(text)?.[0].length ?? 0
  const comments = /^(?:[^\S\n]*\/\/(?!\/).*\n)+(?:[^\S\n]*\n)+/.exec(text.slice(cell))
  const isIgnore = comments && /slip-ignore/.test(comments[0])
  return cell + (comments && !isIgnore ? comments[0].length : 0)
}

/** A text in quotes as the language reads it. */
export function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}

/** Takes a name out of an import; with its last name the import goes, line and all. */
export function removeImport(file: TextFile, item: ImportItem, imported: ImportedName): Fix {
  const title = `Remove the import of \`${(imported.alias ?? imported.name).text}\``
  const { path, tree } = file
  if (item.names.length === 1)
    return { title, edits: [{ path, span: wholeLine(tree.text, item.node), text: '' }] }
  const at = item.names.indexOf(imported)
  const next = item.names[at + 1]
  const before = item.names[at - 1]
  const span = next
    ? { start: imported.span.start, end: next.span.start }
    : { start: before!.span.end, end: imported.span.end }
  return { title, edits: [{ path, span, text: '' }] }
}

/** The span with the rest of its line when nothing else stands there; also a blank line that it would leave on top. */
function wholeLine(text: string, { start, end }: Span): Span {
  const before = /[^\S\n]*$/.exec(text.slice(0, start))![0].length
  const isFirst = start - before === 0 || text[start - before - 1] === '\n'
  const rest = /^[^\S\n]*(?:\n|$)/.exec(text.slice(end))
  if (!isFirst || !rest) return { start, end }
  const blank =
    start - before === 0 ? (/^(?:[^\S\n]*\n)*/.exec(text.slice(end + rest[0].length))?.[0].length ?? 0) : 0
  return { start: start - before, end: end + rest[0].length + blank }
}

/** The edits of imports that follow a file, or all files of a folder, to another path. */
export function renameEdits(files: readonly TextFile[], from: string, to: string): readonly TextEdit[] {
  const target = normalPath(to)
  const source = normalPath(from)
  if (target === undefined || source === undefined || source === target) return []
  return files.flatMap(({ path, imports }) =>
    imports.flatMap(item => {
      const written = item.from && normalPath(item.from.value)
      const moved =
        written === source
          ? target
          : written?.startsWith(`${source}/`)
            ? target + written.slice(source.length)
            : undefined
      return moved === undefined ? [] : [{ path, span: item.from!.span, text: quoted(moved) }]
    }),
  )
}
