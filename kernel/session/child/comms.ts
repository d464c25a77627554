/** Comms as user code has them. The other side of each lies in a front end; the kernel process carries both ways. */
import { AsyncResource } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import type { Comm, Comms } from '../../display/api.ts'
import type { Bundle, CommMessage } from '../child-protocol.ts'

export interface ChildComms extends Comms {
  /**
   * Takes what the other side says.
   * @returns whether there is such a comm; of an `open`, whether somebody took it
   */
  receive(message: CommMessage): boolean
}

type MessageHandler = Parameters<Comm['onMessage']>[0]
type CloseHandler = Parameters<Comm['onClose']>[0]

interface OpenComm {
  readonly comm: Comm
  readonly onMessage: MessageHandler[]
  readonly onClose: CloseHandler[]
  /** What came before there was somebody to hear it. */
  readonly unheard: CommMessage[]
}

const maxUnheard = 1000

export interface CommsParts {
  send(message: CommMessage): void
  /** Says what a handler threw. */
  report(error: unknown): void
}

export function createComms({ send, report }: CommsParts): ChildComms {
  /** Handlers run as part of the cell that gave them: what they print and throw appears there. */
  function bind<A extends unknown[]>(handle: (...args: A) => void): (...args: A) => boolean {
    const reporting = (...args: A): boolean => {
      try {
        handle(...args)
        return true
      } catch (error) {
        report(error)
        return false
      }
    }
    return AsyncResource.bind(reporting) as typeof reporting
  }

  const targets = new Map<string, (comm: Comm, data: Bundle) => boolean>()
  const open = new Map<string, OpenComm>()

  function add(id: string, target: string): OpenComm {
    const entry: OpenComm = { comm: comm(id, target), onMessage: [], onClose: [], unheard: [] }
    open.set(id, entry)
    return entry
  }

  const comm = (id: string, target: string): Comm => ({
    id,
    target,
    send(data, { buffers = [] } = {}) {
      if (!open.has(id)) throw new Error(`Expected an open comm, but this one of '${target}' was closed.`)
      send({ type: 'comm', event: 'msg', commId: id, data, ...encoded(buffers) })
    },
    close(data = {}) {
      if (open.delete(id)) send({ type: 'comm', event: 'close', commId: id, data })
    },
    onMessage(handle) {
      const entry = open.get(id)
      if (!entry) return
      entry.onMessage.push(bind(handle))
      for (const message of entry.unheard.splice(0)) hear(entry, message)
    },
    onClose: handle => void open.get(id)?.onClose.push(bind(handle)),
  })

  function opened({ commId, target = '', data }: CommMessage): boolean {
    const take = targets.get(target)
    if (!take) return false
    const entry = add(commId, target)
    const taken = take(entry.comm, data)
    if (!taken) open.delete(commId)
    return taken
  }

  function closed(entry: OpenComm, { commId, data }: CommMessage): void {
    open.delete(commId)
    for (const handle of entry.onClose) handle(data)
  }

  return {
    register: (target, take) => void targets.set(target, bind(take)),
    open(target, data = {}) {
      const { comm } = add(randomUUID(), target)
      send({ type: 'comm', event: 'open', commId: comm.id, target, data })
      return comm
    },
    receive(message) {
      if (message.event === 'open') return opened(message)
      const entry = open.get(message.commId)
      if (!entry) return false
      if (message.event === 'close') closed(entry, message)
      else hear(entry, message)
      return true
    },
  }
}

function hear(entry: OpenComm, message: CommMessage): void {
  if (entry.onMessage.length === 0) {
    if (entry.unheard.length < maxUnheard) entry.unheard.push(message)
    return
  }
  const buffers = (message.buffers ?? []).map(text => new Uint8Array(Buffer.from(text, 'base64')))
  for (const handle of entry.onMessage) handle(message.data, buffers)
}

function encoded(buffers: readonly Uint8Array[]): { buffers?: readonly string[] } {
  if (buffers.length === 0) return {}
  const text = ({ buffer, byteOffset, byteLength }: Uint8Array) =>
    Buffer.from(buffer, byteOffset, byteLength).toString('base64')
  return { buffers: buffers.map(text) }
}
