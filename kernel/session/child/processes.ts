/**
 * What a cell starts beside itself, ended when the cell is interrupted: processes with all their descendants, and
 * workers. The processes are known to the control thread too, which ends those for which the user thread waits
 * (`execSync`).
 */
import childProcess, { spawnSync, type ChildProcess } from 'node:child_process'
import { subscribe } from 'node:diagnostics_channel'
import { readFileSync, readdirSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import workerThreads, { type Worker } from 'node:worker_threads'
import type { RunContext } from './run.ts'
import { places } from './shared-state.ts'
import type { Shield } from './shield.ts'

/** Pids of processes that run beside the user thread; 0 where there is none. Shared with the control thread. */
export type KnownProcesses = Int32Array

export function createKnownProcesses(): KnownProcesses {
  return new Int32Array(new SharedArrayBuffer(4 * 1024))
}

/** Has the control thread know when, and for which run, the user thread waits for a process. */
export function trackWaits({ own, open }: RunContext, state: Int32Array): void {
  const { add, store } = Atomics
  for (const name of ['spawnSync', 'execSync', 'execFileSync'] as const) {
    const original = childProcess[name] as (...args: unknown[]) => unknown
    const waiting = function (this: unknown, ...args: unknown[]): unknown {
      const run = own()
      store(state, places.waitingRun, run && open.has(run) ? run.number : 0)
      add(state, places.waits, 1)
      try {
        return original.apply(this, args)
      } finally {
        add(state, places.waits, 1)
      }
    }
    Object.defineProperties(waiting, Object.getOwnPropertyDescriptors(original))
    Object.assign(childProcess, { [name]: waiting })
  }
}

/** No interrupt comes while a process or worker is started, of which nobody would know then. */
export function shieldStarts(shield: Shield): void {
  const { spawn } = childProcess.ChildProcess.prototype as unknown as { spawn: (options: object) => unknown }
  Object.assign(childProcess.ChildProcess.prototype, {
    spawn(this: ChildProcess, options: object) {
      return shield.during(() => spawn.call(this, options))
    },
  })
  const { construct } = Reflect
  workerThreads.Worker = new Proxy(workerThreads.Worker, {
    construct: (target, args, newTarget) => shield.during(() => construct(target, args, newTarget) as Worker),
  })
  syncBuiltinESMExports()
}

/** Registers what cells start from now on with their runs. */
export function trackProcesses(context: RunContext, known: KnownProcesses): void {
  subscribe('child_process', message => {
    const { process: child } = message as { process: ChildProcess }
    const run = context.current()
    child.once('spawn', () => {
      remember(known, child.pid!)
      // A process that was told to stand alone does.
      if (isDetached(child)) run?.timers.delete(child)
    })
    child.once('exit', () => {
      run?.timers.delete(child)
      forget(known, child.pid!)
    })
    run?.timers.set(child, () => {
      if (!detached.has(child)) killTrees([child.pid ?? 0])
    })
  })
  subscribe('tracing:child_process.spawn:start', message => {
    const { process: child, options } = message as { process: ChildProcess; options?: { detached?: boolean } }
    if (options?.detached) detached.add(child)
  })
  process.on('worker', (worker: Worker) => {
    const run = context.current()
    // Node tells of it a moment later.
    if (run?.controller.signal.aborted) return void worker.terminate()
    run?.timers.set(worker, () => void worker.terminate())
    worker.once('exit', () => run?.timers.delete(worker))
  })
}

const detached = new WeakSet<ChildProcess>()
const isDetached = (child: ChildProcess) => detached.has(child)

function remember(known: KnownProcesses, pid: number): void {
  const free = known.indexOf(0)
  if (free >= 0) Atomics.store(known, free, pid)
}

function forget(known: KnownProcesses, pid: number): void {
  const place = known.indexOf(pid)
  if (place >= 0) Atomics.store(known, place, 0)
}

/**
 * For the control thread: ends the children of this process that nobody knows, for which the user thread waits; if it
 * still does so when they have been found.
 */
export function killUnknown(known: KnownProcesses, isWaiting: () => boolean): void {
  const unknown = childrenOf(process.pid).filter(pid => !known.includes(pid))
  if (unknown.length > 0 && isWaiting()) killTrees(unknown)
}

/** Ends processes and their descendants, however they like it. */
export function killTrees(roots: readonly number[]): void {
  if (process.platform === 'win32') {
    for (const pid of roots) spawnSync('taskkill', ['/pid', String(pid), '/T', '/F'], { windowsHide: true })
    return
  }
  const pids = new Set<number>()
  const stop = (pid: number) => {
    pids.add(pid)
    // So that it starts no more.
    signal(pid, 'SIGSTOP')
  }
  for (const pid of roots) if (pid > 0) stop(pid)
  // Until a look at all finds no other: one may have been started in the moment before.
  for (let nSeen = -1; nSeen < pids.size;) {
    nSeen = pids.size
    // The set grows while it is walked.
    for (const pid of pids) for (const child of childrenOf(pid)) if (!pids.has(child)) stop(child)
  }
  for (const pid of pids) signal(pid, 'SIGKILL')
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It has ended by itself.
  }
}

/** Ends this process and all that it has started, but for what was told to stand alone. */
export function killGroup(): void {
  if (process.platform === 'win32') killTrees([process.pid])
  // The kernel made this process the leader of a group.
  else process.kill(-process.pid, 'SIGKILL')
}

function childrenOf(pid: number): readonly number[] {
  if (process.platform === 'linux') return childrenByProc(pid)
  if (process.platform === 'win32') return []
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
  return stdout
    .trim()
    .split('\n')
    .map(line => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid)
    .map(([child]) => child!)
}

function childrenByProc(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap(thread => {
      const children = readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim()
      return children === '' ? [] : children.split(' ').map(Number)
    })
  } catch {
    return [] // It has ended.
  }
}
