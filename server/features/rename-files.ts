/** What has to be written elsewhere when files are renamed or moved: imports of model files, paths of data. */
import path from 'node:path'
import type { CancellationToken, FileRename, TextEdit, WorkspaceEdit } from 'vscode-languageserver/node'
import { type FileContext, contextOf, rangeOf } from '../core/context.ts'
import { fileOfUri, projectPath } from '../core/files.ts'
import { createPauses } from '../core/guard.ts'
import type { Project } from '../core/project.ts'
import type { Session } from '../session.ts'
import { changesOf } from './edits.ts'
import { pathsIn } from './names.ts'
import { writeText } from './text.ts'

/** The edits of all files that name one of the files; folders move with all that is in them. */
export async function renameFiles(
  { projects }: Session,
  files: readonly FileRename[],
  token: CancellationToken,
): Promise<WorkspaceEdit | null> {
  const pause = createPauses(token)
  const changes: Record<string, TextEdit[]> = {}
  for (const project of projects.all()) {
    const moves = files.flatMap(file => moveIn(project, file))
    if (moves.length === 0) continue
    const imports = moves.flatMap(({ from, to }) => project.workspace.renameFile(from, to))
    for (const [uri, edits] of Object.entries(changesOf(project, imports)))
      (changes[uri] ??= []).push(...edits)
    for (const key of project.files()) {
      await pause()
      const file = contextOf(project, key)
      const edits = file ? dataEdits(file, moves) : []
      if (file && edits.length > 0) (changes[file.document.uri] ??= []).push(...edits)
    }
  }
  return Object.keys(changes).length > 0 ? { changes } : null
}

/** Relative to the project's root. */
interface Move {
  readonly from: string
  readonly to: string
}

/** Nothing when the file is not of the project, or leaves it: a path cannot lead out of a project. */
function moveIn(project: Project, { oldUri, newUri }: FileRename): readonly Move[] {
  const [from, to] = [fileOfUri(oldUri), fileOfUri(newUri)]
  if (from === undefined || to === undefined || !project.hasFolder) return []
  const move = { from: projectPath(project.root, from), to: projectPath(project.root, to) }
  const isOutside = (key: string): boolean => key === '' || key.startsWith('..') || path.isAbsolute(key)
  return isOutside(move.from) || isOutside(move.to) ? [] : [move]
}

function dataEdits(file: FileContext, moves: readonly Move[]): TextEdit[] {
  return pathsIn(file).flatMap(({ kind, span, path: named }) => {
    if (kind !== 'data') return []
    const moved = moves.reduce((key, move) => follow(key, move), path.posix.normalize(named))
    if (moved === path.posix.normalize(named)) return []
    return [{ range: rangeOf(file.document, span), newText: writeText(moved) }]
  })
}

/** Where a file is after a move of it or of a folder around it. */
function follow(key: string, { from, to }: Move): string {
  if (key === from) return to
  return key.startsWith(`${from}/`) ? to + key.slice(from.length) : key
}
