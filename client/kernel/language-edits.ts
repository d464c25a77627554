/** Changes that are offered: quick fixes, imports in order, a cell laid out. */
import * as vscode from 'vscode'
import type { CodeAction, TextEdit } from '../../kernel/language/protocol.ts'
import { cellOfDocument, rangeIn, workspaceEdit, type CellQuestions } from './language-cells.ts'
import { diagnosticSource } from './language-diagnostics.ts'

export const codeActionKinds = [vscode.CodeActionKind.QuickFix, vscode.CodeActionKind.SourceOrganizeImports]

export function createCodeActionProvider(questions: CellQuestions): vscode.CodeActionProvider {
  return {
    async provideCodeActions(document, _, context, token) {
      const { only } = context
      if (only && vscode.CodeActionKind.SourceOrganizeImports.intersects(only))
        return organizeImports(questions, document, token)
      if (only && !only.intersects(vscode.CodeActionKind.QuickFix)) return []
      const ours = context.diagnostics.filter(({ source }) => source === diagnosticSource)
      const fixes = await Promise.all(ours.map(found => fixesOf(questions, document, { found, token })))
      return fixes.flat()
    },
  }
}

interface FixContext {
  readonly found: vscode.Diagnostic
  readonly token: vscode.CancellationToken
}

async function fixesOf(
  questions: CellQuestions,
  document: vscode.TextDocument,
  { found, token }: FixContext,
): Promise<vscode.CodeAction[]> {
  const content = {
    start: document.offsetAt(found.range.start),
    end: document.offsetAt(found.range.end),
    codes: [Number(found.code)],
  }
  const reply = await questions.ask<{ actions: CodeAction[] }>('slipway_fixes_request', document, {
    token,
    content,
  })
  const actions = reply?.actions ?? []
  const imports = actions.filter(({ name }) => name === 'import')
  return actions.map(({ title, name, edits }) => {
    const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix)
    action.diagnostics = [found]
    action.edit = workspaceEdit(document, edits)
    action.isPreferred = name === 'spelling' || (name === 'import' && imports.length === 1)
    return action
  })
}

async function organizeImports(
  questions: CellQuestions,
  document: vscode.TextDocument,
  token: vscode.CancellationToken,
): Promise<vscode.CodeAction[]> {
  const reply = await questions.ask<{ edits: TextEdit[] }>('slipway_organize_imports_request', document, {
    token,
  })
  if (!reply?.edits.length) return []
  const action = new vscode.CodeAction('Organize Imports', vscode.CodeActionKind.SourceOrganizeImports)
  action.edit = new vscode.WorkspaceEdit()
  for (const edit of reply.edits) action.edit.replace(document.uri, rangeIn(document, edit), edit.text)
  return [action]
}

export function createFormattingProvider(questions: CellQuestions): vscode.DocumentFormattingEditProvider {
  return {
    async provideDocumentFormattingEdits(document, { tabSize, insertSpaces }, token) {
      if (!cellOfDocument(document)) return undefined
      const content = { tab_size: tabSize, insert_spaces: insertSpaces, trusted: vscode.workspace.isTrusted }
      const reply = await questions.ask<{ code: string }>('slipway_format_request', document, {
        token,
        content,
      })
      const text = document.getText()
      if (!reply || reply.code === text) return []
      return [vscode.TextEdit.replace(rangeIn(document, { start: 0, end: text.length }), reply.code)]
    },
  }
}
