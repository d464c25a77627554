/**
 * Messages as frames on the wire, signed. The signature is over the bytes as they were sent, and is checked on
 * the bytes as they came, before anything of them is parsed.
 * https://jupyter-client.readthedocs.io/en/stable/messaging.html#the-wire-protocol
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { KernelError, messageOf } from '../errors.ts'
import { toMessage, type Message } from './message.ts'

const delimiter = Buffer.from('<IDS|MSG>')
/** header, parent_header, metadata, content */
const nParts = 4
/** Signatures that are remembered. */
const maxSeen = 1 << 16

export interface Signer {
  /** Frames of a message, without identities. */
  serialize(message: Message): Buffer[]
  /** @throws {KernelError} KERNEL002 for frames that are no message, not signed with the key, or seen before */
  parse(frames: readonly Buffer[]): { readonly message: Message; readonly route: readonly Buffer[] }
}

export interface SigningOptions {
  /** Empty: messages are not signed. */
  readonly key: string
  /** As Jupyter names it. Default: `hmac-sha256`. */
  readonly scheme?: string
}

export function createSigner({ key, scheme = 'hmac-sha256' }: SigningOptions): Signer {
  const algorithm = scheme.replace(/^hmac-/, '')

  function sign(parts: readonly Buffer[]): string {
    if (key === '') return ''
    const hmac = createHmac(algorithm, key)
    for (const part of parts) hmac.update(part)
    return hmac.digest('hex')
  }

  function isSigned(signature: Buffer, parts: readonly Buffer[]): boolean {
    const expected = Buffer.from(sign(parts))
    return signature.length === expected.length && timingSafeEqual(signature, expected)
  }

  /** Signatures that were seen: the same message does not come twice. */
  const seen = new Set<string>()

  function isReplay(signature: string): boolean {
    if (signature === '') return false
    if (seen.has(signature)) return true
    seen.add(signature)
    if (seen.size > maxSeen) seen.delete(seen.values().next().value!)
    return false
  }

  return {
    serialize({ header, parent_header: parent, metadata, content, buffers = [] }) {
      const parts = [header, parent, metadata, content].map(part => Buffer.from(JSON.stringify(part)))
      return [delimiter, Buffer.from(sign(parts)), ...parts, ...buffers.map(buffer => Buffer.from(buffer))]
    },
    parse(frames) {
      const at = frames.findIndex(frame => frame.equals(delimiter))
      const parts = frames.slice(at + 2, at + 2 + nParts)
      if (at < 0 || parts.length < nParts)
        throw new KernelError(
          'KERNEL002',
          `Expected a message of ${nParts} parts, got ${frames.length} frames.`,
        )
      if (!isSigned(frames[at + 1]!, parts))
        throw new KernelError('KERNEL002', 'Expected a message signed with the key of the connection file.')
      if (isReplay(frames[at + 1]!.toString()))
        throw new KernelError('KERNEL002', 'Expected a new message, got one that came before.')
      const buffers = frames.slice(at + 2 + nParts)
      return { message: parseParts(parts, buffers), route: frames.slice(0, at) }
    },
  }
}

function parseParts(parts: readonly Buffer[], buffers: readonly Buffer[]): Message {
  try {
    const [header, parent, metadata, content] = parts.map(
      part => JSON.parse(part.toString('utf8')) as unknown,
    )
    const message = toMessage({ header, parent_header: parent, metadata, content }, buffers)
    if (message) return message
  } catch (error) {
    throw new KernelError('KERNEL002', `Expected JSON: ${messageOf(error)}`, { cause: error })
  }
  throw new KernelError('KERNEL002', 'Expected a header with msg_id and msg_type.')
}
