/**
 * A kernel as a person's client starts it, so that it keeps the record and the evidence it keeps for a person: over
 * its standard streams as VS Code does, or over ZeroMQ with a connection file as Jupyter does.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Dealer, Subscriber } from 'zeromq'
import { createMessageFactory, type Json, type Message } from '../../../kernel/wire/message.ts'
import { createSigner } from '../../../kernel/wire/signing.ts'
import { installation } from '../../../library/installation.ts'

export interface Execution {
  readonly status: string
  readonly executionCount: number
  /** As nbformat has them. */
  readonly outputs: readonly Json[]
  readonly error?: string
}

export interface PersonsKernel {
  /** @param options.isSilent it leaves no trace in the session's record */
  execute(
    source: string,
    options: { readonly cell?: string; readonly isSilent?: boolean },
  ): Promise<Execution>
  /** Forgets all names. */
  restart(): Promise<void>
  end(): Promise<void>
}

export interface KernelPlace {
  /** The notebook's folder. */
  readonly folder: string
  /** The notebook's file, absolute. */
  readonly notebook: string
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>
}

const quiet = { SLIPWAY_CHECK: 'off', SLIPWAY_HISTORY: 'off' }

/** As VS Code starts it. */
export async function startEditorKernel({ folder, notebook, env }: KernelPlace): Promise<PersonsKernel> {
  const child = start(['--stdio'], folder, { ...env, SLIPWAY_NOTEBOOK: notebook })
  const requests = createRequests()
  createInterface({ input: child.stdout! }).on('line', line =>
    requests.take(JSON.parse(line) as Message & { channel: string }),
  )
  const ended = endOf(child, requests.fail)
  const send = (type: string, content: Json, { channel = 'shell', metadata = {} }: SendOptions = {}) =>
    requests.open(type, content, metadata, message =>
      child.stdin!.write(`${JSON.stringify({ channel, ...message })}\n`),
    )
  await send('kernel_info_request', {})
  return {
    execute: executeWith(send),
    restart: async () => void (await send('shutdown_request', { restart: true }, { channel: 'control' })),
    async end() {
      child.stdin!.end()
      await ended
    },
  }
}

/** As a Jupyter server starts it. A restart is another process, and so another session. */
export async function startJupyterKernel(place: KernelPlace): Promise<PersonsKernel> {
  let current = await connect(place)
  return {
    execute: (source, options) => current.execute(source, options),
    async restart() {
      await current.end()
      current = await connect(place)
    },
    end: () => current.end(),
  }
}

async function connect({ folder, notebook, env }: KernelPlace): Promise<Omit<PersonsKernel, 'restart'>> {
  const sockets = mkdtempSync(join(tmpdir(), 'slipway-zmq-'))
  const key = randomUUID()
  const ip = join(sockets, 'k')
  const file = join(sockets, 'connection.json')
  const ports = { shell_port: 1, iopub_port: 2, stdin_port: 3, control_port: 4, hb_port: 5 }
  const connection = { transport: 'ipc', ip, ...ports, key, signature_scheme: 'hmac-sha256' }
  writeFileSync(file, JSON.stringify(connection))
  const child = start(['--connection-file', file], folder, { ...env, JPY_SESSION_NAME: notebook })
  const requests = createRequests()
  const ended = endOf(child, requests.fail)
  const signer = createSigner({ key })
  const shell = new Dealer({ linger: 0 })
  const control = new Dealer({ linger: 0 })
  const iopub = new Subscriber({ linger: 0 })
  shell.connect(`ipc://${ip}-1`)
  control.connect(`ipc://${ip}-4`)
  iopub.connect(`ipc://${ip}-2`)
  iopub.subscribe()
  for (const [channel, socket] of [
    ['shell', shell],
    ['control', control],
    ['iopub', iopub],
  ] as const)
    void receive(socket, channel, { signer, requests })
  const send = (type: string, content: Json, { channel = 'shell', metadata = {} }: SendOptions = {}) =>
    requests.open(type, content, metadata, message =>
      (channel === 'shell' ? shell : control).send(signer.serialize(message)),
    )
  // Subscriptions arrive when they arrive: a kernel that is not heard yet is asked again.
  while (!(await heard(send('kernel_info_request', {})))) continue
  return {
    execute: executeWith(send),
    async end() {
      void send('shutdown_request', { restart: false }, { channel: 'control' }).catch(() => undefined)
      await ended
      for (const socket of [shell, control, iopub]) socket.close()
      rmSync(sockets, { recursive: true, force: true })
    },
  }
}

