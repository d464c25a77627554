/** *Open Documentation* and *Get Started*. */
import * as vscode from 'vscode'
import type { LanguageServices } from '../context.ts'
import { openWalkthrough } from '../walkthrough.ts'
import { choose } from '../support/choose.ts'

const pages = [
  { label: 'The model language', description: 'grammar, types, every function', file: 'language.md' },
  { label: 'Errors', description: 'every code, with an example and its cure', file: 'errors.md' },
  { label: 'The library of notebooks', description: 'read, sql, model, plot', file: 'library.md' },
  { label: 'The training backend', description: 'runs, models, endpoints', file: 'backend.md' },
  { label: 'Other editors', description: 'Neovim, Helix, Emacs, Sublime Text', file: 'editors.md' },
  { label: 'Glossary', description: 'one word per concept', file: 'glossary.md' },
]

/** Shows a page of the documentation that comes with the extension. */
export async function openDocumentation({ extension }: LanguageServices): Promise<void> {
  const page = await choose(pages, { placeHolder: 'Read about' })
  if (!page) return
  const uri = vscode.Uri.joinPath(extension.extensionUri, 'docs', page.file)
  await vscode.commands.executeCommand('markdown.showPreview', uri)
}

/** *Get Started*. */
export function getStarted({ extension }: LanguageServices): Promise<void> {
  return openWalkthrough(`${extension.extension.id}#start`)
}
