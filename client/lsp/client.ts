/**
 * The client's end of the Language Server Protocol. A module of its own because the protocol's library is most of
 * the extension's code: it is loaded after activation.
 */
import type * as vscode from 'vscode'
import {
  LanguageClient,
  type Middleware,
  RevealOutputChannelOn,
  TransportKind,
} from 'vscode-languageclient/node'
import { bundleFile, nodeArgs, runtimePath } from '../support/processes.ts'

export interface ClientOptions {
  readonly output: vscode.LogOutputChannel
  readonly middleware: Middleware
}

/** A client that has not started its server yet. */
export function createLanguageClient({ output, middleware }: ClientOptions): LanguageClient {
  const runtime = runtimePath()
  const server = {
    module: bundleFile('server'),
    transport: TransportKind.ipc,
    options: { execArgv: nodeArgs },
    ...(runtime === undefined ? {} : { runtime }),
  }
  return new LanguageClient(
    'slipway',
    'Slipway Language Server',
    { run: server, debug: server },
    {
      // Cells of notebooks come by the notebook synchronisation that the server asks for.
      documentSelector: [{ language: 'slipway' }],
      // Lenses may name our commands, and hovers of VS Code show images. The grammar colours texts and numbers, and
      // VS Code checks slipway.json by its schema.
      initializationOptions: { commands: true, hoverImages: true, hasGrammar: true, hasSchema: true },
      outputChannel: output,
      traceOutputChannel: output,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      middleware,
    },
  )
}
