/** The training service as a process: `backend/main.ts --state DIR [--port P] [--host H] [--concurrency N]`. */
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { runStep } from '../library/steps/run-step.ts'
import { createServing } from './endpoints/engine-serving.ts'
import { BackendError } from './errors.ts'
import { lastPort, rememberPort } from './port.ts'
import { removeServerInfo, untilAnswering, writeServerInfo } from './server-info.ts'
import { createService } from './service.ts'

const usage = 'usage: backend --state DIR [--port P] [--host H] [--concurrency N] [--with-parent]'

async function main(): Promise<void> {
  const options = readArguments()
  const logFault = (context: string, error: unknown) =>
    console.error(`${new Date().toISOString()} ${context}`, error)
  // A fault must not take the service with it: it is logged, and what was stored is whole.
  process.on('unhandledRejection', error => logFault('unhandled', error))
  const service = await createService({ ...options, runStep, serving: createServing(), logFault }).catch(
    async error => {
      // Of two that are started at the same time, whoever waits for this one is to find the other.
      if (error instanceof BackendError && error.code === 'BCK014') await untilAnswering(options.state)
      throw error
    },
  )
  const url = await listen(service.app, options)
  await rememberPort(options.state, url)
  await writeServerInfo(options.state, { url, pid: process.pid, tokenFile: service.token.file })
  console.log(JSON.stringify({ url, pid: process.pid, tokenFile: service.token.file }))

  let ending = false
  const end = async () => {
    if (ending) return
    ending = true
    await removeServerInfo(options.state)
    await service.close()
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void end())
  // Whoever asks for it is told of its own end: an editor's backend ends with the editor.
  if (options.withParent) process.stdin.resume().on('end', () => void end())
}

class UsageError extends Error {}

interface MainOptions {
  readonly state: string
  /** Undefined: that of last time, or any. */
  readonly port: number | undefined
  readonly host: string
  readonly concurrency: number
  readonly withParent: boolean
}

function readArguments(): MainOptions {
  const { values } = parseArgs({
    options: {
      state: { type: 'string' },
      port: { type: 'string' },
      host: { type: 'string', default: '127.0.0.1' },
      concurrency: { type: 'string', default: '1' },
      'with-parent': { type: 'boolean', default: false },
    },
  })
  const port = values.port === undefined ? undefined : Number(values.port)
  const concurrency = Number(values.concurrency)
  const validPort = port === undefined || (Number.isInteger(port) && port >= 0 && port < 65536)
  if (!values.state || !validPort || !(concurrency >= 1)) throw new UsageError(usage)
  return {
    state: resolve(values.state),
    port,
    host: values.host,
    concurrency: Math.floor(concurrency),
    withParent: values['with-parent'],
  }
}

async function listen(
  app: { listen(options: { port: number; host: string }): Promise<string> },
  { port: asked, host, state }: MainOptions,
): Promise<string> {
  const port = asked ?? (await lastPort(state, host))
  try {
    const url = new URL(await app.listen({ port, host }))
    if (host !== '127.0.0.1') url.hostname = isIP(host) === 6 ? `[${host}]` : host
    return url.origin
  } catch (cause) {
    throw new BackendError('BCK018', `The backend cannot listen on ${host}:${port}.`, {
      cause,
      got: (cause as NodeJS.ErrnoException).code ?? (cause as Error).message,
      action: 'Choose another --port or --host; without --port a free one is taken.',
    })
  }
}

main().catch((error: unknown) => {
  if (error instanceof BackendError) console.error(`${error.code}: ${error.message}`)
  else console.error(error instanceof UsageError ? error.message : error)
  process.exit(error instanceof UsageError ? 2 : 3)
})
