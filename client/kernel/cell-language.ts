/** Completion and hover in cells, answered by the kernel's TypeScript service, which knows all earlier cells. */
import * as vscode from 'vscode'
import type { CompleteReply } from './messages.ts'
import { type Kernels, cellLanguage } from './controller.ts'

const cells: vscode.DocumentSelector = { language: cellLanguage, notebookType: 'jupyter-notebook' }

/** Registers the providers. Disposing of it takes them away. */
export function registerCellLanguage(kernels: Kernels): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.languages.registerCompletionItemProvider(
      cells,
      { provideCompletionItems: (document, position) => complete(kernels, document, position) },
      '.',
      "'",
      '"',
      '/',
    ),
    vscode.languages.registerHoverProvider(cells, {
      provideHover: (document, position) => hover(kernels, document, position),
    }),
  )
}

async function complete(
  kernels: Kernels,
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<vscode.CompletionItem[]> {
  const text = document.getText()
  const offset = document.offsetAt(position)
  const reply = await kernels.sessionOfCell(document)?.complete(text, toCodePoints(text, offset))
  return reply ? completionItems(reply, document, text) : []
}

function completionItems(
  reply: CompleteReply,
  document: vscode.TextDocument,
  text: string,
): vscode.CompletionItem[] {
  const range = new vscode.Range(
    document.positionAt(fromCodePoints(text, reply.cursor_start)),
    document.positionAt(fromCodePoints(text, reply.cursor_end)),
  )
  const details = new Map(reply.metadata?._jupyter_types_experimental?.map(entry => [entry.text, entry]))
  return reply.matches.map((match, index) => {
    const item = new vscode.CompletionItem(match, kindOf(details.get(match)?.type))
    item.range = range
    item.detail = details.get(match)?.signature ?? ''
    // In the kernel's order, which knows what is near.
    item.sortText = String(index).padStart(5, '0')
    return item
  })
}

/** TypeScript's names for kinds of symbols. */
function kindOf(type: string | undefined): vscode.CompletionItemKind {
  const kinds: Readonly<Record<string, vscode.CompletionItemKind>> = {
    const: vscode.CompletionItemKind.Constant,
    let: vscode.CompletionItemKind.Variable,
    var: vscode.CompletionItemKind.Variable,
    parameter: vscode.CompletionItemKind.Variable,
    alias: vscode.CompletionItemKind.Reference,
    function: vscode.CompletionItemKind.Function,
    method: vscode.CompletionItemKind.Method,
    property: vscode.CompletionItemKind.Property,
    getter: vscode.CompletionItemKind.Property,
    class: vscode.CompletionItemKind.Class,
    interface: vscode.CompletionItemKind.Interface,
    type: vscode.CompletionItemKind.Interface,
    enum: vscode.CompletionItemKind.Enum,
    module: vscode.CompletionItemKind.Module,
    keyword: vscode.CompletionItemKind.Keyword,
  }
  return kinds[type ?? ''] ?? vscode.CompletionItemKind.Text
}

async function hover(
  kernels: Kernels,
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<vscode.Hover | undefined> {
  const text = document.getText()
  const reply = await kernels
    .sessionOfCell(document)
    ?.inspect(text, toCodePoints(text, document.offsetAt(position)))
  if (!reply?.found) return undefined
  const markdown = reply.data['text/markdown']
  const plain = reply.data['text/plain']
  const content = new vscode.MarkdownString()
  if (typeof markdown === 'string') content.appendMarkdown(markdown)
  else if (typeof plain === 'string') content.appendCodeblock(plain, 'typescript')
  return new vscode.Hover(content, document.getWordRangeAtPosition(position))
}

/** Jupyter counts a cursor in code points, VS Code in UTF-16 units. */
function toCodePoints(text: string, offset: number): number {
  return [...text.slice(0, offset)].length
}

function fromCodePoints(text: string, codePoints: number): number {
  return [...text].slice(0, codePoints).join('').length
}
