/**
 * Files of JSON lines, appended a moment after the fact: what came meanwhile goes in one write, so that nothing of it
 * comes between a cell and its reply.
 */
import { appendFile, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../errors.ts'
import type { Log } from '../wire/transport.ts'

export interface LineLog {
  /** Lines stay in order, whichever is ready first. */
  append(line: object | Promise<object>): void
  /** Resolves when all is written. */
  close(): Promise<void>
}

export interface LineLogOptions {
  /** Created with the first line, with its folder. */
  readonly file: string
  /** What it is, for what is told when it cannot be written: once, and then no more is. */
  readonly title: string
  readonly log: Log
}

/** How long a line may wait in memory. */
const delayMs = 20

export function createLineLog({ file, title, log }: LineLogOptions): LineLog {
  let waiting: (object | Promise<object>)[] = []
  let writing: Promise<void> | undefined
  let failed = false
  const closing = new AbortController()

  async function write(): Promise<void> {
    await sleep(delayMs, undefined, { signal: closing.signal }).catch(() => undefined)
    while (waiting.length > 0 && !failed) {
      const lines = waiting
      waiting = []
      try {
        const texts = (await Promise.all(lines)).map(line => `${JSON.stringify(line)}\n`)
        await mkdir(dirname(file), { recursive: true })
        await appendFile(file, texts.join(''))
      } catch (error) {
        failed = true
        log(`${title} cannot be written: ${messageOf(error)}`)
      }
    }
    waiting = []
    writing = undefined
  }

  return {
    append(line) {
      // A promise may fail while it waits.
      if (line instanceof Promise) line.catch(() => undefined)
      if (failed) return
      waiting.push(line)
      writing ??= write()
    },
    async close() {
      closing.abort()
      await writing
    },
  }
}
