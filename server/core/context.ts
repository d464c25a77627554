/** What a feature of the server is given: one file of a project, and the place in it that the editor asks about. */
import type { Location, Range } from 'vscode-languageserver/node'
import { TextDocument } from 'vscode-languageserver-textdocument'
import type { Span, SyntaxTree, Workspace } from '../../language/index.ts'
import type { Project } from './project.ts'

export interface FileContext {
  readonly project: Project
  readonly workspace: Workspace
  /** Key of the file in the workspace. */
  readonly path: string
  /** The text, for positions. */
  readonly document: TextDocument
  readonly tree: SyntaxTree
}

export function rangeOf(document: TextDocument, span: Span): Range {
  return { start: document.positionAt(span.start), end: document.positionAt(span.end) }
}

/** A place in a file of the project; undefined when the file is gone. */
export function locationOf(project: Project, path: string, span: Span): Location | undefined {
  const document = project.document(path)
  return document && { uri: document.uri, range: rangeOf(document, span) }
}
