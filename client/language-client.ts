/** The language server of `.slip` files and the requests of ours it answers. */
import * as vscode from 'vscode'
import { LanguageClient, TransportKind } from 'vscode-languageclient/node'
import type { CatalogHit, CatalogSearchParams } from '../server/messages.ts'
import { bundleFile, nodeArgs } from './support/processes.ts'

/** Starts the server; `stop` of the client ends its process. */
export function createLanguageClient(output: vscode.LogOutputChannel): LanguageClient {
  const module = bundleFile('server')
  const options = { execArgv: nodeArgs }
  return new LanguageClient(
    'slipway',
    'Slipway Language Server',
    {
      run: { module, transport: TransportKind.ipc, options },
      debug: { module, transport: TransportKind.ipc, options },
    },
    {
      documentSelector: [{ language: 'slipway' }],
      outputChannel: output,
      synchronize: {
        fileEvents: [
          vscode.workspace.createFileSystemWatcher('**/*.slip'),
          vscode.workspace.createFileSystemWatcher('**/slipway.json'),
          vscode.workspace.createFileSystemWatcher('**/.slipway/catalog.db*'),
        ],
      },
    },
  )
}

/** Ranked hits of the catalog; all features for an empty text. */
export function searchCatalog(
  client: LanguageClient,
  params: CatalogSearchParams,
): Promise<readonly CatalogHit[]> {
  return client.sendRequest<readonly CatalogHit[]>('slipway/catalogSearch', params)
}
