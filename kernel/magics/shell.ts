/** `%sh command`, `%%sh` and `%%bash`: a command of the system, in the notebook's folder. */
import { spawn } from 'node:child_process'
import { messageOf } from '../errors.ts'
import type { Environment } from './env.ts'
import { MagicError, type MagicContext, type MagicRunner } from './context.ts'

export const sh: MagicRunner = async ({ argument, body, kind }, context) => {
  const script = kind === 'cell' ? body : argument
  if (script.trim() === '') throw new MagicError('KERNEL031', 'Expected a command: %sh ls.')
  await runShell({ script, shell: true }, context)
  return undefined
}

export const bash: MagicRunner = async ({ body }, context) => {
  await runShell({ script: body, shell: 'bash' }, context)
  return undefined
}

interface Script {
  readonly script: string
  readonly shell: string | true
}

/** Interrupted with the cell, its own children too. @throws {MagicError} KERNEL034 */
async function runShell({ script, shell }: Script, context: MagicContext): Promise<void> {
  // What %env and process.env say in cells holds for commands, too.
  const env = (await context.ask('env', {})) as Environment
  const isGroup = process.platform !== 'win32'
  const child = spawn(script, {
    shell,
    cwd: context.folder,
    env,
    detached: isGroup,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => context.print(text, name))
  const stop = () => {
    try {
      process.kill(isGroup ? -child.pid! : child.pid!, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
  }
  context.signal.addEventListener('abort', stop, { once: true })
  try {
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.on('error', error => reject(error))
      child.on('close', (...how) => resolve(how))
    })
    if (code !== 0)
      throw new MagicError(
        'KERNEL034',
        `Expected the command to end well, it ended ${signal ? `by ${signal}` : `with ${String(code)}`}.`,
      )
  } catch (error) {
    if (error instanceof MagicError) throw error
    const hint = shell === 'bash' ? ' %%sh uses the shell of the system.' : ''
    throw new MagicError('KERNEL034', `The command could not be started: ${messageOf(error)}.${hint}`)
  } finally {
    context.signal.removeEventListener('abort', stop)
  }
}
