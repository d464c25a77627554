/**
 * What ran in this session, one JSON line per cell: the evidence that promotion reads where the client does not
 * keep it in the notebook itself. Written under `.slipway/sessions/` of the notebook's folder.
 */
import { join } from 'node:path'
import type { Log } from '../wire/transport.ts'
import { createLineLog } from './line-log.ts'

export interface LoggedCell {
  /** The notebook's id of the cell; null when the client did not tell. */
  readonly cell: string | null
  readonly source: string
  /** The execution count. */
  readonly order: number
  readonly status: 'ok' | 'error'
  /** ISO 8601, when it ended. */
  readonly time: string
  /** What the cell's value is called, when its last expression is a name. */
  readonly output?: string
}

/** As it is written: with the notebook's file, relative to the folder, when the client tells. */
export interface SessionLine extends LoggedCell {
  readonly notebook?: string
}

export interface SessionLogOptions {
  readonly id: string
  readonly notebook: string | null
  readonly log: Log
}

export interface SessionLog {
  append(cell: LoggedCell): void
  /** Resolves when all is written. */
  close(): Promise<void>
}

/** A log that creates its file with the first cell. A file that cannot be written is told once, and no more. */
export function createSessionLog(folder: string, { id, notebook, log }: SessionLogOptions): SessionLog {
  const file = join(folder, '.slipway', 'sessions', `${id}.jsonl`)
  const lines = createLineLog({ file, title: "The session's log", log })
  return {
    append: cell => lines.append((notebook === null ? cell : { ...cell, notebook }) satisfies SessionLine),
    close: () => lines.close(),
  }
}

/** For a client that keeps the log itself. */
export const noSessionLog: SessionLog = { append: () => undefined, close: () => Promise.resolve() }
