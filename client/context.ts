/** What commands and views share, assembled in main.ts. */
import type * as vscode from 'vscode'
import type { Kernels } from './kernel/controller.ts'
import type { LanguageServer } from './lsp/server.ts'
import type { Backends } from './service/backends.ts'

/** What there is in every workspace. */
export interface LanguageServices {
  readonly extension: vscode.ExtensionContext
  readonly output: vscode.LogOutputChannel
  readonly language: LanguageServer
  /** Fires when something happened that the views may show. */
  readonly changed: vscode.EventEmitter<void>
}

/** What there is when the workspace is trusted to run code. */
export interface Services extends LanguageServices {
  readonly kernels: Kernels
  readonly backends: Backends
}
