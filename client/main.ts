/**
 * The extension: assembles language client, kernels, backends, views and commands, and ends them with the window.
 *
 * Activation does as little as VS Code needs to show what is ours; whatever is large or slow is loaded right after
 * it (later.ts) or when a command is first used (commands/).
 */
import * as vscode from 'vscode'
import { registerCommands } from './commands/index.ts'
import type { LanguageServices, Services } from './context.ts'
import { registerCellLanguage } from './kernel/cell-language.ts'
import { Kernels } from './kernel/controller.ts'
import { LanguageKernels } from './kernel/language-kernels.ts'
import { LanguageServer } from './lsp/server.ts'
import { Backends } from './service/backends.ts'
import { createCatalogView } from './views/catalog.ts'
import { createModelsView } from './views/models.ts'
import { createRunsView } from './views/runs.ts'

/** Ends what `activate` started. A module-level hand-over, because VS Code calls two functions of one module. */
let shutdown: (() => Promise<void>) | undefined

export function activate(extension: vscode.ExtensionContext): void {
  const output = vscode.window.createOutputChannel('Slipway', { log: true })
  const language = new LanguageServer(output)
  const changed = new vscode.EventEmitter<void>()
  const base: LanguageServices = { extension, output, language, changed }
  const owned: { dispose(): unknown }[] = [language]
  shutdown = async () => {
    await Promise.allSettled(owned.map(part => part.dispose()))
  }
  let services: Services | undefined
  let restricted = vscode.workspace.isTrusted ? undefined : startRestrictedParts(base)
  if (restricted) owned.push(restricted)
  const trust = (): void => {
    void restricted?.dispose()
    restricted = undefined
    services = startTrustedParts(base)
    owned.push(services.kernels, services.backends)
  }
  extension.subscriptions.push(
    output,
    changed,
    registerCommands({ base, trusted: () => services }),
    vscode.workspace.onDidGrantWorkspaceTrust(trust),
  )
  if (vscode.workspace.isTrusted) trust()
  const later = setImmediate(() => void startLater(base, () => services))
  extension.subscriptions.push({ dispose: () => clearImmediate(later) })
}

export async function deactivate(): Promise<void> {
  await shutdown?.()
}

/** Where cells must not run, TypeScript is asked about them all the same. */
function startRestrictedParts({ output }: LanguageServices): { dispose(): Promise<void> } {
  const kernels = new LanguageKernels(output)
  const cells = registerCellLanguage(kernels, output)
  return {
    async dispose() {
      cells.dispose()
      await kernels.dispose()
    },
  }
}

/** What runs code or writes files. In a restricted workspace only the language support is there. */
function startTrustedParts(base: LanguageServices): Services {
  const { output, extension } = base
  const services: Services = { ...base, kernels: new Kernels(output), backends: new Backends(output) }
  extension.subscriptions.push(
    registerCellLanguage(services.kernels, output),
    createCatalogView(services),
    createRunsView(services),
    createModelsView(services),
  )
  return services
}

async function startLater(base: LanguageServices, trusted: () => Services | undefined): Promise<void> {
  try {
    const { startLater } = await import(/* webpackChunkName: "later" */ './later.ts')
    base.extension.subscriptions.push(startLater(base, trusted))
  } catch (error) {
    base.output.error(`The extension did not start whole: ${String(error)}`)
  }
}
