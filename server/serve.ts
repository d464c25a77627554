/** Assembles the server with the real catalog and the real files. `slipway lsp` and main.ts call it. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { type Connection, ProposedFeatures, createConnection } from 'vscode-languageserver/node'
import { openProjectCatalog } from './core/open-catalog.ts'
import { startServer } from './server.ts'

export type Transport = 'stdio' | 'ipc'

/** Serves one editor; the process ends with the connection. */
export function serve(transport: Transport): void {
  startServer(connect(transport), {
    assemble: (root, log) => ({
      describe: async source => {
        // DuckDB is loaded when the first data file is looked at, not when the editor starts.
        const { describeSource } = await import('../catalog/index.ts')
        return describeSource(root, source)
      },
      catalog: openProjectCatalog(root, log),
    }),
    documentationFolder: documentationFolder(),
  })
}

function connect(transport: Transport): Connection {
  if (transport === 'ipc') return createConnection(ProposedFeatures.all)
  return createConnection(ProposedFeatures.all, process.stdin, process.stdout)
}

/** The nearest folder above this file that has the page of errors: the checkout, or the packaged extension. */
function documentationFolder(): string | undefined {
  for (let folder = import.meta.dirname; folder !== path.dirname(folder); folder = path.dirname(folder))
    if (existsSync(path.join(folder, 'docs/errors.md'))) return folder
  return undefined
}
