/**
 * The process that answers questions about notebooks (`slipway assist`): started by the first one, ended with the
 * window, started anew when it ended by itself.
 */
import type { ChildProcess } from 'node:child_process'
import type * as vscode from 'vscode'
import type { MessageConnection } from 'vscode-languageserver-protocol/node'
import type { AssistRequests } from '../../cli/assist/messages.ts'
import { onLines } from '../support/lines.ts'
import { startBundle } from '../support/processes.ts'

interface Running {
  readonly child: ChildProcess
  readonly connection: MessageConnection
}

export class Assistant implements vscode.Disposable {
  readonly #output: vscode.LogOutputChannel
  #running: Promise<Running> | undefined
  #disposed = false

  constructor(output: vscode.LogOutputChannel) {
    this.#output = output
  }

  /** Rejects with what the process says when it cannot answer. */
  async ask<Method extends keyof AssistRequests>(
    method: Method,
    params: AssistRequests[Method]['params'],
  ): Promise<AssistRequests[Method]['answer']> {
    if (this.#disposed) throw new Error('The window is closing.')
    this.#running ??= this.#start()
    const { connection } = await this.#running
    return await connection.sendRequest(method, params)
  }

  dispose(): void {
    this.#disposed = true
    void this.#running?.then(end, () => undefined)
    this.#running = undefined
  }

  async #start(): Promise<Running> {
    const { createMessageConnection, StreamMessageReader, StreamMessageWriter } = await import(
      /* webpackChunkName: "language" */ 'vscode-languageserver-protocol/node'
    )
    const child = startBundle('cli', ['assist'], { stdio: ['pipe', 'pipe', 'pipe'] })
    const connection = createMessageConnection(
      new StreamMessageReader(child.stdout!),
      new StreamMessageWriter(child.stdin!),
    )
    onLines(child.stderr!, line => this.#output.info(`assist: ${line}`))
    const gone = (why: string): void => {
      connection.dispose()
      this.#running = undefined
      if (!this.#disposed) this.#output.error(`The analysis of notebooks ended: ${why}`)
    }
    child.once('error', error => gone(error.message))
    child.once('exit', code => gone(`exit code ${code}`))
    connection.onError(([error]) => this.#output.error(`assist: ${error.message}`))
    connection.listen()
    const running = { child, connection }
    if (this.#disposed) end(running)
    return running
  }
}

/** The process ends with its input. */
function end({ child, connection }: Running): void {
  connection.dispose()
  child.stdin?.end()
  child.kill()
}
