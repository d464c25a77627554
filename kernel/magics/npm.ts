/** Finds npm and runs it: its own command line, on the Node that this process runs on. */
import { spawn } from 'node:child_process'
import { constants, existsSync, realpathSync, accessSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { installation } from '../../library/installation.ts'
import { MagicError } from './context.ts'

/** How npm is started: a program and what stands before npm's own arguments. */
export interface Npm {
  readonly command: string
  readonly args: readonly string[]
}

/** Where installers put it, for a VS Code that was not started from a shell. */
const usualFolders = [
  '/usr/local/bin',
  '/opt/homebrew/bin',
  '/usr/bin',
  join(homedir(), '.volta/bin'),
  join(homedir(), '.local/bin'),
]

/**
 * npm of the Node that runs this process, else that of PATH, else one in a usual place.
 * @throws {MagicError} KERNEL032 when there is none
 */
export function findNpm(env: NodeJS.ProcessEnv = process.env, node: string = installation().node): Npm {
  const beside = dirname(node)
  const scripts = [
    join(beside, '../lib/node_modules/npm/bin/npm-cli.js'),
    join(beside, 'node_modules/npm/bin/npm-cli.js'),
    ...(env['npm_execpath']?.endsWith('npm-cli.js') ? [env['npm_execpath']] : []),
  ]
  const script = scripts.find(path => existsSync(path))
  if (script) return { command: node, args: [script] }
  const folders = [...(env['PATH'] ?? env['Path'] ?? '').split(delimiter), ...usualFolders].filter(Boolean)
  for (const folder of folders) {
    const found = inFolder(folder, node)
    if (found) return found
  }
  throw new MagicError(
    'KERNEL032',
    'Expected npm, which comes with Node.js, got none in PATH. Install Node.js (nodejs.org), or start the editor from a ' +
      'terminal in which npm works.',
  )
}

function inFolder(folder: string, node: string): Npm | undefined {
  // On Windows, npm.cmd lies beside the script that it starts.
  const script = join(folder, 'node_modules/npm/bin/npm-cli.js')
  if (existsSync(join(folder, 'npm.cmd')) && existsSync(script)) return { command: node, args: [script] }
  const program = join(folder, 'npm')
  if (process.platform === 'win32' || !isExecutable(program)) return undefined
  const real = realpathSync(program)
  // Others (Volta's, asdf's) are programs that find the script by themselves.
  return real.endsWith('.js') ? { command: node, args: [real] } : { command: program, args: [] }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

export interface NpmRun {
  /** 0 when all is well. */
  readonly code: number
  readonly stdout: string
}

export interface NpmOptions {
  readonly cwd: string
  readonly signal: AbortSignal
  /** Every line of its log. */
  onLine(line: string): void
}

/** @throws {MagicError} KERNEL032 when it cannot be started */
export async function runNpm(args: readonly string[], { cwd, signal, onLine }: NpmOptions): Promise<NpmRun> {
  const npm = findNpm()
  const place = installation()
  const isGroup = process.platform !== 'win32'
  const child = spawn(npm.command, [...npm.args, ...args], {
    cwd,
    // What another npm that started us was told is not meant for this one.
    env: { ...withoutNpmScript(process.env), ...place.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: isGroup,
  })
  const stop = () => {
    try {
      process.kill(isGroup ? -child.pid! : child.pid!, 'SIGTERM')
    } catch {
      // It has ended by itself.
    }
  }
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  createInterface({ input: child.stderr as Readable }).on('line', onLine)
  try {
    return await new Promise<NpmRun>((resolve, reject) => {
      child.on('error', error =>
        reject(new MagicError('KERNEL032', `Expected npm to start from ${npm.command}: ${error.message}.`)),
      )
      child.on('close', code => resolve({ code: code ?? 1, stdout }))
    })
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function withoutNpmScript(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const told =
    /^npm_(?:package|lifecycle|command|execpath|node_execpath|config_local_prefix|config_global_prefix)/
  return Object.fromEntries(Object.entries(env).filter(([name]) => !told.test(name)))
}
