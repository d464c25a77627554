/**
 * How events of the user process lie on the pipe: frames of four bytes length (little-endian, of what follows), one
 * byte kind, and the body. What is printed is text and not JSON, because there may be a flood of it; the run that it
 * belongs to is told once, not with every line.
 */
import type { Readable } from 'node:stream'
import type { ChildEvent } from './child-protocol.ts'

export const frameKinds = {
  /** A ChildEvent that is no text, in JSON. */
  event: 0,
  stdout: 1,
  stderr: 2,
  /** Id of the run that the text after this belongs to. */
  run: 3,
} as const

/** Bytes before the body. */
export const frameHeadBytes = 5

export interface FrameReader {
  /** @throws when the bytes are no frames, as when user code writes to the descriptor of the pipe */
  push(chunk: Buffer): void
}

const nKinds = Object.keys(frameKinds).length
/** No event is longer: text is cut into pieces, and a string of V8 ends there. */
const maxFrameBytes = 2 ** 30

/** Puts frames together from the pieces in which they come. Text that comes at once is one event. */
export function createFrameReader(handle: (event: ChildEvent) => void): FrameReader {
  let pieces: Buffer[] = []
  let nBytes = 0
  let wanted = frameHeadBytes
  let run = ''
  let printed: { name: 'stdout' | 'stderr'; text: string } | undefined

  function tellPrinted(): void {
    if (!printed) return
    const { name, text } = printed
    printed = undefined
    handle({ type: 'stream', run, name, text })
  }

  function take(kind: number, body: string): void {
    if (kind === frameKinds.stdout || kind === frameKinds.stderr) {
      const name = kind === frameKinds.stdout ? 'stdout' : 'stderr'
      if (printed?.name !== name) tellPrinted()
      printed = { name, text: (printed?.text ?? '') + body }
      return
    }
    tellPrinted()
    if (kind === frameKinds.run) run = body
    else handle(JSON.parse(body) as ChildEvent)
  }

  /** Reads what is whole in it. Returns where the rest begins. */
  function read(bytes: Buffer): number {
    let at = 0
    wanted = frameHeadBytes
    while (bytes.length - at >= frameHeadBytes) {
      const length = bytes.readUInt32LE(at)
      if (length < 1 || length > maxFrameBytes || bytes[at + 4]! >= nKinds)
        throw new Error(`Expected a frame, got length ${length} and kind ${bytes[at + 4]!}.`)
      const end = at + 4 + length
      if (end > bytes.length) {
        wanted = end - at
        break
      }
      take(bytes[at + 4]!, bytes.toString('utf8', at + frameHeadBytes, end))
      at = end
    }
    return at
  }

  return {
    push(chunk) {
      pieces.push(chunk)
      nBytes += chunk.length
      // A frame of many megabytes is put together once and not with each of its pieces.
      if (nBytes < wanted) return
      const bytes = pieces.length === 1 ? chunk : Buffer.concat(pieces)
      const rest = bytes.subarray(read(bytes))
      pieces = rest.length ? [rest] : []
      nBytes = rest.length
      tellPrinted()
    },
  }
}

/** Reads the events of a user process as they come. `onBroken` is called once when what comes is no event. */
export function readFrames(
  stream: Readable,
  { onEvent, onBroken }: { onEvent(event: ChildEvent): void; onBroken(): void },
): void {
  const reader = createFrameReader(onEvent)
  const read = (chunk: Buffer) => {
    try {
      reader.push(chunk)
    } catch {
      stream.off('data', read)
      stream.resume()
      onBroken()
    }
  }
  stream.on('data', read)
}
