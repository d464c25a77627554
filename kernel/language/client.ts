/**
 * The TypeScript service as the kernel process sees it: in a worker of its own, so that checking a cell never
 * keeps a message or an interrupt waiting. Started when first needed, or warmed when there is nothing better to do.
 */
import { Worker } from 'node:worker_threads'
import type { Log } from '../wire/transport.ts'
import { CellSyntaxError, type CompiledCell } from '../session/rewrite.ts'
import type { Completeness, Completion, DiagnosticOfCell, ExecutedCell, Hover, Place } from './service.ts'

export interface LanguageClient {
  /** Starts the worker and lets it load what the first question will need. */
  warm(): void
  /** TypeScript to JavaScript. @throws {CellSyntaxError} */
  compile(source: string): Promise<CompiledCell>
  completeness(source: string): Promise<Completeness>
  /** A cell has run: what it declares is known to the cells after it. */
  executed(cell: ExecutedCell): void
  complete(place: Place): Promise<Completion>
  inspect(place: Place): Promise<Hover | undefined>
  diagnostics(place: Place): Promise<readonly DiagnosticOfCell[]>
  /** Names are unknown again; all of them for null. */
  forget(names: readonly string[] | null): void
  /** Packages were installed, or removed. */
  packagesChanged(): void
  /** Forgets all cells. */
  reset(): void
  dispose(): void
}

/** What goes to the worker; every call has an answer with the same id. */
export interface LanguageCall {
  readonly id: number
  readonly method: string
  readonly argument: unknown
}

export interface LanguageAnswer {
  readonly id: number
  readonly value?: unknown
  readonly error?: {
    readonly message: string
    /** Of a syntax error. */
    readonly at?: { readonly line: number; readonly column: number; readonly incomplete: boolean }
  }
}

/** Marks a worker of the kernel's entry as this one. */
export const languageWorkerName = 'slipway-language'

export interface LanguageClientOptions {
  /** The kernel's entry, which as a worker is the language service. */
  readonly entry: string
  /** The notebook's folder. */
  readonly folder: string
  readonly log: Log
}

export function createLanguageClient({ entry, folder, log }: LanguageClientOptions): LanguageClient {
  const open = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  let worker: Worker | undefined
  let count = 0
  let executed: ExecutedCell[] = []
  /** Names that were forgotten, by how many cells had run. */
  const forgotten = new Map<number, readonly string[]>()

  function started(): Worker {
    if (worker) return worker
    const next = new Worker(entry, { workerData: { name: languageWorkerName, folder } })
    next.unref()
    next.on('message', (answer: LanguageAnswer) => settle(answer))
    next.on('error', error => log(`The TypeScript service failed: ${error.message}`))
    next.on('exit', () => {
      if (worker === next) worker = undefined
      for (const { reject } of open.values()) reject(new Error('The TypeScript service ended.'))
      open.clear()
    })
    worker = next
    for (const [i, cell] of executed.entries()) {
      if (forgotten.has(i)) void call('forget', forgotten.get(i))
      void call('executed', cell)
    }
    if (forgotten.has(executed.length)) void call('forget', forgotten.get(executed.length))
    return next
  }

  function settle({ id, value, error }: LanguageAnswer): void {
    const waiting = open.get(id)
    open.delete(id)
    if (!error) waiting?.resolve(value)
    else waiting?.reject(error.at ? new CellSyntaxError(error.message, error.at) : new Error(error.message))
  }

  function call<T>(method: string, argument: unknown): Promise<T> {
    const id = count++
    return new Promise<T>((resolve, reject) => {
      open.set(id, { resolve: resolve as (value: unknown) => void, reject })
      started().postMessage({ id, method, argument } satisfies LanguageCall)
    })
  }

  const tell = (method: string, argument: unknown) => {
    if (worker) call(method, argument).catch(error => log(`The TypeScript service failed: ${String(error)}`))
  }

  return {
    warm: () =>
      void call('warm', null).catch(error => log(`The TypeScript service failed: ${String(error)}`)),
    compile: source => call('compile', source),
    completeness: source => call('completeness', source),
    executed(cell) {
      executed.push(cell)
      tell('executed', cell)
    },
    complete: place => call('complete', place),
    inspect: place => call('inspect', place),
    diagnostics: place => call('diagnostics', place),
    forget(names) {
      tell('forget', names)
      if (names === null) executed = []
      else forgotten.set(executed.length, [...(forgotten.get(executed.length) ?? []), ...names])
    },
    packagesChanged: () => tell('packagesChanged', null),
    reset() {
      forgotten.clear()
      executed = []
      tell('reset', null)
    },
    dispose() {
      void worker?.terminate()
    },
  }
}
