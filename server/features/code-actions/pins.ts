/** Pins the version of a feature's call, or leaves it open; adds a unit. */
import { type CodeAction, CodeActionKind } from 'vscode-languageserver/node'
import { type Span, type TextEdit, writeName } from '../../../language/index.ts'
import type { Expression } from '../../../language/syntax/ast.ts'
import type { FileContext } from '../../core/context.ts'
import { declarationsIn } from '../known.ts'
import { action, at, edit } from './action.ts'

export function pinVersion(file: FileContext, { start, end }: Span): CodeAction[] {
  const found = file.workspace
    .resolutions(file.path)
    .find(({ span }) => span.start <= end && start <= pinEnd(file, span.end))
  if (!found) return []
  const { span, name, version, pinned } = found
  if (!pinned && version === 0) return []
  const change: TextEdit = pinned
    ? edit(file, { start: span.end, end: pinEnd(file, span.end) }, '')
    : edit(file, at(span.end), `@${version}`)
  const title = pinned ? `Leave the version of \`${name}\` open` : `Pin \`${name}\` to version ${version}`
  return [action(file, { title, kind: CodeActionKind.RefactorRewrite, edits: [change] })]
}

/** Where `@2` ends after a name; the name's end without one. */
function pinEnd({ tree }: FileContext, offset: number): number {
  return offset + (/^\s*@\s*\d*/.exec(tree.text.slice(offset, offset + 40))?.[0].length ?? 0)
}

/** `unit "…"` of a column or a feature that has none, with a unit of the same name used elsewhere when there is one. */
export function addUnit(file: FileContext, { start }: Span): CodeAction[] {
  for (const declaration of declarationsIn(file.tree)) {
    if (start < declaration.node.start || declaration.node.end < start) continue
    if (declaration.kind === 'source') {
      const column = declaration.columns?.find(
        ({ name, unit, type }) =>
          name.span.start <= start && start <= (type?.span.end ?? name.span.end) && !unit && type,
      )
      if (!column || !['int', 'float'].includes(column.type!.text)) return []
      const end = column.nullable ? afterMark(file, column.type!.span.end) : column.type!.span.end
      return [unitAction(file, column.name.text, edit(file, at(end), ` unit "${usualUnit(file)}"`))]
    }
    if (declaration.kind !== 'feature' || declaration.unit || !declaration.name) return []
    const { span, text } = declaration.name
    if (start < span.start || span.end < start || !isNumeric(declaration.value)) return []
    const close = declaration.node.end - 1
    const item = `unit "${usualUnit(file)}"`
    const change =
      file.tree.text[close] === '}'
        ? edit(file, at(file.tree.text.slice(0, close).trimEnd().length), `\n  ${item}`)
        : edit(file, at(declaration.node.end), ` {\n  ${item}\n}`)
    return [unitAction(file, text, change)]
  }
  return []
}

/** A feature that counts or averages; what is text has no unit. */
const isNumeric = (value: Expression | undefined): boolean =>
  value?.kind === 'binary' || (value?.kind === 'call' && value.callee.text !== 'last')

const afterMark = ({ tree }: FileContext, offset: number): number =>
  offset + (/^\s*\?/.exec(tree.text.slice(offset, offset + 20))?.[0].length ?? 0)

function unitAction(file: FileContext, name: string, change: TextEdit): CodeAction {
  return action(file, {
    title: `Add a unit to \`${writeName(name)}\``,
    kind: CodeActionKind.RefactorRewrite,
    edits: [change],
  })
}

/** The unit that the project uses most. */
function usualUnit({ workspace }: FileContext): string {
  const counts = new Map<string, number>()
  for (const { plan } of workspace.sources())
    for (const { type } of plan?.columns ?? [])
      if (type.unit !== undefined) counts.set(type.unit, (counts.get(type.unit) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? 'minutes'
}
