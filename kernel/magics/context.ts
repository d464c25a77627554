/** What a magic is given, and what it may do. */
import type { KernelErrorCode } from '../errors.ts'
import type { LanguageClient } from '../language/client.ts'
import type { Checking } from '../session/checking.ts'
import type { Outcome } from '../session/child-protocol.ts'
import type { History } from '../session/history.ts'
import type { Json } from '../wire/message.ts'

export interface MagicCall {
  readonly name: string
  readonly kind: 'line' | 'cell'
  readonly argument: string
  /** What follows the first line, for a cell magic. */
  readonly body: string
  /** Where it stands in the cell, line from 0. */
  readonly line: number
}

export interface MagicContext {
  /** The notebook's folder. */
  readonly folder: string
  /** The whole cell. */
  readonly source: string
  /** The notebook's id of the cell; null when the client did not tell. */
  readonly cell: string | null
  /** How the cell is called in stack traces. */
  readonly file: string
  /** Aborted when the cell is interrupted. */
  readonly signal: AbortSignal
  readonly language: LanguageClient
  readonly history: History
  /** A question to the thread that runs cells (child/questions.ts). */
  ask(name: string, argument: unknown): Promise<unknown>
  /** Asks the user for a line; null when there is nobody to ask. */
  input(text: string): Promise<string | null>
  print(text: string, name?: 'stdout' | 'stderr'): void
  display(data: Json, options?: { readonly displayId?: string; readonly update?: boolean }): void
  /** What the reply carries for the client, such as a page of help. */
  payload(entry: Json): void
  /** Runs text as a cell of its own, without showing its value. What it declares is known afterwards. */
  runCell(source: string): Promise<Outcome>
  /** Whether findings of TypeScript keep cells from running. */
  readonly checking: Checking
}

/** Does what a magic says. What it returns and is a failure ends the cell; nothing is as good as success. */
export type MagicRunner = (call: MagicCall, context: MagicContext) => Promise<Outcome | undefined>

/** What is wrong with a magic or with what it was to do: a stable code, and a text that says what to do. */
export class MagicError extends Error {
  readonly code: KernelErrorCode

  constructor(code: KernelErrorCode, message: string) {
    super(message)
    this.name = code
    this.code = code
  }
}

export const succeeded: Outcome = { status: 'ok', expressions: {} }
