/** Another name for what a project names itself, in all of its files. */
import { LSPErrorCodes, type Range, ResponseError, type WorkspaceEdit } from 'vscode-languageserver/node'
import { type FileContext, rangeOf } from '../core/context.ts'
import { workspaceEdit } from './edits.ts'

/** The name that would be renamed; null when the project does not give it. */
export function prepareRename(
  { workspace, path, document }: FileContext,
  offset: number,
): { range: Range; placeholder: string } | null {
  const target = workspace.renameTarget(path, offset)
  return target ? { range: rangeOf(document, target.span), placeholder: target.name } : null
}

/** Edits in all files of the project, or why there can be none. */
export function rename(
  file: FileContext,
  offset: number,
  newName: string,
): WorkspaceEdit | null | ResponseError {
  const result = file.workspace.rename(file.path, offset, String(newName))
  if (!result) return null
  if ('problem' in result) return new ResponseError(LSPErrorCodes.RequestFailed, result.problem)
  return workspaceEdit(file.project, result.edits)
}
