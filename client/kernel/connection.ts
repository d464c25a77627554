/**
 * One kernel process: requests with their replies, and what it says without being asked.
 *
 * Owns the process. Knows Jupyter messages, nothing of notebooks or VS Code.
 */
import { randomUUID } from 'node:crypto'
import { onLines } from '../support/lines.ts'
import { startBundle } from '../support/processes.ts'
import type { Channel, Message } from './messages.ts'

export interface KernelExit {
  /** Undefined when it was ended by a signal. */
  readonly code: number | undefined
  /** The last of what it wrote to stderr. */
  readonly lastWords: string
}

export interface KernelOptions {
  /** Imports and paths of the cells start here. */
  readonly folder: string
  /** Whether there is a process for the cells; without one, only what TypeScript knows is answered. Default: true. */
  readonly runsCode?: boolean
  /** Added to the environment of the process. */
  readonly environment?: Readonly<Record<string, string>>
  /** Messages on iopub, in order. */
  onMessage(message: Message): void
  /** A question of a cell to the person; `run` is the id of the request that ran it. Default: the input ends. */
  onInput?(content: Readonly<Record<string, unknown>>, run: string): Promise<string>
  /** Once, unless `dispose` ended it. */
  onExit(exit: KernelExit): void
  /** What it writes to stderr. */
  onLog(line: string): void
}

interface SendOptions {
  readonly channel?: Channel
  readonly id?: string
  readonly metadata?: Message['metadata']
}

export class KernelGone extends Error {
  constructor(exit: KernelExit) {
    super(
      `The kernel ended${exit.code === undefined ? '' : ` with code ${exit.code}`}. ${exit.lastWords}`.trim(),
    )
    this.name = 'KernelGone'
  }
}

export class KernelConnection {
  readonly #options: KernelOptions
  readonly #session = randomUUID()
  readonly #process
  readonly #waiting = new Map<string, PromiseWithResolvers<Message>>()
  #lastWords = ''
  #disposed = false

  constructor(options: KernelOptions) {
    this.#options = options
    this.#process = startBundle(
      'kernel',
      ['--stdio', ...(options.runsCode === false ? ['--language'] : [])],
      {
        cwd: options.folder,
        env: { ...options.environment },
        stdio: ['pipe', 'pipe', 'pipe'],
      },
    )
    onLines(this.#process.stdout!, line => this.#receive(line))
    onLines(this.#process.stderr!, line => {
      this.#lastWords = `${this.#lastWords}\n${line}`.slice(-1000).trim()
      options.onLog(line)
    })
    // Writing to a kernel that has just died must not end the extension host; `close` tells of it.
    this.#process.stdin!.on('error', () => undefined)
    this.#process.on('error', error => options.onLog(String(error)))
    this.#process.on('close', code => this.#ended({ code: code ?? undefined, lastWords: this.#lastWords }))
  }

  /**
   * Sends a request and gives the content of its reply. Rejects with KernelGone when the kernel ends first.
   * @param id of the message; what the kernel says on its behalf carries it as parent
   */
  async request<Reply>(
    type: string,
    content: Readonly<Record<string, unknown>>,
    options: SendOptions = {},
  ): Promise<Reply> {
    const { channel = 'shell', id = randomUUID(), metadata = {} } = options
    const reply = Promise.withResolvers<Message>()
    this.#waiting.set(id, reply)
    this.send(type, content, { channel, id, metadata })
    return (await reply.promise).content as Reply
  }

  #header(id: string, type: string): Message['header'] {
    return {
      msg_id: id,
      msg_type: type,
      session: this.#session,
      username: 'vscode',
      date: new Date().toISOString(),
      version: '5.4',
    }
  }

  #write(message: Message): void {
    this.#process.stdin!.write(`${JSON.stringify(message)}\n`)
  }

  /** Sends what has no reply: comms. */
  send(
    type: string,
    content: Readonly<Record<string, unknown>>,
    { channel = 'shell', id = randomUUID(), metadata = {} }: SendOptions = {},
  ): void {
    const header = this.#header(id, type)
    this.#write({ channel, header, parent_header: {}, metadata, content })
  }

  /** Asks it to end, and insists after two seconds. Resolves when it has ended. */
  async dispose(): Promise<void> {
    if (this.#disposed) return
    this.#disposed = true
    const closed = new Promise<void>(resolve => this.#process.once('close', () => resolve()))
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    this.request('shutdown_request', { restart: false }, { channel: 'control' }).catch(() => undefined)
    this.#process.stdin!.end()
    const insist = setTimeout(() => this.#process.kill('SIGKILL'), 2000)
    await closed
    clearTimeout(insist)
  }

  #receive(line: string): void {
    const message = parseMessage(line)
    if (message === undefined) return this.#options.onLog(line)
    if (message.channel === 'iopub') return this.#options.onMessage(message)
    if (message.channel === 'stdin') return void this.#answer(message)
    const id = message.parent_header.msg_id
    const waiting = id === undefined ? undefined : this.#waiting.get(id)
    if (id !== undefined) this.#waiting.delete(id)
    waiting?.resolve(message)
  }

  async #answer(question: Message): Promise<void> {
    const value = await this.#options.onInput?.(question.content, question.parent_header.msg_id ?? '')
    const header = this.#header(randomUUID(), 'input_reply')
    const content = { status: 'ok', value: value ?? '\x04' }
    this.#write({ channel: 'stdin', header, parent_header: question.header, metadata: {}, content })
  }

  #ended(exit: KernelExit): void {
    for (const waiting of this.#waiting.values()) waiting.reject(new KernelGone(exit))
    this.#waiting.clear()
    if (!this.#disposed) this.#options.onExit(exit)
  }
}

function parseMessage(line: string): Message | undefined {
  try {
    const message = JSON.parse(line) as Partial<Message>
    return message.channel && message.header && message.parent_header ? (message as Message) : undefined
  } catch {
    return undefined
  }
}
