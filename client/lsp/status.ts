/** What the `{}` in the status bar tells of a model file: the server, its problems, its project. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as vscode from 'vscode'
import type { LanguageServices } from '../context.ts'
import { projectStatus } from './requests.ts'
import type { ServerState } from './server.ts'

const selector: vscode.DocumentSelector = { language: 'slipway' }

/** Shows it. Disposing takes it away. */
export function createStatusItems(services: LanguageServices): vscode.Disposable {
  const { language } = services
  const server = createItem('server', 'Slipway Language Server')
  const problems = createItem('problems', 'Slipway Problems')
  const project = createItem('project', 'Slipway Project')
  const catalog = createItem('catalog', 'Slipway Catalog')
  showServer(server, language.state)
  showProblems(problems)
  let asked = 0
  const showProject = async (): Promise<void> => {
    const mine = ++asked
    const document = vscode.window.activeTextEditor?.document
    if (document?.languageId !== 'slipway' || language.state !== 'running') return
    const status = await projectStatus(language, document.uri.toString()).catch(() => null)
    const version = status?.root ? await languageVersion(status.root) : undefined
    if (mine !== asked) return
    describeProject(project, status, version)
    describeCatalog(catalog, status)
  }
  return vscode.Disposable.from(
    server,
    problems,
    project,
    catalog,
    language.onDidChangeState(state => {
      showServer(server, state)
      void showProject()
    }),
    vscode.languages.onDidChangeDiagnostics(({ uris }) => {
      if (!uris.some(isModelFile)) return
      showProblems(problems)
      void showProject()
    }),
    vscode.window.onDidChangeActiveTextEditor(showProject),
    vscode.workspace.onDidSaveTextDocument(showProject),
  )
}

function createItem(id: string, name: string): vscode.LanguageStatusItem {
  const item = vscode.languages.createLanguageStatusItem(`slipway.${id}`, selector)
  item.name = name
  item.text = '…'
  return item
}

function showServer(item: vscode.LanguageStatusItem, state: ServerState): void {
  const texts: Readonly<Record<ServerState, string>> = {
    starting: 'Language server is starting',
    running: 'Language server',
    stopped: 'Language server has stopped',
    failed: 'Language server does not start',
  }
  item.text = texts[state]
  item.busy = state === 'starting'
  const bad = state === 'stopped' || state === 'failed'
  item.severity = bad ? vscode.LanguageStatusSeverity.Error : vscode.LanguageStatusSeverity.Information
  item.detail = bad ? 'nothing is checked' : undefined
  item.command = bad
    ? { command: 'slipway.restartServer', title: 'Restart' }
    : { command: 'slipway.showLog', title: 'Show Log' }
}

function isModelFile({ path }: vscode.Uri): boolean {
  return path.endsWith('.slip')
}

/** Of the whole workspace, open or not. */
function showProblems(item: vscode.LanguageStatusItem): void {
  const all = vscode.languages.getDiagnostics().flatMap(([uri, found]) => (isModelFile(uri) ? found : []))
  const count = (severity: vscode.DiagnosticSeverity): number =>
    all.filter(each => each.severity === severity).length
  const nErrors = count(vscode.DiagnosticSeverity.Error)
  const nWarnings = count(vscode.DiagnosticSeverity.Warning)
  const parts = [plural(nErrors, 'error'), plural(nWarnings, 'warning')].filter(Boolean)
  item.text = parts.join(', ') || 'No problems'
  item.detail = 'in the .slip files'
  item.severity = nErrors
    ? vscode.LanguageStatusSeverity.Error
    : nWarnings
      ? vscode.LanguageStatusSeverity.Warning
      : vscode.LanguageStatusSeverity.Information
  item.command = { command: 'workbench.actions.view.problems', title: 'Show Problems' }
}

function plural(n: number, word: string): string | undefined {
  return n === 0 ? undefined : `${n} ${word}${n === 1 ? '' : 's'}`
}

type Status = Awaited<ReturnType<typeof projectStatus>>

function describeProject(item: vscode.LanguageStatusItem, status: Status, version: number | undefined): void {
  if (!status?.root) {
    item.text = 'No project'
    item.detail = 'this file is checked alone'
    item.command = { command: 'slipway.newProject', title: 'New Project' }
    return
  }
  item.text = version === undefined ? 'Language' : `Language ${version}`
  item.detail = `slipway.json, ${plural(status.nFiles, 'model file') ?? 'no model file'}`
  const file = vscode.Uri.file(join(status.root, 'slipway.json'))
  item.command = { command: 'vscode.open', title: 'Open', arguments: [file] }
}

function describeCatalog(item: vscode.LanguageStatusItem, status: Status): void {
  const inProject = Boolean(status?.root)
  const reachable = status?.catalog === true
  item.text = !inProject ? 'No catalog' : reachable ? 'Catalog' : 'Catalog cannot be asked'
  item.detail = !inProject
    ? 'outside of a project'
    : reachable
      ? 'reachable'
      : 'features of it are not checked'
  item.severity =
    inProject && !reachable
      ? vscode.LanguageStatusSeverity.Warning
      : vscode.LanguageStatusSeverity.Information
  item.command = { command: 'slipway.searchFeatures', title: 'Search' }
}

/** What slipway.json says; undefined when it says nothing readable, of which the server tells. */
async function languageVersion(root: string): Promise<number | undefined> {
  try {
    const { language } = JSON.parse(await readFile(join(root, 'slipway.json'), 'utf8')) as {
      language?: number
    }
    return language
  } catch {
    // A slipway.json that cannot be read is a diagnostic of its own.
    return undefined
  }
}
