import assert from 'node:assert/strict'
import test from 'node:test'
import { createMessageFactory, type Header, type Incoming, type Json, type Message } from '../wire/message.ts'
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
  const incoming = (type: string, { channel = 'shell', content = {}, header = {} }: RequestOptions = {}) => {
    const message = createMessage(type, content)
    return { channel, message: { ...message, header: { ...message.header, ...header } }, route: [] }
  }
  const request = (type: string, options?: RequestOptions) => {
    const made = incoming(type, options)
    dispatcher.receive(made)
    return made.message.header.msg_id
  }
  const reply = (id: string) =>
    sent.find(
      ({ channel, message: { parent_header: parent } }) =>
        channel !== 'iopub' && (parent as { msg_id: string }).msg_id === id,
    )?.message.content
  const of = (id: string) =>
    sent
      .filter(({ message }) => (message.parent_header as { msg_id: string }).msg_id === id)
      .map(({ channel, message: { header, content } }) =>
        header.msg_type === 'status'
          ? String(content['execution_state'])
          : `${channel} ${header.msg_type} ${String(content['status'])}`,
      )
  return { dispatcher, request, incoming, reply, of }
}

interface RequestOptions {
  readonly channel?: Incoming['channel']
  readonly content?: Json
  readonly header?: Partial<Header>
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
  const quick = request('quick_request', { channel: 'control' })
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
    execute_request: async ({ incoming }) => {
      await settled()
      await kernel.dispatcher.abortFollowers(incoming)
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

test('of what comes after a failure, only what was sent before it is aborted', async () => {
  const kernel = createKernel({
    async execute_request({ incoming, content }) {
      if (content['fails'] !== true) return {}
      await settled()
      await kernel.dispatcher.abortFollowers(incoming)
      return { status: 'error' }
    },
  })
  const sentAt = Date.now() - 1000
  const after = (ms: number) => ({ header: { date: new Date(sentAt + ms).toISOString() } })
  const first = kernel.request('execute_request', { content: { fails: true }, ...after(0) })
  await settled()
  await settled()
  const underWay = kernel.request('execute_request', after(1))
  const later = kernel.request('execute_request', after(500))
  const withoutDate = kernel.request('execute_request', { header: { date: 'yesterday' } })
  await settled()
  assert.deepEqual(
    [first, underWay, later, withoutDate].map(id => kernel.reply(id)?.['status']),
    ['error', 'aborted', 'ok', 'ok'],
  )
})

test('subshells go beside the main shell and are addressed by their id', async () => {
  const { request, reply, of } = createKernel({
    slow_request: () => new Promise(() => undefined),
    quick_request: () => ({}),
  })
  const control = { channel: 'control' } as const
  const created = request('create_subshell_request', control)
  await settled()
  const id = reply(created)?.['subshell_id'] as string
  request('slow_request')
  const beside = request('quick_request', { header: { subshell_id: id } })
  const unknown = request('quick_request', { header: { subshell_id: 'nobody' } })
  const main = request('quick_request', { header: { subshell_id: null } })
  const list = request('list_subshell_request', control)
  await settled()
  assert.deepEqual(of(beside), ['busy', 'shell quick_reply ok', 'idle'])
  assert.equal(reply(unknown)?.['ename'], 'KERNEL008')
  assert.deepEqual(of(main), [])
  assert.deepEqual(reply(list)?.['subshell_id'], [id])
  const stuck = request('slow_request', { header: { subshell_id: id } })
  const waits = request('execute_request', { header: { subshell_id: id } })
  const deleted = request('delete_subshell_request', { ...control, content: { subshell_id: id } })
  const again = request('delete_subshell_request', { ...control, content: { subshell_id: id } })
  await settled()
  assert.deepEqual(of(stuck), ['busy'])
  assert.deepEqual(
    [reply(waits)?.['status'], reply(deleted)?.['status'], reply(again)?.['status']],
    ['aborted', 'ok', 'error'],
  )
})

test('when it closes, what waits and what comes is aborted, and what is being answered waited for', async () => {
  let finish = () => {}
  const { dispatcher, request, of } = createKernel({
    slow_request: () => new Promise(resolve => (finish = () => resolve({}))),
  })
  const slow = request('slow_request')
  const behind = request('execute_request')
  const closed = dispatcher.close()
  const late = request('execute_request')
  finish()
  await closed
  assert.deepEqual([slow, behind, late].map(of), [
    ['busy', 'shell slow_reply ok', 'idle'],
    ['busy', 'shell execute_reply aborted', 'idle'],
    ['busy', 'shell execute_reply aborted', 'idle'],
  ])
})

test('names that every object has are no requests', async () => {
  const { request, reply } = createKernel({})
  const ids = ['constructor', 'toString', '__proto__'].map(type => request(type))
  await settled()
  assert.deepEqual(
    ids.map(id => reply(id)?.['ename']),
    ['KERNEL007', 'KERNEL007', 'KERNEL007'],
  )
})
