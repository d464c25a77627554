/** The path of a data file or of an import leads to the file, and an address in a comment to its page. */
import path from 'node:path'
import type { DocumentLink } from 'vscode-languageserver/node'
import { type FileContext, rangeOf } from '../core/context.ts'
import { uriOfFile } from '../core/files.ts'
import { pathsIn } from './names.ts'

const tooltips = { data: 'Open the data file', import: 'Open the model file' }

export function documentLinks(file: FileContext): DocumentLink[] {
  return [...(file.project.hasFolder ? files(file) : []), ...pages(file)]
}

function files(file: FileContext): DocumentLink[] {
  const { project, document } = file
  return pathsIn(file).flatMap(({ kind, span, path: target }) => {
    if (!staysInside(target)) return []
    const range = rangeOf(document, span)
    return [{ range, target: uriOfFile(path.join(project.root, target)), tooltip: tooltips[kind] }]
  })
}

function staysInside(target: string): boolean {
  return !path.isAbsolute(target) && !path.normalize(target).startsWith('..')
}

function pages({ tree, document }: FileContext): DocumentLink[] {
  return tree.tokens.flatMap(({ kind, text, start }) => {
    if (kind !== 'comment' && kind !== 'doc') return []
    return [...text.matchAll(/https?:\/\/[^\s<>"'`]+[^\s<>"'`.,;:!?)\]}]/g)].map(({ 0: target, index }) => ({
      range: rangeOf(document, { start: start + index, end: start + index + target.length }),
      target,
    }))
  })
}
