/** What is started when VS Code has its extension already: the language server and what shows its answers. */
import * as vscode from 'vscode'
import type { LanguageServices, Services } from './context.ts'
import { registerDebugging } from './debug/register.ts'
import { isForOurKernel } from './kernel/controller.ts'
import { createMessages, forwardRendererMessages } from './kernel/renderer-messages.ts'
import { cellId } from './kernel/run-log.ts'
import { createCompiledDocuments } from './lsp/compiled.ts'
import { createStatusItems } from './lsp/status.ts'
import { registerModelCells } from './notebook/model-cells.ts'
import { tableTabs } from './pages/table-page.ts'
import { registerPromotion } from './promotion/register.ts'
import { createModelTests } from './testing/controller.ts'
import { registerVariables } from './variables/view.ts'
import { markDone, watchWalkthrough } from './walkthrough.ts'

/** Starts it. Disposing of what comes back ends it. */
export function startLater(base: LanguageServices, trusted: () => Services | undefined): vscode.Disposable {
  const { language, output } = base
  // Whoever asks the server waits for it; here nobody does, and a failure shows in the status item.
  language.start().catch((error: unknown) => output.debug(String(error)))
  const own = vscode.Disposable.from(
    createStatusItems(base),
    createCompiledDocuments(base),
    registerModelCells(),
    registerPromotion(base, { trusted, isForOurKernel }),
    watchProjects(base),
    watchWalkthrough(),
  )
  const tests = (): vscode.Disposable | undefined => {
    const services = trusted()
    return (
      services &&
      vscode.Disposable.from(
        createModelTests(services),
        registerDebugging(services),
        variablesView(services),
        forwardRendererMessages(services.kernels, tableTabs(services)),
      )
    )
  }
  const owned: vscode.Disposable[] = [own]
  const begin = (): void => {
    const made = tests()
    if (made) owned.push(made)
  }
  if (trusted()) begin()
  else owned.push(vscode.workspace.onDidGrantWorkspaceTrust(begin))
  return { dispose: () => owned.forEach(each => each.dispose()) }
}

function variablesView(services: Services): vscode.Disposable {
  const messages = createMessages(services.kernels)
  const open = tableTabs(services)
  const openTable = (table: unknown, notebook: vscode.NotebookDocument): void =>
    open(table, notebook, messages)
  return vscode.Disposable.from(messages, registerVariables(services, { openTable, cellId }))
}

/** Keeps the context key by which views and menus know whether there is a project. */
function watchProjects({ changed }: LanguageServices): vscode.Disposable {
  const update = async (): Promise<void> => {
    const found = await vscode.workspace.findFiles('**/slipway.json', '**/node_modules/**', 1)
    await vscode.commands.executeCommand('setContext', 'slipway.hasProject', found.length > 0)
    if (found.length > 0) markDone('created')
    changed.fire()
  }
  const watcher = vscode.workspace.createFileSystemWatcher('**/slipway.json', false, true, false)
  watcher.onDidCreate(update)
  watcher.onDidDelete(update)
  void update()
  return watcher
}
