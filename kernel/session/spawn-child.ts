/**
 * Starts the process that runs user code and connects its pipes. It leads a group of processes of its own, so that
 * with it ends what cells have started, however it ends.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Duplex, Readable } from 'node:stream'
import { installation } from '../../library/installation.ts'
import { childFlags } from '../runtime.ts'
import type { Log } from '../wire/transport.ts'
import {
  controlFd,
  eventsFd,
  type ChildEvent,
  type ControlAnswer,
  type ControlMessage,
  type UserRequest,
} from './child-protocol.ts'
import { describeExit } from './exit-reason.ts'
import { readFrames } from './frames.ts'

export interface StartedChild {
  /** Resolves when cells can be run, and when they never will. */
  readonly ready: Promise<void>
  request(request: UserRequest): void
  control(message: ControlMessage): void
  kill(): void
}

export interface ChildHandlers {
  onEvent(event: ChildEvent): void
  onAnswer(answer: ControlAnswer): void
  /** Once, with a sentence that says how it ended. */
  onExit(reason: string): void
  readonly log: Log
}

const brokenPipeReason = `The process that runs cells was ended: something wrote to file descriptor ${eventsFd}, by which it talks to the kernel.`

/** What the process wrote last comes a little after its end; a grandchild may hold its pipes open for ever. */
const lastWordsMs = 300
/** Of what native code writes to stderr, so much is kept to find out why it ended. */
const keptWords = 8000

export function spawnChild(cwd: string, { onEvent, onAnswer, onExit, log }: ChildHandlers): StartedChild {
  const { node, env, entry } = installation()
  const child = spawn(node, [...childFlags(), ...entry('kernel-child')], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'ipc'],
    serialization: 'json',
    // On Windows this would open a window.
    detached: process.platform !== 'win32',
    windowsHide: true,
  })
  const ready = Promise.withResolvers<void>()
  let brokenPipe = false
  const events = child.stdio[eventsFd] as Readable
  readFrames(events, {
    onEvent(event) {
      if (event.type === 'ready') ready.resolve()
      onEvent(event)
    },
    onBroken() {
      brokenPipe = true
      killGroup(child)
    },
  })
  const control = child.stdio[controlFd] as Duplex
  createInterface({ input: control, crlfDelay: Infinity }).on('line', line =>
    onAnswer(JSON.parse(line) as ControlAnswer),
  )
  for (const stream of [events, control]) stream.on('error', error => log(`A pipe broke: ${error.message}`))
  const words = forwardNative(child, onEvent)
  followEnd(
    child,
    reason => {
      ready.resolve()
      onExit(brokenPipe ? brokenPipeReason : reason)
    },
    words,
  )
  return {
    ready: ready.promise,
    request: request =>
      void child.send(request, error => error && log(`A cell was not sent: ${error.message}`)),
    control: message => void control.write(`${JSON.stringify(message)}\n`),
    kill: () => killGroup(child),
  }
}

function followEnd(child: ChildProcess, onEnd: (reason: string) => void, lastWords: () => string): void {
  let ended = false
  const end = (reason: string) => {
    if (!ended) onEnd(reason)
    ended = true
  }
  child.on('error', error => end(`The process that runs cells could not be started: ${error.message}`))
  child.on('exit', (code, signal) => {
    killGroup(child)
    // `close` and not `exit`: what it still wrote comes first.
    const tell = () => end(describeExit({ code, signal, lastWords: lastWords() }))
    child.on('close', tell)
    setTimeout(tell, lastWordsMs)
  })
}

/** With all that it has started, but for what was told to stand alone (`detached`). */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F'], { windowsHide: true })
    return
  }
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // Nobody is left.
  }
}

/** What native code and the cells' own child processes write, under the newest cell. Returns the last of it. */
function forwardNative(child: ChildProcess, onEvent: ChildHandlers['onEvent']): () => string {
  let words = ''
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]!.setEncoding('utf8')
    child[name]!.on('error', () => undefined)
    child[name]!.on('data', (text: string) => {
      // The control thread's inspector session says this when a cell ends the process.
      const told = text.replace('Waiting for the debugger to disconnect...\n', '')
      if (name === 'stderr') words = (words + told).slice(-keptWords)
      if (told) onEvent({ type: 'stream', run: '', name, text: told })
    })
  }
  return () => words
}
