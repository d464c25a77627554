import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChildEvent } from './child-protocol.ts'
import { createFrameReader, frameKinds } from './frames.ts'

function frame(kind: number, body: string): Buffer {
  const bytes = Buffer.from(body)
  const head = Buffer.alloc(5)
  head.writeUInt32LE(bytes.length + 1)
  head[4] = kind
  return Buffer.concat([head, bytes])
}

const { event, stdout, stderr, run } = frameKinds
const sent = Buffer.concat([
  frame(event, '{"type":"ready"}'),
  frame(run, 'a'),
  frame(stdout, 'one\n'),
  frame(stdout, 'zwölf 😀\n'),
  frame(stderr, 'oh\n'),
  frame(run, 'b'),
  frame(stdout, ''),
  frame(stdout, 'three\n'),
  frame(event, '{"type":"clear","run":"b","wait":false}'),
])

const expected: readonly ChildEvent[] = [
  { type: 'ready' },
  { type: 'stream', run: 'a', name: 'stdout', text: 'one\nzwölf 😀\n' },
  { type: 'stream', run: 'a', name: 'stderr', text: 'oh\n' },
  { type: 'stream', run: 'b', name: 'stdout', text: 'three\n' },
  { type: 'clear', run: 'b', wait: false },
]

/** What comes of the bytes when they come in pieces of this length; text is put together again. */
function read(pieceBytes: number): readonly ChildEvent[] {
  const events: ChildEvent[] = []
  const reader = createFrameReader(next => {
    const last = events.at(-1)
    if (next.type !== 'stream' || last?.type !== 'stream' || last.run !== next.run || last.name !== next.name)
      events.push(next)
    else events[events.length - 1] = { ...next, text: last.text + next.text }
  })
  for (let at = 0; at < sent.length; at += pieceBytes) reader.push(sent.subarray(at, at + pieceBytes))
  return events
}

test('frames are put together however they come', () => {
  for (const pieceBytes of [1, 2, 3, 7, 31, 1000]) assert.deepEqual(read(pieceBytes), expected)
})

test('text that comes at once is one event', () => {
  const events: ChildEvent[] = []
  createFrameReader(next => events.push(next)).push(sent)
  assert.deepEqual(events, expected)
})

test('a large frame in many pieces takes time linear in its size', () => {
  const large = frame(event, JSON.stringify({ type: 'clear', run: 'x'.repeat(2 ** 24), wait: true }))
  const events: ChildEvent[] = []
  const reader = createFrameReader(next => events.push(next))
  const start = performance.now()
  for (let at = 0; at < large.length; at += 2 ** 14) reader.push(large.subarray(at, at + 2 ** 14))
  assert.equal(events.length, 1)
  assert.ok(performance.now() - start < 2000)
})

test('what is no frame is refused', () => {
  const reader = createFrameReader(() => undefined)
  assert.throws(() => reader.push(Buffer.from([0xff, 0xfe, 0, 1, 0x80, 10])), /Expected a frame/)
})
