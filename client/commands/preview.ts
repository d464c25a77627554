/** *Preview Features*: what the features of a model are on the first rows of the data, as a table in a tab. */
import * as vscode from 'vscode'
import type { TableMessage } from '../../library/display/messages.ts'
import type { FromTablePage, ToTablePage } from '../../web/table/page-messages.ts'
import type { Services } from '../context.ts'
import { chooseModelFile, saveModelFiles } from '../models/model-files.ts'
import { createPage } from '../pages/webview.ts'
import { runTask } from './run.ts'

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
  const model = await chooseModelFile(services.language, { given, placeHolder })
  if (!model) return
  const { root, name } = model
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
