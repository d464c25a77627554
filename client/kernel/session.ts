/**
 * One notebook and its kernel: runs cells one after the other, shows what they say, keeps the log of what ran.
 *
 * The kernel process starts with the first need of it, and anew after it ended.
 */
import { randomUUID } from 'node:crypto'
import { dirname } from 'node:path'
import type { DebugProtocol } from '@vscode/debugprotocol'
import * as vscode from 'vscode'
import { CellRun, type LiveDisplay } from './cell-run.ts'
import { KernelConnection, KernelGone } from './connection.ts'
import type { CommFromKernel, DisplayContent, ExecuteReply, Message } from './messages.ts'
import { askInput } from './input.ts'
import { LateOutputs } from './late-outputs.ts'
import { mimeItems } from './outputs.ts'
import { type LogEntry, cellId, noteDuration, storeLog } from './run-log.ts'
import { SecretGuard } from './secrets.ts'

export interface SessionContext {
  readonly notebook: vscode.NotebookDocument
  readonly controller: vscode.NotebookController
  readonly output: vscode.LogOutputChannel
  /** Whether the log of what ran is written into the notebook. */
  keepsLog(): boolean
  /** What the kernel is told by its environment. */
  environment(): Readonly<Record<string, string>>
  /** A cell begins to run, or has run. */
  onRun(): void
}

export class NotebookSession {
  readonly #context: SessionContext
  readonly #displays = new Map<string, LiveDisplay[]>()
  /** The newest run of every cell: what an older one still says goes below it. */
  readonly #newest = new Map<vscode.NotebookCell, CellRun>()
  readonly #late: LateOutputs
  readonly #runs = new Map<string, CellRun>()
  readonly #idles = new Map<string, PromiseWithResolvers<void>>()
  readonly #debugEvents = new vscode.EventEmitter<DebugProtocol.Event>()
  readonly #ends = new vscode.EventEmitter<void>()
  /** What the kernel's debugger says without being asked. */
  readonly onDebugEvent = this.#debugEvents.event
  readonly #comms = new vscode.EventEmitter<CommFromKernel>()
  /** What the kernel says over comms. */
  readonly onComm = this.#comms.event
  /** The kernel has ended, however it did. */
  readonly onEnd = this.#ends.event
  #kernel: KernelConnection | undefined
  #log: LogEntry[] = []
  readonly #secrets = new SecretGuard()
  /** Cells that wait, and the one that runs: VS Code may ask for more while a cell runs. */
  #queue: Promise<boolean> = Promise.resolve(true)
  #epoch = 0

