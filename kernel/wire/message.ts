/**
 * Jupyter messages as plain data, whatever carries them.
 * Specification: https://jupyter-client.readthedocs.io/en/stable/messaging.html
 */
import { randomUUID } from 'node:crypto'

/** Version of the messaging protocol that this kernel speaks. */
export const protocolVersion = '5.5'

export type Channel = 'shell' | 'control' | 'iopub' | 'stdin'

export type Json = Readonly<Record<string, unknown>>

export interface Header {
  readonly msg_id: string
  readonly session: string
  readonly username: string
  /** ISO 8601 */
  readonly date: string
  readonly msg_type: string
  readonly version: string
  /** The subshell that a shell request is for; the main shell when it is not there. */
  readonly subshell_id?: string | null
}

export interface Message {
  readonly header: Header
  /** Of the message that caused this one; empty when there was none. */
  readonly parent_header: Header | Json
  readonly metadata: Json
  readonly content: Json
  readonly buffers?: readonly Uint8Array[]
}

/** A request as it came in, with what the transport needs to answer the one who sent it. */
export interface Incoming {
  readonly channel: Exclude<Channel, 'iopub'>
  readonly message: Message
  /** ROUTER identities; empty where there is only one client. */
  readonly route: readonly Uint8Array[]
}

/** Makes messages of one session. Ids are unique across sessions and processes. */
export function createMessageFactory(session: string) {
  const prefix = randomUUID()
  let count = 0
  return function createMessage(
    type: string,
    content: Json,
    options: { parent?: Message | undefined; metadata?: Json; buffers?: readonly Uint8Array[] } = {},
  ): Message {
    const header: Header = {
      msg_id: `${prefix}_${count++}`,
      session,
      username: 'kernel',
      date: new Date().toISOString(),
      msg_type: type,
      version: protocolVersion,
    }
    return {
      header,
      parent_header: options.parent?.header ?? {},
      metadata: options.metadata ?? {},
      content,
      ...(options.buffers?.length ? { buffers: options.buffers } : {}),
    }
  }
}

export type MessageFactory = ReturnType<typeof createMessageFactory>

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The parts of a message, parsed and not looked at. */
export interface MessageParts {
  readonly header?: unknown
  readonly parent_header?: unknown
  readonly metadata?: unknown
  readonly content?: unknown
}

/**
 * The message that parsed JSON stands for; undefined without a header that can be answered. Everything else may be
 * missing or null: a request whose content is not what it should be is told so in its reply.
 */
export function toMessage(parts: MessageParts, buffers: readonly Uint8Array[] = []): Message | undefined {
  const { header, parent_header: parent, metadata, content } = parts
  if (!isObject(header) || typeof header['msg_id'] !== 'string' || typeof header['msg_type'] !== 'string')
    return undefined
  return {
    header: header as unknown as Header,
    parent_header: objectOf(parent),
    metadata: objectOf(metadata),
    content: objectOf(content),
    ...(buffers.length ? { buffers } : {}),
  }
}

const objectOf = (value: unknown): Json => (isObject(value) ? value : {})
