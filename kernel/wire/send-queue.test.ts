import assert from 'node:assert/strict'
import test from 'node:test'
import { createSendQueue } from './send-queue.ts'

/** A socket that, like zeromq's, refuses a send while one is waiting. */
function createSocket() {
  let busy = false
  const sent: string[] = []
  return {
    sent,
    async send(frames: Uint8Array[]) {
      if (busy) throw new Error('EBUSY')
      busy = true
      await new Promise(resolve => setImmediate(resolve))
      busy = false
      if (String(frames[0]) === 'bad') throw new Error('refused')
      sent.push(String(frames[0]))
    },
  }
}

test('sends one after the other, in order, also what comes while it sends', async () => {
  const socket = createSocket()
  const queue = createSendQueue(socket, assert.fail)
  for (let i = 0; i < 50; i++) queue.push([Buffer.from(String(i))])
  setImmediate(() => queue.push([Buffer.from('later')]))
  await queue.drained()
  assert.deepEqual(socket.sent, [...Array.from({ length: 50 }, (_, i) => String(i)), 'later'])
})

test('a message that cannot be sent is told and does not hold up the others', async () => {
  const socket = createSocket()
  const told: string[] = []
  const queue = createSendQueue(socket, text => told.push(text))
  for (const text of ['a', 'bad', 'b']) queue.push([Buffer.from(text)])
  await queue.drained()
  assert.deepEqual(socket.sent, ['a', 'b'])
  assert.deepEqual(told, ['A message was not sent: refused'])
})

test('keeps what it is given until it is opened', async () => {
  const socket = createSocket()
  const opened = Promise.withResolvers<void>()
  const queue = createSendQueue(socket, assert.fail, opened.promise)
  for (const text of ['a', 'b']) queue.push([Buffer.from(text)])
  await new Promise(resolve => setTimeout(resolve, 20))
  assert.deepEqual(socket.sent, [])
  opened.resolve()
  await queue.drained()
  assert.deepEqual(socket.sent, ['a', 'b'])
})
