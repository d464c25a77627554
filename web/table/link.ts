/** Asks the kernel about one table, over a comm that the host carries. It is opened with the first question. */
import type { TableReply, TableRequest } from '../../library/display/messages.ts'

/** What carries comms: VS Code's messages between a renderer and the extension. */
export interface Host {
  post(message: ToHost): void
  onMessage(handle: (message: FromHost) => void): { dispose(): void }
}

export type ToHost =
  | { readonly type: 'comm_open'; readonly id: string; readonly target: string; readonly data: object }
  | { readonly type: 'comm_msg'; readonly id: string; readonly data: object }
  | { readonly type: 'comm_close'; readonly id: string }
  | { readonly type: 'clipboard'; readonly text: string }
  /** Asks the person for a file and has the kernel save the rows there, over the comm of this id. */
  | { readonly type: 'save'; readonly id: string; readonly data: object }
  /** Shows the table in a tab. */
  | { readonly type: 'open'; readonly table: unknown }
  /** Commands of the editor go to this grid now. */
  | { readonly type: 'focus'; readonly id: string }

export type FromHost =
  | { readonly type: 'comm_msg'; readonly id: string; readonly data: unknown }
  | { readonly type: 'comm_close'; readonly id: string; readonly reason?: string }
  | { readonly type: 'command'; readonly id: string; readonly command: 'copyCsv' | 'save' }

type Unnumbered<T> = T extends { request: number } ? Omit<T, 'request'> : never
export type Question = Unnumbered<Exclude<TableRequest, { kind: 'cancel' }>>
export type Answer = Exclude<TableReply, { error: string } | { progress: number }>

export interface AskOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (share: number) => void
  /** Told once when the kernel takes long to say anything. */
  readonly onSilence?: () => void
}

export interface Link {
  readonly id: string
  /** Rejects with a sentence for the person; `LinkLost` when nobody can answer. */
  ask(question: Question, options?: AskOptions): Promise<Answer>
  /** Has the kernel save rows in a file that the host asks for. */
  save(question: Omit<Question & { kind: 'save' }, 'path'>): Promise<Answer>
  dispose(): void
}

/** There is no kernel, or it does not know the table. */
export class LinkLost extends Error {
  override readonly name = 'LinkLost'
}

const silenceMs = 1500

interface Waiting {
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: Error) => void
  readonly onProgress: ((share: number) => void) | undefined
  timer: ReturnType<typeof setTimeout> | undefined
}

export function createLink(host: Host, handle: string): Link {
  const id = createId()
  const waiting = new Map<number, Waiting>()
  let opened = false
  let nAsked = 0
  const settle = (request: number): Waiting | undefined => {
    const found = waiting.get(request)
    clearTimeout(found?.timer)
    waiting.delete(request)
    return found
  }
  const listener = host.onMessage(message => {
    if (message.type === 'command' || message.id !== id) return
    if (message.type === 'comm_close') {
      opened = false
      for (const request of [...waiting.keys()]) settle(request)?.reject(new LinkLost(message.reason ?? lost))
      return
    }
    const reply = message.data as TableReply
    if ('progress' in reply) {
      const found = waiting.get(reply.request)
      clearTimeout(found?.timer)
      return found?.onProgress?.(reply.progress)
    }
    const found = settle(reply.request)
    if (!('error' in reply)) found?.resolve(reply)
    else found?.reject(reply.error.includes(goneMark) ? new LinkLost(reply.error) : new Error(reply.error))
  })

  function send(type: 'comm_msg' | 'save', question: object, options: AskOptions): Promise<Answer> {
    const { signal, onProgress, onSilence } = options
    if (!opened) host.post({ type: 'comm_open', id, target: 'slipway.table', data: { handle } })
    opened = true
    const request = ++nAsked
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const timer = onSilence && setTimeout(onSilence, silenceMs)
    waiting.set(request, { resolve, reject, onProgress, timer })
    signal?.addEventListener('abort', () => {
      if (!settle(request)) return
      host.post({ type: 'comm_msg', id, data: { request, kind: 'cancel' } })
      reject(new Error('The question was taken back.'))
    })
    host.post({ type, id, data: { ...question, request } })
    return promise
  }

  return {
    id,
    ask: (question, options = {}) => send('comm_msg', question, options),
    save: question => send('save', question, {}),
    dispose() {
      listener.dispose()
      for (const request of [...waiting.keys()]) settle(request)?.reject(new Error('The grid was closed.'))
      if (opened) host.post({ type: 'comm_close', id })
    },
  }
}

/** Not `randomUUID`, which browsers have on encrypted pages only. */
function createId(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), word =>
    word.toString(16).padStart(8, '0'),
  ).join('')
}

const goneMark = 'not in the kernel any more'
const lost = 'No kernel knows this table. Run the cell again to see more of it.'
