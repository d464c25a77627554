/**
 * The file by which a Jupyter client tells a kernel where to listen and with which key to sign.
 * https://jupyter-client.readthedocs.io/en/stable/kernels.html#connection-files
 */
import { readFile, stat } from 'node:fs/promises'
import { KernelError, messageOf } from '../errors.ts'

export interface Connection {
  readonly transport: 'tcp' | 'ipc'
  readonly ip: string
  readonly shell_port: number
  readonly iopub_port: number
  readonly stdin_port: number
  readonly control_port: number
  readonly hb_port: number
  readonly key: string
  readonly signature_scheme: string
  /** Whether an earlier kernel listened here, whose clients come again by themselves. */
  readonly isReused: boolean
}

/** How much older than this process, in ms, a connection file is that was written for an earlier one. */
const reusedAgeMs = 500

const ports = ['shell_port', 'iopub_port', 'stdin_port', 'control_port', 'hb_port'] as const

/** @throws {KernelError} KERNEL001 */
export async function readConnectionFile(path: string): Promise<Connection> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)])
    return checkConnection(JSON.parse(text), mtimeMs < performance.timeOrigin - reusedAgeMs)
  } catch (error) {
    throw new KernelError('KERNEL001', `Cannot use the connection file ${path}: ${messageOf(error)}`, {
      cause: error,
    })
  }
}

function checkConnection(value: unknown, isReused: boolean): Connection {
  const connection = {
    transport: 'tcp',
    ip: '127.0.0.1',
    key: '',
    signature_scheme: 'hmac-sha256',
    ...Object(value),
    isReused,
  }
  for (const port of ports)
    if (!Number.isInteger(connection[port])) throw new Error(`expected a whole number as ${port}.`)
  if (connection.transport !== 'tcp' && connection.transport !== 'ipc')
    throw new Error(`expected transport tcp or ipc, got ${String(connection.transport)}.`)
  return connection as Connection
}

/** Where a channel listens. */
export function addressOf({ transport, ip }: Connection, port: number): string {
  return transport === 'tcp' ? `tcp://${ip}:${port}` : `ipc://${ip}-${port}`
}
