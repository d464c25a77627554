/** The requests that need no file of their own. */
import { protocolVersion, type Incoming, type Json } from '../wire/message.ts'
import type { LanguageClient } from '../language/client.ts'
import type { History } from './history.ts'
import { cellIdOf, requireText, type Handler } from './requests.ts'
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

const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])

/** In code points; without one, the end of the text. */
function cursorOf(content: Json): number {
  const position = content['cursor_pos']
  if (typeof position === 'number') return position
  return [...requireText(content, 'code')].length
}

export function createHandlers(parts: HandlerParts): Readonly<Record<string, Handler>> {
  const { language } = parts
  const place = ({ content, incoming }: Parameters<Handler>[0]) => ({
    source: requireText(content, 'code'),
    cursor: cursorOf(content),
    cell: cellIdOf(incoming.message) ?? null,
    before: textsOf(content['before']),
  })
  return {
    kernel_info_request: () => kernelInfo(parts),
    async complete_request(request) {
      return { ...(await language.complete(place(request))) }
    },
    async inspect_request(request) {
      const text = await language.inspect(place(request))
      return text
        ? { found: true, data: { 'text/plain': text.plain, 'text/markdown': text.markdown }, metadata: {} }
        : { found: false, data: {}, metadata: {} }
    },
    /**
     * Not of Jupyter: the TypeScript diagnostics of a cell, seen behind all cells that ran and those that the
     * request names in `before` (their texts, in order). Completion and hover understand `before` too.
     */
    async slipway_diagnostics_request(request) {
      return { diagnostics: await language.diagnostics(place(request)) }
    },
    async is_complete_request({ content }) {
      const { state, indent } = await language.completeness(requireText(content, 'code'))
      // The reply of this one request uses `status` for its answer.
      return { status: state, ...(state === 'incomplete' ? { indent } : {}) } as never
    },
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
