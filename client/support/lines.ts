/** Text that arrives in pieces, as whole lines. */
import type { Readable } from 'node:stream'
import { createInterface } from 'node:readline'

/** Calls back for each line without its end; stops with the stream. */
export function onLines(stream: Readable, listener: (line: string) => void): void {
  createInterface({ input: stream, crlfDelay: Infinity }).on('line', listener)
}
