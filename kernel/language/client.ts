/**
 * The TypeScript service as the kernel process sees it: in a worker of its own, so that checking a cell never
 * keeps a message or an interrupt waiting. Started when first needed, or warmed when there is nothing better to do.
 */
import { Worker } from 'node:worker_threads'
import type { Log } from '../wire/transport.ts'
import { CellSyntaxError, type CompiledCell } from '../session/rewrite.ts'
import type { Completeness, DiagnosticOfCell, ExecutedCell, Hover, Place } from './protocol.ts'
import type { CellService } from './service.ts'

/** Questions about a place in a cell. */
export type Question = {
  [Name in keyof CellService]: CellService[Name] extends (place: infer Asked extends Place) => unknown
    ? Name
    : never
}[keyof CellService]

export interface LanguageClient {
  /** Starts the worker and lets it load what the first question will need. */
  warm(): void
  /** TypeScript to JavaScript. @throws {CellSyntaxError} */
  compile(source: string): Promise<CompiledCell>
  completeness(source: string): Promise<Completeness>
  /** A cell has run: what it declares is known to the cells after it. */
  executed(cell: ExecutedCell): void
  ask<Name extends Question>(
    name: Name,
    place: Parameters<CellService[Name]>[0],
  ): Promise<Awaited<ReturnType<CellService[Name]>>>
  inspect(place: Place): Promise<Hover | undefined>
  diagnostics(place: Place): Promise<readonly DiagnosticOfCell[]>
  /** Names that nobody shall know any more; null: all. */
  forget(names: readonly string[] | null): void
  /** Packages may be there that were not. */
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

/**
 * A small young generation: what reading declarations leaves behind is thrown away sooner, at no cost that can be
 * measured, and the process stays a hundred megabytes smaller.
 */
const resourceLimits = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 3072 }

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
  /** What a service that starts later has to be told. */
  let told: readonly Told[] = []
  const complain = (error: unknown) => log(`The TypeScript service failed: ${String(error)}`)

  function started(): Worker {
    if (worker) return worker
    const next = new Worker(entry, { workerData: { name: languageWorkerName, folder }, resourceLimits })
    next.unref()
    next.on('message', (answer: LanguageAnswer) => settle(answer))
    next.on('error', error => log(`The TypeScript service failed: ${error.message}`))
    next.on('exit', () => {
      if (worker === next) worker = undefined
      for (const { reject } of open.values()) reject(new Error('The TypeScript service ended.'))
      open.clear()
    })
    worker = next
    for (const { method, argument } of told) call(method, argument).catch(complain)
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
      const running = started()
      open.set(id, { resolve: resolve as (value: unknown) => void, reject })
      running.postMessage({ id, method, argument } satisfies LanguageCall)
    })
  }

  const tell = (method: string, argument: unknown) => {
    if (worker) call(method, argument).catch(complain)
  }

  return {
    warm: () => void call('warm', null).catch(complain),
    compile: source => call('compile', source),
    completeness: source => call('completeness', source),
    executed(cell) {
      told = rememberLast(told, cell)
      tell('executed', cell)
    },
    ask: (name, place) => call(name, place),
    inspect: place => call('inspect', place),
    diagnostics: place => call('diagnostics', place),
    forget(names) {
      if (names === null) told = []
      else told = [...told, { method: 'forget', argument: names }]
      tell('forget', names)
    },
    packagesChanged: () => tell('packagesChanged', null),
    reset() {
      told = []
      tell('reset', null)
    },
    dispose() {
      void worker?.terminate()
    },
  }
}

interface Told {
  readonly method: 'executed' | 'forget'
  readonly argument: unknown
}

/** A session may be long. */
const maxTold = 5000

/** A cell that runs again as it stands counts as having run last. */
function rememberLast(told: readonly Told[], cell: ExecutedCell): readonly Told[] {
  const isSame = ({ method, argument }: Told) => method === 'executed' && same(argument as ExecutedCell, cell)
  return [...told.filter(entry => !isSame(entry)).slice(-maxTold), { method: 'executed', argument: cell }]
}

function same(a: ExecutedCell, b: ExecutedCell): boolean {
  return a.source === b.source && a.cell === b.cell
}
