/**
 * Runs the cells of a hazard case as the kernel would (the same rewriting, one scope for all), each time in a world
 * of its own: its own built-in objects, a copy of the project's folder, its own environment, no leftover timers.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire, isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { inspect } from 'node:util'
import vm from 'node:vm'
import { compileCell } from '../../../kernel/language/typescript.ts'
import {
  NeedsCompiler,
  rewriteCell,
  withoutMarks,
  type RewrittenCell,
} from '../../../kernel/session/rewrite.ts'
import { projectFolder, strangePackage } from './slice-case.ts'

/** What `out` was at the end, as text; or why there is none. */
export type Outcome = { readonly value: string } | { readonly error: string }

/** Without some statement a loop may never end, or a promise never settle. */
const ownTimeoutMs = 800
const packageTimeoutMs = 5000
const folder = mkdtempSync(join(tmpdir(), 'slipway-hazard-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
let nRuns = 0

export async function runCells(cells: readonly string[]): Promise<Outcome> {
  nRuns++
  // Who imports nothing sees no file.
  const leave = cells.some(cell => /\b(import|require|process)\b/.test(cell)) ? enterCopy() : () => undefined
  const hasPackages = await preload(cells)
  const world = createWorld(nRuns, hasPackages)
  try {
    for (const cell of cells) if (cell !== '') await world.run(cell)
    const value: unknown = world.context['out']
    return { value: inspect(value, { depth: 12, maxArrayLength: 1000, breakLength: 100 }) }
  } catch (error) {
    return { error: String((error as Error | undefined)?.message ?? error) }
  } finally {
    world.dispose()
    await filesAtRest()
    leave()
  }
}

/** Without some `await` a run ends before its files are written: they are none of the next run's. */
async function filesAtRest(): Promise<void> {
  const isBusy = () => process.getActiveResourcesInfo().some(name => name.startsWith('FSReq'))
  for (let nRests = 0, round = 0; nRests < 2 && round < 100; round++) {
    await sleep(1)
    nRests = isBusy() ? 0 : nRests + 1
  }
}

/** Large packages are loaded before the time of a cell is taken. @returns whether there are any */
async function preload(cells: readonly string[]): Promise<boolean> {
  const packages = ['slipway', 'danfojs-node', 'apache-arrow']
  const used = packages.filter(name => cells.some(cell => cell.includes(`'${name}'`)))
  const load = createLoader(0)
  for (const name of used) await load(name)
  return used.length > 0
}

/** Makes a copy of the project the current folder; gives what undoes that. */
function enterCopy(): () => void {
  const before = process.cwd()
  // Always the same folder: libraries remember where they began.
  rmSync(folder, { recursive: true, force: true })
  cpSync(projectFolder, folder, { recursive: true })
  process.chdir(folder)
  return () => {
    process.chdir(before)
    rmSync(folder, { recursive: true, force: true })
  }
}

function createWorld(id: number, hasPackages: boolean) {
  const timeoutMs = hasPackages ? packageTimeoutMs : ownTimeoutMs
  const timers = createTimers()
  const context = vm.createContext({
    ...timers.functions,
    console: quiet,
    process: Object.create(process, { env: { value: { ...process.env }, writable: true } }),
    Buffer,
    URL,
    URLSearchParams,
    TextEncoder,
    TextDecoder,
    AbortController,
    EventTarget,
    Event,
    performance,
    structuredClone,
    queueMicrotask,
    fetch,
    // Libraries ask what they are given whether it is one of these.
    ...(hasPackages ? { ArrayBuffer, Float64Array, Int32Array, Uint8Array } : {}),
  }) as Record<string, unknown>
  const load = createLoader(id)
  const runtime = {
    freeze: (): void => undefined,
    gate: (value: unknown) => value,
    meta: { url: pathToFileURL(join(projectFolder, 'notebook.ts')).href },
    import: load,
    bind: async (specifier: string, bindings: readonly [string, string][]) => {
      const loaded = await load(specifier)
      for (const [imported, local] of bindings) define(context, local, memberOf(loaded, imported))
    },
  }
  return {
    context,
    async run(cell: string): Promise<void> {
      const { code, names } = rewrite(cell)
      for (const { name, kind } of names) declare(context, name, kind)
      const script = new vm.Script(code)
      const body: unknown = (script.runInContext(context) as Cell)(runtime, createRequire(projectFolder), {})
      define(context, cellName, body)
      // By way of a script, so that a loop that lost its end does not run for ever.
      const done: unknown = new vm.Script(`${cellName}()`).runInContext(context, { timeout: timeoutMs })
      await inTime(done, timeoutMs)
    },
    dispose: timers.clear,
  }
}

type Cell = (runtime: object, require: NodeJS.Require, shadow: object) => unknown
const cellName = '$runCell'

async function inTime(done: unknown, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`a cell took longer than ${timeoutMs} ms`)), timeoutMs)
  })
  try {
    await Promise.race([done, late])
  } finally {
    clearTimeout(timer)
  }
}

function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: true })
}

/** A name is there before it has a value; one of an earlier cell keeps its value till then. */
function declare(target: object, name: string, kind: RewrittenCell['names'][number]['kind']): void {
  if (kind === 'import') return
  const old = Object.getOwnPropertyDescriptor(target, name)
  if (kind === 'var') define(target, name, old?.value)
  else if (old && 'value' in old) define(target, name, old.value)
  else
    Object.defineProperty(target, name, {
      get: () => {
        throw new ReferenceError(`Cannot access '${name}' before initialization`)
      },
      set: (value: unknown) => define(target, name, value),
      configurable: true,
      enumerable: true,
    })
}

function rewrite(source: string): RewrittenCell {
  try {
    return rewriteCell(source)
  } catch (error) {
    if (!(error instanceof NeedsCompiler)) throw error
    return rewriteCell(source, { compiled: compileCell(withoutMarks(source)) })
  }
}

/** Modules with a state are loaded anew for each run. */
function createLoader(id: number): (specifier: string) => Promise<Record<string, unknown>> {
  return async specifier => {
    const fresh = (path: string) => `${pathToFileURL(path).href}?run=${id}`
    if (specifier === 'strange') return await import(fresh(strangePackage))
    if (specifier.startsWith('.')) return await import(fresh(join(projectFolder, specifier)))
    if (specifier === 'slipway') return await import('../../../library/index.ts')
    if (isBuiltin(specifier)) return await import(specifier)
    return await import(specifier)
  }
}

function memberOf(loaded: Record<string, unknown>, name: string): unknown {
  if (name === '*') return loaded
  const inner = loaded['default'] as Record<string, unknown> | undefined
  return name in loaded ? loaded[name] : inner?.[name]
}

function createTimers() {
  const running = new Set<NodeJS.Timeout>()
  const start = (timer: NodeJS.Timeout) => {
    running.add(timer)
    return timer
  }
  return {
    functions: {
      setTimeout: (run: () => void, delayMs?: number, ...rest: []) =>
        start(setTimeout(guard(run), delayMs, ...rest)),
      setInterval: (run: () => void, delayMs?: number) => start(setInterval(guard(run), delayMs)),
      setImmediate: (run: () => void) => start(setTimeout(guard(run), 0)),
      clearTimeout,
      clearInterval,
      clearImmediate: clearTimeout,
    },
    clear: () => running.forEach(timer => clearTimeout(timer)),
  }
}

/** What fails in a timer fails nobody else. */
function guard(run: () => void): () => void {
  return () => {
    try {
      run()
    } catch {
      // A statement that it needs was left out: the outcome tells.
    }
  }
}

const quiet = new Proxy({}, { get: () => () => undefined })
