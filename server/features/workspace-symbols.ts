/** The declarations of all projects, and what models declare in themselves, by a few letters of their names. */
import type { CancellationToken, WorkspaceSymbol } from 'vscode-languageserver/node'
import type { DocumentSymbol } from '../../language/index.ts'
import { type FileContext, contextOf, rangeOf } from '../core/context.ts'
import { createPauses } from '../core/guard.ts'
import type { Project } from '../core/project.ts'
import { fit } from './fuzzy.ts'
import { symbolKinds } from './symbols.ts'

/** More than these no list shows. */
const most = 256

interface Hit {
  readonly file: FileContext
  readonly symbol: DocumentSymbol
  readonly container: string
  readonly score: number
}

/** The best first. */
export async function workspaceSymbols(
  projects: readonly Project[],
  query: string,
  token: CancellationToken,
): Promise<WorkspaceSymbol[]> {
  const pause = createPauses(token)
  const hits: Hit[] = []
  for (const project of projects)
    for (const path of project.files()) {
      await pause()
      const file = contextOf(project, path)
      if (file) hits.push(...hitsIn(file, String(query ?? '')))
    }
  hits.sort((a, b) => b.score - a.score || (a.symbol.name < b.symbol.name ? -1 : 1))
  return hits.slice(0, most).map(({ file: { document }, symbol: { name, kind, span }, container }) => ({
    name,
    kind: symbolKinds[kind],
    location: { uri: document.uri, range: rangeOf(document, span) },
    containerName: container,
  }))
}

function hitsIn(file: FileContext, query: string): Hit[] {
  const hits: Hit[] = []
  const add = (symbol: DocumentSymbol, container: string, weight: number): void => {
    const score = symbol.name === '' ? 0 : fit(symbol.name, query) * weight
    if (score > 0) hits.push({ file, symbol, container, score })
  }
  for (const symbol of file.workspace.symbols(file.path)) {
    add(symbol, file.path, 1)
    // What is inside is only wanted when it is asked for, and comes after declarations of the name.
    if (query !== '') for (const child of symbol.children) add(child, `${symbol.name}, ${file.path}`, 0.6)
  }
  return hits
}
