import assert from 'node:assert/strict'
import test from 'node:test'
import { createOutput } from './output.ts'

function collect(options: { mergeMs?: number; maxLength?: number } = {}) {
  const sent: [string, string, string][] = []
  const output = createOutput({ ...options, sendStream: (...message) => sent.push(message) })
  return { sent, output }
}

test('writes are merged until they are flushed', () => {
  const { sent, output } = collect()
  for (const text of ['a', 'b', 'c']) output.stream('r', 'stdout', text)
  assert.deepEqual(sent, [])
  output.flush()
  output.flush()
  assert.deepEqual(sent, [['r', 'stdout', 'abc']])
})

test('another stream or another run begins another message, in order', () => {
  const { sent, output } = collect()
  output.stream('r', 'stdout', '1')
  output.stream('r', 'stderr', '2')
  output.stream('s', 'stderr', '3')
  output.stream('s', 'stderr', '4')
  output.flush()
  assert.deepEqual(sent, [
    ['r', 'stdout', '1'],
    ['r', 'stderr', '2'],
    ['s', 'stderr', '34'],
  ])
})

test('what waits is sent by itself', async () => {
  const { sent, output } = collect({ mergeMs: 5 })
  output.stream('r', 'stdout', 'x')
  await new Promise(resolve => setTimeout(resolve, 50))
  assert.deepEqual(sent, [['r', 'stdout', 'x']])
})

test('a flood is cut, once, and told; other runs are not', () => {
  const { sent, output } = collect({ maxLength: 10 })
  for (let i = 0; i < 100; i++) output.stream('r', 'stdout', '12345')
  output.stream('s', 'stdout', 'free')
  output.flush()
  assert.deepEqual(
    sent.map(([run, name, text]) => [run, name, text.length > 10 ? 'told' : text]),
    [
      ['r', 'stdout', '1234512345'],
      ['r', 'stderr', 'told'],
      ['s', 'stdout', 'free'],
    ],
  )
})
