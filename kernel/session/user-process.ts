/**
 * The process that runs user code, as the kernel process sees it: started, restarted after a crash, interrupted.
 * Every run that was asked for is settled exactly once, whatever happens to the process.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import type { Duplex, Readable } from 'node:stream'
import { createInterface } from 'node:readline'
import { installation } from '../../library/installation.ts'
import { KernelError } from '../errors.ts'
import type { Log } from '../wire/transport.ts'
import {
  controlFd,
  eventsFd,
  type ChildEvent,
  type ControlAnswer,
  type ControlMessage,
  type Outcome,
  type RunRequest,
  type UserRequest,
} from './child-protocol.ts'

export interface UserProcess {
  /** Runs a cell. The outcome of a cell whose process died says so. */
  run(request: RunRequest): Promise<Outcome>
  /**
   * Asks user code's thread by a name of `child/questions.ts`. Answered when its event loop runs.
   * @throws {KernelError} KERNEL003 when the process ends before; KERNEL009 when the answer is an error
   */
  ask(name: string, argument: unknown): Promise<unknown>
  /** Ends the runs that are open, with what they computed kept; a process that cannot be stopped is replaced. */
  interrupt(): void
  /** The line of text that user code waits for; null when there is nobody to ask. */
  answerInput(text: string | null): void
  /** Replaces the process; open runs fail. Resolves when the new one is ready. */
  restart(): Promise<void>
  /** How many processes were started. */
  generation(): number
  dispose(): void
}

export interface UserProcessOptions {
  /** The notebook's folder. */
  readonly cwd: string
  readonly log: Log
  /** All but what settles a run or a question. */
  onEvent(event: Exclude<ChildEvent, { type: 'done' | 'answer' }>): void
  /** A process has ended, however it did: what lived in it is gone. */
  onEnd(): void
  /** The process died while no cell was running that could tell. A new one has been started. */
  onCrash(reason: string): void
}

/** A process that dies this soon after its start, this often in a row, is not started again. */
const earlyMs = 2000
const maxEarlyDeaths = 3

export function createUserProcess(options: UserProcessOptions): UserProcess {
  const open = new Map<string, (outcome: Outcome) => void>()
  const questions = new Map<number, PromiseWithResolvers<unknown>>()
  let nQuestions = 0
  let generation = 0
  let earlyDeaths = 0
  let disposed = false
  let alive = true
  let current = start()

  function start(): Started {
    generation += 1
    const startedAt = performance.now()
    const started = spawnProcess(options.cwd, {
      onEvent(event) {
        if (event.type === 'answer') return answered(event)
        if (event.type !== 'done') return options.onEvent(event)
        open.get(event.run)?.(event.outcome)
        open.delete(event.run)
      },
      onAnswer(answer) {
        if (answer.type === 'stuck') replaceStuck()
      },
      onExit(reason) {
        if (started !== current || disposed) return
        earlyDeaths = performance.now() - startedAt < earlyMs ? earlyDeaths + 1 : 0
        const told = failOpen(reason)
        // One that cannot live is started again only when a cell asks for it.
        alive = earlyDeaths < maxEarlyDeaths
        if (alive) current = start()
        if (!told) options.onCrash(reason)
      },
      log: options.log,
    })
    return started
  }

  function answered({ id, value, error }: Extract<ChildEvent, { type: 'answer' }>): void {
    const question = questions.get(id)
    questions.delete(id)
    if (error === undefined) question?.resolve(value)
    else question?.reject(new KernelError('KERNEL009', error))
  }

  /** Whether there was a run to fail. */
  function failOpen(reason: string): boolean {
    for (const question of questions.values()) question.reject(new KernelError('KERNEL003', reason))
    questions.clear()
    options.onEnd()
    const evalue = `${reason} A new one was started: names of earlier cells are unknown until these are run again.`
    for (const settle of open.values())
      settle({ status: 'error', ename: 'KERNEL003', evalue, traceback: [`KERNEL003: ${evalue}`] })
    const told = open.size > 0
    open.clear()
    return told
  }

  function replace(reason: string): boolean {
    const old = current
    current = start()
    old.kill()
    return failOpen(reason)
  }

  function replaceStuck(): void {
    const reason = 'The cell was in native code, which cannot be interrupted; its process was ended.'
    if (!replace(reason)) options.onCrash(reason)
  }

  return {
    run: request =>
      new Promise(resolve => {
        if (!alive) current = start()
        alive = true
        open.set(request.run, resolve)
        current.request(request)
      }),
    ask(name, argument) {
      if (!alive) current = start()
      alive = true
      const question = Promise.withResolvers<unknown>()
      const id = ++nQuestions
      questions.set(id, question)
      current.request({ type: 'question', id, name, argument })
      return question.promise
    },
    interrupt: () => current.control({ type: 'interrupt' }),
    answerInput: text => current.control({ type: 'input', text }),
    async restart() {
      replace('The kernel was restarted.')
      await current.ready
    },
    generation: () => generation,
    dispose() {
      disposed = true
      current.kill()
      failOpen('The kernel was shut down.')
    },
  }
}

