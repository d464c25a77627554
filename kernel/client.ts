/**
 * A kernel for programs: started in a process of its own, driven over its standard streams. The command line's
 * `run`, promotion's replay and the demo execute cells this way.
 */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { createInterface } from 'node:readline'
import { installation } from '../library/installation.ts'
import { KernelError } from './errors.ts'
import { createMessageFactory, type Channel, type Json, type Message } from './wire/message.ts'

/** One output of a cell, as nbformat has it. */
export type CellOutput =
  | { readonly output_type: 'stream'; readonly name: 'stdout' | 'stderr'; readonly text: string }
  | {
      readonly output_type: 'display_data' | 'execute_result'
      readonly data: Json
      readonly metadata: Json
      readonly execution_count?: number
      /** Not of nbformat: under which a later output replaces this one. */
      readonly displayId?: string
    }
  | {
      readonly output_type: 'error'
      readonly ename: string
      readonly evalue: string
      readonly traceback: readonly string[]
    }

export interface CellResult {
  readonly status: 'ok' | 'error' | 'aborted'
  readonly executionCount: number
  /** As they stand when the cell ends: merged streams, updated displays in their place. */
  readonly outputs: readonly CellOutput[]
  readonly error?: { readonly ename: string; readonly evalue: string; readonly traceback: readonly string[] }
}

export interface ExecuteOptions {
  /** The notebook's id of the cell. */
  readonly cellId?: string
  /** Called with every output as it comes; `update` replaces the output of the same displayId. */
  readonly onOutput?: (output: CellOutput, options: { readonly update: boolean }) => void
  /** Interrupts the cell; one that is aborted already keeps it from running. */
  readonly signal?: AbortSignal
  /** Evaluated after the cell, by name. Default: none. */
  readonly expressions?: Readonly<Record<string, string>>
}

export interface KernelClient {
  /** Runs a cell. Resolves with its failure too; rejects (KERNEL005) only when the kernel itself is gone. */
  execute(source: string, options?: ExecuteOptions): Promise<CellResult & { readonly expressions: Json }>
  /** Sends any request and resolves with the content of its reply. */
  request(
    type: string,
    content: Json,
    options?: { channel?: 'shell' | 'control'; metadata?: Json },
  ): Promise<Json>
  interrupt(): Promise<void>
  /** Forgets all names. */
  restart(): Promise<void>
  shutdown(): Promise<void>
}

export interface StartKernelOptions {
  /** The notebook's folder. */
  readonly cwd: string
  /** Added to the environment of the kernel. */
  readonly env?: Readonly<Record<string, string>>
  /** What the kernel says of itself. Default: dropped. */
  readonly onLog?: (text: string) => void
  /** Called with everything on IOPub, as it comes. Default: only the outputs of `execute` are looked at. */
  readonly onMessage?: (message: Message) => void
}

