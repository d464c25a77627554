/** *Show SQL* and *Show Plan*: beside the model, changing with it. */
import * as vscode from 'vscode'
import type { LanguageServices } from '../context.ts'
import { compiledUri } from '../lsp/compiled.ts'
import type { CompiledForm } from '../lsp/compiled-text.ts'
import { chooseTarget } from '../models/targets.ts'

export async function showCompiled(
  { language }: LanguageServices,
  form: CompiledForm,
  given: { readonly uri?: unknown; readonly name?: unknown },
): Promise<void> {
  const placeHolder = form === 'sql' ? 'The SQL of which model or feature?' : 'The plan of which model?'
  const target = await chooseTarget(language, {
    given,
    kinds: form === 'sql' ? ['model', 'feature'] : ['model'],
    placeHolder,
  })
  if (!target) return
  const uri = compiledUri(target.uri, target.name, form)
  const document = await vscode.workspace.openTextDocument(uri)
  await vscode.window.showTextDocument(document, {
    viewColumn: vscode.ViewColumn.Beside,
    preserveFocus: true,
    preview: true,
  })
}
