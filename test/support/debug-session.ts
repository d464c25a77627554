/** A debug session with a real kernel, for tests: requests, and the events they cause in order. */
import { startKernel, type KernelClient } from '../../kernel/client.ts'
import type { Json } from '../../kernel/wire/message.ts'

export interface DebugSession {
  readonly kernel: KernelClient
  /** The body of a response. Rejects with the message of one that failed. */
  dap(command: string, args?: Json): Promise<Loose>
  /** The next event of this kind that nobody has taken yet. */
  event(name: string): Promise<Loose>
  /** Sets breakpoints by lines from 1 or by all that they may say; returns the path. */
  breakAt(source: string, breakpoints: readonly (number | Json)[]): Promise<string>
  /** `name:line` of the user's frames. */
  stack(): Promise<string[]>
  /** Values by name, of one scope of the top frame. */
  scope(name: string): Promise<Record<string, string>>
  /** Goes on by a command until the next stop; its place. */
  go(command: 'next' | 'stepIn' | 'stepOut' | 'continue'): Promise<string | undefined>
  evaluate(expression: string, context?: string): Promise<string>
}

// Bodies of responses are as many as requests; tests say what they expect of each.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Loose = Record<string, any>

const patienceMs = 10_000

/** Starts a kernel in a folder and attaches. */
export async function startDebugSession(cwd: string): Promise<DebugSession> {
  const events: Loose[] = []
  let wake = () => {}
  let sequence = 0
  const kernel = await startKernel({
    cwd,
    onMessage({ header, content }) {
      if (header.msg_type !== 'debug_event') return
      events.push(content as Loose)
      wake()
    },
  })

  async function dap(command: string, args: Json = {}): Promise<Loose> {
    const content = { type: 'request', seq: ++sequence, command, arguments: args }
    const response = (await kernel.request('debug_request', content, { channel: 'control' })) as Loose
    if (response['success'] !== true) throw new Error(String(response['message']))
    return response['body'] as Loose
  }

  async function event(name: string): Promise<Loose> {
    const deadline = Date.now() + patienceMs
    for (;;) {
      const index = events.findIndex(e => e['event'] === name)
      if (index >= 0) return events.splice(index, 1)[0]!['body'] as Loose
      const left = deadline - Date.now()
      if (left <= 0) throw new Error(`No event ${name}.`)
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, left)
        wake = () => (clearTimeout(timer), resolve())
      })
    }
  }

  async function top(): Promise<Loose> {
    return (await dap('stackTrace', { threadId: 1 }))['stackFrames'][0] as Loose
  }

  const session: DebugSession = {
    kernel,
    dap,
    event,
    async breakAt(source, wanted) {
      const { sourcePath: path } = await dap('dumpCell', { code: source })
      const breakpoints = wanted.map(b => (typeof b === 'number' ? { line: b } : b))
      await dap('setBreakpoints', { source: { path }, breakpoints })
      return path as string
    },
    async stack() {
      const { stackFrames } = await dap('stackTrace', { threadId: 1 })
      return (stackFrames as Loose[]).map(f =>
        f['presentationHint'] === 'label' ? f['name'] : `${f['name']}:${f['line']}`,
      )
    },
    async scope(name) {
      const { scopes } = await dap('scopes', { frameId: (await top())['id'] })
      const found = (scopes as Loose[]).find(s => s['name'] === name)
      if (!found) return {}
      const { variables } = await dap('variables', { variablesReference: found['variablesReference'] })
      return Object.fromEntries((variables as Loose[]).map(v => [v['name'], v['value']]))
    },
    async go(command) {
      await dap(command, { threadId: 1 })
      const stopped = event('stopped').then(
        async () => (await session.stack())[0],
        () => undefined,
      )
      return await stopped
    },
    async evaluate(expression, context = 'repl') {
      return (await dap('evaluate', { expression, context, frameId: (await top())['id'] }))[
        'result'
      ] as string
    },
  }
  try {
    await dap('initialize', {
      adapterID: 'slipway',
      linesStartAt1: true,
      columnsStartAt1: true,
      pathFormat: 'path',
    })
    await dap('attach')
    await event('initialized')
  } catch (error) {
    await kernel.shutdown()
    throw error
  }
  return session
}
