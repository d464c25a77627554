/**
 * Starts a step in a process of its own and follows it. Whoever runs a step (the backend, `slipway run`, the
 * verification of a promotion) does it through here.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { LibraryError } from '../errors.ts'
import { installation } from '../installation.ts'
import type { StepEvent, StepRequest, StepResult } from './request.ts'

export interface RunStepOptions {
  /** Ends the step's process, politely first. */
  readonly signal?: AbortSignal
  /** Called for every event, in order, as it comes. */
  readonly onEvent?: (event: StepEvent) => void
  /** Added to the environment, e.g. the secrets that the step names. */
  readonly env?: Readonly<Record<string, string>>
}

/** How long a step may tidy up after it was asked to end. */
const graceMs = 3000

/**
 * Runs one step. What the step's own code throws is a result with `state: 'failed'`.
 * @throws the signal's reason when aborted, LIB303 when the process dies without a result
 */
export async function runStep(request: StepRequest, options: RunStepOptions = {}): Promise<StepResult> {
  options.signal?.throwIfAborted()
  await mkdir(request.outputFolder, { recursive: true })
  const resultFile = join(request.outputFolder, 'result.json')
  await rm(resultFile, { force: true })
  const requestFile = join(request.outputFolder, 'request.json')
  await writeFile(requestFile, JSON.stringify(request))

  const child = start(requestFile, request, options)
  const stop = () => void end(child)
  options.signal?.addEventListener('abort', stop, { once: true })
  try {
    const exit = await follow(child, options.onEvent ?? (() => undefined))
    options.signal?.throwIfAborted()
    if (!existsSync(resultFile)) throw diedWithoutResult(request, exit)
    return JSON.parse(await readFile(resultFile, 'utf8')) as StepResult
  } finally {
    options.signal?.removeEventListener('abort', stop)
  }
}

function start(requestFile: string, request: StepRequest, options: RunStepOptions): ChildProcess {
  const { node, entry, env } = installation()
  return spawn(node, [...entry('step'), requestFile], {
    cwd: request.projectRoot,
    // The open standard input is how the step notices that whoever started it is gone.
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env, ...options.env, SLIPWAY_ROOT: request.projectRoot },
    windowsHide: true,
  })
}

interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** The last lines of standard error. */
  readonly lastWords: readonly string[]
}

async function follow(child: ChildProcess, onEvent: (event: StepEvent) => void): Promise<Exit> {
  const lastWords: string[] = []
  const { stdout, stderr } = child
  if (!stdout || !stderr) throw new Error('a step is started with pipes')
  createInterface({ input: stdout }).on('line', line => onEvent(parseEvent(line)))
  createInterface({ input: stderr }).on('line', line => {
    lastWords.push(line)
    if (lastWords.length > 20) lastWords.shift()
    onEvent({ type: 'log', stream: 'stderr', text: line + '\n' })
  })
  // Writing to a process that is just ending must not end this one.
  child.stdin?.on('error', () => undefined)
  return await new Promise<Exit>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, lastWords }))
  })
}

/** What native code prints is no event; it is kept as log. */
function parseEvent(line: string): StepEvent {
  try {
    const event = JSON.parse(line) as unknown
    if (typeof event === 'object' && event !== null && 'type' in event) return event as StepEvent
  } catch {
    // Not JSON: a log line, below.
  }
  return { type: 'log', stream: 'stdout', text: line + '\n' }
}

async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
  child.once('close', () => clearTimeout(timer))
}

function diedWithoutResult(request: StepRequest, exit: Exit): LibraryError {
  const how = exit.signal ? `was ended by ${exit.signal}` : `ended with code ${exit.code}`
  const hint = exit.signal === 'SIGKILL' ? ' The machine may have run out of memory.' : ''
  const words = exit.lastWords.length ? `\n${exit.lastWords.join('\n')}` : ''
  return new LibraryError(
    'LIB303',
    `The process of step "${request.step}" ${how} before it wrote a result.${hint}${words}`,
  )
}
