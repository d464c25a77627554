import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import test from 'node:test'
import { createMessageFactory, type Incoming } from './message.ts'
import { createStdioTransport } from './stdio-transport.ts'

const createMessage = createMessageFactory('s')

async function transportOver(lines: readonly string[]) {
  const input = new PassThrough()
  const output = new PassThrough()
  const received: Incoming[] = []
  const told: string[] = []
  const transport = createStdioTransport({ input, output, log: text => told.push(text) })
  const closed = new Promise<void>(resolve => {
    void transport.listen({ onMessage: incoming => received.push(incoming), onClose: resolve })
  })
  input.end(lines.join('\n'))
  await closed
  return { transport, output, received, told }
}

test('a line is a message with its channel and buffers', async () => {
  const message = createMessage('execute_request', { code: 'a\nb' })
  const { received, told } = await transportOver([
    JSON.stringify({ channel: 'shell', ...message, buffers: [Buffer.from('x').toString('base64')] }),
    '',
  ])
  assert.deepEqual(received, [
    { channel: 'shell', message: { ...message, buffers: [Buffer.from('x')] }, route: [] },
  ])
  assert.deepEqual(told, [])
})

test('lines that are no messages are told and dropped', async () => {
  const { received, told } = await transportOver([
    '{',
    '[]',
    '{"channel":"iopub"}',
    '{"channel":"shell","header":{}}',
  ])
  assert.deepEqual(received, [])
  assert.equal(told.length, 4)
})

test('what is sent is one line', async () => {
  const { transport, output } = await transportOver([])
  const message = createMessage('stream', { name: 'stdout', text: 'a\nb\u2028' })
  transport.send('iopub', message)
  await transport.close()
  const text = String(output.read())
  assert.deepEqual(JSON.parse(text), { channel: 'iopub', ...message })
  assert.equal(text.trimEnd().split('\n').length, 1)
})
