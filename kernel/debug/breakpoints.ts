/**
 * Breakpoints in cells and in the user's files: from the lines that clients ask for to V8's places and back.
 *
 * A cell is compiled once more without running it to learn where V8 can stop and by which hash it knows the script;
 * breakpoints go by that hash, and so hold in runs to come. A file is bound when V8 has read it: one whose types are
 * blanked by its address, a compiled one by its map, while V8 waits before its first statement.
 */
import type { Debugger, Runtime } from 'node:inspector'
import type { DebugProtocol } from '@vscode/debugprotocol'
import { pathToFileURL } from 'node:url'
import { messageOf } from '../errors.ts'
import type { Position } from '../session/positions.ts'
import type { DecodedMappings } from '../session/rewrite.ts'
import type { Cells } from './cells.ts'
import { isCellPath } from './code-id.ts'
import { breakpointCondition } from './conditions.ts'
import type { Inspect } from './inspector.ts'
import { chooseStop, userStops, type MappedText, type Stop } from './places.ts'
import type { Scripts } from './scripts.ts'

/** A script that is about to run or could. */
export interface CellText {
  readonly source: string
  readonly code: string
  readonly maps: readonly DecodedMappings[]
}

export interface Breakpoint {
  readonly id: number
  readonly path: string
  /** As asked for; from 0. */
  readonly line: number
  readonly column: number | undefined
  readonly wishes: DebugProtocol.SourceBreakpoint
  readonly condition: string | undefined
  /** V8's ids of it. */
  readonly bound: string[]
  /** Where it stands in the user's text, once that is known. */
  place?: Position
  /** Why it cannot hold. */
  problem?: string
}

export interface Breakpoints {
  set(path: string, wishes: readonly DebugProtocol.SourceBreakpoint[]): Promise<readonly Breakpoint[]>
  /** The places of a text at which a breakpoint can stand. */
  places(path: string): Promise<readonly Position[]>
  /** Binds the breakpoints of a cell that is about to run. */
  prepare(path: string, cell: CellText): Promise<void>
  /** V8 has read a file. */
  bindScript(id: string): Promise<void>
  /** V8 has found a place for one that waited. */
  resolved(event: Debugger.BreakpointResolvedEventDataType): Promise<void>
  /** Ours among V8's ids. */
  ofHits(ids: readonly string[]): readonly number[]
  byId(id: number): Breakpoint | undefined
  all(): ReadonlyMap<string, readonly Breakpoint[]>
  /** Sets all anew in a new process. */
  rebind(): Promise<void>
  clear(): Promise<void>
}

export interface BreakpointsOptions {
  readonly inspect: Inspect
  readonly cells: Cells
  readonly scripts: Scripts
  /** What a cell that has not run would become; undefined when its text is wrong. */
  rewrite(source: string): Promise<{ code: string; maps: readonly DecodedMappings[] } | undefined>
  /** One has found its place. */
  onChange(breakpoint: Breakpoint): void
}

