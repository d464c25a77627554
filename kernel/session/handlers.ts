/** The requests that need no file of their own. */
import { protocolVersion, type Incoming, type Json } from '../wire/message.ts'
import type { LanguageClient } from '../language/client.ts'
import { languageHandlers } from '../language/requests.ts'
import type { History } from './history.ts'
import type { Handler } from './requests.ts'
import type { UserProcess } from './user-process.ts'

export interface HandlerParts {
  readonly process: UserProcess
  readonly language: LanguageClient
  readonly history: History
  readonly version: string
  /** Ends the kernel after the reply was sent, or begins it anew. */
  shutdown(restart: boolean, incoming: Incoming): Promise<void>
  /** What this kernel does beyond every kernel, as `supported_features` names it. */
  readonly features: readonly string[]
}

/** What a client learns first. Answered without waiting for anything. */
export function kernelInfo({ version, features }: Pick<HandlerParts, 'version' | 'features'>): Json {
  return {
    status: 'ok',
    protocol_version: protocolVersion,
    implementation: 'slipway',
    implementation_version: version,
    language_info: {
      name: 'typescript',
      version: '6.0',
      mimetype: 'application/x-typescript',
      file_extension: '.ts',
      pygments_lexer: 'typescript',
      codemirror_mode: 'text/typescript',
      nbconvert_exporter: 'script',
    },
    banner: `Slipway ${version}: TypeScript on Node ${process.versions.node}`,
    help_links: [{ text: 'TypeScript handbook', url: 'https://www.typescriptlang.org/docs/handbook/' }],
    debugger: features.includes('debugger'),
    supported_features: features,
  }
}

export function createHandlers(parts: HandlerParts): Readonly<Record<string, Handler>> {
  return {
    kernel_info_request: () => kernelInfo(parts),
    ...languageHandlers(parts.language),
    history_request: async ({ content }) => ({ history: await parts.history.answer(content) }),
    interrupt_request() {
      parts.process.interrupt()
      return {}
    },
    async shutdown_request({ content, incoming }) {
      const restart = content['restart'] === true
      await parts.shutdown(restart, incoming)
      return { restart }
    },
  }
}
