/** Reads the command line of the kernel process and puts it together. */
import { installation } from '../library/installation.ts'
import { KernelError, messageOf } from './errors.ts'
import { startKernel } from './kernel.ts'
import { createLanguageClient } from './language/client.ts'
import { createStdioTransport } from './wire/stdio-transport.ts'
import type { Log, Transport } from './wire/transport.ts'
import { kernelVersion } from './version.ts'

/** Exit codes: 0 ended as asked, 2 wrong command line, 3 the world failed. */
export async function main(args: readonly string[]): Promise<void> {
  const log: Log = text => void process.stderr.write(`slipway kernel: ${text}\n`)
  try {
    const command = await parseCommand(args, log)
    const folder = process.cwd()
    const entry = installation().entry('kernel').at(-1)!
    const language = createLanguageClient({ entry, folder, log })
    const kernel = await startKernel({ ...command, language, cwd: folder, version: kernelVersion, log })
    process.on('SIGINT', () => kernel.interrupt())
    process.on('SIGTERM', () => void kernel.shutdown())
    process.on('uncaughtException', error => log(error.stack ?? error.message))
    process.on('unhandledRejection', error =>
      log(error instanceof Error ? (error.stack ?? '') : String(error)),
    )
    await kernel.ended
    process.exit(0)
  } catch (error) {
    log(messageOf(error))
    process.exit(error instanceof KernelError && error.code === 'KERNEL006' ? 2 : 3)
  }
}

interface Command {
  readonly transport: Transport
  readonly ownClient: boolean
  readonly warm: boolean
}

async function parseCommand(args: readonly string[], log: Log): Promise<Command> {
  const [mode, option] = args
  if (mode === '--stdio' && args.length === 1)
    return { transport: stdioTransport(log), ownClient: true, warm: true }
  if (mode === '--stdio' && option === '--headless' && args.length === 2)
    return { transport: stdioTransport(log), ownClient: true, warm: false }
  if (mode === '--connection-file' && option !== undefined && args.length === 2) {
    const { createZmqTransport } = await import('./wire/zmq-transport.ts')
    const { readConnectionFile } = await import('./wire/connection-file.ts')
    return {
      transport: createZmqTransport(await readConnectionFile(option), log),
      ownClient: false,
      warm: true,
    }
  }
  throw new KernelError(
    'KERNEL006',
    `Expected --stdio [--headless], or --connection-file and a file; got ${args.join(' ') || 'nothing'}.`,
  )
}

/** Nothing else of this process may get between the messages. */
function stdioTransport(log: Log): Transport {
  const output = process.stdout
  const transport = createStdioTransport({ input: process.stdin, output, log })
  console.log = console.info = console.debug = (...values: unknown[]) => log(values.map(String).join(' '))
  return transport
}
