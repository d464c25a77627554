import assert from 'node:assert/strict'
import test from 'node:test'
import type { CommMessage } from '../child-protocol.ts'
import { createComms } from './comms.ts'

function setup() {
  const sent: CommMessage[] = []
  const reported: unknown[] = []
  const comms = createComms({ send: message => sent.push(message), report: error => reported.push(error) })
  return { sent, reported, comms }
}

const incoming = (event: CommMessage['event'], rest: Partial<CommMessage> = {}): CommMessage => ({
  type: 'comm',
  event,
  commId: 'c',
  data: {},
  ...rest,
})

test('a front end opens a comm, speaks, is answered with bytes and closes', () => {
  const { sent, comms } = setup()
  const heard: unknown[] = []
  comms.register('t', (comm, data) => {
    heard.push(data)
    comm.onMessage((question, buffers) => {
      heard.push(question, [...buffers[0]!])
      comm.send({ answer: true }, { buffers: [new Uint8Array([1, 2, 3]).subarray(1)] })
    })
    comm.onClose(data => heard.push(data))
  })
  assert.equal(comms.receive(incoming('open', { target: 't', data: { a: 1 } })), true)
  assert.equal(comms.receive(incoming('msg', { data: { b: 2 }, buffers: ['/w=='] })), true)
  assert.equal(comms.receive(incoming('close', { data: { c: 3 } })), true)
  assert.deepEqual(heard, [{ a: 1 }, { b: 2 }, [255], { c: 3 }])
  assert.deepEqual(sent, [
    { type: 'comm', event: 'msg', commId: 'c', data: { answer: true }, buffers: ['AgM='] },
  ])
  assert.equal(comms.receive(incoming('msg')), false)
})

test('a target that nobody registered is not taken', () => {
  assert.equal(setup().comms.receive(incoming('open', { target: 'nobody' })), false)
})

test('a target whose function throws is not open', () => {
  const { reported, comms } = setup()
  comms.register('t', () => {
    throw new Error('no')
  })
  assert.equal(comms.receive(incoming('open', { target: 't' })), false)
  assert.equal(reported.length, 1)
  assert.equal(comms.receive(incoming('msg')), false)
})

test('what came before somebody listened is heard then', () => {
  const { sent, comms } = setup()
  const comm = comms.open('t', { first: true })
  assert.equal(sent[0]?.target, 't')
  comms.receive(incoming('msg', { commId: comm.id, data: { n: 1 } }))
  const heard: unknown[] = []
  comm.onMessage(data => heard.push(data))
  assert.deepEqual(heard, [{ n: 1 }])
})

test('a closed comm says nothing more', () => {
  const { sent, comms } = setup()
  const comm = comms.open('t')
  comm.close({ bye: 1 })
  comm.close()
  assert.deepEqual(
    sent.map(message => message.event),
    ['open', 'close'],
  )
  assert.throws(() => comm.send({}), /closed/)
})
