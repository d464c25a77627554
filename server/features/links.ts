/** The path of a data file leads to the file. */
import path from 'node:path'
import type { DocumentLink } from 'vscode-languageserver/node'
import { nodesOf, ownTokens } from '../../language/syntax/tree.ts'
import { type FileContext, rangeOf } from '../core/context.ts'
import { uriOfFile } from '../core/files.ts'

export function documentLinks({ tree, document, project }: FileContext): DocumentLink[] {
  const links: DocumentLink[] = []
  if (!project.hasFolder) return links
  for (const node of nodesOf(tree.root)) {
    if (node.kind !== 'FromItem') continue
    const text = ownTokens(node).find(token => token.kind === 'string' && !token.unterminated)
    const target = text && pathIn(text.text)
    if (!text || !target) continue
    const range = rangeOf(document, { start: text.start + 1, end: text.end - 1 })
    links.push({ range, target: uriOfFile(path.join(project.root, target)), tooltip: 'Open the data file' })
  }
  return links
}

/** The path in a quoted text; undefined for one that leaves the project or cannot be read. */
function pathIn(quoted: string): string | undefined {
  try {
    const plain: unknown = JSON.parse(quoted)
    if (typeof plain !== 'string' || path.isAbsolute(plain)) return undefined
    return path.normalize(plain).startsWith('..') ? undefined : plain
  } catch {
    return undefined
  }
}
