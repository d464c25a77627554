/** What commands and views share, assembled in main.ts. */
import type * as vscode from 'vscode'
import type { LanguageClient } from 'vscode-languageclient/node'
import type { Backends } from './service/backends.ts'
import type { Kernels } from './kernel/controller.ts'

export interface Services {
  readonly extension: vscode.ExtensionContext
  readonly output: vscode.LogOutputChannel
  readonly kernels: Kernels
  readonly backends: Backends
  readonly language: LanguageClient
  /** Fires when something happened that the views may show. */
  readonly changed: vscode.EventEmitter<void>
}
