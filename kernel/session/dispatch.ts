/**
 * Takes each request to its handler and sees to it that it is answered once, between one `busy` and one `idle`,
 * whatever fails. The requests of one shell go one after the other; subshells go beside the main one; control
 * requests are answered at once, whatever the shells do, so that a client may also send there what need not wait
 * for a cell (completion, for instance).
 */
import { KernelError, messageOf } from '../errors.ts'
import type { Incoming, Json, Message, MessageFactory } from '../wire/message.ts'
import type { Log, Transport } from '../wire/transport.ts'
import { createLane, type Lane } from './lane.ts'
import type { Handler, Reply } from './requests.ts'
import { createSubshells } from './subshells.ts'

export interface DispatchOptions {
  readonly transport: Transport
  readonly createMessage: MessageFactory
  readonly handlers: Readonly<Record<string, Handler>>
  /** Requests that are answered at once on any channel, whatever cell runs. Default: none. */
  readonly immediate?: ReadonlySet<string>
  /** See lane.ts: for clients that send cells without waiting for replies. Default: 0. */
  readonly holdMs?: number
  /** Sends the output that is waiting: before `idle`, nothing of a request may be left behind. */
  flushOutput(): void
  /** Messages on the stdin channel. */
  onInputReply(incoming: Incoming): void
  readonly log: Log
}

export interface Dispatcher {
  receive(incoming: Incoming): void
  /**
   * Answers execute requests of the same shell, sent before its client could know of this failure, with `aborted`.
   * The failure is to be told when this resolves.
   */
  abortFollowers(failed: Incoming): Promise<void>
  /** Answers everything that waits with `aborted`, and ends all subshells. */
  abortAll(): void
  publish(type: string, content: Json, parent: Message | undefined): void
  /** Aborts what waits and whatever comes from now on. Resolves when all else is answered, `but` excepted. */
  close(but?: Incoming): Promise<void>
}

/** Without a reply by the specification. */
const silentTypes = new Set(['comm_open', 'comm_msg', 'comm_close'])
/** These change what user code sees, so even on control they go one after the other. */
const shellTypes = new Set(['execute_request', 'comm_open', 'comm_msg', 'comm_close'])

export function createDispatcher(options: DispatchOptions): Dispatcher {
  const { transport, createMessage, log } = options
  const answering = new Map<Incoming, Promise<void>>()
  const newLane = () =>
    createLane({
      answer: incoming => answer(incoming, handle),
      abort: incoming => answer(incoming, aborted),
      holdMs: options.holdMs ?? 0,
    })
  const main = newLane()
  const debugging = newLane()
  const subshells = createSubshells({ createLane: newLane, abort: abortThese })
  const handlers: Readonly<Record<string, Handler>> = { ...options.handlers, ...subshells.handlers }
  let closing = false

  function publish(type: string, content: Json, parent: Message | undefined): void {
    transport.send('iopub', createMessage(type, content, { parent }))
  }

  function answer(incoming: Incoming, run: (incoming: Incoming) => Promise<Reply>): Promise<void> {
    const answered = reply(incoming, run)
      .catch(error => log(`A request was not answered: ${messageOf(error)}`))
      .finally(() => answering.delete(incoming))
    answering.set(incoming, answered)
    return answered
  }

  async function reply(incoming: Incoming, run: (incoming: Incoming) => Promise<Reply>): Promise<void> {
    const { message, route, channel } = incoming
    publish('status', { execution_state: 'busy' }, message)
    const content = await run(incoming).catch(errorReply)
    options.flushOutput()
    if (!silentTypes.has(message.header.msg_type)) {
      const type = message.header.msg_type.replace(/_request$/, '') + '_reply'
      const reply = createMessage(type, { status: 'ok', ...content }, { parent: message })
      transport.send(channel, reply, route)
    }
    publish('status', { execution_state: 'idle' }, message)
  }

  async function handle(incoming: Incoming): Promise<Reply> {
    const { content, header } = incoming.message
    const handler = Object.hasOwn(handlers, header.msg_type) ? handlers[header.msg_type] : undefined
    if (!handler)
      throw new KernelError('KERNEL007', `Expected a request this kernel knows, got ${header.msg_type}.`)
    return await handler({
      incoming,
      content,
      publish(type, published) {
        options.flushOutput()
        publish(type, published, incoming.message)
      },
    })
  }

  /** Where a request waits for its turn; undefined when it need not. @throws {KernelError} KERNEL008 */
  function laneOf({ channel, message: { header } }: Incoming): Lane | undefined {
    if (options.immediate?.has(header.msg_type)) return undefined
    if (channel === 'control' && !shellTypes.has(header.msg_type))
      return header.msg_type === 'debug_request' ? debugging : undefined
    return subshells.lane(header.subshell_id) ?? main
  }

  function abortThese(requests: readonly Incoming[]): void {
    for (const incoming of requests) void answer(incoming, aborted)
  }

  function abortAll(): void {
    for (const lane of [main, debugging, ...subshells.lanes()]) abortThese(lane.clear())
    subshells.clear()
  }

  return {
    receive(incoming) {
      if (incoming.channel === 'stdin') return options.onInputReply(incoming)
      if (closing) return void answer(incoming, aborted)
      try {
        const lane = laneOf(incoming)
        if (lane) lane.push(incoming)
        else void answer(incoming, handle)
      } catch (error) {
        void answer(incoming, () => Promise.reject(error as Error))
      }
    },
    async abortFollowers(failed) {
      const lane = subshells.find(failed.message.header.subshell_id) ?? main
      await lane.abortSent(failed)
    },
    abortAll,
    publish,
    async close(but) {
      closing = true
      abortAll()
      await Promise.all(
        [...answering].filter(([incoming]) => incoming !== but).map(([, answered]) => answered),
      )
    },
  }
}

const aborted = (): Promise<Reply> =>
  Promise.resolve({
    status: 'aborted',
    ename: 'Aborted',
    evalue: 'An earlier cell failed, or the kernel ends.',
    traceback: [],
    execution_count: 0,
    user_expressions: {},
  })

function errorReply(error: unknown): Reply {
  const ename = error instanceof KernelError ? error.code : error instanceof Error ? error.name : 'Error'
  const evalue = messageOf(error)
  return { status: 'error', ename, evalue, traceback: [`${ename}: ${evalue}`] }
}
