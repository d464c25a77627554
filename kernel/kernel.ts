/** A kernel between a transport and a user process: put together here, started by main.ts. */
import { randomUUID } from 'node:crypto'
import { createDebugger, type KernelDebugger } from './debug/debugger.ts'
import { createEvidenceLog, noEvidence } from './evidence/log.ts'
import { notebookOf } from './evidence/setting.ts'
import type { LanguageClient } from './language/client.ts'
import { languageRequests } from './language/requests.ts'
import { createKernelComms, type KernelComms } from './session/comms.ts'
import { createDispatcher, type Dispatcher } from './session/dispatch.ts'
import type { CheckMode } from './session/checking.ts'
import { createExecutor, type Executor } from './session/execute.ts'
import { createHandlers } from './session/handlers.ts'
import { createHistory } from './session/history.ts'
import { createOutput, type Output } from './session/output.ts'
import { createOvertaking } from './session/overtaking.ts'
import { createSessionLog, noSessionLog } from './session/session-log.ts'
import { createHistoryStore, historyFile, type HistoryStore } from './session/history-store.ts'
import { createInput, type Input } from './session/input.ts'
import type { ChildEvent } from './session/child-protocol.ts'
import { createVariableHandlers } from './variables/requests.ts'
import { createUserProcess, type UserProcess } from './session/user-process.ts'
import { createMessageFactory, type Incoming } from './wire/message.ts'
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
  /**
   * Whether a person is at the other end: the TypeScript service is made ready while nothing else is to be done,
   * and what was run is kept as the user's history.
   */
  readonly interactive: boolean
  /** What comes of errors that TypeScript finds in a cell. */
  readonly check: CheckMode
  /** Whether evidence is kept: of a person's sessions, and where somebody asks for it. */
  readonly evidence: boolean
  readonly log: Log
}

export interface Kernel {
  /** Interrupts the cell that runs, as `interrupt_request` does. */
  interrupt(): void
  /** Resolves when the kernel has ended: it was shut down, or its client is gone. */
  readonly ended: Promise<void>
  shutdown(): Promise<void>
}

/** As `kernel_info_reply` names them. */
const features = ['debugger', 'kernel subshells']

/** What need not wait for the cell that runs. */
const answeredMeanwhile = new Set([
  ...languageRequests,
  'comm_open',
  'comm_msg',
  'comm_close',
  'comm_info_request',
  'slipway_variables_request',
  'slipway_inspect_variable_request',
])

/** The first cells come first. */
const warmAfterMs = 1500

/** Clients of Jupyter send all cells of a notebook at once, which may take them as long. */
const holdMs = 25

type UserEvent = Exclude<ChildEvent, { type: 'done' | 'answer' | 'evidence' }>

