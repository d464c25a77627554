/**
 * Takes each request to its handler and sees to it that it is answered once, between one `busy` and one `idle`,
 * whatever fails. Shell requests go one after the other; control requests at once, whatever the shell does, so
 * that a client may also send there what need not wait for a cell (completion, for instance).
 */
import { KernelError, messageOf } from '../errors.ts'
import type { Incoming, Json, Message, MessageFactory } from '../wire/message.ts'
import type { Log, Transport } from '../wire/transport.ts'
import type { Handler, Reply } from './requests.ts'

export interface DispatchOptions {
  readonly transport: Transport
  readonly createMessage: MessageFactory
  readonly handlers: Readonly<Record<string, Handler>>
  /** Requests that are answered at once on any channel, whatever cell runs. Default: none. */
  readonly immediate?: ReadonlySet<string>
  /** Sends the output that is waiting: before `idle`, nothing of a request may be left behind. */
  flushOutput(): void
  /** Messages on the stdin channel. */
  onInputReply(message: Message): void
  readonly log: Log
}

export interface Dispatcher {
  receive(incoming: Incoming): void
  /** Answers the execute requests that are waiting with `aborted`. */
  abortWaiting(): void
  publish(type: string, content: Json, parent: Message | undefined): void
}

/** Without a reply by the specification. */
const silentTypes = new Set(['comm_open', 'comm_msg', 'comm_close'])

export function createDispatcher(options: DispatchOptions): Dispatcher {
  const { transport, createMessage, handlers, log } = options
  const waiting: Incoming[] = []
  let working = false

  function publish(type: string, content: Json, parent: Message | undefined): void {
    transport.send('iopub', createMessage(type, content, { parent }))
  }

  async function work(): Promise<void> {
    if (working) return
    working = true
    for (let next = waiting.shift(); next; next = waiting.shift()) await answer(next, handle)
    working = false
  }

  async function answer(incoming: Incoming, run: (incoming: Incoming) => Promise<Reply>): Promise<void> {
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
    const handler = handlers[header.msg_type]
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

  return {
    receive(incoming) {
      if (incoming.channel === 'stdin') return options.onInputReply(incoming.message)
      const isImmediate = options.immediate?.has(incoming.message.header.msg_type) ?? false
      if (incoming.channel === 'control' || isImmediate) return void answer(incoming, handle)
      waiting.push(incoming)
      work().catch(error => log(`A request was not answered: ${messageOf(error)}`))
    },
    abortWaiting() {
      const aborted = waiting.filter(({ message }) => message.header.msg_type === 'execute_request')
      const others = waiting.filter(({ message }) => message.header.msg_type !== 'execute_request')
      waiting.splice(0, waiting.length, ...others)
      for (const incoming of aborted) void answer(incoming, () => Promise.resolve(abortedReply))
    },
    publish,
  }
}

const abortedReply: Reply = {
  status: 'aborted',
  ename: 'Aborted',
  evalue: 'An earlier cell failed.',
  traceback: [],
  execution_count: 0,
  user_expressions: {},
}

function errorReply(error: unknown): Reply {
  const ename = error instanceof KernelError ? error.code : error instanceof Error ? error.name : 'Error'
  const evalue = messageOf(error)
  return { status: 'error', ename, evalue, traceback: [`${ename}: ${evalue}`] }
}
