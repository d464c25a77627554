import assert from 'node:assert/strict'
import test from 'node:test'
import { createMessageFactory, type Incoming, type Message } from '../wire/message.ts'
import { createDispatcher } from './dispatch.ts'
import type { Handler } from './requests.ts'

const createMessage = createMessageFactory('client')

function createKernel(handlers: Record<string, Handler>) {
  const sent: { channel: string; message: Message }[] = []
  const dispatcher = createDispatcher({
    transport: {
      send: (channel, message) => void sent.push({ channel, message }),
      listen: () => Promise.resolve(),
      close: () => Promise.resolve(),
    },
    createMessage: createMessageFactory('kernel'),
    immediate: new Set(['at_once_request']),
    handlers,
    flushOutput: () => undefined,
    onInputReply: () => undefined,
    log: assert.fail,
  })
  const request = (type: string, channel: Incoming['channel'] = 'shell') => {
    const message = createMessage(type, {})
    dispatcher.receive({ channel, message, route: [] })
    return message.header.msg_id
  }
  const of = (id: string) =>
    sent
      .filter(({ message }) => (message.parent_header as { msg_id: string }).msg_id === id)
      .map(({ channel, message: { header, content } }) =>
        header.msg_type === 'status'
          ? String(content['execution_state'])
          : `${channel} ${header.msg_type} ${String(content['status'])}`,
      )
  return { dispatcher, request, of }
}

const settled = () => new Promise(resolve => setTimeout(resolve, 5))

test('every request has one reply between busy and idle, whatever its handler does', async () => {
  const { request, of } = createKernel({
    good_request: () => ({}),
    throwing_request: () => {
      throw new TypeError('a bug')
    },
    rejecting_request: () => Promise.reject(new Error('no')),
  })
  const ids = ['good_request', 'throwing_request', 'rejecting_request', 'strange_request'].map(type =>
    request(type),
  )
  await settled()
  assert.deepEqual(ids.map(of), [
    ['busy', 'shell good_reply ok', 'idle'],
    ['busy', 'shell throwing_reply error', 'idle'],
    ['busy', 'shell rejecting_reply error', 'idle'],
    ['busy', 'shell strange_reply error', 'idle'],
  ])
})

test('control does not wait for shell, nor what needs no cell', async () => {
  let finish = () => {}
  const { request, of } = createKernel({
    slow_request: () => new Promise(resolve => (finish = () => resolve({}))),
    quick_request: () => ({}),
    at_once_request: () => ({}),
  })
  const slow = request('slow_request')
  const behind = request('quick_request')
  const quick = request('quick_request', 'control')
  const atOnce = request('at_once_request')
  await settled()
  assert.deepEqual(
    [of(slow), of(behind), of(quick)],
    [['busy'], [], ['busy', 'control quick_reply ok', 'idle']],
  )
  assert.deepEqual(of(atOnce), ['busy', 'shell at_once_reply ok', 'idle'])
  finish()
  await settled()
  assert.deepEqual(of(behind), ['busy', 'shell quick_reply ok', 'idle'])
})

test('a failed cell aborts the cells that wait, and nothing else', async () => {
  const kernel = createKernel({
    execute_request: async () => {
      await settled()
      kernel.dispatcher.abortWaiting()
      return { status: 'error' }
    },
    other_request: () => ({}),
  })
  const ids = ['execute_request', 'execute_request', 'other_request'].map(type => kernel.request(type))
  await settled()
  await settled()
  await settled()
  assert.deepEqual(ids.map(kernel.of), [
    ['busy', 'shell execute_reply error', 'idle'],
    ['busy', 'shell execute_reply aborted', 'idle'],
    ['busy', 'shell other_reply ok', 'idle'],
  ])
})