interface Started {
  readonly ready: Promise<void>
  request(request: UserRequest): void
  control(message: ControlMessage): void
  kill(): void
}

interface Handlers {
  onEvent(event: ChildEvent): void
  onAnswer(answer: ControlAnswer): void
  /** With a sentence that says how it ended. */
  onExit(reason: string): void
  readonly log: Log
}

function spawnProcess(cwd: string, { onEvent, onAnswer, onExit, log }: Handlers): Started {
  const { node, env, entry } = installation()
  const child = spawn(node, [...stoppable(), ...entry('kernel-child')], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'ipc'],
    serialization: 'json',
  })
  let becomeReady = () => {}
  const ready = new Promise<void>(resolve => (becomeReady = resolve))
  readLines<ChildEvent>(child.stdio[eventsFd] as Readable, log, event => {
    if (event.type === 'ready') becomeReady()
    onEvent(event)
  })
  const control = child.stdio[controlFd] as Duplex
  readLines<ControlAnswer>(control, log, onAnswer)
  control.on('error', error => log(`The control pipe broke: ${error.message}`))
  forwardNative(child, onEvent)
  child.on('error', error => onExit(`The process that runs cells could not be started: ${error.message}`))
  // `close` and not `exit`: what it still wrote comes first.
  child.on('close', (code, signal) => {
    becomeReady()
    onExit(describeExit(code, signal))
  })
  return {
    ready,
    request: request =>
      void child.send(request, error => error && log(`A cell was not sent: ${error.message}`)),
    control: message => void control.write(`${JSON.stringify(message)}\n`),
    kill: () => void child.kill('SIGKILL'),
  }
}

/** Interrupts need these: see https://github.com/nodejs/node for `--force-async-hooks-checks`. */
function stoppable(): string[] {
  const major = Number(process.versions.node.split('.')[0])
  // A terminated callback leaves the stack of async hooks uneven, of which Node would otherwise die.
  return ['--no-force-async-hooks-checks', ...(major < 24 ? ['--experimental-async-context-frame'] : [])]
}

function readLines<T>(stream: Readable, log: Log, handle: (value: T) => void): void {
  stream.on('error', error => log(`A pipe broke: ${error.message}`))
  createInterface({ input: stream, crlfDelay: Infinity }).on('line', line => handle(JSON.parse(line) as T))
}

/** What native code and the cells' own child processes write, under the newest cell. */
function forwardNative(child: ChildProcess, onEvent: Handlers['onEvent']): void {
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]!.setEncoding('utf8')
    child[name]!.on('data', (text: string) => {
      // The control thread's inspector session says this when a cell ends the process.
      const told = text.replace('Waiting for the debugger to disconnect...\n', '')
      if (told) onEvent({ type: 'stream', run: '', name, text: told })
    })
  }
}

function describeExit(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal === 'SIGKILL')
    return 'The process that runs cells was killed (SIGKILL): it may have used more memory than there is.'
  if (signal === 'SIGABRT' || code === 134)
    return 'The process that runs cells ended by itself (SIGABRT): it may have used more memory than it is given.'
  if (signal) return `The process that runs cells was ended by ${signal}.`
  return `The process that runs cells ended with exit code ${code ?? 'unknown'}, as by process.exit().`
}
