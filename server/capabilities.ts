/** What the server says it can do, for the editor it talks to. */
import {
  type FileOperationRegistrationOptions,
  type ServerCapabilities,
  TextDocumentSyncKind,
} from 'vscode-languageserver/node'
import type { Client } from './core/client.ts'
import { codeActionKinds } from './features/code-actions.ts'
import { legend } from './features/semantic-tokens.ts'

const dataGlob = '**/*.{parquet,csv,tsv,json,jsonl,ndjson,arrow,feather,db,sqlite,sqlite3}'

/** Files whose change on disk matters: models, projects, data, the catalog. */
export const watched: readonly string[] = [
  '**/*.slip',
  '**/slipway.json',
  dataGlob,
  '**/.slipway/catalog.db*',
]

const moved: FileOperationRegistrationOptions = {
  filters: [
    { scheme: 'file', pattern: { glob: '**/*.slip' } },
    { scheme: 'file', pattern: { glob: dataGlob } },
    { scheme: 'file', pattern: { glob: '**/slipway.json' } },
    { scheme: 'file', pattern: { glob: '**', matches: 'folder' } },
  ],
}

export function capabilitiesFor(client: Client): ServerCapabilities {
  return {
    positionEncoding: client.encoding,
    textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
    notebookDocumentSync: {
      notebookSelector: [{ notebook: '*', cells: [{ language: 'slipway' }] }],
      save: false,
    },
    completionProvider: {
      triggerCharacters: ['.', '"', '@', ':', '(', '=', '/', '{'],
      resolveProvider: true,
    },
    hoverProvider: true,
    signatureHelpProvider: { triggerCharacters: ['(', ','] },
    definitionProvider: true,
    typeDefinitionProvider: true,
    referencesProvider: true,
    documentHighlightProvider: true,
    renameProvider: { prepareProvider: true },
    linkedEditingRangeProvider: true,
    documentSymbolProvider: { label: 'Slipway' },
    workspaceSymbolProvider: true,
    documentFormattingProvider: true,
    documentRangeFormattingProvider: { rangesSupport: true },
    documentOnTypeFormattingProvider: { firstTriggerCharacter: '}', moreTriggerCharacter: ['\n'] },
    foldingRangeProvider: true,
    selectionRangeProvider: true,
    callHierarchyProvider: true,
    semanticTokensProvider: { legend, full: { delta: true }, range: true },
    codeActionProvider: { codeActionKinds: [...codeActionKinds] },
    codeLensProvider: { resolveProvider: true },
    inlayHintProvider: true,
    documentLinkProvider: {},
    ...(client.pullsDiagnostics && {
      diagnosticProvider: {
        identifier: 'slipway',
        interFileDependencies: true,
        workspaceDiagnostics: true,
      },
    }),
    workspace: {
      workspaceFolders: { supported: true, changeNotifications: true },
      fileOperations: { willRename: moved, didRename: moved, didCreate: moved, didDelete: moved },
    },
  }
}
