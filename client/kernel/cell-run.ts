/**
 * One execution of one cell: what the kernel says on its behalf becomes outputs, in order.
 *
 * VS Code's edits of outputs are asynchronous, so they go through one chain; an execution ends behind its outputs.
 */
import * as vscode from 'vscode'
import type { DisplayContent, ErrorContent, Message, StreamContent } from './messages.ts'
import { displayOutput, errorOutput, mimeItems, streamItem, streamOutput } from './outputs.ts'

/** An output that `update_display_data` may change later, from any cell. */
export interface LiveDisplay {
  readonly run: CellRun
  readonly output: vscode.NotebookCellOutput
}

export class CellRun {
  readonly cell: vscode.NotebookCell
  #execution: vscode.NotebookCellExecution
  readonly #displays: Map<string, LiveDisplay[]>
  #chain: Promise<unknown> = Promise.resolve()
  #lastStream: { name: string; output: vscode.NotebookCellOutput } | undefined
  #clearBeforeNext = false
  #ended = false

  /** @param displays by display id, shared by all runs of the notebook */
  constructor(execution: vscode.NotebookCellExecution, displays: Map<string, LiveDisplay[]>) {
    this.cell = execution.cell
    this.#execution = execution
    this.#displays = displays
  }

  get token(): vscode.CancellationToken {
    return this.#execution.token
  }

  start(): void {
    this.#execution.start(Date.now())
    this.#queue(() => this.#execution.clearOutput())
  }

  set executionCount(count: number) {
    this.#execution.executionOrder = count
  }

  receive(message: Message): void {
    const handlers: Readonly<Record<string, (content: never) => void>> = {
      stream: (content: StreamContent) => this.#stream(content),
      display_data: (content: DisplayContent) => this.#display('display_data', content),
      execute_result: (content: DisplayContent) => this.#display('execute_result', content),
      error: (content: ErrorContent) => this.fail(content),
      clear_output: (content: { wait?: boolean }) => this.#clear(content.wait === true),
      execute_input: (content: { execution_count?: number }) => {
        if (content.execution_count !== undefined) this.executionCount = content.execution_count
      },
    }
    handlers[message.header.msg_type]?.(message.content as never)
  }

  /** Shows what came behind the end of the cell, through a short execution begun for it. */
  receiveLate(message: Message, execution: vscode.NotebookCellExecution): Promise<void> {
    this.#execution = execution
    this.receive(message)
    return this.#queue(() => undefined)
  }

  /** Ends it without having run. */
  skip(): Promise<void> {
    this.#execution.start()
    return this.end(undefined)
  }

  /** Shows an error; does not end the execution. */
  fail(content: ErrorContent): void {
    this.#append(errorOutput(content))
  }

  /** Shows a sentence of ours. */
  say(markdown: string): void {
    this.#append(
      displayOutput('display_data', { data: { 'text/markdown': markdown, 'text/plain': markdown } }),
    )
  }

  /** Replaces what a display of a running cell shows. */
  update(output: vscode.NotebookCellOutput, content: DisplayContent): void {
    void this.#queue(() => this.#execution.replaceOutputItems(mimeItems(content.data), output))
  }

  /** Ends behind all outputs received so far. */
  end(success: boolean | undefined): Promise<void> {
    return this.#queue(() => {
      this.#ended = true
      this.#execution.end(success, Date.now())
    })
  }

  get ended(): boolean {
    return this.#ended
  }

  #stream(content: StreamContent): void {
    const last = this.#lastStream
    if (last?.name === content.name && !this.#clearBeforeNext) {
      this.#queue(() => this.#execution.appendOutputItems(streamItem(content), last.output))
      return
    }
    const output = streamOutput(content)
    this.#append(output)
    this.#lastStream = { name: content.name, output }
  }

  #display(type: 'display_data' | 'execute_result', content: DisplayContent): void {
    const output = displayOutput(type, content)
    const id = content.transient?.display_id
    if (id !== undefined) this.#displays.set(id, [...(this.#displays.get(id) ?? []), { run: this, output }])
    this.#append(output)
  }

  #append(output: vscode.NotebookCellOutput): void {
    const replace = this.#clearBeforeNext
    this.#clearBeforeNext = false
    this.#lastStream = undefined
    this.#queue(() =>
      replace ? this.#execution.replaceOutput(output) : this.#execution.appendOutput(output),
    )
  }

  #clear(wait: boolean): void {
    this.#lastStream = undefined
    this.#clearBeforeNext = wait
    if (!wait) this.#queue(() => this.#execution.clearOutput())
    this.#forgetDisplays()
  }

  /** Displays that were cleared away cannot be updated. */
  #forgetDisplays(): void {
    for (const [id, displays] of this.#displays) {
      const left = displays.filter(({ run }) => run !== this)
      if (left.length > 0) this.#displays.set(id, left)
      else this.#displays.delete(id)
    }
  }

  #queue(work: () => unknown): Promise<void> {
    // An output that VS Code refuses (its cell is gone) must not stop those behind it.
    const next = this.#chain.then(work).then(
      () => undefined,
      () => undefined,
    )
    this.#chain = next
    return next
  }
}
