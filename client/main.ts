/** The extension: assembles language client, kernels, backends, views and commands, and ends them with the window. */
import * as vscode from 'vscode'
import { Backends } from './service/backends.ts'
import { registerCommands } from './commands/index.ts'
import type { Services } from './context.ts'
import { registerCellLanguage } from './kernel/cell-language.ts'
import { Kernels } from './kernel/controller.ts'
import { createLanguageClient } from './language-client.ts'
import { createCatalogView } from './views/catalog.ts'
import { createModelsView } from './views/models.ts'
import { createRunsView } from './views/runs.ts'

/** Ends what `activate` started. A module-level hand-over, because VS Code calls two functions of one module. */
let shutdown: (() => Promise<void>) | undefined

export async function activate(extension: vscode.ExtensionContext): Promise<void> {
  const output = vscode.window.createOutputChannel('Slipway', { log: true })
  const language = createLanguageClient(output)
  extension.subscriptions.push(output)
  const parts: { dispose(): unknown }[] = [{ dispose: () => language.stop() }]
  shutdown = async () => {
    await Promise.allSettled(parts.map(part => part.dispose()))
  }
  const trusted = (): void => {
    parts.push(...startTrustedParts(extension, output, language))
  }
  if (vscode.workspace.isTrusted) trusted()
  else extension.subscriptions.push(vscode.workspace.onDidGrantWorkspaceTrust(trusted))
  await language.start()
}

export async function deactivate(): Promise<void> {
  await shutdown?.()
}

/** What runs code or writes files. In a restricted workspace only the language support is there. */
function startTrustedParts(
  extension: vscode.ExtensionContext,
  output: vscode.LogOutputChannel,
  language: Services['language'],
): { dispose(): unknown }[] {
  const kernels = new Kernels(output)
  const backends = new Backends(output)
  const services: Services = {
    extension,
    output,
    kernels,
    backends,
    language,
    changed: new vscode.EventEmitter<void>(),
  }
  const views = [createCatalogView(services), createRunsView(services), createModelsView(services)]
  extension.subscriptions.push(
    services.changed,
    registerCellLanguage(kernels),
    watchProjects(services),
    registerCommands(services, () => views.forEach(view => view.reload())),
    ...views,
  )
  return [kernels, backends]
}

/** Keeps the context key by which views and menus know whether there is a project. */
function watchProjects(services: Services): vscode.Disposable {
  const update = async (): Promise<void> => {
    const found = await vscode.workspace.findFiles('**/slipway.json', '**/node_modules/**', 1)
    await vscode.commands.executeCommand('setContext', 'slipway.hasProject', found.length > 0)
    services.changed.fire()
  }
  const watcher = vscode.workspace.createFileSystemWatcher('**/slipway.json', false, true, false)
  watcher.onDidCreate(update)
  watcher.onDidDelete(update)
  void update()
  return watcher
}
