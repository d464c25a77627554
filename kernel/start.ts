/**
 * Reads the command line of the kernel process and puts it together: first what listens, because a client that finds
 * nobody listening tries again a tenth of a second later; then everything else.
 */
import { flushCompileCache } from 'node:module'
import { installation } from '../library/installation.ts'
import { KernelError, messageOf } from './errors.ts'
import type { Kernel } from './kernel.ts'
import type { LanguageKernelOptions } from './language/language-kernel.ts'
import { listenEarly } from './wire/early.ts'
import type { Log, Transport } from './wire/transport.ts'
import { kernelVersion } from './version.ts'

/** A kernel is often killed; what it compiled is kept when it has had the time to start. */
const keepCompiledAfterMs = 1000

/** How often a kernel looks whether the process that started it is still there. */
const parentPollMs = 1000

/** Exit codes: 0 ended as asked, 2 wrong command line, 3 the world failed. */
export async function main(args: readonly string[]): Promise<void> {
  const log: Log = text => void process.stderr.write(`slipway kernel: ${text}\n`)
  // Nobody reads any more: to log that would fail again, without end.
  process.stderr.on('error', () => undefined)
  try {
    const command = await parseCommand(args, log)
    const folder = process.cwd()
    const entry = installation().entry('kernel').at(-1)!
    const [{ startKernel }, { createLanguageClient }] = await Promise.all([
      import('./kernel.ts'),
      import('./language/client.ts'),
    ])
    const language = createLanguageClient({ entry, folder, log })
    const [{ checkMode }, { isAskedFor, isKept }] = await Promise.all([
      import('./session/checking.ts'),
      import('./evidence/setting.ts'),
    ])
    const options = {
      ...{ ...command, language, cwd: folder, version: kernelVersion, log },
      check: checkMode(process.env['SLIPWAY_CHECK']),
      evidence: isKept() && (command.interactive || isAskedFor()),
    }
    const kernel = await (command.runsCode ? startKernel(options) : startLanguageOnly(options))
    process.on('SIGINT', () => kernel.interrupt())
    process.on('SIGTERM', () => void kernel.shutdown())
    process.on('uncaughtException', error => log(error.stack ?? error.message))
    process.on('unhandledRejection', error =>
      log(error instanceof Error ? (error.stack ?? '') : String(error)),
    )
    setTimeout(flushCompileCache, keepCompiledAfterMs).unref()
    if (!command.ownClient) endWithParent(() => void kernel.shutdown())
    await kernel.ended
    process.exit(0)
  } catch (error) {
    log(messageOf(error))
    process.exit(error instanceof KernelError && error.code === 'KERNEL006' ? 2 : 3)
  }
}

/** Jupyter's clients say who started the kernel: without them nobody would ever end it. */
function endWithParent(end: () => void): void {
  const parent = Number(process.env['JPY_PARENT_PID'])
  // On Windows the number is a handle.
  if (process.platform === 'win32' || parent !== process.ppid) return
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    end()
  }, parentPollMs)
  timer.unref()
}

interface Command {
  readonly transport: Transport
  readonly ownClient: boolean
  readonly interactive: boolean
  readonly runsCode: boolean
}

async function startLanguageOnly(options: LanguageKernelOptions): Promise<Kernel> {
  const { startLanguageKernel } = await import('./language/language-kernel.ts')
  return await startLanguageKernel(options)
}

async function parseCommand(args: readonly string[], log: Log): Promise<Command> {
  const [mode, option] = args
  if (mode === '--stdio' && args.length === 1)
    return { transport: await stdioTransport(log), ownClient: true, interactive: true, runsCode: true }
  if (mode === '--stdio' && option === '--headless' && args.length === 2)
    return { transport: await stdioTransport(log), ownClient: true, interactive: false, runsCode: true }
  if (mode === '--stdio' && option === '--language' && args.length === 2)
    return { transport: await stdioTransport(log), ownClient: true, interactive: true, runsCode: false }
  if (mode === '--connection-file' && option !== undefined && args.length === 2) {
    const { readConnectionFile } = await import('./wire/connection-file.ts')
    const connection = readConnectionFile(option)
    const { createZmqTransport } = await import('./wire/zmq-transport.ts')
    const transport = listenEarly(
      createZmqTransport(await connection, { entry: installation().entry('kernel').at(-1)!, log }),
    )
    return { transport, ownClient: false, interactive: true, runsCode: true }
  }
  throw new KernelError(
    'KERNEL006',
    `Expected --stdio [--headless | --language], or --connection-file and a file; got ${args.join(' ') || 'nothing'}.`,
  )
}

/** Nothing else of this process may get between the messages. */
async function stdioTransport(log: Log): Promise<Transport> {
  const { createStdioTransport } = await import('./wire/stdio-transport.ts')
  const output = process.stdout
  const transport = createStdioTransport({ input: process.stdin, output, log })
  console.log = console.info = console.debug = (...values: unknown[]) => log(values.map(String).join(' '))
  return transport
}
