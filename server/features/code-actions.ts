/** The fixes that come with diagnostics. */
import { type CodeAction, CodeActionKind, type Range, type TextEdit } from 'vscode-languageserver/node'
import { type Diagnostic, type Fix, type TextEdit as FileEdit } from '../../language/index.ts'
import { type FileContext, rangeOf } from '../core/context.ts'
import { diagnosticsOf } from './diagnostics.ts'

/** Fixes of the diagnostics that touch the range. */
export function codeActions(file: FileContext, range: Range): CodeAction[] {
  const start = file.document.offsetAt(range.start)
  const end = file.document.offsetAt(range.end)
  const shown = diagnosticsOf(file, undefined)
  return file.workspace.diagnostics(file.path).flatMap((found, i) => {
    if (found.span.end < start || end < found.span.start) return []
    return fixesOf(found).map((fix, nth) => ({
      title: fix.title,
      kind: CodeActionKind.QuickFix,
      diagnostics: shown[i] ? [shown[i]] : [],
      isPreferred: nth === 0 && fixesOf(found).length === 1,
      edit: { changes: changesOf(file, fix.edits) },
    }))
  })
}

const fixesOf = (found: Diagnostic): readonly Fix[] => found.fixes ?? []

function changesOf(file: FileContext, edits: readonly FileEdit[]): Record<string, TextEdit[]> {
  const changes: Record<string, TextEdit[]> = {}
  for (const { path, span, text } of edits) {
    const document = file.project.document(path)
    if (document) (changes[document.uri] ??= []).push({ range: rangeOf(document, span), newText: text })
  }
  return changes
}
