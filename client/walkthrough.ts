/** Context keys by which the walkthrough's steps know that they are done. */
import * as vscode from 'vscode'

type Step = 'opened' | 'completed' | 'mended'

const seen = new Set<Step>()

/** Tells VS Code again: it hears of a key when it changes, and only once the walkthrough has been opened. */
export async function announceProgress(hasProject: boolean): Promise<void> {
  const keys = [...seen].map(step => `slipway.walkthrough.${step}`)
  for (const key of hasProject ? ['slipway.hasProject', ...keys] : keys) {
    await vscode.commands.executeCommand('setContext', key, false)
    await vscode.commands.executeCommand('setContext', key, true)
  }
}

/** Watches what the person does until every step has been seen. */
export function watchWalkthrough(): vscode.Disposable {
  const done = (step: Step): void => {
    if (seen.has(step)) return
    seen.add(step)
    void vscode.commands.executeCommand('setContext', `slipway.walkthrough.${step}`, true)
  }
  const failing = new Set<string>()
  const isModelFile = (document: vscode.TextDocument): boolean => document.languageId === 'slipway'
  if (vscode.workspace.textDocuments.some(isModelFile)) done('opened')
  return vscode.Disposable.from(
    vscode.workspace.onDidOpenTextDocument(document => {
      if (isModelFile(document)) done('opened')
    }),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      // More than one letter at once, and no new line: a completion was accepted.
      const accepted = contentChanges.some(({ text }) => /^[\w`]{2,}/.test(text))
      if (isModelFile(document) && accepted) done('completed')
    }),
    vscode.languages.onDidChangeDiagnostics(({ uris }) => {
      for (const uri of uris.filter(({ path }) => path.endsWith('.slip'))) {
        const key = uri.toString()
        const fails = vscode.languages.getDiagnostics(uri).length > 0
        if (
          !fails &&
          failing.delete(key) &&
          vscode.workspace.textDocuments.some(d => d.uri.toString() === key)
        )
          done('mended')
        if (fails) failing.add(key)
      }
    }),
  )
}
