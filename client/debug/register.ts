/** Debugging of cells, as VS Code knows it. The adapter is loaded with the first session. */
import * as vscode from 'vscode'
import type { Services } from '../context.ts'

/** As package.json calls it. */
export const debugType = 'slipway'

export interface CellDebugConfiguration extends vscode.DebugConfiguration {
  /** Of the notebook and of its cell, as texts. */
  readonly notebook: string
  readonly cell: string
}

/** Disposing of it takes the debugger away. */
export function registerDebugging(services: Services): vscode.Disposable {
  return vscode.debug.registerDebugAdapterDescriptorFactory(debugType, {
    async createDebugAdapterDescriptor({ configuration }) {
      const { notebook: uri, cell: cellUri } = configuration as CellDebugConfiguration
      const notebook = vscode.workspace.notebookDocuments.find(document => document.uri.toString() === uri)
      const cell = notebook?.getCells().find(({ document }) => document.uri.toString() === cellUri)
      if (!notebook || !cell)
        throw new Error('The cell is gone: use Debug Cell on a cell of an open notebook.')
      const { CellDebugAdapter } = await import(/* webpackChunkName: "debug" */ './adapter.ts')
      const { kernels, output } = services
      return new vscode.DebugAdapterInlineImplementation(
        new CellDebugAdapter({ kernels, notebook, cell, output }),
      )
    },
  })
}
