/**
 * What comes for a cell that has ended: output of its timers, updates of its displays. VS Code changes outputs only
 * within an execution, and a cell has one at a time, so what has come is shown in short executions, one after the
 * other, that keep the cell's number, times and success as they were.
 */
import type * as vscode from 'vscode'

export type LateWork = (execution: vscode.NotebookCellExecution) => PromiseLike<unknown>

export interface LateOutputsOptions {
  createExecution(cell: vscode.NotebookCell): vscode.NotebookCellExecution
  /** Of outputs that could not be shown: the cell is gone, or begins to run. */
  onDropped(error: unknown): void
}

export class LateOutputs {
  readonly #options: LateOutputsOptions
  readonly #waiting = new Map<vscode.NotebookCell, LateWork[]>()
  readonly #held = new Set<vscode.NotebookCell>()
  readonly #draining = new Map<vscode.NotebookCell, Promise<void>>()

  constructor(options: LateOutputsOptions) {
    this.#options = options
  }

  add(cell: vscode.NotebookCell, work: LateWork): void {
    if (this.#held.has(cell)) return
    const waiting = this.#waiting.get(cell) ?? []
    this.#waiting.set(cell, [...waiting, work])
    if (this.#draining.has(cell)) return
    const done = this.#drain(cell).finally(() => this.#draining.delete(cell))
    this.#draining.set(cell, done)
  }

  /**
   * Keeps the cells free for executions of their own: resolves when nothing is being shown for them, and drops what
   * comes until `release`, because a run begins by clearing the outputs.
   */
  async hold(cells: readonly vscode.NotebookCell[]): Promise<void> {
    for (const cell of cells) this.#held.add(cell)
    await Promise.all(cells.map(cell => this.#draining.get(cell)))
  }

  release(cells: readonly vscode.NotebookCell[]): void {
    for (const cell of cells) this.#held.delete(cell)
  }

  async #drain(cell: vscode.NotebookCell): Promise<void> {
    // What comes in the same moment is shown together.
    await Promise.resolve()
    if (this.#held.has(cell)) return void this.#take(cell)
    try {
      const { executionOrder, success, timing } = cell.executionSummary ?? {}
      const execution = this.#options.createExecution(cell)
      execution.executionOrder = executionOrder
      execution.start(timing?.startTime)
      try {
        for (const work of this.#take(cell)) await work(execution)
      } finally {
        execution.end(success, timing?.endTime)
      }
    } catch (error) {
      this.#take(cell)
      this.#options.onDropped(error)
    }
    if (this.#held.has(cell)) this.#take(cell)
    else if (this.#waiting.has(cell)) await this.#drain(cell)
  }

  #take(cell: vscode.NotebookCell): readonly LateWork[] {
    const waiting = this.#waiting.get(cell) ?? []
    this.#waiting.delete(cell)
    return waiting
  }
}
