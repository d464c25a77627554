/** Hovers, definitions, references, renaming, highlights. */
import * as vscode from 'vscode'
import type { Definition, Highlight, RenameAnswer, Span, Target } from '../../kernel/language/protocol.ts'
import { locationOf, rangeIn, workspaceEdit, type CellQuestions } from './language-cells.ts'

export function createHoverProvider(questions: CellQuestions): vscode.HoverProvider {
  return {
    async provideHover(document, position, token) {
      const found = await questions.ask<{ found: boolean; data: Record<string, string>; span?: Span }>(
        'inspect_request',
        document,
        { at: position, token },
      )
      const range = found?.span && rangeIn(document, found.span)
      // A hover behind a call is about what the cursor is on, not about the call around it.
      if (!found?.found || !range?.contains(position)) return undefined
      return new vscode.Hover(new vscode.MarkdownString(found.data['text/markdown']), range)
    },
  }
}

type Asking = (
  document: vscode.TextDocument,
  position: vscode.Position,
  token: vscode.CancellationToken,
) => Promise<vscode.LocationLink[] | undefined>

function definitions(questions: CellQuestions, kind: string): Asking {
  return async (document, position, token) => {
    const found = await questions.ask<Definition>('slipway_definition_request', document, {
      at: position,
      token,
      content: { kind },
    })
    return found?.targets.flatMap(target => {
      const location = locationOf(document, target)
      if (!location) return []
      const link = { targetUri: location.uri, targetRange: location.range }
      return [found.span ? { ...link, originSelectionRange: rangeIn(document, found.span) } : link]
    })
  }
}

export function createDefinitionProviders(questions: CellQuestions) {
  return {
    definition: { provideDefinition: definitions(questions, 'definition') },
    typeDefinition: { provideTypeDefinition: definitions(questions, 'type') },
    implementation: { provideImplementation: definitions(questions, 'implementation') },
  }
}

export function createReferenceProvider(questions: CellQuestions): vscode.ReferenceProvider {
  return {
    async provideReferences(document, position, { includeDeclaration }, token) {
      const found = await questions.ask<{ targets: Target[] }>('slipway_references_request', document, {
        at: position,
        token,
        content: { declaration: includeDeclaration },
      })
      return found?.targets.flatMap(target => locationOf(document, target) ?? [])
    },
  }
}

export function createRenameProvider(questions: CellQuestions): vscode.RenameProvider {
  const ask = (document: vscode.TextDocument, at: vscode.Position, content: Record<string, string> = {}) =>
    questions.ask<RenameAnswer>('slipway_rename_request', document, { at, content })
  return {
    async prepareRename(document, position) {
      const answer = await ask(document, position)
      if (!answer) return undefined
      if (!answer.ok) throw new Error(answer.reason)
      return { range: rangeIn(document, answer.span), placeholder: answer.name }
    },
    async provideRenameEdits(document, position, newName) {
      const answer = await ask(document, position, { name: newName })
      if (!answer) return undefined
      if (!answer.ok) throw new Error(answer.reason)
      return workspaceEdit(document, answer.edits)
    },
  }
}

export function createHighlightProvider(questions: CellQuestions): vscode.DocumentHighlightProvider {
  return {
    async provideDocumentHighlights(document, position, token) {
      const found = await questions.ask<{ highlights: Highlight[] }>('slipway_highlights_request', document, {
        at: position,
        token,
      })
      return found?.highlights.map(
        highlight =>
          new vscode.DocumentHighlight(
            rangeIn(document, highlight),
            highlight.write ? vscode.DocumentHighlightKind.Write : vscode.DocumentHighlightKind.Read,
          ),
      )
    },
  }
}