  constructor(context: SessionContext) {
    this.#context = context
    this.#late = new LateOutputs({
      createExecution: cell => context.controller.createNotebookCellExecution(cell),
      onDropped: error => context.output.debug(`late output was not shown: ${String(error)}`),
    })
  }

  get started(): boolean {
    return this.#kernel !== undefined
  }

  /** Runs cells in this order; those behind a failing one are not run. */
  async execute(cells: readonly vscode.NotebookCell[]): Promise<void> {
    await this.#late.hold(cells)
    const epoch = this.#epoch
    const batch = { failed: false }
    const done = cells.map(cell => {
      const run = new CellRun(this.#context.controller.createNotebookCellExecution(cell), this.#displays)
      this.#queue = this.#queue.then(async () => {
        const skip = batch.failed || epoch !== this.#epoch || run.token.isCancellationRequested
        if (skip) await run.skip()
        else if (!(await this.#run(run))) batch.failed = true
        return true
      })
      return this.#queue
    })
    this.#late.release(cells)
    await Promise.all(done)
    await this.#storeLog()
  }

  async interrupt(): Promise<void> {
    this.#epoch++
    await this.#kernel?.request('interrupt_request', {}, { channel: 'control' }).catch(this.#ignoreGone)
  }

  /** Ends the kernel, with it everything it knows; a new one starts at once. */
  async restart(): Promise<void> {
    await this.#end()
    this.#log = []
    await this.#storeLog()
    this.start()
  }

  /** Forgets what was run. */
  async wipeLog(): Promise<void> {
    this.#log = []
    await storeLog(this.#context.notebook, [])
  }

  /** Says something over a comm; nothing is said, and no kernel started, when there is none. */
  sendComm(type: 'comm_open' | 'comm_msg' | 'comm_close', content: CommFromKernel['content']): void {
    this.#kernel?.send(type, { ...content })
  }

  /** Asks the kernel, which is started when there is none. */
  async request<Reply>(type: string, content: Readonly<Record<string, unknown>>): Promise<Reply> {
    return this.start().request<Reply>(type, content)
  }

  /** How the value of an expression would be shown, by MIME type; undefined when it fails. Runs behind the cells. */
  async valueOf(expression: string): Promise<Readonly<Record<string, unknown>> | undefined> {
    const expressions = { value: expression }
    const content = { code: '', silent: true, store_history: false, user_expressions: expressions }
    const reply = await this.request<{
      readonly user_expressions?: { readonly value?: { readonly data?: Readonly<Record<string, unknown>> } }
    }>('execute_request', content)
    return reply.user_expressions?.value?.data
  }

  /** Takes a request of the Debug Adapter Protocol to the kernel. */
  async debug(request: DebugProtocol.Request): Promise<DebugProtocol.Response> {
    return this.start().request('debug_request', { ...request }, { channel: 'control' })
  }

  async dispose(): Promise<void> {
    await this.#end()
    this.#debugEvents.dispose()
    this.#comms.dispose()
    this.#ends.dispose()
  }

  /** The kernel, started when there is none. */
  start(): KernelConnection {
    if (this.#kernel) return this.#kernel
    const { notebook, output } = this.#context
    const kernel = new KernelConnection({
      folder: folderOf(notebook),
      environment: this.#context.environment(),
      onMessage: message => this.#receive(message),
      onInput: (content, run) => askInput(content, this.#runs.get(run)?.token),
      onExit: exit => {
        if (this.#kernel === kernel) this.#kernel = undefined
        // The next one knows nothing of what ran.
        this.#log = []
        this.#ends.fire()
        output.error(`The kernel of ${notebook.uri.path} ended (${exit.code ?? 'signal'}). ${exit.lastWords}`)
      },
      onLog: line => output.info(line),
    })
    this.#kernel = kernel
    return kernel
  }

  async #run(run: CellRun): Promise<boolean> {
    const id = randomUUID()
    const source = run.cell.document.getText()
    this.#runs.set(id, run)
    this.#newest.set(run.cell, run)
    run.start()
    const entry: LogEntry = { cell: cellId(run.cell), source }
    this.#log.push(entry)
    this.#context.onRun()
    const startedMs = performance.now()
    const success = await this.#request(run, id, source)
    noteDuration(entry, performance.now() - startedMs)
    await run.end(success)
    this.#context.onRun()
    return success
  }

  async #request(run: CellRun, id: string, code: string): Promise<boolean> {
    try {
      const content = { code, silent: false, store_history: true, allow_stdin: true, stop_on_error: true }
      const metadata = { cellId: cellId(run.cell) }
      const reply = await this.start().request<ExecuteReply>('execute_request', content, { id, metadata })
      // The process of the cells died, and with it all names.
      if (reply.status === 'error' && reply.ename === 'KERNEL003') this.#log = []
      if (reply.execution_count !== undefined) run.executionCount = reply.execution_count
      await this.#idle(id)
      await applyPayload(run.cell, reply)
      return reply.status === 'ok'
    } catch (error) {
      if (!(error instanceof KernelGone)) throw error
      this.#epoch++
      run.fail({ ename: 'KernelGone', evalue: error.message, traceback: [error.message] })
      return false
    }
  }

  /** Output of a cell precedes the idle that ends it, which may come behind the reply. */
  #idle(id: string): Promise<void> {
    return this.#idleOf(id).promise
  }

  #idleOf(id: string): PromiseWithResolvers<void> {
    const found = this.#idles.get(id)
    if (found) return found
    const idle = Promise.withResolvers<void>()
    this.#idles.set(id, idle)
    return idle
  }

  #receive(message: Message): void {
    const parent = message.parent_header.msg_id ?? ''
    const type = message.header.msg_type
    if (type === 'update_display_data') return this.#update(message.content as unknown as DisplayContent)
    if (type === 'comm_msg' || type === 'comm_close')
      return this.#comms.fire(message as unknown as CommFromKernel)
    if (type === 'debug_event')
      return this.#debugEvents.fire(message.content as unknown as DebugProtocol.Event)
    if (type === 'status') {
      const state = message.content['execution_state']
      if (state === 'idle' && this.#runs.has(parent)) this.#idleOf(parent).resolve()
      return
    }
    const asked = this.#runs.get(parent)
    const run = asked && (this.#newest.get(asked.cell) ?? asked)
    if (run?.ended) return this.#receiveLate(run, message)
    run?.receive(message)
  }

  /** What a timer of an ended cell says still belongs under that cell. */
  #receiveLate(run: CellRun, message: Message): void {
    if (run.cell.index < 0 || this.#context.notebook.isClosed) return
    this.#late.add(run.cell, execution => run.receiveLate(message, execution))
  }

  /** All outputs that were shown under the id, of whatever cell. */
  #update(content: DisplayContent): void {
    for (const { run, output } of this.#displays.get(content.transient?.display_id ?? '') ?? []) {
      const newest = this.#newest.get(run.cell) ?? run
      if (!newest.ended) newest.update(output, content)
      else if (run.cell.index >= 0 && !this.#context.notebook.isClosed)
        this.#late.add(run.cell, execution => execution.replaceOutputItems(mimeItems(content.data), output))
    }
  }

  async #end(): Promise<void> {
    this.#epoch++
    const kernel = this.#kernel
    this.#kernel = undefined
    this.#ends.fire()
    await kernel?.dispose()
    this.#runs.clear()
    this.#newest.clear()
    this.#idles.clear()
    this.#displays.clear()
  }

  async #storeLog(): Promise<void> {
    const { notebook, keepsLog } = this.#context
    if (!keepsLog()) return
    await storeLog(
      notebook,
      this.#secrets.admitted(this.#log, () => void this.#storeLog()),
    )
  }

  readonly #ignoreGone = (error: unknown): void => {
    if (!(error instanceof KernelGone)) throw error
  }
}

/** Jupyter messaging, "Payloads": what a reply asks a front end to do. A page of help is shown below the cell already. */
async function applyPayload(
  { document }: vscode.NotebookCell,
  { payload = [] }: ExecuteReply,
): Promise<void> {
  for (const { source, text, replace } of payload) {
    if (source !== 'set_next_input' || typeof text !== 'string' || replace !== true) continue
    const edit = new vscode.WorkspaceEdit()
    const end = document.lineAt(document.lineCount - 1).range.end
    edit.replace(document.uri, new vscode.Range(new vscode.Position(0, 0), end), text)
    await vscode.workspace.applyEdit(edit)
  }
}

/** Where the notebook lies; for one that was never saved, the workspace. */
export function folderOf(notebook: vscode.NotebookDocument): string {
  if (notebook.uri.scheme === 'file') return dirname(notebook.uri.fsPath)
  return vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? process.cwd()
}
