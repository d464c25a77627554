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

test('streams that take turns all the time are merged each by itself', () => {
  const { sent, output } = collect()
  for (let i = 0; i < 1000; i++) output.stream('r', i % 2 ? 'stderr' : 'stdout', `${i} `)
  output.flush()
  assert.equal(sent.length, 2)
  assert.equal(
    sent.map(([, , text]) => text.split(' ').length).reduce((a, b) => a + b),
    1002,
  )
})

test('of changes of one display that wait, the last is sent', () => {
  const { sent, output } = collect()
  const done: string[] = []
  for (const text of ['1', '2', '3']) output.update('a', () => done.push(`a${text}`))
  output.stream('r', 'stdout', 'x')
  output.update('b', () => done.push('b1'))
  output.update('a', () => done.push('a4'))
  output.flush()
  assert.deepEqual(done, ['b1', 'a4'])
  assert.equal(sent.length, 1)
})

test('displays are bounded too, and what is cut leaves no half character', () => {
  const { sent, output } = collect({ maxLength: 5 })
  output.stream('r', 'stdout', '1234😀')
  output.flush()
  assert.deepEqual(sent[0], ['r', 'stdout', '1234'])
  const shown = createOutput({ sendStream: () => undefined, maxDisplayLength: 2000 })
  const admitted = Array.from({ length: 5 }, () =>
    shown.admitsDisplay('r', { 'text/plain': 'x'.repeat(500) }),
  )
  assert.deepEqual(admitted, [true, true, false, false, false])
  assert.equal(shown.admitsDisplay('s', { 'application/json': [1, 2] }), true)
  shown.dispose()
})
