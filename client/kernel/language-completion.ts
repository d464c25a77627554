/** Completion and help on calls. */
import * as vscode from 'vscode'
import type {
  CompletionDetails,
  CompletionEntry,
  CompletionList,
  SignatureHelp,
} from '../../kernel/language/protocol.ts'
import { rangeIn, type CellQuestions } from './language-cells.ts'

export const completionTriggers = ['.', '"', "'", '`', '/', '@', '#', '%']
export const signatureTriggers = ['(', ',', '<']
export const signatureRetriggers = [')']

class CellCompletion extends vscode.CompletionItem {
  readonly document: vscode.TextDocument
  readonly position: vscode.Position
  readonly entry: CompletionEntry

  constructor(place: { document: vscode.TextDocument; position: vscode.Position }, entry: CompletionEntry) {
    const { label: detail, description } = entry
    super(
      {
        label: entry.optional ? `${entry.name}?` : entry.name,
        ...(detail ? { detail } : {}),
        ...(description ? { description } : {}),
      },
      kindOf(entry.kind),
    )
    this.document = place.document
    this.position = place.position
    this.entry = entry
  }
}

export function createCompletionProvider(
  questions: CellQuestions,
): vscode.CompletionItemProvider<vscode.CompletionItem> {
  return {
    async provideCompletionItems(document, position, token, context) {
      const trigger = context.triggerCharacter
      const list = await questions.ask<CompletionList>('slipway_completion_request', document, {
        at: position,
        token,
        content: trigger === undefined ? {} : { trigger },
      })
      if (!list) return undefined
      const items = list.items.map(entry => itemOf(entry, { list, document, position }))
      return new vscode.CompletionList(items, list.isIncomplete)
    },
    async resolveCompletionItem(item, token) {
      if (!(item instanceof CellCompletion)) return item
      const { name, source, data } = item.entry
      const details = await questions.ask<CompletionDetails>(
        'slipway_completion_details_request',
        item.document,
        {
          at: item.position,
          token,
          content: { name, source, data },
        },
      )
      if (!details?.signature && !details?.documentation) return item
      item.detail = details.signature
      item.documentation = new vscode.MarkdownString(details.documentation)
      item.additionalTextEdits = details.edits.map(edit =>
        vscode.TextEdit.replace(rangeIn(item.document, edit), edit.text),
      )
      return item
    },
  }
}

interface ItemContext {
  readonly list: CompletionList
  readonly document: vscode.TextDocument
  readonly position: vscode.Position
}

function itemOf(entry: CompletionEntry, { list, document, position }: ItemContext): vscode.CompletionItem {
  const item = new CellCompletion({ document, position }, entry)
  const replacing = rangeIn(document, entry.replace ?? list.replace)
  const isAround = replacing.contains(position) && replacing.isSingleLine
  const range = isAround ? replacing : new vscode.Range(position, position)
  item.range = { inserting: new vscode.Range(range.start, position), replacing: range }
  item.insertText = entry.insertText ?? entry.name
  item.sortText = entry.sortText
  item.filterText = entry.filterText ?? filterText(entry, document, range.start)
  item.preselect = entry.preselect ?? false
  item.commitCharacters = [...(entry.commitCharacters ?? list.commitCharacters)]
  if (entry.deprecated) item.tags = [vscode.CompletionItemTag.Deprecated]
  return item
}

/** What is typed is compared from the beginning of what is replaced, which may be the dot of `?.name`. */
function filterText(entry: CompletionEntry, document: vscode.TextDocument, start: vscode.Position): string {
  if (entry.replace === undefined || entry.insertText === undefined) return entry.name
  const before = document.lineAt(start.line).text.slice(start.character)
  const sign = /^[.?[]+/.exec(before)?.[0] ?? ''
  return sign + entry.name
}

/** TypeScript's names for kinds of symbols. */
function kindOf(type: string): vscode.CompletionItemKind {
  const kinds: Readonly<Record<string, vscode.CompletionItemKind>> = {
    const: vscode.CompletionItemKind.Constant,
    let: vscode.CompletionItemKind.Variable,
    var: vscode.CompletionItemKind.Variable,
    'local var': vscode.CompletionItemKind.Variable,
    parameter: vscode.CompletionItemKind.Variable,
    alias: vscode.CompletionItemKind.Reference,
    function: vscode.CompletionItemKind.Function,
    'local function': vscode.CompletionItemKind.Function,
    method: vscode.CompletionItemKind.Method,
    construct: vscode.CompletionItemKind.Constructor,
    property: vscode.CompletionItemKind.Field,
    getter: vscode.CompletionItemKind.Field,
    setter: vscode.CompletionItemKind.Field,
    accessor: vscode.CompletionItemKind.Field,
    class: vscode.CompletionItemKind.Class,
    'local class': vscode.CompletionItemKind.Class,
    interface: vscode.CompletionItemKind.Interface,
    type: vscode.CompletionItemKind.Interface,
    'type parameter': vscode.CompletionItemKind.TypeParameter,
    'primitive type': vscode.CompletionItemKind.Keyword,
    enum: vscode.CompletionItemKind.Enum,
    'enum member': vscode.CompletionItemKind.EnumMember,
    module: vscode.CompletionItemKind.Module,
    'external module name': vscode.CompletionItemKind.Module,
    keyword: vscode.CompletionItemKind.Keyword,
    string: vscode.CompletionItemKind.Constant,
    warning: vscode.CompletionItemKind.Text,
    script: vscode.CompletionItemKind.File,
    directory: vscode.CompletionItemKind.Folder,
  }
  return kinds[type] ?? vscode.CompletionItemKind.Property
}

export function createSignatureProvider(questions: CellQuestions): vscode.SignatureHelpProvider {
  return {
    async provideSignatureHelp(document, position, token, { triggerCharacter, isRetrigger }) {
      const help = await questions.ask<SignatureHelp>('slipway_signature_request', document, {
        at: position,
        token,
        content: { retrigger: isRetrigger, ...(triggerCharacter ? { trigger: triggerCharacter } : {}) },
      })
      if (!help?.signatures.length) return undefined
      const result = new vscode.SignatureHelp()
      result.activeSignature = help.activeSignature
      result.activeParameter = help.activeParameter
      result.signatures = help.signatures.map(signature => {
        const information = new vscode.SignatureInformation(
          signature.label,
          markdown(signature.documentation),
        )
        information.parameters = signature.parameters.map(
          ({ label, documentation }) =>
            new vscode.ParameterInformation([label[0], label[1]], markdown(documentation)),
        )
        return information
      })
      return result
    },
  }
}

function markdown(text: string): vscode.MarkdownString | undefined {
  return text === '' ? undefined : new vscode.MarkdownString(text)
}
