/**
 * Child processes of the system tests: run one to its end, or end one with everything it has started.
 *
 * A tool such as an editor starts helpers that leave its process group, so the tree is read before it is ended.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'

export interface RunOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  readonly signal?: AbortSignal
}

/** Runs a program to its end and gives what it wrote. Fails with its last lines when the exit code is not 0. */
export function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const take = (chunk: Buffer): void => void (output += chunk.toString())
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.on('error', reject)
    child.on('close', code => {
      if (code === 0) resolve(output)
      else {
        const tail = output.trim().split('\n').slice(-20).join('\n')
        reject(new Error(`\`${file} ${args.join(' ')}\` ended with exit code ${code}:\n${tail}`))
      }
    })
  })
}

/** A process and all its descendants, by their ids. */
export function processTree(pid: number): readonly number[] {
  const children = new Map<number, number[]>()
  for (const line of listProcesses()) {
    const [child, parent] = line.trim().split(/\s+/).map(Number)
    if (child === undefined || parent === undefined) continue
    children.set(parent, [...(children.get(parent) ?? []), child])
  }
  const tree = [pid]
  for (const p of tree) tree.push(...(children.get(p) ?? []))
  return tree
}

function listProcesses(): string[] {
  return execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n')
}

/** Ends a process and all it has started: asks first, then insists. Gives back when none is left. */
export async function endTree(child: ChildProcess, patienceMs = 5000): Promise<void> {
  if (child.pid === undefined) return
  const tree = processTree(child.pid)
  for (const pid of tree) send(pid, 'SIGTERM')
  const deadline = Date.now() + patienceMs
  while (tree.some(isAlive) && Date.now() < deadline) await delay(50)
  for (const pid of tree.filter(isAlive)) send(pid, 'SIGKILL')
  while (tree.some(isAlive) && Date.now() < deadline + 2000) await delay(20)
}

/** The same at once and without waiting, for when this process is itself about to end. */
export function killTree(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null) return
  for (const pid of processTree(child.pid)) send(pid, 'SIGKILL')
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended meanwhile, which is what was wanted.
  }
}

/** Whether a process runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !isZombie(pid)
  } catch {
    return false
  }
}

/** An ended process that nobody has waited for still answers to signals. */
function isZombie(pid: number): boolean {
  try {
    return execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('Z')
  } catch {
    return true
  }
}
