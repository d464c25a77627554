/** Assembles the server with the real catalog and the real files. `slipway lsp` and main.ts call it. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { type Connection, ProposedFeatures, createConnection } from 'vscode-languageserver/node'
import { openProjectCatalog } from './core/open-catalog.ts'
import { startServer } from './server.ts'

export type Transport = 'stdio' | 'ipc'

/** Serves one editor; the process ends with the connection. */
export function serve(transport: Transport): void {
  const connection = connect(transport)
  const installed = installationFolder()
  const projectSchema = installed && readSchema(installed)
  // Whatever nobody has waited for must not end the process with all that the editor has open.
  process.on('unhandledRejection', reason => connection.console.error(`Unhandled: ${String(reason)}`))
  startServer(connection, {
    assemble: (root, log) => ({
      describe: async source => {
        // DuckDB is loaded when the first data file is looked at, not when the editor starts.
        const { describeSource } = await import('../catalog/index.ts')
        return describeSource(root, source)
      },
      describeStatistics: async source => {
        const { describeStatistics } = await import('../catalog/index.ts')
        return describeStatistics(root, source)
      },
      catalog: openProjectCatalog(root, log),
    }),
    ...(installed !== undefined && { documentationFolder: installed }),
    ...(projectSchema && { projectSchema }),
  })
}

function connect(transport: Transport): Connection {
  if (transport === 'ipc') return createConnection(ProposedFeatures.all)
  return createConnection(ProposedFeatures.all, process.stdin, process.stdout)
}

/** The nearest folder above this file that has the page of errors: the checkout, or the packaged extension. */
function installationFolder(): string | undefined {
  for (let folder = import.meta.dirname; folder !== path.dirname(folder); folder = path.dirname(folder))
    if (existsSync(path.join(folder, 'docs/errors.md'))) return folder
  return undefined
}

function readSchema(folder: string): object | undefined {
  try {
    return JSON.parse(readFileSync(path.join(folder, 'library/slipway.schema.json'), 'utf8')) as object
  } catch {
    return undefined
  }
}
