/**
 * The kernel's end of debugging: takes `debug_request` to the adapter, which is loaded with the first of them, and
 * remembers the cells that ran till then. Without a debugger a cell costs an entry in a list.
 */
import type { DebugProtocol } from '@vscode/debugprotocol'
import type { InspectorEvent, PreparedRun } from '../session/child-protocol.ts'
import type { Handler } from '../session/requests.ts'
import type { UserProcess } from '../session/user-process.ts'
import type { Json, Message } from '../wire/message.ts'
import type { Adapter, AdapterOptions } from './adapter.ts'
import { createCells } from './cells.ts'

export interface KernelDebugger {
  /** Answers `debug_request`: a request of the Debug Adapter Protocol, with Jupyter's additions. */
  readonly handle: Handler
  /** A cell is about to run: gives what to run, at once when nobody debugs. */
  prepare(source: string, request: PreparedRun): PreparedRun | Promise<PreparedRun>
  /** Whether somebody debugs: code had better be what the user wrote then. */
  isActive(): boolean
  inspectorEvent(event: InspectorEvent): void
  /** The process is another one. */
  processEnded(): void
}

export interface DebuggerOptions {
  readonly process: Pick<UserProcess, 'inspect'>
  readonly rewrite: AdapterOptions['rewrite']
  /** Sends a `debug_event`. */
  publish(content: Json, parent: Message | undefined): void
}

export function createDebugger({ process, rewrite, publish }: DebuggerOptions): KernelDebugger {
  const cells = createCells()
  let parent: Message | undefined
  let adapter: Adapter | undefined
  let loading: Promise<Adapter> | undefined

  async function load(): Promise<Adapter> {
    const { createAdapter } = await import('./adapter.ts')
    adapter = createAdapter({
      cells,
      rewrite,
      inspect: (method, params) => process.inspect(method, params as Json | undefined) as never,
      send: event => publish(event as unknown as Json, parent),
    })
    return adapter
  }

  return {
    async handle({ incoming, content }) {
      parent = incoming.message
      const loaded = adapter ?? (await (loading ??= load()))
      const response = await loaded.request(content as unknown as DebugProtocol.Request)
      return response as unknown as Json
    },
    prepare(source, request) {
      const remember = (prepared: PreparedRun) => {
        const { file, code, maps } = prepared
        cells.ran(
          { file, source, code, maps },
          request.names.map(({ name }) => name),
        )
        return prepared
      }
      return adapter ? adapter.prepare(source, request).then(remember) : remember(request)
    },
    isActive: () => adapter?.isActive() ?? false,
    inspectorEvent: event => adapter?.inspectorEvent(event),
    processEnded() {
      cells.forget()
      adapter?.processEnded()
    },
  }
}
