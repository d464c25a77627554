/** All that VS Code may ask about TypeScript cells, each in the file of its kind. */
import * as vscode from 'vscode'
import type { CellKernels } from './cell-language.ts'
import { cellSelector, CellQuestions } from './language-cells.ts'
import {
  completionTriggers,
  createCompletionProvider,
  createSignatureProvider,
  signatureRetriggers,
  signatureTriggers,
} from './language-completion.ts'
import { CellDiagnostics } from './language-diagnostics.ts'
import { codeActionKinds, createCodeActionProvider, createFormattingProvider } from './language-edits.ts'
import {
  createDefinitionProviders,
  createHighlightProvider,
  createHoverProvider,
  createReferenceProvider,
  createRenameProvider,
} from './language-navigation.ts'
import {
  createFoldingProvider,
  createHintsProvider,
  createSymbolProvider,
  createTokensProvider,
  tokensLegend,
} from './language-outline.ts'

export function registerProviders(kernels: CellKernels, output: vscode.LogOutputChannel): vscode.Disposable {
  const questions = new CellQuestions(kernels, output)
  const { definition, typeDefinition, implementation } = createDefinitionProviders(questions)
  const { languages } = vscode
  return vscode.Disposable.from(
    languages.registerCompletionItemProvider(
      cellSelector,
      createCompletionProvider(questions),
      ...completionTriggers,
    ),
    languages.registerSignatureHelpProvider(cellSelector, createSignatureProvider(questions), {
      triggerCharacters: signatureTriggers,
      retriggerCharacters: signatureRetriggers,
    }),
    languages.registerHoverProvider(cellSelector, createHoverProvider(questions)),
    languages.registerDefinitionProvider(cellSelector, definition),
    languages.registerTypeDefinitionProvider(cellSelector, typeDefinition),
    languages.registerImplementationProvider(cellSelector, implementation),
    languages.registerReferenceProvider(cellSelector, createReferenceProvider(questions)),
    languages.registerRenameProvider(cellSelector, createRenameProvider(questions)),
    languages.registerDocumentHighlightProvider(cellSelector, createHighlightProvider(questions)),
    languages.registerDocumentSymbolProvider(cellSelector, createSymbolProvider(questions), {
      label: 'Cell',
    }),
    languages.registerFoldingRangeProvider(cellSelector, createFoldingProvider(questions)),
    languages.registerDocumentSemanticTokensProvider(
      cellSelector,
      createTokensProvider(questions),
      tokensLegend,
    ),
    languages.registerInlayHintsProvider(cellSelector, createHintsProvider(questions)),
    languages.registerCodeActionsProvider(cellSelector, createCodeActionProvider(questions), {
      providedCodeActionKinds: codeActionKinds,
    }),
    languages.registerDocumentFormattingEditProvider(cellSelector, createFormattingProvider(questions)),
    new CellDiagnostics(questions),
  )
}