/** Starts a kernel. Resolves when it answers. @throws {KernelError} KERNEL005 when it ends before */
export async function startKernel(options: StartKernelOptions): Promise<KernelClient> {
  const { cwd, env = {}, onLog, onMessage } = options
  const place = installation()
  const child = spawn(place.node, [...place.entry('kernel'), '--stdio', '--headless'], {
    cwd,
    env: { ...process.env, ...place.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const createMessage = createMessageFactory(randomUUID())
  const open = new Map<string, OpenRequest>()
  let failure: KernelError | undefined
  const ended = new Promise<void>(resolve => {
    const fail = (reason: string) => {
      failure ??= new KernelError('KERNEL005', `Expected the kernel to answer, but ${reason}.`)
      for (const { reject } of open.values()) reject(failure)
      open.clear()
      resolve()
    }
    child.on('error', error => fail(`it could not be started: ${error.message}`))
    child.on('close', (code, signal) =>
      fail(`its process ended (${signal ?? `exit code ${code ?? 'unknown'}`})`),
    )
  })
  child.stdin.on('error', () => undefined) // `close` tells.
  child.stderr.setEncoding('utf8').on('data', (text: string) => onLog?.(text))
  createInterface({ input: child.stdout, crlfDelay: Infinity }).on('line', line => {
    const message = JSON.parse(line) as Message & { channel: Channel }
    if (message.channel === 'iopub') onMessage?.(message)
    take(message, open)
  })

  function send(type: string, content: Json, options: SendOptions = {}): Promise<Json> {
    if (failure) return Promise.reject(failure)
    const { channel = 'shell', metadata = {}, onMessage = () => undefined } = options
    const message = createMessage(type, content, { metadata })
    return new Promise<Json>((resolve, reject) => {
      open.set(message.header.msg_id, { resolve, reject, onMessage })
      child.stdin.write(`${JSON.stringify({ channel, ...message })}\n`)
    })
  }

  const client: KernelClient = {
    async execute(source, options = {}) {
      if (options.signal?.aborted)
        return { status: 'aborted', executionCount: 0, outputs: [], expressions: {} }
      const outputs = collectOutputs(options.onOutput)
      const interrupt = () => void client.interrupt().catch(() => undefined)
      options.signal?.addEventListener('abort', interrupt, { once: true })
      try {
        const reply = await send(
          'execute_request',
          { code: source, silent: false, store_history: true, user_expressions: options.expressions ?? {} },
          {
            metadata: options.cellId === undefined ? {} : { cellId: options.cellId },
            onMessage: outputs.take,
          },
        )
        return cellResult(reply, outputs.all())
      } finally {
        options.signal?.removeEventListener('abort', interrupt)
      }
    },
    request: (type, content, options) => send(type, content, options),
    interrupt: async () => void (await send('interrupt_request', {}, { channel: 'control' })),
    restart: async () => void (await send('shutdown_request', { restart: true }, { channel: 'control' })),
    async shutdown() {
      if (!failure) child.stdin.end()
      await ended
    },
  }
  await client.request('kernel_info_request', {})
  return client
}

interface SendOptions {
  readonly channel?: 'shell' | 'control'
  readonly metadata?: Json
  readonly onMessage?: (message: Message) => void
}

interface OpenRequest {
  resolve(content: Json): void
  reject(error: Error): void
  onMessage(message: Message): void
  reply?: Json
}

/** A request is over when it has its reply and its `idle`. */
function take(message: Message & { channel: Channel }, open: Map<string, OpenRequest>): void {
  const id = String((message.parent_header as Json)['msg_id'] ?? '')
  const request = open.get(id)
  if (!request) return
  if (message.channel === 'shell' || message.channel === 'control') request.reply = message.content
  else request.onMessage(message)
  const isIdle = message.header.msg_type === 'status' && message.content['execution_state'] === 'idle'
  if (!isIdle || !request.reply) return
  open.delete(id)
  request.resolve(request.reply)
}

function cellResult(reply: Json, outputs: readonly CellOutput[]) {
  const {
    status,
    execution_count: executionCount,
    ename,
    evalue,
    traceback,
  } = reply as {
    readonly status: CellResult['status']
    readonly execution_count: number
    readonly ename: string
    readonly evalue: string
    readonly traceback: readonly string[]
  }
  const expressions = (reply['user_expressions'] ?? {}) as Json
  const result = { status, executionCount, outputs, expressions }
  return status === 'ok' ? result : { ...result, error: { ename, evalue, traceback } }
}

/** Keeps outputs as a notebook would: streams merged, displays updated in place. */
function collectOutputs(onOutput: ExecuteOptions['onOutput']) {
  const outputs: CellOutput[] = []
  let clearNext = false

  function add(output: CellOutput): void {
    if (clearNext) outputs.length = 0
    clearNext = false
    const last = outputs.at(-1)
    if (output.output_type === 'stream' && last?.output_type === 'stream' && last.name === output.name)
      outputs[outputs.length - 1] = { ...last, text: last.text + output.text }
    else outputs.push(output)
    onOutput?.(output, { update: false })
  }

  function update(output: CellOutput & { displayId?: string }): void {
    outputs.forEach((old, i) => {
      if ('displayId' in old && old.displayId === output.displayId) outputs[i] = output
    })
    onOutput?.(output, { update: true })
  }

  return {
    all: () => outputs,
    take({ header: { msg_type: type }, content }: Message): void {
      if (type === 'clear_output') {
        if (content['wait'] === true) clearNext = true
        else outputs.length = 0
        return
      }
      const output = toOutput(type, content)
      if (!output) return
      if (type === 'update_display_data') update(output)
      else add(output)
    },
  }
}

function toOutput(type: string, content: Json): CellOutput | undefined {
  const transient = (content['transient'] ?? {}) as { display_id?: string }
  const displayed = { data: content['data'] as Json, metadata: content['metadata'] as Json }
  switch (type) {
    case 'stream':
      return { output_type: type, ...(content as { name: 'stdout'; text: string }) }
    case 'error':
      return { output_type: type, ...(content as { ename: string; evalue: string; traceback: string[] }) }
    case 'execute_result':
      return { output_type: type, ...displayed, execution_count: Number(content['execution_count']) }
    case 'display_data':
    case 'update_display_data':
      return {
        output_type: 'display_data',
        ...displayed,
        ...(transient.display_id === undefined ? {} : { displayId: transient.display_id }),
      }
    default:
      return undefined
  }
}
