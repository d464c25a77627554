/** What a feature of the server is given: one file of a project, and the place in it that the editor asks about. */
import type { Location, Range } from 'vscode-languageserver/node'
import type { Span, SyntaxTree, Workspace } from '../../language/index.ts'
import type { Document } from './document.ts'
import type { Project } from './project.ts'

export interface FileContext {
  readonly project: Project
  readonly workspace: Workspace
  /** Key of the file in the workspace. */
  readonly path: string
  /** The text, for positions. */
  readonly document: Document
  readonly tree: SyntaxTree
}

/** One file with everything a feature needs; undefined when it is not known. */
export function contextOf(project: Project, path: string): FileContext | undefined {
  const document = project.document(path)
  const tree = document && project.workspace.tree(path)
  return document && tree && { project, workspace: project.workspace, path, document, tree }
}

export function rangeOf(document: Document, span: Span): Range {
  return { start: document.positionAt(span.start), end: document.positionAt(span.end) }
}

/** A place in a file of the project; undefined when the file is gone. */
export function locationOf(project: Project, path: string, span: Span): Location | undefined {
  const document = project.document(path)
  return document && { uri: document.uri, range: rangeOf(document, span) }
}