export function createBreakpoints(options: BreakpointsOptions): Breakpoints {
  const { inspect, cells, scripts } = options
  const byPath = new Map<string, readonly Breakpoint[]>()
  const ours = new Map<string, Breakpoint>()
  /** The scripts that a cell's breakpoints are bound to. */
  const bindings = new Map<string, Set<string>>()
  let count = 0

  function create(path: string, wishes: DebugProtocol.SourceBreakpoint): Breakpoint {
    const id = ++count
    const common = { id, path, line: wishes.line, column: wishes.column, wishes, bound: [] }
    try {
      return { ...common, condition: breakpointCondition(id, wishes) }
    } catch (error) {
      return { ...common, condition: undefined, problem: messageOf(error) }
    }
  }

  async function bind(breakpoint: Breakpoint, method: string, params: object): Promise<void> {
    const condition = breakpoint.condition === undefined ? {} : { condition: breakpoint.condition }
    type Bound = Debugger.SetBreakpointByUrlReturnType & Partial<Debugger.SetBreakpointReturnType>
    try {
      const bound = await inspect<Bound>(method, { ...params, ...condition })
      breakpoint.bound.push(bound.breakpointId)
      ours.set(bound.breakpointId, breakpoint)
      const location = bound.actualLocation ?? bound.locations?.[0]
      if (location && !breakpoint.place) await settle(breakpoint, location)
    } catch (error) {
      // Two of one line come to stand on one place, where V8 takes the first only.
      if (!/already exists/.test(messageOf(error))) throw error
    }
  }

  async function settle(breakpoint: Breakpoint, location: Debugger.Location): Promise<void> {
    const at = { line: location.lineNumber, column: location.columnNumber ?? 0 }
    const place = await scripts.position(location.scriptId, at)
    if (place) breakpoint.place = place
  }

  async function unbind(breakpoint: Breakpoint): Promise<void> {
    for (const breakpointId of breakpoint.bound.splice(0)) {
      ours.delete(breakpointId)
      await inspect('Debugger.removeBreakpoint', { breakpointId }).catch(() => undefined)
    }
  }

  /** Where V8 can stop in a script that it knows. */
  async function stopsOf(id: string, text: MappedText): Promise<Stop[]> {
    const start = { scriptId: id, lineNumber: 0, columnNumber: 0 }
    const { locations } = await inspect<Debugger.GetPossibleBreakpointsReturnType>(
      'Debugger.getPossibleBreakpoints',
      { start },
    )
    return userStops(
      text,
      locations.map(({ lineNumber, columnNumber = 0 }) => ({ line: lineNumber, column: columnNumber })),
    )
  }

  /** A cell's script compiled without running it. */
  async function compile({
    source,
    code,
    maps,
  }: CellText): Promise<{ hash: string; stops: Stop[] } | undefined> {
    const { scriptId } = await inspect<Runtime.CompileScriptReturnType>('Runtime.compileScript', {
      expression: code,
      sourceURL: 'slipway:probe',
      persistScript: true,
    })
    const script = scriptId === undefined ? undefined : scripts.get(scriptId)
    if (!script) return undefined
    const text = { lines: code.split('\n'), original: source.split('\n'), maps, isCell: true }
    return { hash: script.hash, stops: await stopsOf(script.id, text) }
  }

  async function bindCell(path: string, cell: CellText): Promise<void> {
    const waiting = byPath.get(path) ?? []
    if (waiting.length === 0) return
    const compiled = await compile(cell)
    const bound = bindings.get(path) ?? new Set()
    bindings.set(path, bound)
    if (!compiled || bound.has(compiled.hash)) return
    bound.add(compiled.hash)
    for (const breakpoint of waiting) {
      const stop = breakpoint.problem ? undefined : chooseStop(compiled.stops, breakpoint as { line: number })
      // One part of a cell with magics may hold none of the lines of another.
      if (!stop || (breakpoint.place && breakpoint.place.line !== stop.original.line)) continue
      breakpoint.place = stop.original
      const { line: lineNumber, column: columnNumber } = stop.generated
      const place = { scriptHash: compiled.hash, lineNumber, columnNumber }
      await bind(breakpoint, 'Debugger.setBreakpointByUrl', place)
    }
  }

  /** All forms in which a cell's text has run or could: their scripts differ when names of Node are covered. */
  async function bindCellPath(path: string): Promise<void> {
    const source = cells.source(path)
    if (source === undefined) return
    const next = await options.rewrite(source)
    const forms = [...(next ? [{ source, ...next }] : []), ...cells.runs(path)]
    for (const form of new Map(forms.map(f => [f.code, f])).values()) await bindCell(path, form)
    const problem = next ? 'Nothing runs on this line or behind it.' : 'The cell has an error.'
    for (const breakpoint of byPath.get(path) ?? []) if (!breakpoint.place) breakpoint.problem ??= problem
  }

  async function bindFile(path: string): Promise<void> {
    const loaded = scripts.atPath(path)
    for (const script of loaded) if (script.isMapped) await bindMapped(script.id)
    if (loaded.some(({ isMapped }) => isMapped)) return
    const urlRegex = `^${escape(pathToFileURL(path).href)}(\\?slipway=\\d+)?$`
    for (const breakpoint of byPath.get(path) ?? []) {
      if (breakpoint.problem) continue
      const { line: lineNumber, column } = breakpoint
      const place = { lineNumber, ...(column === undefined ? {} : { columnNumber: column }) }
      await bind(breakpoint, 'Debugger.setBreakpointByUrl', { urlRegex, ...place })
    }
  }

  async function bindMapped(id: string): Promise<void> {
    const path = scripts.get(id)!.path
    const waiting = byPath.get(path) ?? []
    if (waiting.length === 0) return
    const stops = await stopsOf(id, await scripts.mapped(id))
    for (const breakpoint of waiting) {
      const stop = breakpoint.problem ? undefined : chooseStop(stops, breakpoint as { line: number })
      if (!stop) continue
      // What was bound by the address knew nothing of the map.
      for (const old of breakpoint.bound.filter(bound => bound.includes('slipway='))) {
        breakpoint.bound.splice(breakpoint.bound.indexOf(old), 1)
        ours.delete(old)
        await inspect('Debugger.removeBreakpoint', { breakpointId: old }).catch(() => undefined)
      }
      breakpoint.place = stop.original
      const { line: lineNumber, column: columnNumber } = stop.generated
      await bind(breakpoint, 'Debugger.setBreakpoint', {
        location: { scriptId: id, lineNumber, columnNumber },
      })
      options.onChange(breakpoint)
    }
  }

  const bindPath = (path: string) => (isCellPath(path) ? bindCellPath(path) : bindFile(path))

  /** V8 need wait before compiled files only while there are breakpoints in files. */
  let waiting: Promise<string> | undefined
  async function waitForFiles(): Promise<void> {
    const wanted = [...byPath].some(([path, list]) => list.length > 0 && !isCellPath(path))
    if (wanted && !waiting) {
      waiting = inspect<{ breakpointId: string }>('Debugger.setInstrumentationBreakpoint', {
        instrumentation: 'beforeScriptWithSourceMapExecution',
      }).then(({ breakpointId }) => breakpointId)
      await waiting
    } else if (!wanted && waiting) {
      const breakpointId = await waiting
      waiting = undefined
      await inspect('Debugger.removeBreakpoint', { breakpointId })
    }
  }

  return {
    async set(path, wishes) {
      for (const old of byPath.get(path) ?? []) await unbind(old)
      bindings.delete(path)
      const list = wishes.map(wish => create(path, wish))
      if (list.length) byPath.set(path, list)
      else byPath.delete(path)
      await waitForFiles()
      await bindPath(path)
      return list
    },
    async places(path) {
      if (!isCellPath(path)) {
        const script = scripts.atPath(path).at(-1)
        return script ? (await stopsOf(script.id, await scripts.mapped(script.id))).map(s => s.original) : []
      }
      const source = cells.source(path)
      const cell = source === undefined ? undefined : await options.rewrite(source)
      const compiled = cell && source !== undefined ? await compile({ source, ...cell }) : undefined
      return compiled?.stops.map(stop => stop.original) ?? []
    },
    prepare: bindCell,
    async bindScript(id) {
      if (scripts.get(id)?.isMapped) await bindMapped(id)
    },
    async resolved({ breakpointId, location }) {
      const breakpoint = ours.get(breakpointId)
      if (!breakpoint || breakpoint.place) return
      await settle(breakpoint, location)
      if (breakpoint.place) options.onChange(breakpoint)
    },
    ofHits: ids => [...new Set(ids.flatMap(id => ours.get(id)?.id ?? []))],
    byId: id => [...byPath.values()].flat().find(breakpoint => breakpoint.id === id),
    all: () => byPath,
    async rebind() {
      ours.clear()
      bindings.clear()
      waiting = undefined
      for (const breakpoint of [...byPath.values()].flat()) breakpoint.bound.length = 0
      await waitForFiles()
      for (const path of byPath.keys()) await bindPath(path)
    },
    async clear() {
      for (const breakpoint of [...byPath.values()].flat()) await unbind(breakpoint)
      byPath.clear()
      bindings.clear()
      await waitForFiles()
    },
  }
}

const escape = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
