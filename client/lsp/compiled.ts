/**
 * Read-only documents that show what a declaration becomes, and change with its text: `slipway-compiled:/name.sql`
 * and `slipway-compiled:/name.plan.json`, with the declaring file in the query.
 */
import * as vscode from 'vscode'
import type { LanguageServices } from '../context.ts'
import { type CompiledForm, compiledScheme, compiledText, parseCompiledUri } from './compiled-text.ts'
import { compiled } from './requests.ts'

/** How long the text must rest before it is compiled again. */
const restMs = 250

/** Registers the documents. */
export function createCompiledDocuments({ language, output }: LanguageServices): vscode.Disposable {
  const changed = new vscode.EventEmitter<vscode.Uri>()
  /** What was shown last without an error, by URI. */
  const good = new Map<string, string>()
  let timer: NodeJS.Timeout | undefined
  const refresh = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => openDocuments().forEach(({ uri }) => changed.fire(uri)), restMs)
  }
  const provide = async (uri: vscode.Uri): Promise<string> => {
    const { source, name, form } = parseCompiledUri(uri)
    try {
      const answer = await compiled(language, { textDocument: { uri: source }, name, form })
      const text = compiledText({ name, form, answer, before: good.get(uri.toString()) })
      if (answer?.text !== undefined) good.set(uri.toString(), text)
      return text
    } catch (error) {
      output.error(`${name}: ${String(error)}`)
      return compiledText({ name, form, answer: { problems: [String(error)] } })
    }
  }
  return vscode.Disposable.from(
    changed,
    { dispose: () => clearTimeout(timer) },
    vscode.workspace.registerTextDocumentContentProvider(compiledScheme, {
      onDidChange: changed.event,
      provideTextDocumentContent: provide,
    }),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (document.languageId === 'slipway' && contentChanges.length) refresh()
    }),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => good.delete(uri.toString())),
    // What the server learns of data and catalog arrives with new diagnostics.
    vscode.languages.onDidChangeDiagnostics(({ uris }) => {
      if (uris.some(({ path }) => path.endsWith('.slip'))) refresh()
    }),
  )
}

function openDocuments(): readonly vscode.TextDocument[] {
  return vscode.workspace.textDocuments.filter(({ uri }) => uri.scheme === compiledScheme)
}

/** Where a form of a declaration is shown. */
export function compiledUri(source: vscode.Uri, name: string, form: CompiledForm): vscode.Uri {
  const path = `/${name}.${form === 'sql' ? 'sql' : 'plan.json'}`
  return vscode.Uri.from({ scheme: compiledScheme, path, query: source.toString() })
}