/** Starts to listen and to prepare the user process at once; requests are answered as they come. */
export async function startKernel(options: KernelOptions): Promise<Kernel> {
  const { transport, language, cwd, log } = options
  const session = randomUUID()
  const createMessage = createMessageFactory(session)
  const notebook = notebookOf(cwd)
  const sessionLog = options.ownClient ? noSessionLog : createSessionLog(cwd, { id: session, notebook, log })
  const evidence = options.evidence
    ? createEvidenceLog({ folder: cwd, id: session, notebook, kernel: options.version, log })
    : noEvidence
  const history = createHistory(options.interactive ? openHistory(log) : undefined)
  const overtaking = createOvertaking()
  let end = () => {}
  const ended = new Promise<void>(resolve => (end = resolve))

  const output: Output = createOutput({
    sendStream: (run, name, text) => dispatcher.publish('stream', { name, text }, executor.run(run)?.message),
  })
  const userProcess: UserProcess = createUserProcess({
    cwd,
    log,
    onEvent(event) {
      if (event.type === 'evidence') evidence.observed(event.run, event.observed)
      else forward(event, { output, comms, input, dispatcher, executor })
    },
    onInspectorEvent: event => debug.inspectorEvent(event),
    onEnd() {
      comms.closeAll()
      debug.processEnded()
    },
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
  const debug: KernelDebugger = createDebugger({
    process: userProcess,
    rewrite: source => executor.rewrite(source),
    publish(content, parent) {
      output.flush()
      dispatcher.publish('debug_event', content, parent)
    },
  })
  const executor: Executor = createExecutor({
    process: userProcess,
    language,
    history,
    sessionLog,
    folder: cwd,
    debug,
    check: { mode: options.check, shown: options.ownClient },
    evidence,
    print: (run, name, text) => output.stream(run, name, text),
    isOvertaken: incoming => overtaking.isOvertaken(incoming),
    onFailure: incoming => dispatcher.abortFollowers(incoming),
  })
  const input: Input = createInput({
    transport,
    createMessage,
    process: userProcess,
    run: id => executor.run(id),
    flushOutput: () => output.flush(),
    log,
  })
  const dispatcher: Dispatcher = createDispatcher({
    transport,
    createMessage,
    log,
    flushOutput: () => output.flush(),
    // Jupyter's own clients take `idle` for the end of the cell that runs.
    ...(options.ownClient ? { immediate: answeredMeanwhile } : { holdMs }),
    onInputReply: incoming => input.receive(incoming),
    handlers: {
      ...createHandlers({
        process: { ...userProcess, interrupt },
        language,
        history,
        version: options.version,
        features,
        shutdown: leave,
      }),
      ...comms.handlers,
      execute_request: executor.handle,
      ...createVariableHandlers({ process: userProcess, cellOf: count => executor.cellOf(count) }),
      debug_request: debug.handle,
    },
  })

  function interrupt(): void {
    executor.interrupt()
    userProcess.interrupt()
  }

  /** After `shutdown_request`. A client that restarts us by itself expects the process to end all the same. */
  async function leave(restart: boolean, incoming: Incoming): Promise<void> {
    if (restart && options.ownClient) {
      dispatcher.abortAll()
      executor.reset()
      language.reset()
      history.restart()
      return await userProcess.restart()
    }
    userProcess.dispose()
    await dispatcher.close(incoming)
    setImmediate(() => void shutdown())
  }

  const warming = options.interactive ? setTimeout(() => language.warm(), warmAfterMs) : undefined
  warming?.unref()

  let closing: Promise<void> | undefined
  function shutdown(): Promise<void> {
    return (closing ??= close())
  }

  async function close(): Promise<void> {
    clearTimeout(warming)
    await evidence.settled()
    userProcess.dispose()
    await dispatcher.close()
    output.dispose()
    language.dispose()
    await Promise.all([sessionLog.close(), history.close(), evidence.close()])
    await transport.close()
    end()
  }

  await transport.listen({
    onMessage(incoming) {
      overtaking.arrived(incoming)
      dispatcher.receive(incoming)
    },
    onClose: () => void shutdown(),
  })
  dispatcher.publish('status', { execution_state: 'starting' }, undefined)
  return { interrupt, ended, shutdown }
}

function openHistory(log: Log): HistoryStore | undefined {
  const file = historyFile()
  return file === undefined ? undefined : createHistoryStore({ file, log })
}

interface Forward {
  readonly output: Output
  readonly comms: KernelComms
  readonly dispatcher: Dispatcher
  readonly executor: Executor
  readonly input: Input
}

/** What belongs to no run counts as the newest one's. */
const ownerOf = (run: string, executor: Executor) => run || (executor.run('')?.message.header.msg_id ?? '')

function forwardDisplay(
  event: Extract<UserEvent, { type: 'display' }>,
  { output, executor, dispatcher }: Pick<Forward, 'output' | 'executor' | 'dispatcher'>,
): void {
  const { kind, data, metadata, displayId } = event
  const run = executor.run(event.run)
  const extra =
    kind === 'execute_result'
      ? { execution_count: run?.executionCount ?? 0 }
      : { transient: displayId === undefined ? {} : { display_id: displayId } }
  const send = () => dispatcher.publish(kind, { data, metadata, ...extra }, run?.message)
  if (kind === 'execute_result') executor.noteResult(event)
  if (kind === 'update_display_data' && displayId !== undefined) return output.update(displayId, send)
  if (!output.admitsDisplay(ownerOf(event.run, executor), data)) return
  output.flush()
  send()
}

/** Events of the user process as IOPub messages of the cell that caused them. */
function forward(event: UserEvent, { output, comms, input, dispatcher, executor }: Forward): void {
  switch (event.type) {
    case 'stream':
      return output.stream(ownerOf(event.run, executor), event.name, event.text)
    case 'input':
      return input.ask(event)
    case 'clear':
      output.flush()
      return dispatcher.publish('clear_output', { wait: event.wait }, executor.run(event.run)?.message)
    case 'display':
      return forwardDisplay(event, { output, executor, dispatcher })
    case 'comm':
      return comms.take(event)
    case 'ready':
  }
}
