/**
 * Comms between front ends and user code: which are open, and both directions of what they say. Targets live in
 * the user process; with it every comm ends, and front ends are told.
 * https://jupyter-client.readthedocs.io/en/stable/messaging.html#custom-messages
 */
import type { Json } from '../wire/message.ts'
import { commQuestion, type CommMessage } from './child-protocol.ts'
import { textOf, type Handler, type RequestContext } from './requests.ts'
import type { UserProcess } from './user-process.ts'

export interface CommsParts {
  readonly process: Pick<UserProcess, 'ask'>
  /** Sends on IOPub, as caused by the run; by nothing when it is empty. */
  publish(type: string, content: Json, options: PublishOptions): void
}

export interface PublishOptions {
  readonly run: string
  readonly metadata?: Json
  readonly buffers?: readonly Uint8Array[]
}

export interface KernelComms {
  readonly handlers: Readonly<Record<'comm_open' | 'comm_msg' | 'comm_close' | 'comm_info_request', Handler>>
  /** What user code says. */
  take(event: CommMessage & { readonly run: string }): void
  /** The user process has ended. */
  closeAll(): void
}

export function createKernelComms({ process, publish }: CommsParts): KernelComms {
  /** Targets by comm. */
  const open = new Map<string, string>()

  async function receive(event: CommMessage['event'], request: RequestContext): Promise<Json> {
    const { content, incoming } = request
    const commId = textOf(content, 'comm_id')
    const target = textOf(content, 'target_name')
    if (event === 'open') open.set(commId, target)
    if (event === 'close' && !open.delete(commId)) return {}
    if (!open.has(commId) && event === 'msg') return {}
    const message: CommMessage = {
      type: 'comm',
      event,
      commId,
      data: objectOf(content['data']),
      metadata: incoming.message.metadata,
      ...(event === 'open' ? { target } : {}),
      ...encoded(incoming.message.buffers),
    }
    const taken = await process.ask(commQuestion, message).catch(() => false)
    if (!taken && event === 'open' && open.delete(commId))
      request.publish('comm_close', { comm_id: commId, data: {} })
    return {}
  }

  return {
    handlers: {
      comm_open: request => receive('open', request),
      comm_msg: request => receive('msg', request),
      comm_close: request => receive('close', request),
      comm_info_request({ content }) {
        const wanted = content['target_name']
        const matching = [...open].filter(([, target]) => typeof wanted !== 'string' || target === wanted)
        return { comms: Object.fromEntries(matching.map(([id, target]) => [id, { target_name: target }])) }
      },
    },
    take({ event, commId, target = '', data, metadata, buffers, run }) {
      if (event === 'open') open.set(commId, target)
      if (event === 'close') open.delete(commId)
      const content = { comm_id: commId, data, ...(event === 'open' ? { target_name: target } : {}) }
      publish(`comm_${event}`, content, {
        run,
        ...(metadata ? { metadata } : {}),
        ...(buffers ? { buffers: buffers.map(text => Buffer.from(text, 'base64')) } : {}),
      })
    },
    closeAll() {
      for (const commId of open.keys()) publish('comm_close', { comm_id: commId, data: {} }, { run: '' })
      open.clear()
    },
  }
}

const objectOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}

function encoded(buffers: readonly Uint8Array[] | undefined): { buffers?: readonly string[] } {
  if (!buffers?.length) return {}
  return { buffers: buffers.map(buffer => Buffer.from(buffer).toString('base64')) }
}
