/**
 * A draft in an editor without a screen: what the server says where `|` stands in a text. Two of them are a
 * selection. For tests that read like what a user sees.
 */
import type {
  CodeAction,
  CodeLens,
  CompletionItem,
  CompletionList,
  Hover,
  InlayHint,
  Range,
  SignatureHelp,
  TextEdit,
} from 'vscode-languageserver-protocol/node'
import { type TestClient, type TestClientOptions, startTestClient } from './client.ts'

export interface Draft {
  readonly client: TestClient
  /** The suggestions at the cursor, in the order in which they are shown. */
  complete(text: string): Promise<readonly CompletionItem[]>
  completionList(text: string): Promise<CompletionList | null>
  /** The text after a suggestion is taken, places to fill in left as they are. */
  take(text: string, label: string): Promise<string>
  hover(text: string): Promise<string>
  signature(text: string): Promise<SignatureHelp | null>
  actions(text: string, only?: readonly string[]): Promise<readonly CodeAction[]>
  /** The text after the action of the title is taken. */
  act(text: string, title: RegExp, only?: readonly string[]): Promise<string>
  hints(text: string): Promise<readonly InlayHint[]>
  lenses(text: string): Promise<readonly CodeLens[]>
  stop(): Promise<void>
}

const file = 'draft.slip'

export async function startDraft(options: TestClientOptions = {}): Promise<Draft> {
  const client = await startTestClient(options)
  const { connection } = client
  let isOpen = false
  const show = async (marked: string): Promise<{ text: string; range: Range }> => {
    const [before = '', ...rest] = marked.split('|')
    const text = before + rest.join('')
    await (isOpen ? client.edit(file, text) : client.open(file, text))
    isOpen = true
    const start = positionAt(text, before.length)
    const end = rest.length > 1 ? positionAt(text, before.length + rest[0]!.length) : start
    return { text, range: { start, end } }
  }
  const textDocument = { uri: client.uri(file) }
  const ask = async <R>(method: string, marked: string): Promise<R> => {
    const { range } = await show(marked)
    return connection.sendRequest<R>(`textDocument/${method}`, { textDocument, position: range.start })
  }
  const completionList = (text: string) => ask<CompletionList | null>('completion', text)
  const complete = async (text: string): Promise<readonly CompletionItem[]> => {
    const items = (await completionList(text))?.items ?? []
    return items.toSorted((a, b) => ((a.sortText ?? a.label) < (b.sortText ?? b.label) ? -1 : 1))
  }
  const actions = async (marked: string, only?: readonly string[]): Promise<readonly CodeAction[]> => {
    const { range } = await show(marked)
    const context = { diagnostics: [], ...(only && { only }) }
    return connection.sendRequest<CodeAction[]>('textDocument/codeAction', { textDocument, range, context })
  }
  return {
    client,
    complete,
    completionList,
    async take(marked, label) {
      const found = (await complete(marked)).find(item => item.label === label)
      if (!found) throw new Error(`No suggestion ${label}`)
      const edits = [found.textEdit as TextEdit, ...(found.additionalTextEdits ?? [])]
      return apply(withoutBars(marked), edits)
    },
    async hover(marked) {
      const found = await ask<Hover | null>('hover', marked)
      return (found?.contents as { value: string } | undefined)?.value ?? ''
    },
    signature: text => ask('signatureHelp', text),
    actions,
    async act(marked, title, only) {
      const found = await actions(marked, only)
      const one = found.find(action => title.test(action.title))
      if (!one) throw new Error(`No action ${String(title)} among ${found.map(a => a.title).join('; ')}`)
      return apply(withoutBars(marked), one.edit?.changes?.[textDocument.uri] ?? [])
    },
    async hints(marked) {
      const { text } = await show(marked)
      const range = { start: { line: 0, character: 0 }, end: positionAt(text, text.length) }
      return connection.sendRequest<InlayHint[]>('textDocument/inlayHint', { textDocument, range })
    },
    async lenses(marked) {
      await show(marked)
      const lenses = await connection.sendRequest<CodeLens[]>('textDocument/codeLens', { textDocument })
      return Promise.all(lenses.map(lens => connection.sendRequest<CodeLens>('codeLens/resolve', lens)))
    },
    stop: () => client.stop(),
  }
}

const withoutBars = (marked: string): string => marked.replaceAll('|', '')

function positionAt(text: string, offset: number) {
  const lines = text.slice(0, offset).split('\n')
  return { line: lines.length - 1, character: lines.at(-1)!.length }
}

function offsetAt(text: string, { line, character }: { line: number; character: number }): number {
  const before = text.split('\n').slice(0, line)
  return before.reduce((sum, each) => sum + each.length + 1, 0) + character
}

/** The text after edits that do not overlap; of two at one place the first comes first. */
export function apply(text: string, edits: readonly TextEdit[]): string {
  const placed = edits.map(({ range, newText }, i) => ({
    start: offsetAt(text, range.start),
    end: offsetAt(text, range.end),
    newText,
    i,
  }))
  let result = text
  for (const { start, end, newText } of placed.sort((a, b) => b.start - a.start || b.i - a.i))
    result = result.slice(0, start) + newText + result.slice(end)
  return result
}
