/**
 * Messages as JSON lines, for a client that started this process and talks over its standard streams:
 * `{channel, header, parent_header, metadata, content, buffers?}` a line, buffers in base64. There is one client,
 * so nothing is signed.
 */
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { messageOf } from '../errors.ts'
import { toMessage, type Channel, type Incoming, type Message } from './message.ts'
import type { Log, Transport } from './transport.ts'

export interface StdioOptions {
  readonly input: Readable
  readonly output: Writable
  readonly log: Log
}

/** A transport over two streams. It is closed from the other side by the end of `input`. */
export function createStdioTransport({ input, output, log }: StdioOptions): Transport {
  const lines = createInterface({ input, crlfDelay: Infinity })
  output.on('error', error => log(`The client stopped reading: ${error.message}`))
  return {
    listen({ onMessage, onClose }) {
      lines.on('line', line => {
        if (line.trim() === '') return
        const incoming = parseLine(line, log)
        if (incoming) onMessage(incoming)
      })
      lines.on('close', onClose)
      return Promise.resolve()
    },
    send(channel, message) {
      if (!output.writable) return
      output.write(`${JSON.stringify(toLine(channel, message))}\n`)
    },
    close: () =>
      new Promise(resolve => {
        lines.removeAllListeners('close')
        lines.close()
        if (output.writable) output.write('', () => resolve())
        else resolve()
      }),
  }
}

function toLine(channel: Channel, { buffers, ...message }: Message) {
  return {
    channel,
    ...message,
    ...(buffers ? { buffers: buffers.map(buffer => Buffer.from(buffer).toString('base64')) } : {}),
  }
}

function parseLine(line: string, log: Log): Incoming | undefined {
  try {
    const { channel, buffers, ...parts } = JSON.parse(line) as Record<string, unknown>
    const message = toMessage(parts, decoded(buffers))
    if ((channel === 'shell' || channel === 'control' || channel === 'stdin') && message)
      return { channel, message, route: [] }
    log('Dropped a line that is not a message: expected a channel, and a header with msg_id and msg_type.')
  } catch (error) {
    log(`Dropped a line that is not JSON: ${messageOf(error)}`)
  }
  return undefined
}

function decoded(buffers: unknown): readonly Uint8Array[] {
  return Array.isArray(buffers) ? buffers.map(text => Buffer.from(String(text), 'base64')) : []
}