async function heard(answer: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>(resolve => (timer = setTimeout(() => resolve(false), 500)))
  const isHeard = await Promise.race([answer.then(() => true), late])
  clearTimeout(timer)
  return isHeard
}

interface Wire {
  readonly signer: ReturnType<typeof createSigner>
  readonly requests: ReturnType<typeof createRequests>
}

async function receive(
  socket: Dealer | Subscriber,
  channel: string,
  { signer, requests }: Wire,
): Promise<void> {
  for await (const frames of socket) requests.take({ channel, ...signer.parse(frames).message })
}

function start(args: readonly string[], cwd: string, env: Readonly<Record<string, string>>): ChildProcess {
  const place = installation()
  const environment = { ...process.env, ...place.env, ...quiet, ...env }
  return spawn(place.node, [...place.entry('kernel'), ...args], {
    cwd,
    env: environment,
    stdio: ['pipe', 'pipe', 'ignore'],
  })
}

function endOf(child: ChildProcess, fail: (error: Error) => void): Promise<void> {
  return new Promise(resolve =>
    child.once('close', code => {
      fail(new Error(`The kernel ended (${code ?? 'signal'}).`))
      resolve()
    }),
  )
}

interface SendOptions {
  readonly channel?: 'shell' | 'control'
  readonly metadata?: Json
}

interface Answer {
  readonly reply: Json
  readonly published: readonly Message[]
}

type Send = (type: string, content: Json, options?: SendOptions) => Promise<Answer>

/** Requests that wait for their reply and their `idle`. */
function createRequests() {
  const createMessage = createMessageFactory(randomUUID())
  const open = new Map<
    string,
    { resolve: (answer: Answer) => void; reject: (error: Error) => void; reply?: Json; published: Message[] }
  >()
  return {
    open(type: string, content: Json, metadata: Json, write: (message: Message) => unknown): Promise<Answer> {
      const message = createMessage(type, content, { metadata })
      return new Promise((resolve, reject) => {
        open.set(message.header.msg_id, { resolve, reject, published: [] })
        write(message)
      })
    },
    take(message: Message & { readonly channel: string }): void {
      const id = String((message.parent_header as Json)['msg_id'] ?? '')
      const request = open.get(id)
      if (!request) return
      if (message.channel === 'iopub') request.published.push(message)
      else request.reply = message.content
      const isIdle = request.published.at(-1)?.content['execution_state'] === 'idle'
      if (!request.reply || !isIdle) return
      open.delete(id)
      request.resolve({ reply: request.reply, published: request.published })
    },
    fail(error: Error): void {
      for (const { reject } of open.values()) reject(error)
      open.clear()
    },
  }
}

function executeWith(send: Send): PersonsKernel['execute'] {
  return async (source, { cell, isSilent = false }) => {
    const content = { code: source, silent: isSilent, store_history: !isSilent }
    const metadata = cell === undefined ? {} : { cellId: cell }
    const { reply, published } = await send('execute_request', content, { metadata })
    const { status, execution_count: count, traceback } = reply as { [key: string]: unknown }
    return {
      status: String(status),
      executionCount: Number(count),
      outputs: published.flatMap(toOutput),
      ...(status === 'ok' ? {} : { error: ((traceback as string[] | undefined) ?? []).join('\n') }),
    }
  }
}

const shown = new Set(['stream', 'display_data', 'execute_result', 'error'])

function toOutput({ header, content }: Message): Json[] {
  if (!shown.has(header.msg_type)) return []
  const { transient: _, ...rest } = content as { transient?: unknown }
  return [{ output_type: header.msg_type, ...rest }]
}
