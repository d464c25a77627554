/**
 * Keeps what looks like a secret out of the record of what ran, until the user says that it may stand there: the
 * record is saved with the notebook, and outlives the cell.
 */
import * as vscode from 'vscode'
import { secretsInSource } from '../../language/notebook/secrets.ts'
import type { LogEntry } from './run-log.ts'

export class SecretGuard {
  /** By source: whether it may be kept; undefined while the user is asked. */
  readonly #answers = new Map<string, boolean | undefined>()

  /**
   * The entries that may be written now. Of others the user is asked; `changed` is called when more may be written.
   */
  admitted(log: readonly LogEntry[], changed: () => void): readonly LogEntry[] {
    return log.filter(({ source }) => {
      if (this.#answers.has(source)) return this.#answers.get(source) === true
      const [secret] = secretsInSource(source)
      if (!secret) return true
      this.#answers.set(source, undefined)
      void this.#ask(
        source,
        { what: secret.what, line: source.slice(0, secret.start).split('\n').length },
        changed,
      )
      return false
    })
  }

  async #ask(
    source: string,
    { what, line }: { what: string; line: number },
    changed: () => void,
  ): Promise<void> {
    const keep = 'Record It'
    const leave = 'Leave It Out'
    const answer = await vscode.window.showWarningMessage(
      `Line ${line} of a cell that ran looks like a secret (${what}). The record of what ran is saved with the ` +
        "notebook; this cell is left out of it for now. Name a secret instead of writing it: secret('NAME').",
      leave,
      keep,
    )
    this.#answers.set(source, answer === keep)
    if (answer === keep) changed()
  }
}
