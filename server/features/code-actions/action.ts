/** What kinds of code actions are made of. */
import type { CodeAction, CodeActionKind } from 'vscode-languageserver/node'
import type { TextEdit as FileEdit, Span } from '../../../language/index.ts'
import type { FileContext } from '../../core/context.ts'
import { changesOf } from '../edits.ts'

export interface ActionParts {
  /** An imperative sentence without a full stop. */
  readonly title: string
  readonly kind: CodeActionKind
  readonly edits: readonly FileEdit[]
}

export function action(file: FileContext, { title, kind, edits }: ActionParts): CodeAction {
  return { title, kind, edit: { changes: changesOf(file.project, edits) } }
}

/** An edit of the file itself. */
export function edit({ path }: Pick<FileContext, 'path'>, span: Span, text: string): FileEdit {
  return { path, span, text }
}

export const at = (offset: number): Span => ({ start: offset, end: offset })

/** What of several fixes can be done at once: of edits that touch one another, the first. */
export function withoutConflicts(edits: readonly (readonly FileEdit[])[]): readonly FileEdit[] {
  const kept: FileEdit[] = []
  for (const group of edits) {
    const isNew = group.filter(one => !kept.some(other => isSame(one, other)))
    if (isNew.some(one => kept.some(other => overlaps(one, other)))) continue
    kept.push(...isNew)
  }
  return kept
}

const isSame = (a: FileEdit, b: FileEdit): boolean =>
  a.path === b.path && a.span.start === b.span.start && a.span.end === b.span.end && a.text === b.text

const overlaps = (a: FileEdit, b: FileEdit): boolean =>
  a.path === b.path && a.span.start <= b.span.end && b.span.start <= a.span.end
