/**
 * Every command of the extension. VS Code is told of them at once; what they do is loaded with the first one used
 * (table.ts).
 */
import * as vscode from 'vscode'
import type { LanguageServices, Services } from '../context.ts'

export interface CommandServices {
  readonly base: LanguageServices
  /** Undefined while the workspace is restricted. */
  trusted(): Services | undefined
}

/** Commands that the language server's answers name and no person runs from the palette. */
const internal = ['slipway.showReferences']

interface Manifest {
  readonly contributes: { readonly commands: readonly { readonly command: string }[] }
}

/** Registers what package.json contributes. */
export function registerCommands(services: CommandServices): vscode.Disposable {
  const { contributes } = services.base.extension.extension.packageJSON as Manifest
  const ids = [...contributes.commands.map(({ command }) => command), ...internal]
  const registered = ids.map(id =>
    vscode.commands.registerCommand(id, async (...args: unknown[]) => {
      const { runCommand } = await import(/* webpackChunkName: "commands" */ './table.ts')
      return runCommand(services, id, args)
    }),
  )
  return vscode.Disposable.from(...registered)
}
