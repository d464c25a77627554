/**
 * The debug adapter of one session: takes VS Code's requests to the notebook's kernel and brings its answers and
 * events back, cells in the place of the kernel's paths. When the session is set up it runs the cell that is to be
 * debugged, and ends with it.
 */
import type { DebugProtocol } from '@vscode/debugprotocol'
import * as vscode from 'vscode'
import type { Kernels } from '../kernel/controller.ts'
import type { NotebookSession } from '../kernel/session.ts'
import { createCellPaths } from './paths.ts'

export interface CellDebugOptions {
  readonly kernels: Kernels
  readonly notebook: vscode.NotebookDocument
  readonly cell: vscode.NotebookCell
  readonly output: vscode.LogOutputChannel
}

type Request = DebugProtocol.Request
type Loose = Record<string, unknown>

export class CellDebugAdapter implements vscode.DebugAdapter {
  readonly #options: CellDebugOptions
  readonly #kernel: NotebookSession
  readonly #messages = new vscode.EventEmitter<vscode.DebugProtocolMessage>()
  readonly #owned: vscode.Disposable[] = []
  readonly #paths = createCellPaths(path => path.startsWith(this.#prefix))
  readonly onDidSendMessage = this.#messages.event
  /** What stands before the names of all cells' texts, as the kernel says. */
  #prefix = '\0'
  #sequence = 0
  #running = false
  #ended = false

  constructor(options: CellDebugOptions) {
    this.#options = options
    this.#kernel = options.kernels.session(options.notebook)
    this.#owned.push(
      this.#kernel.onDebugEvent(event => this.#send(this.#paths.toEditor(event))),
      this.#kernel.onEnd(() => this.#end()),
    )
  }

  handleMessage(message: vscode.DebugProtocolMessage): void {
    const request = message as Request
    if (request.type !== 'request') return
    this.#answer(request).then(
      response =>
        this.#send({ ...response, type: 'response', request_seq: request.seq, command: request.command }),
      (error: unknown) => {
        this.#options.output.debug(`debugger, ${request.command}: ${String(error)}`)
        const text = error instanceof Error ? error.message : String(error)
        this.#send({
          type: 'response',
          request_seq: request.seq,
          command: request.command,
          success: false,
          message: text,
        })
      },
    )
  }

  dispose(): void {
    for (const each of this.#owned.splice(0)) each.dispose()
    this.#messages.dispose()
  }

  async #answer(request: Request): Promise<Partial<DebugProtocol.Response> & Loose> {
    const args = (request.arguments ?? {}) as Loose
    switch (request.command) {
      case 'initialize':
        await this.#learnPrefix()
        return this.#forward(request)
      case 'launch':
        await this.#dumpCells()
        return this.#forward({ ...request, command: 'attach', arguments: { justMyCode: args['justMyCode'] } })
      case 'configurationDone': {
        const response = await this.#forward(request)
        void this.#run()
        return response
      }
      case 'setBreakpoints':
      case 'breakpointLocations':
        return this.#forCell(request, args as unknown as { source: DebugProtocol.Source })
      case 'source': {
        const { sourceReference = 0 } = args as { sourceReference?: number }
        const path = this.#paths.pathOf(sourceReference)
        return this.#forward(path === undefined ? request : { ...request, arguments: { source: { path } } })
      }
      case 'disconnect':
        return this.#disconnect(request)
      default:
        return this.#forward(request)
    }
  }

  async #forward(request: Request): Promise<DebugProtocol.Response & Loose> {
    const response = await this.#kernel.debug(request)
    return this.#paths.toEditor(response) as DebugProtocol.Response & Loose
  }

  async #learnPrefix(): Promise<void> {
    const { body } = await this.#kernel.debug(this.#request('debugInfo', {}))
    this.#prefix = String((body as Loose)['tmpFilePrefix'])
  }

  /** Steps lead into functions of all cells, as they stand now. */
  async #dumpCells(): Promise<void> {
    const code = this.#options.notebook.getCells().filter(cell => cell.kind === vscode.NotebookCellKind.Code)
    for (const cell of code) await this.#dump(cell.document)
  }

  async #dump(document: vscode.TextDocument): Promise<string> {
    const { body } = await this.#kernel.debug(this.#request('dumpCell', { code: document.getText() }))
    const path = String((body as Loose)['sourcePath'])
    this.#paths.learn(document.uri.toString(), path)
    return path
  }

  /** Breakpoints of cells go by the path of the cell's text; those of other notebooks are not of this session. */
  async #forCell(
    request: Request,
    args: { source: DebugProtocol.Source },
  ): Promise<DebugProtocol.Response & Loose> {
    const uri = args.source.path ?? ''
    if (!uri.startsWith('vscode-notebook-cell:')) return this.#forward(request)
    const { notebook } = this.#options
    const cell = notebook.getCells().find(({ document }) => document.uri.toString() === uri)
    if (cell === undefined) return notOurs(request)
    const path = await this.#dump(cell.document)
    return this.#forward({ ...request, arguments: { ...args, source: { path } } })
  }

  async #run(): Promise<void> {
    this.#running = true
    try {
      await this.#options.kernels.run(this.#options.notebook, [this.#options.cell])
    } finally {
      this.#running = false
      this.#end()
    }
  }

  /** Whoever ends the session before the cell has ended wants the cell to end. */
  async #disconnect(request: Request): Promise<Partial<DebugProtocol.Response> & Loose> {
    this.#ended = true
    const response = await this.#forward(request).catch(() => ({ success: true }))
    if (this.#running) await this.#kernel.interrupt()
    return response
  }

  #end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#send({ type: 'event', event: 'terminated' })
  }

  #request(command: string, args: object): Request {
    return { seq: ++this.#sequence, type: 'request', command, arguments: args }
  }

  #send(message: object): void {
    this.#messages.fire({ seq: ++this.#sequence, ...message } as vscode.DebugProtocolMessage)
  }
}

function notOurs({ command, seq, arguments: args }: Request): DebugProtocol.Response & Loose {
  const wanted = (args as { breakpoints?: readonly DebugProtocol.SourceBreakpoint[] }).breakpoints ?? []
  const message = 'This cell belongs to another notebook.'
  const breakpoints = wanted.map(({ line }) => ({ verified: false, line, message }))
  return { seq: 0, type: 'response', request_seq: seq, command, success: true, body: { breakpoints } }
}
