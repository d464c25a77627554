/**
 * The language server as the rest of the extension sees it: asked by requests, started when first needed, restarted
 * by a command. Owns the client and with it the server's process.
 */
import * as vscode from 'vscode'
import type { LanguageClient, Middleware, State } from 'vscode-languageclient/node'

export type ServerState = 'stopped' | 'starting' | 'running' | 'failed'

export class LanguageServer {
  readonly #output: vscode.LogOutputChannel
  readonly #changed = new vscode.EventEmitter<ServerState>()
  readonly #middleware: Middleware
  #client: Promise<LanguageClient> | undefined
  #state: ServerState = 'stopped'
  #disposed = false

  /** Fires with every change of the state. */
  readonly onDidChangeState = this.#changed.event

  constructor(output: vscode.LogOutputChannel, middleware: Middleware = {}) {
    this.#output = output
    this.#middleware = middleware
  }

  get state(): ServerState {
    return this.#state
  }

  /** The running client; started when there is none. Rejects when the server does not start. */
  start(): Promise<LanguageClient> {
    if (this.#disposed) return Promise.reject(new Error('The window is closing.'))
    this.#client ??= this.#launch()
    return this.#client
  }

  /** Asks the server. Rejects with what the server answers when it cannot. */
  async request<Answer>(
    method: string,
    params: object,
    token: vscode.CancellationToken = new vscode.CancellationTokenSource().token,
  ): Promise<Answer> {
    const client = await this.start()
    return client.sendRequest<Answer>(method, params, token)
  }

  /** Ends the server's process and starts another, which reads everything anew. */
  async restart(): Promise<void> {
    await this.#end()
    await this.start()
  }

  /** Ends it for good. */
  async dispose(): Promise<void> {
    this.#disposed = true
    await this.#end()
    this.#changed.dispose()
  }

  async #launch(): Promise<LanguageClient> {
    this.#setState('starting')
    try {
      const { createLanguageClient } = await import(/* webpackChunkName: "language" */ './client.ts')
      const client = createLanguageClient({ output: this.#output, middleware: this.#middleware })
      client.onDidChangeState(({ newState }) => this.#setState(stateOf(newState)))
      await client.start()
      return client
    } catch (error) {
      this.#client = undefined
      this.#output.error(`The language server does not start: ${String(error)}`)
      this.#setState('failed')
      throw error
    }
  }

  async #end(): Promise<void> {
    const client = await this.#client?.catch(() => undefined)
    this.#client = undefined
    // A server that has crashed has nothing to stop.
    await client?.dispose().catch((error: unknown) => this.#output.debug(`language server: ${String(error)}`))
    this.#setState('stopped')
  }

  #setState(state: ServerState): void {
    if (state === this.#state) return
    this.#state = state
    if (!this.#disposed) this.#changed.fire(state)
  }
}

/** The protocol library's numbers; its module is not loaded for them. */
function stateOf(state: State): ServerState {
  const states: Readonly<Record<number, ServerState>> = { 1: 'stopped', 2: 'running', 3: 'starting' }
  return states[state] ?? 'failed'
}
