/** What the handlers of requests share: how a request looks to them and what they can do about it. */
import { KernelError } from '../errors.ts'
import type { Incoming, Json, Message } from '../wire/message.ts'

/** Content of a reply; `status` is `ok` unless it says otherwise. */
export type Reply = Json & { readonly status?: 'ok' | 'error' | 'aborted' }

export interface RequestContext {
  readonly incoming: Incoming
  readonly content: Json
  /** Sends on IOPub, as caused by this request. */
  publish(type: string, content: Json): void
}

/** Answers one type of request. What it throws becomes an error reply. */
export type Handler = (request: RequestContext) => Promise<Reply> | Reply

/** Content of an `*_reply` and of an `error` message. */
export interface ErrorContent {
  readonly ename: string
  readonly evalue: string
  readonly traceback: readonly string[]
}

/** A text of a request's content. @throws {KernelError} KERNEL008 when it is none */
export function requireText(content: Json, key: string): string {
  const value = content[key]
  if (typeof value === 'string') return value
  const got = value === undefined ? 'nothing' : value === null ? 'null' : `a value of type ${typeof value}`
  throw new KernelError('KERNEL008', `Expected a text as ${key}, got ${got}.`)
}

/** A text of a request's content; empty when it is not there. */
export function textOf(content: Json, key: string): string {
  const value = content[key]
  return typeof value === 'string' ? value : ''
}

/** The notebook's id of the cell that a request is about, where the client tells (as JupyterLab and ours do). */
export function cellIdOf(message: Message): string | undefined {
  const id = message.metadata['cellId']
  return typeof id === 'string' ? id : undefined
}
