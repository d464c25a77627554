/** *Preview Features*: what the features of a model are on the first rows of the data, as a table in a tab. */
import * as vscode from 'vscode'
import type { TableMessage } from '../../library/display/messages.ts'
import type { FromTablePage, ToTablePage } from '../../web/table/page-messages.ts'
import type { Services } from '../context.ts'
import { chooseTarget } from '../models/targets.ts'
import { createPage } from '../pages/webview.ts'
import { projectOf } from '../project.ts'
import { runTask } from './run.ts'
import { explainCells, saveModelFiles } from './train.ts'

/** So many are complete in the page, which then sorts and filters by itself. */
const nRows = 100

/** What `slipway preview --json` prints, as far as it is shown. */
interface PreviewDocument {
  readonly display: TableMessage
}

export async function previewFeatures(
  services: Services,
  given: { readonly uri?: unknown; readonly name?: unknown },
): Promise<void> {
  const placeHolder = 'The features of which model?'
  const target = await chooseTarget(services.language, { given, kinds: ['model'], placeHolder })
  if (!target) return
  const { uri, name } = target
  if (uri.scheme !== 'file') return explainCells(uri)
  const root = projectOf(uri)
  if (root === undefined) {
    const text = `${name} lies in no Slipway project: a folder with a slipway.json.`
    return void vscode.window.showWarningMessage(text)
  }
  await saveModelFiles(root)
  const args = ['preview', name, '--rows', String(nRows)]
  const title = `Computing the features of ${name}`
  const found = await runTask<PreviewDocument>(services, { title, args, root })
  if (found) showTable(services, `Features: ${name}`, found.display)
}

function showTable({ extension }: Services, title: string, table: TableMessage): void {
  const panel = createPage({ extension, bundle: 'table-page', title })
  panel.webview.onDidReceiveMessage((message: FromTablePage) => {
    if (message.type === 'ready')
      void panel.webview.postMessage({ type: 'table', table } satisfies ToTablePage)
    if (message.type === 'clipboard') void vscode.env.clipboard.writeText(message.text)
  })
}
