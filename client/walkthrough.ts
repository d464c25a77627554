/**
 * Context keys by which the walkthrough's steps know that they are done.
 *
 * VS Code marks a step when its key becomes true, and only if it knew of the walkthrough before: a key that was true
 * when it came to know it marks nothing any more. So opening the walkthrough hides the keys and shows them again.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import * as vscode from 'vscode'

type Step = 'created' | 'opened' | 'completed' | 'mended'

/** How long VS Code may take to read the walkthrough. */
const readingMs = 500

const seen = new Set<Step>()

/** A step has been seen to be done. */
export function markDone(step: Step): void {
  if (seen.has(step)) return
  seen.add(step)
  void setKey(step, true)
}

/** Opens the walkthrough, with what was done before marked. */
export async function openWalkthrough(id: string): Promise<void> {
  for (const step of seen) await setKey(step, false)
  await vscode.commands.executeCommand('workbench.action.openWalkthrough', id, false)
  await sleep(readingMs)
  for (const step of seen) await setKey(step, true)
}

function setKey(step: Step, value: boolean): Thenable<unknown> {
  return vscode.commands.executeCommand('setContext', `slipway.walkthrough.${step}`, value)
}

/** Watches what the person does with model files. */
export function watchWalkthrough(): vscode.Disposable {
  const failing = new Set<string>()
  const isModelFile = (document: vscode.TextDocument): boolean => document.languageId === 'slipway'
  const isOpen = (key: string): boolean =>
    vscode.workspace.textDocuments.some(({ uri }) => uri.toString() === key)
  if (vscode.workspace.textDocuments.some(isModelFile)) markDone('opened')
  return vscode.Disposable.from(
    vscode.workspace.onDidOpenTextDocument(document => {
      if (isModelFile(document)) markDone('opened')
    }),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      // More than one letter at once, and no new line: a completion was accepted.
      const accepted = contentChanges.some(({ text }) => /^[\w`]{2,}/.test(text))
      if (isModelFile(document) && accepted) markDone('completed')
    }),
    vscode.languages.onDidChangeDiagnostics(({ uris }) => {
      for (const uri of uris.filter(({ path }) => path.endsWith('.slip'))) {
        const key = uri.toString()
        const fails = vscode.languages.getDiagnostics(uri).length > 0
        if (!fails && failing.delete(key) && isOpen(key)) markDone('mended')
        if (fails) failing.add(key)
      }
    }),
  )
}
