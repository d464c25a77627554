/** How a command of the extension runs one of the command line: progress, cancellation, errors a person can use. */
import { basename } from 'node:path'
import * as vscode from 'vscode'
import type { LanguageServices, Services } from '../context.ts'
import { currentProject } from '../project.ts'
import { CliFailure, runCli } from './cli.ts'

export interface Task {
  /** e.g. `Promoting explore.ipynb`. */
  readonly title: string
  readonly args: readonly string[]
  readonly root: string
  /** Whether it talks to the backend, which is then started by this window rather than left behind by a command. */
  readonly needsBackend?: boolean
}

/**
 * Runs it under a cancellable notification. Undefined when it was cancelled or failed; the person has been told.
 */
export async function runTask<Document>(services: Services, task: Task): Promise<Document | undefined> {
  const options = { location: vscode.ProgressLocation.Notification, title: task.title, cancellable: true }
  try {
    return await vscode.window.withProgress(options, async (progress, token) => {
      const abort = new AbortController()
      using _ = asDisposable(token.onCancellationRequested(() => abort.abort()))
      if (task.needsBackend) {
        progress.report({ message: 'connecting to the backend' })
        await services.backends.connect(task.root)
      }
      services.output.info(`slipway ${task.args.join(' ')} (in ${basename(task.root)})`)
      return await runCli<Document>(task.args, {
        root: task.root,
        signal: abort.signal,
        onProgress(message) {
          services.output.info(message)
          progress.report({ message })
        },
      })
    })
  } catch (error) {
    if (!(error instanceof CliFailure && error.cancelled)) await showError(services, task.title, error)
    return undefined
  } finally {
    services.changed.fire()
  }
}

/** Tells what went wrong, with the log behind a button. */
export async function showError(
  services: Pick<LanguageServices, 'output'>,
  title: string,
  error: unknown,
): Promise<void> {
  const message = error instanceof Error ? error.message : String(error)
  const code = error instanceof CliFailure && !message.startsWith(error.code) ? `${error.code}: ` : ''
  services.output.error(`${title}: ${code}${message}`)
  if (error instanceof CliFailure && error.details !== undefined)
    services.output.error(JSON.stringify(error.details, null, 2))
  const chosen = await vscode.window.showErrorMessage(`${title}: ${code}${message}`, 'Show Log')
  if (chosen) services.output.show()
}

/** The project, or undefined after telling that there is none. */
export async function requireProject(): Promise<string | undefined> {
  const root = currentProject()
  if (root !== undefined) return root
  const text = 'This needs a Slipway project: a folder with a slipway.json.'
  const chosen = await vscode.window.showWarningMessage(text, 'New Project…')
  if (chosen) await vscode.commands.executeCommand('slipway.newProject')
  return undefined
}

function asDisposable(disposable: vscode.Disposable): Disposable {
  return { [Symbol.dispose]: () => disposable.dispose() }
}
