/** Messages over ZeroMQ, as Jupyter clients speak: five sockets, every message signed. */
import { Router, XPublisher } from 'zeromq'
import { messageOf } from '../errors.ts'
import { addressOf, type Connection } from './connection-file.ts'
import { createMessageFactory, type Channel, type Incoming } from './message.ts'
import { startHeartbeat, type Heartbeat } from './heartbeat.ts'
import { createSendQueue, type SendQueue } from './send-queue.ts'
import { createSigner, type Signer } from './signing.ts'
import type { Log, Transport } from './transport.ts'

/** How long a closed socket goes on sending what it has. */
const lingerMs = 1000

/**
 * How long a restarted kernel keeps what it publishes. Clients of the kernel before it try to connect again every 100
 * to 200 ms, on each socket by itself, and what is published before a client subscribes never reaches it: a request
 * could come in time and its outputs be lost.
 * https://libzmq.readthedocs.io/en/latest/zmq_setsockopt.html (ZMQ_RECONNECT_IVL)
 */
const reconnectMs = 250

export interface ZmqOptions {
  /** The file of the kernel process, for its threads. */
  readonly entry: string
  readonly log: Log
}

export function createZmqTransport(connection: Connection, { entry, log }: ZmqOptions): Transport {
  const signer = createSigner({ key: connection.key, scheme: connection.signature_scheme })
  // Without a limit nothing is dropped; the queue before the socket is ours.
  const common = { linger: lingerMs, sendHighWaterMark: 0 }
  // A client that reconnects under its old identity takes over from the connection that is gone.
  const router = () => new Router({ ...common, handover: true })
  const routers = { shell: router(), control: router(), stdin: router() }
  const iopub = new XPublisher({ ...common, verbosity: 'allSubs' })
  let heartbeat: Heartbeat | undefined
  const bound = Promise.withResolvers<void>()
  const queues: Record<Channel, SendQueue> = {
    shell: createSendQueue(routers.shell, log),
    control: createSendQueue(routers.control, log),
    stdin: createSendQueue(routers.stdin, log),
    iopub: createSendQueue(iopub, log, bound.promise),
  }

  async function bind(): Promise<void> {
    const to = (port: number) => addressOf(connection, port)
    await Promise.all([
      routers.shell.bind(to(connection.shell_port)),
      routers.control.bind(to(connection.control_port)),
      routers.stdin.bind(to(connection.stdin_port)),
      iopub.bind(to(connection.iopub_port)),
    ])
  }

  return {
    async listen({ onMessage }) {
      await bind()
      if (connection.isReused) setTimeout(bound.resolve, reconnectMs)
      else bound.resolve()
      for (const [channel, socket] of Object.entries(routers))
        receive({ socket, channel: channel as Incoming['channel'], signer, onMessage, log })
      watch(welcome(iopub, queues.iopub, signer), log)
      heartbeat = startHeartbeat({ address: addressOf(connection, connection.hb_port), entry, log })
    },
    send(channel, message, route = []) {
      const head = channel === 'iopub' ? [Buffer.from(message.header.msg_type)] : route
      try {
        queues[channel].push([...head, ...signer.serialize(message)])
      } catch (error) {
        log(`A message of type ${message.header.msg_type} was not sent: ${messageOf(error)}`)
      }
    },
    async close() {
      bound.resolve()
      await Promise.all(Object.values(queues).map(queue => queue.drained()))
      for (const socket of [...Object.values(routers), iopub]) socket.close()
      await heartbeat?.stop()
    },
  }
}

/** A loop over a socket ends when the socket is closed; anything else is told. */
function watch(loop: Promise<void>, log: Log): void {
  loop.catch(error => log(`A socket failed: ${messageOf(error)}`))
}

interface Receiver {
  readonly socket: Router
  readonly channel: Incoming['channel']
  readonly signer: Signer
  onMessage(incoming: Incoming): void
  readonly log: Log
}

function receive({ socket, channel, signer, onMessage, log }: Receiver): void {
  async function loop(): Promise<void> {
    for await (const frames of socket) {
      try {
        onMessage({ channel, ...signer.parse(frames) })
      } catch (error) {
        log(`Dropped a message on ${channel}: ${messageOf(error)}`)
      }
    }
  }
  watch(loop(), log)
}

/**
 * Tells each new subscriber that it hears us, so that it does not miss the first output.
 * https://jupyter.org/enhancement-proposals/65-jupyter-xpub/jupyter-xpub.html
 */
async function welcome(iopub: XPublisher, queue: SendQueue, signer: Signer): Promise<void> {
  const createMessage = createMessageFactory('')
  for await (const [frame] of iopub) {
    if (frame?.[0] !== 1) continue // 0: somebody left
    const topic = frame.subarray(1)
    const message = createMessage('iopub_welcome', { subscription: topic.toString('utf8') })
    queue.push([topic, ...signer.serialize(message)])
  }
}
