/** What the editor can do, read once from what it says of itself. What it does not say, it cannot do. */
import type { ClientCapabilities, InitializeParams } from 'vscode-languageserver/node'
import { type PositionEncoding, chooseEncoding } from './document.ts'

export interface Client {
  readonly encoding: PositionEncoding
  /** Asks for diagnostics itself and can be told to ask again: none are pushed then. */
  readonly pullsDiagnostics: boolean
  /** Takes diagnostics of other documents along with those it asked for. */
  readonly relatedDocuments: boolean
  readonly watchesFiles: boolean
  readonly showsProgress: boolean
  readonly hasConfiguration: boolean
  readonly registersConfiguration: boolean
  readonly hasFolders: boolean
  /** Definitions may say which words lead to them. */
  readonly definitionLinks: boolean
  readonly typeDefinitionLinks: boolean
  readonly nestedSymbols: boolean
  readonly lineFoldingOnly: boolean
  readonly foldingLimit: number
  readonly refreshes: Readonly<Record<RefreshKind, boolean>>
  /** Colours texts, numbers and comments itself. */
  readonly hasGrammar: boolean
  /** Checks slipway.json by its schema itself. */
  readonly hasSchema: boolean
  /** Settings given at the start, for editors that cannot be asked for them. */
  readonly settings: unknown
  /** Folders the editor has open, as URIs. */
  readonly folders: readonly string[]
}

export type RefreshKind = 'semanticTokens' | 'inlayHint' | 'codeLens'

/** Options of ours in `initializationOptions`. */
interface Options {
  readonly hasGrammar?: unknown
  readonly hasSchema?: unknown
  readonly settings?: unknown
}

export function describeClient(params: Partial<InitializeParams> | undefined): Client {
  const capabilities: ClientCapabilities = params?.capabilities ?? {}
  const { workspace = {}, textDocument = {}, window = {}, general = {} } = capabilities
  const options = (params?.initializationOptions ?? {}) as Options
  const folding = textDocument.foldingRange
  return {
    encoding: chooseEncoding(general.positionEncodings),
    pullsDiagnostics: textDocument.diagnostic !== undefined && workspace.diagnostics?.refreshSupport === true,
    relatedDocuments: textDocument.diagnostic?.relatedDocumentSupport === true,
    watchesFiles: workspace.didChangeWatchedFiles?.dynamicRegistration === true,
    showsProgress: window.workDoneProgress === true,
    hasConfiguration: workspace.configuration === true,
    registersConfiguration: workspace.didChangeConfiguration?.dynamicRegistration === true,
    hasFolders: workspace.workspaceFolders === true,
    definitionLinks: textDocument.definition?.linkSupport === true,
    typeDefinitionLinks: textDocument.typeDefinition?.linkSupport === true,
    nestedSymbols: textDocument.documentSymbol?.hierarchicalDocumentSymbolSupport === true,
    lineFoldingOnly: folding?.lineFoldingOnly === true,
    foldingLimit: folding?.rangeLimit ?? Infinity,
    refreshes: {
      semanticTokens: workspace.semanticTokens?.refreshSupport === true,
      inlayHint: workspace.inlayHint?.refreshSupport === true,
      codeLens: workspace.codeLens?.refreshSupport === true,
    },
    hasGrammar: options.hasGrammar === true,
    hasSchema: options.hasSchema === true,
    settings: options.settings,
    folders: foldersOf(params),
  }
}

function foldersOf(params: Partial<InitializeParams> | undefined): readonly string[] {
  const folders = params?.workspaceFolders?.map(folder => folder.uri)
  const root = params?.rootUri
  return folders ?? (root ? [root] : [])
}
