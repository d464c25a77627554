/** A kernel between a transport and a user process: put together here, started by main.ts. */
import { randomUUID } from 'node:crypto'
import type { LanguageClient } from './language/client.ts'
import { createKernelComms, type KernelComms } from './session/comms.ts'
import { createDispatcher, type Dispatcher } from './session/dispatch.ts'
import { createExecutor, type Executor } from './session/execute.ts'
import { createHandlers } from './session/handlers.ts'
import { createHistory } from './session/history.ts'
import { createOutput, type Output } from './session/output.ts'
import { createSessionLog, noSessionLog } from './session/session-log.ts'
import type { ChildEvent } from './session/child-protocol.ts'
import { createUserProcess, type UserProcess } from './session/user-process.ts'
import { createMessageFactory } from './wire/message.ts'
import type { Log, Transport } from './wire/transport.ts'

export interface KernelOptions {
  readonly transport: Transport
  readonly language: LanguageClient
  /** The notebook's folder. */
  readonly cwd: string
  readonly version: string
  /**
   * Whether the client is ours. It keeps what ran in the notebook itself, which else is written under
   * `.slipway/sessions/`, and has us restart in place, where others start a new process.
   */
  readonly ownClient: boolean
  /** Whether the TypeScript service is made ready while nothing else is to be done. */
  readonly warm: boolean
  readonly log: Log
}

export interface Kernel {
  /** Interrupts the cell that runs, as `interrupt_request` does. */
  interrupt(): void
  /** Resolves when the kernel has ended: it was shut down, or its client is gone. */
  readonly ended: Promise<void>
  shutdown(): Promise<void>
}

/** What need not wait for the cell that runs. */
const answeredMeanwhile = new Set([
  'complete_request',
  'inspect_request',
  'slipway_diagnostics_request',
  'comm_open',
  'comm_msg',
  'comm_close',
  'comm_info_request',
])

/** The first cells come first. */
const warmAfterMs = 1500

type UserEvent = Exclude<ChildEvent, { type: 'done' | 'answer' }>

/** Starts to listen and to prepare the user process at once; requests are answered as they come. */
export async function startKernel(options: KernelOptions): Promise<Kernel> {
  const { transport, language, cwd, log } = options
  const session = randomUUID()
  const createMessage = createMessageFactory(session)
  const sessionLog = options.ownClient ? noSessionLog : createSessionLog(cwd, { id: session, log })
  const history = createHistory()
  let end = () => {}
  const ended = new Promise<void>(resolve => (end = resolve))

  const output: Output = createOutput({
    sendStream: (run, name, text) => dispatcher.publish('stream', { name, text }, executor.run(run)?.message),
  })
  const userProcess: UserProcess = createUserProcess({
    cwd,
    log,
    onEvent: event =>
      forward(event, { output, comms, dispatcher: () => dispatcher, executor: () => executor, ask }),
    onEnd: () => comms.closeAll(),
    onCrash: reason => output.stream('', 'stderr', `${reason}\n`),
  })
  const comms: KernelComms = createKernelComms({
    process: userProcess,
    publish(type, content, { run, ...rest }) {
      output.flush()
      const parent = run === '' ? undefined : executor.run(run)?.message
      transport.send('iopub', createMessage(type, content, { parent, ...rest }))
    },
  })
  const executor: Executor = createExecutor({
    process: userProcess,
    language,
    history,
    sessionLog,
    onFailure: () => dispatcher.abortWaiting(),
  })
  const dispatcher: Dispatcher = createDispatcher({
    transport,
    createMessage,
    log,
    flushOutput: () => output.flush(),
    // Jupyter's own clients take `idle` for the end of the cell that runs.
    ...(options.ownClient ? { immediate: answeredMeanwhile } : {}),
    onInputReply: ({ content }) => userProcess.answerInput(String(content['value'] ?? '')),
    handlers: {
      ...createHandlers({
        process: userProcess,
        language,
        history,
        version: options.version,
        shutdown: leave,
      }),
      ...comms.handlers,
      execute_request: executor.handle,
    },
  })

  function ask({ run, prompt, password }: Extract<UserEvent, { type: 'input' }>): void {
    const known = executor.run(run)
    if (!known?.allowStdin) return userProcess.answerInput(null)
    output.flush()
    const request = createMessage('input_request', { prompt, password }, { parent: known.message })
    transport.send('stdin', request, known.route)
  }

  /** After `shutdown_request`. A client that restarts us by itself expects the process to end all the same. */
  async function leave(restart: boolean): Promise<void> {
    if (restart && options.ownClient) {
      executor.reset()
      language.reset()
      return await userProcess.restart()
    }
    setImmediate(() => void shutdown())
  }

  const warming = options.warm ? setTimeout(() => language.warm(), warmAfterMs) : undefined
  warming?.unref()

  let closing: Promise<void> | undefined
  function shutdown(): Promise<void> {
    return (closing ??= close())
  }

  async function close(): Promise<void> {
    clearTimeout(warming)
    userProcess.dispose()
    output.dispose()
    language.dispose()
    await sessionLog.close()
    await transport.close()
    end()
  }

  await transport.listen({
    onMessage: incoming => dispatcher.receive(incoming),
    onClose: () => void shutdown(),
  })
  dispatcher.publish('status', { execution_state: 'starting' }, undefined)
  return { interrupt: () => userProcess.interrupt(), ended, shutdown }
}

interface Forward {
  readonly output: Output
  readonly comms: KernelComms
  dispatcher(): Dispatcher
  executor(): Executor
  ask(event: Extract<UserEvent, { type: 'input' }>): void
}

/** Events of the user process as IOPub messages of the cell that caused them. */
function forward(event: UserEvent, { output, comms, dispatcher, executor, ask }: Forward): void {
  switch (event.type) {
    case 'stream':
      return output.stream(event.run, event.name, event.text)
    case 'input':
      return ask(event)
    case 'clear':
      output.flush()
      return dispatcher().publish('clear_output', { wait: event.wait }, executor().run(event.run)?.message)
    case 'display': {
      output.flush()
      const run = executor().run(event.run)
      const { kind, data, metadata, displayId } = event
      const extra =
        kind === 'execute_result'
          ? { execution_count: run?.executionCount ?? 0 }
          : { transient: displayId === undefined ? {} : { display_id: displayId } }
      if (kind === 'execute_result') executor().noteResult(event)
      return dispatcher().publish(kind, { data, metadata, ...extra }, run?.message)
    }
    case 'comm':
      return comms.take(event)
    case 'ready':
  }
}
