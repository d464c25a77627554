/**
 * Sends events to the kernel process: synchronously, so that order holds and a flood waits for the kernel. What is
 * printed now and then goes at once; of a flood, many lines go together.
 */
import { writeSync } from 'node:fs'
import { eventsFd, type ChildEvent } from '../child-protocol.ts'
import { frameHeadBytes, frameKinds } from '../frames.ts'
import { createOutputShare, owners, places, shareBytes } from './output-share.ts'

/** Given to the control thread. */
export const outputShare = createOutputShare()

const { bytes, state } = outputShare
// What cells may replace is taken before there are any.
const { compareExchange, load, notify, store, wait } = Atomics
const { stringify } = JSON
const { min, trunc } = Math
const now = performance.now.bind(performance)
const encode = Buffer.from.bind(Buffer) as (text: string, encoding: 'utf8') => Buffer
const allocate = Buffer.allocUnsafe.bind(Buffer)
const sharedBuffer = Buffer.from(bytes.buffer)
const writeText = sharedBuffer.write.bind(sharedBuffer) as (text: string, offset: number) => number
const copyInto = Uint8Array.prototype.set
const slice = Function.prototype.call.bind(String.prototype.slice) as (
  text: string,
  start: number,
  end: number,
) => string
const charCodeAt = Function.prototype.call.bind(String.prototype.charCodeAt) as (
  text: string,
  index: number,
) => number
const exit = (process as unknown as { reallyExit(code: number): never }).reallyExit.bind(process)

/** Text of this many UTF-16 units fits into the share, whatever it is. */
const pieceLength = (shareBytes >> 2) - 64
/** Bytes that are sent without waiting for more. */
const fullBytes = shareBytes >> 1
/** So many writes go at once, and so many more with each millisecond. */
const burst = 64
const burstPerMs = 0.5

/** A frame that is larger than the share, half sent. */
let large: Uint8Array | undefined
let largeSent = 0
let toldRun: string | undefined
let allowance = burst
let allowedAt = 0

/** Sends one event, and before it all that was printed. Blocks while the kernel process is behind. */
export function sendEvent(event: ChildEvent): void {
  if (event.type === 'stream') return sendText(event)
  putBytes(frameKinds.event, encode(stringify(event), 'utf8'))
  flushOutput()
}

function sendText({ run, name, text }: Extract<ChildEvent, { type: 'stream' }>): void {
  if (run !== toldRun) {
    putText(frameKinds.run, run)
    toldRun = run
  }
  const kind = name === 'stdout' ? frameKinds.stdout : frameKinds.stderr
  for (let at = 0; at < text.length;) {
    const end = pieceEnd(text, at)
    putText(kind, at === 0 && end === text.length ? text : slice(text, at, end))
    at = end
  }
  if (load(state, places.end) >= fullBytes || isCalm()) flushOutput()
  else if (load(state, places.watched) === 0) {
    store(state, places.watched, 1)
    notify(state, places.watched)
  }
}

/** A pair of surrogates stays together. */
function pieceEnd(text: string, start: number): number {
  const end = min(start + pieceLength, text.length)
  const last = end < text.length ? charCodeAt(text, end - 1) : 0
  return last >= 0xd800 && last < 0xdc00 && end - 1 > start ? end - 1 : end
}

function isCalm(): boolean {
  const time = now()
  allowance = min(burst, allowance + (time - allowedAt) * burstPerMs)
  allowedAt = time
  if (allowance < 1) return false
  allowance -= 1
  return true
}

function putText(kind: number, text: string): void {
  const most = frameHeadBytes + 3 * text.length
  if (large || load(state, places.end) + most > shareBytes) flushOutput()
  const at = load(state, places.end)
  const length = writeText(text, at + frameHeadBytes)
  putHead(bytes, { at, kind, length })
  store(state, places.end, at + frameHeadBytes + length)
}

function putBytes(kind: number, body: Uint8Array): void {
  const length = frameHeadBytes + body.length
  if (large || load(state, places.end) + length > shareBytes) flushOutput()
  if (length > shareBytes) {
    const frame = allocate(length)
    putHead(frame, { at: 0, kind, length: body.length })
    copyInto.call(frame, body, frameHeadBytes)
    largeSent = 0
    large = frame
    return
  }
  const at = load(state, places.end)
  copyInto.call(bytes, body, at + frameHeadBytes)
  putHead(bytes, { at, kind, length: body.length })
  store(state, places.end, at + length)
}

function putHead(
  target: Uint8Array,
  { at, kind, length }: { at: number; kind: number; length: number },
): void {
  const rest = length + 1
  target[at] = rest & 255
  target[at + 1] = (rest >> 8) & 255
  target[at + 2] = (rest >> 16) & 255
  target[at + 3] = trunc(rest / 2 ** 24) & 255
  target[at + 4] = kind
}

/** Sends what waits. Before anything that could end the process without a word. */
export function flushOutput(): void {
  // A lock that is the user thread's already was left behind by code that was terminated.
  while (compareExchange(state, places.owner, owners.nobody, owners.userThread) === owners.controlThread)
    wait(state, places.owner, owners.controlThread, 5)
  while (load(state, places.start) < load(state, places.end)) {
    const start = load(state, places.start)
    store(state, places.start, start + send(bytes, start, load(state, places.end)))
  }
  store(state, places.end, 0)
  store(state, places.start, 0)
  while (large && largeSent < large.length) largeSent += send(large, largeSent, large.length)
  large = undefined
  store(state, places.owner, owners.nobody)
}

function send(from: Uint8Array, start: number, end: number): number {
  try {
    return writeSync(eventsFd, from, start, end - start)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') exit(0) // The kernel process is gone.
    return 0
  }
}
