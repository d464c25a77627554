/** What the extension asks of the language server beyond what VS Code asks by itself. */
import type * as vscode from 'vscode'
import type {
  CatalogHit,
  CatalogSearchParams,
  Compiled,
  CompiledParams,
  ProjectStatus,
} from '../../server/messages.ts'
import type { LanguageServer } from './server.ts'

/** Ranked hits of the catalog; all features for an empty text. */
export function searchCatalog(
  server: LanguageServer,
  params: CatalogSearchParams,
): Promise<readonly CatalogHit[]> {
  return server.request('slipway/catalogSearch', params)
}

/** SQL or plan of a declaration as its text stands now. Null when the file declares nothing of the name. */
export function compiled(server: LanguageServer, params: CompiledParams): Promise<Compiled | null> {
  return server.request('slipway/compiled', params)
}

/** What the server knows of the project that a document belongs to. */
export function projectStatus(server: LanguageServer, uri: string): Promise<ProjectStatus | null> {
  return server.request('slipway/status', { textDocument: { uri } })
}

/** The protocol's positions, as JSON. */
export interface Range {
  readonly start: { readonly line: number; readonly character: number }
  readonly end: { readonly line: number; readonly character: number }
}

/** The protocol's DocumentSymbol as our server gives it; `detail` is the kind in words. */
export interface Outline {
  readonly name: string
  readonly detail?: string
  readonly range: Range
  readonly selectionRange: Range
  readonly children?: readonly Outline[]
}

/** The declarations of a file, open or not. */
export async function outline(
  server: LanguageServer,
  uri: string,
  token?: vscode.CancellationToken,
): Promise<readonly Outline[]> {
  const params = { textDocument: { uri } }
  return (await server.request<readonly Outline[] | null>('textDocument/documentSymbol', params, token)) ?? []
}
