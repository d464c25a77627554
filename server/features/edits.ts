/** Edits of the analysis as the protocol has them. */
import type { TextEdit as LspEdit, WorkspaceEdit } from 'vscode-languageserver/node'
import type { TextEdit } from '../../language/index.ts'
import { rangeOf } from '../core/context.ts'
import type { Project } from '../core/project.ts'

/** By document; edits of files that are gone are left out. */
export function changesOf(project: Project, edits: readonly TextEdit[]): Record<string, LspEdit[]> {
  const changes: Record<string, LspEdit[]> = {}
  for (const { path, span, text } of edits) {
    const document = project.document(path)
    if (document) (changes[document.uri] ??= []).push({ range: rangeOf(document, span), newText: text })
  }
  return changes
}

export function workspaceEdit(project: Project, edits: readonly TextEdit[]): WorkspaceEdit {
  return { changes: changesOf(project, edits) }
}
