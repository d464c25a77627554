/** The tab of a training on a sample, one per model. */
import { join } from 'node:path'
import * as vscode from 'vscode'
import type { FromTrainingPage, ProblemPlace, ToTrainingPage } from '../../web/training/messages.ts'
import type { Services } from '../context.ts'
import { createPage } from './webview.ts'

export interface TrainingPage {
  send(message: ToTrainingPage): void
  readonly closed: AbortSignal
}

export interface TrainingPageOptions {
  /** Tells pages apart. */
  readonly key: string
  readonly root: string
  readonly title: string
  /** The page asks for it; `cancel` ends what runs. */
  onCancel(): void
  onTrain(rows: 'sample' | 'all'): void
}

interface OpenPage {
  readonly panel: vscode.WebviewPanel
  readonly page: TrainingPage
  options: TrainingPageOptions
}

/** By key; a page that is open is used again. VS Code owns the panels. */
const open = new Map<string, OpenPage>()

/** Shows the page beside the editor, with nothing on it yet. */
export function openTrainingPage({ extension }: Services, options: TrainingPageOptions): TrainingPage {
  const known = open.get(options.key)
  if (known) {
    known.options = options
    known.panel.reveal(undefined, true)
    return known.page
  }
  const { title, key } = options
  const panel = createPage({ extension, bundle: 'training-page', title, beside: true })
  const closed = new AbortController()
  const send = queueUntilReady(panel)
  const made: OpenPage = { panel, options, page: { send, closed: closed.signal } }
  open.set(key, made)
  panel.onDidDispose(() => {
    open.delete(key)
    closed.abort()
    made.options.onCancel()
  })
  panel.webview.onDidReceiveMessage((message: FromTrainingPage) => {
    if (message.type === 'cancel') made.options.onCancel()
    if (message.type === 'train') made.options.onTrain(message.rows)
    if (message.type === 'open') void openPlace(made.options.root, message.place)
  })
  return made.page
}

/** A page hears nothing before it has said that it is ready. */
function queueUntilReady(panel: vscode.WebviewPanel): (message: ToTrainingPage) => void {
  let waiting: ToTrainingPage[] | undefined = []
  panel.webview.onDidReceiveMessage((message: FromTrainingPage) => {
    if (message.type !== 'ready') return
    waiting?.forEach(each => void panel.webview.postMessage(each))
    waiting = undefined
  })
  return message => {
    if (waiting) waiting.push(message)
    else void panel.webview.postMessage(message)
  }
}

async function openPlace(root: string, { path, line, column }: ProblemPlace): Promise<void> {
  const at = new vscode.Position(line - 1, column - 1)
  await vscode.window.showTextDocument(vscode.Uri.file(join(root, path)), {
    selection: new vscode.Range(at, at),
    viewColumn: vscode.ViewColumn.One,
  })
}
