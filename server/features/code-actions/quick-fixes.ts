/** The fixes that come with diagnostics: one by one, all of a kind, all that are safe; and comments that ignore. */
import { type CodeAction, CodeActionKind } from 'vscode-languageserver/node'
import type { Diagnostic, DiagnosticCode, Span } from '../../../language/index.ts'
import type { FileContext } from '../../core/context.ts'
import { diagnosticsOf } from '../diagnostics.ts'
import { changesOf } from '../edits.ts'
import { action, withoutConflicts } from './action.ts'

/** Fixes of the diagnostics that touch the span. */
export function quickFixes(file: FileContext, { start, end }: Span): CodeAction[] {
  const shown = diagnosticsOf(file, undefined)
  const all = file.workspace.diagnostics(file.path)
  const here = all.flatMap((found, i) =>
    found.span.end < start || end < found.span.start ? [] : [{ found, shown: shown[i] }],
  )
  const fixes = here.flatMap(({ found, shown: diagnostic }) =>
    (found.fixes ?? []).map((fix, nth): CodeAction => ({
      title: fix.title,
      kind: CodeActionKind.QuickFix,
      ...(diagnostic && { diagnostics: [diagnostic] }),
      ...(nth === 0 && { isPreferred: true }),
      edit: { changes: changesOf(file.project, fix.edits) },
    })),
  )
  const codes = [...new Set(here.map(({ found }) => found.code))]
  const ofKind = codes.flatMap(code => fixAllOf(file, code, all))
  const ignores = here.flatMap(({ found, shown: diagnostic }): CodeAction[] => {
    const fix = file.workspace.ignoreFix(found)
    if (!fix) return []
    const ignore = action(file, { ...fix, kind: CodeActionKind.QuickFix })
    return [{ ...ignore, ...(diagnostic && { diagnostics: [diagnostic] }) }]
  })
  return [...fixes, ...ofKind, ...ignores]
}

/** The fixes of all diagnostics of one code, when there are several. */
function fixAllOf(file: FileContext, code: DiagnosticCode, all: readonly Diagnostic[]): CodeAction[] {
  const fixable = all.filter(found => found.code === code && found.fixes?.[0])
  if (fixable.length < 2) return []
  const edits = withoutConflicts(fixable.map(({ fixes }) => fixes![0]!.edits))
  const title = `Fix all ${fixable.length} problems ${code} in this file`
  return [action(file, { title, kind: CodeActionKind.QuickFix, edits })]
}

/** Codes whose first fix keeps what the text means. */
const safe: ReadonlySet<string> = new Set(['SLIP117', 'SLIP502'])

/** All safe fixes at once, for an editor that fixes on save. */
export function fixAll(file: FileContext): CodeAction[] {
  const fixes = file.workspace
    .diagnostics(file.path)
    .flatMap(({ code, fixes: found }) => (safe.has(code) && found?.[0] ? [found[0].edits] : []))
  if (fixes.length === 0) return []
  const edits = withoutConflicts(fixes)
  return [
    action(file, { title: 'Fix all safe problems', kind: `${CodeActionKind.SourceFixAll}.slipway`, edits }),
  ]
}
