/**
 * The tests of models in VS Code's Test Explorer: file → model → test, found in the outline that the language server
 * gives, without running anything; run by the command line's `test`.
 */
import * as vscode from 'vscode'
import type { Services } from '../context.ts'
import { outline } from '../lsp/requests.ts'
import { type FileTests, testsOf } from './discovery.ts'
import { runTests } from './run.ts'

/** How long the text of a file must rest before its tests are looked for again. */
const restMs = 300
const excluded = '**/{node_modules,.slipway,pipelines}/**'

/** Registers the tests. Disposing of it ends what runs. */
export function createModelTests(services: Services): vscode.Disposable {
  const { language, output } = services
  const controller = vscode.tests.createTestController('slipway', 'Slipway Models')
  const timers = new Map<string, NodeJS.Timeout>()

  const read = async (uri: vscode.Uri): Promise<void> => {
    try {
      const symbols = (await mayHaveTests(uri)) ? await outline(language, uri.toString()) : []
      showFile(controller, uri, testsOf(symbols))
    } catch (error) {
      output.debug(`tests of ${uri.path}: ${String(error)}`)
    }
  }
  const later = (uri: vscode.Uri): void => {
    const key = uri.toString()
    clearTimeout(timers.get(key))
    timers.set(
      key,
      setTimeout(() => void read(uri), restMs),
    )
  }
  const readAll = async (): Promise<void> => {
    const files = await vscode.workspace.findFiles('**/*.slip', excluded)
    await Promise.all(files.map(read))
  }
  controller.resolveHandler = async item => {
    if (!item) await readAll()
  }
  controller.refreshHandler = readAll

  const run = async (request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> => {
    if (!request.include?.length) await readAll()
    await runTests({ services, controller, request, token })
  }
  controller.createRunProfile('Run', vscode.TestRunProfileKind.Run, run, true)

  const watcher = vscode.workspace.createFileSystemWatcher('**/*.slip')
  vscode.workspace.textDocuments.filter(isModelFile).forEach(({ uri }) => later(uri))
  return vscode.Disposable.from(
    controller,
    watcher,
    { dispose: () => timers.forEach(timer => clearTimeout(timer)) },
    watcher.onDidCreate(later),
    watcher.onDidChange(later),
    watcher.onDidDelete(uri => controller.items.delete(uri.toString())),
    vscode.workspace.onDidOpenTextDocument(document => isModelFile(document) && later(document.uri)),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (!isModelFile(document) || contentChanges.length === 0) return
      // What is known of its tests is of a text that is no more.
      const known = controller.items.get(document.uri.toString())
      if (known) controller.invalidateTestResults(known)
      later(document.uri)
    }),
    vscode.commands.registerCommand(
      'slipway.testing.run',
      async (uri?: unknown, name?: unknown, test?: unknown) => {
        const request = await requestFor(controller, { uri, name, test }, read)
        const source = new vscode.CancellationTokenSource()
        await run(request, source.token).finally(() => source.dispose())
      },
    ),
  )
}

/** Only files of a project are tested: a test needs a model that is trained from its file. */
function isModelFile({ languageId, uri }: vscode.TextDocument): boolean {
  return languageId === 'slipway' && uri.scheme === 'file'
}

/** Most files have no tests: those are not asked about. */
async function mayHaveTests(uri: vscode.Uri): Promise<boolean> {
  const open = vscode.workspace.textDocuments.find(document => document.uri.toString() === uri.toString())
  const text = open ? open.getText() : Buffer.from(await vscode.workspace.fs.readFile(uri)).toString('utf8')
  return /^\s*test\s*"/m.test(text)
}

/** What is at the command's place: a test, a model, a file, else everything. */
async function requestFor(
  controller: vscode.TestController,
  given: { readonly uri?: unknown; readonly name?: unknown; readonly test?: unknown },
  read: (uri: vscode.Uri) => Promise<void>,
): Promise<vscode.TestRunRequest> {
  const editor = vscode.window.activeTextEditor?.document
  const uri = uriOf(given.uri) ?? (editor && isModelFile(editor) ? editor.uri : undefined)
  if (!uri) return new vscode.TestRunRequest()
  await read(uri)
  const file = controller.items.get(uri.toString())
  if (!file) {
    const text = `${vscode.workspace.asRelativePath(uri)} has no test: write \`test "…" { given { … } expect … }\` in a model.`
    void vscode.window.showInformationMessage(text)
    return new vscode.TestRunRequest([])
  }
  const model = typeof given.name === 'string' ? file.children.get(`${file.id}#${given.name}`) : undefined
  const test = typeof given.test === 'string' ? model?.children.get(`${model.id}#${given.test}`) : undefined
  return new vscode.TestRunRequest([test ?? model ?? file])
}

function uriOf(given: unknown): vscode.Uri | undefined {
  if (given instanceof vscode.Uri) return given
  return typeof given === 'string' ? vscode.Uri.parse(given) : undefined
}

/** Makes the items of a file what the file says now; items that stay keep their results. */
function showFile(controller: vscode.TestController, uri: vscode.Uri, models: FileTests): void {
  const id = uri.toString()
  if (models.length === 0) return controller.items.delete(id)
  const file =
    controller.items.get(id) ?? controller.createTestItem(id, vscode.workspace.asRelativePath(uri), uri)
  controller.items.add(file)
  const modelItems = models.map(model => {
    const item = child(controller, file, `${id}#${model.name}`, model)
    const tests = model.tests.map(test => child(controller, item, `${item.id}#${test.name}`, test))
    item.children.replace(tests)
    return item
  })
  file.children.replace(modelItems)
}

function child(
  controller: vscode.TestController,
  parent: vscode.TestItem,
  id: string,
  { name, range }: { readonly name: string; readonly range: FileTests[number]['range'] },
): vscode.TestItem {
  const item = parent.children.get(id) ?? controller.createTestItem(id, name, parent.uri)
  const { start, end } = range
  item.range = new vscode.Range(start.line, start.character, end.line, end.character)
  return item
}
