/**
 * A kernel that runs nothing: it answers what the TypeScript service knows, and has no user process. Editors start it
 * where code must not run (a workspace that is not trusted).
 */
import { randomUUID } from 'node:crypto'
import { KernelError } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import { createDispatcher } from '../session/dispatch.ts'
import { kernelInfo } from '../session/handlers.ts'
import { createMessageFactory } from '../wire/message.ts'
import type { Log, Transport } from '../wire/transport.ts'
import type { LanguageClient } from './client.ts'
import { languageHandlers, languageRequests } from './requests.ts'

export interface LanguageKernelOptions {
  readonly transport: Transport
  readonly language: LanguageClient
  readonly version: string
  readonly log: Log
}

export async function startLanguageKernel(options: LanguageKernelOptions): Promise<Kernel> {
  const { transport, language, version, log } = options
  let end = () => {}
  const ended = new Promise<void>(resolve => (end = resolve))
  const dispatcher = createDispatcher({
    transport,
    createMessage: createMessageFactory(randomUUID()),
    log,
    immediate: new Set(languageRequests),
    flushOutput: () => undefined,
    onInputReply: () => undefined,
    handlers: {
      ...languageHandlers(language),
      kernel_info_request: () => kernelInfo({ version, features: [] }),
      execute_request() {
        throw new KernelError(
          'KERNEL007',
          'Expected no code to run here: this kernel was started with --language.',
        )
      },
      shutdown_request({ content }) {
        setImmediate(() => void shutdown())
        return { restart: content['restart'] === true }
      },
    },
  })
  let closing: Promise<void> | undefined
  const shutdown = (): Promise<void> =>
    (closing ??= (async () => {
      language.dispose()
      await transport.close()
      end()
    })())
  await transport.listen({
    onMessage: incoming => dispatcher.receive(incoming),
    onClose: () => void shutdown(),
  })
  return { interrupt: () => undefined, ended, shutdown }
}
