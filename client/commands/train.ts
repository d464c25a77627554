/** *Train on a Sample*: the command line's `train`, on a page that shows what happens and what came of it. */
import * as vscode from 'vscode'
import type { ModelMessage } from '../../library/display/messages.ts'
import type { ProblemPlace } from '../../web/training/messages.ts'
import type { Services } from '../context.ts'
import { chooseModelFile, saveModelFiles, type ModelFile } from '../models/model-files.ts'
import { type TrainingPage, openTrainingPage } from '../pages/training-page.ts'
import { CliFailure, runCli } from './cli.ts'

/** What `slipway train --json` prints, as far as it is shown. */
interface TrainDocument {
  readonly display: ModelMessage
}

/** What runs now, by model: asking again ends it. */
const running = new Map<string, AbortController>()

export async function trainSample(
  services: Services,
  given: { readonly uri?: unknown; readonly name?: unknown },
): Promise<void> {
  const placeHolder = 'Which model is to be trained on a sample?'
  const task = await chooseModelFile(services.language, { given, placeHolder })
  if (task) await train(services, task, 'sample')
}

async function train(services: Services, task: ModelFile, size: 'sample' | 'all'): Promise<void> {
  const { root, name, file, uri } = task
  const key = `${root}\n${name}`
  running.get(key)?.abort()
  const abort = new AbortController()
  running.set(key, abort)
  const page = openTrainingPage(services, {
    key,
    root,
    title: `Training: ${name}`,
    onCancel: () => running.get(key)?.abort(),
    onTrain: again => void train(services, task, again),
  })
  const configured = vscode.workspace.getConfiguration('slipway', uri).get('sampleRows', 50_000)
  const rows = size === 'all' ? 'all' : configured
  page.send({ type: 'begun', model: name, file, rows })
  await saveModelFiles(root)
  const title = `Training ${name}`
  const options = { location: vscode.ProgressLocation.Window, title }
  await vscode.window.withProgress(options, () => runTraining({ services, task, rows, page, abort }))
  if (running.get(key) === abort) running.delete(key)
  services.changed.fire()
}

interface Training {
  readonly services: Services
  readonly task: ModelFile
  readonly rows: number | 'all'
  readonly page: TrainingPage
  readonly abort: AbortController
}

async function runTraining({ services, task, rows, page, abort }: Training): Promise<void> {
  const { output } = services
  const started = performance.now()
  try {
    const document = await runCli<TrainDocument>(['train', task.name, '--rows', String(rows)], {
      root: task.root,
      signal: abort.signal,
      onProgress(message) {
        output.info(message)
        page.send({ type: 'progress', message })
      },
    })
    page.send({ type: 'trained', result: document.display, elapsedMs: performance.now() - started })
  } catch (error) {
    if (abort.signal.aborted) return page.send({ type: 'cancelled' })
    output.error(`Training ${task.name}: ${String(error)}`)
    page.send({ type: 'problem', message: messageOf(error), places: placesOf(error) })
  }
}

function messageOf(error: unknown): string {
  if (!(error instanceof CliFailure)) return String(error)
  return error.message.startsWith(error.code) ? error.message : `${error.code}: ${error.message}`
}

/** Where the model is wrong, when that is why there is nothing to train. */
function placesOf(error: unknown): readonly ProblemPlace[] {
  const details = error instanceof CliFailure ? error.details : undefined
  const { diagnostics } = (details ?? {}) as { diagnostics?: readonly LocatedDiagnostic[] }
  return (diagnostics ?? []).flatMap(({ path, code, message, start }) =>
    start ? [{ path, line: start.line, column: start.column, code, message }] : [],
  )
}

interface LocatedDiagnostic {
  readonly path: string
  readonly code: string
  readonly message: string
  readonly start?: { readonly line: number; readonly column: number }
}
