/**
 * The debug adapter: requests of the Debug Adapter Protocol, with Jupyter's additions, on one side, V8's inspector on
 * the other. One session at a time; requests one after the other. Loaded with the first request.
 * https://microsoft.github.io/debug-adapter-protocol/specification
 * https://jupyter-client.readthedocs.io/en/stable/messaging.html#debug-request
 */
import type { Debugger, Runtime } from 'node:inspector'
import type { DebugProtocol } from '@vscode/debugprotocol'
import { installation } from '../../library/installation.ts'
import { messageOf } from '../errors.ts'
import type { InspectorEvent, PreparedRun } from '../session/child-protocol.ts'
import type { Json } from '../wire/message.ts'
import { createAwaiters } from './awaiters.ts'
import { createBreakpoints, type Breakpoint, type BreakpointsOptions } from './breakpoints.ts'
import type { Cells } from './cells.ts'
import { cellPath, hashMethod, hashSeed, pathPrefix, pathSuffix } from './code-id.ts'
import { consoleMs, evaluate, glanceMs } from './evaluate.ts'
import { createFrames, sourceOf } from './frames.ts'
import { callText, functionText, type Inspect } from './inspector.ts'
import { defineGlobal, install, rich, uninstall } from './inside.ts'
import { createPauses, threadId, type StepAction } from './pauses.ts'
import { createScripts, readSource, skipPatterns } from './scripts.ts'
import { createVariables } from './variables.ts'

export interface Adapter {
  /** Answers a request; a failure is a response too. */
  request(request: DebugProtocol.Request): Promise<DebugProtocol.Response>
  /** Whether a client has attached. */
  isActive(): boolean
  inspectorEvent(event: InspectorEvent): void
  /** A cell is about to run; what to run instead of it. */
  prepare(source: string, request: PreparedRun): Promise<PreparedRun>
  /** The process is another one. */
  processEnded(): void
}

export interface AdapterOptions {
  readonly inspect: Inspect
  readonly cells: Cells
  readonly rewrite: BreakpointsOptions['rewrite']
  send(event: DebugProtocol.Event): void
}

type Body = Json | undefined | void
type Handlers = Readonly<Record<string, (args: never) => Promise<Body> | Body>>

/** What clients may ask before they have attached. */
const withoutSession: ReadonlySet<string> = new Set([
  ...['initialize', 'attach', 'launch', 'debugInfo', 'inspectVariables', 'richInspectVariables', 'dumpCell'],
  ...['source', 'modules', 'threads', 'copyToGlobals', 'evaluate', 'variables', 'disconnect', 'terminate'],
])

const logName = '__slipwayDebugLog'

export function createAdapter(options: AdapterOptions): Adapter {
  const { inspect, cells } = options
  const place = installation()
  let sequence = 0
  let isStarted = false
  let withLibraries = false
  let lineBase = 1
  let columnBase = 1
  /** Settled when all that came from V8 so far is dealt with. */
  let events: Promise<unknown> = Promise.resolve()
  let requests: Promise<unknown> = Promise.resolve()
  /** Settled when V8 in a new process is ready. */
  let restarted: Promise<unknown> = Promise.resolve()

  const send = (event: string, body: object = {}) =>
    options.send({ seq: ++sequence, type: 'event', event, body })

  const scripts = createScripts({ inspect, cells, installation: place })
  const awaiters = createAwaiters({ inspect, scripts })
  const frames = createFrames({ scripts, awaiters })
  const variables = createVariables({ inspect, cells })
  const breakpoints = createBreakpoints({
    inspect,
    cells,
    scripts,
    rewrite: options.rewrite,
    onChange: breakpoint => send('breakpoint', { reason: 'changed', breakpoint: describe(breakpoint) }),
  })
  const pauses = createPauses({
    inspect,
    scripts,
    awaiters,
    breakpoints,
    onStopped: ({ stopped }) => send('stopped', stopped),
    onContinued() {
      frames.forget()
      variables.forget()
      send('continued', { threadId, allThreadsContinued: true })
    },
  })

  function describe(breakpoint: Breakpoint): DebugProtocol.Breakpoint {
    const { id, path, place: found, problem, line } = breakpoint
    return {
      id,
      verified: found !== undefined && problem === undefined,
      line: (found?.line ?? line) + lineBase,
      ...(found && found.line !== line ? { column: found.column + columnBase } : {}),
      source: { path },
      ...(problem === undefined
        ? found
          ? {}
          : { message: 'Holds when the file is loaded or the cell runs.' }
        : { message: problem }),
    }
  }

  /** Makes V8 ready. */
  async function start(): Promise<void> {
    await inspect('Runtime.enable')
    await inspect('Runtime.addBinding', { name: logName })
    await inspect('Runtime.evaluate', { expression: callText(install, logName), silent: true })
    await inspect('Debugger.enable')
    await inspect('Debugger.setBlackboxPatterns', { patterns: skipPatterns(place, { withLibraries }) })
    await events
  }

  /** Leaves nothing behind; what is paused goes on. */
  async function stop(): Promise<void> {
    if (!isStarted) return
    isStarted = false
    await breakpoints.clear().catch(() => undefined)
    await pauses.setExceptionFilters([]).catch(() => undefined)
    if (pauses.current()) await pauses.resume().catch(() => undefined)
    await inspect('Debugger.disable').catch(() => undefined)
    await inspect('Runtime.evaluate', { expression: callText(uninstall), silent: true }).catch(
      () => undefined,
    )
    await inspect('Runtime.removeBinding', { name: logName }).catch(() => undefined)
    await inspect('Runtime.disable').catch(() => undefined)
    pauses.forget()
    scripts.forget()
  }

  async function restart(): Promise<void> {
    await start()
    await pauses.setExceptionFilters(pauses.exceptionFilters())
    await breakpoints.rebind()
  }

  const handlers: Handlers = {
    initialize(args: DebugProtocol.InitializeRequestArguments) {
      lineBase = args.linesStartAt1 === false ? 0 : 1
      columnBase = args.columnsStartAt1 === false ? 0 : 1
      return { ...capabilities }
    },
    attach,
    launch: attach,
    configurationDone: () => undefined,
    async disconnect() {
      await stop()
    },
    async terminate() {
      await stop()
      send('terminated')
    },
    debugInfo: () => ({
      isStarted,
      hashMethod,
      hashSeed,
      tmpFilePrefix: pathPrefix,
      tmpFileSuffix: pathSuffix,
      breakpoints: [...breakpoints.all()].map(([source, list]) => ({
        source,
        breakpoints: list.map(({ place: found, line, wishes }) => ({
          ...wishes,
          line: (found?.line ?? line) + lineBase,
        })),
      })),
      stoppedThreads: pauses.current() ? [threadId] : [],
      richRendering: true,
      exceptionPaths: [],
      copyToGlobals: true,
    }),
    dumpCell: ({ code }: { code: string }) => ({ sourcePath: cells.dump(code) }),
    async setBreakpoints({ source, breakpoints: wanted, lines }: DebugProtocol.SetBreakpointsArguments) {
      const wishes: readonly DebugProtocol.SourceBreakpoint[] = wanted ?? lines?.map(line => ({ line })) ?? []
      const fromZero = wishes.map(({ line, column, ...wish }) => ({
        ...wish,
        line: line - lineBase,
        ...(column === undefined ? {} : { column: column - columnBase }),
      }))
      const list = await breakpoints.set(source.path ?? '', fromZero)
      return { breakpoints: list.map(describe) }
    },
    async setExceptionBreakpoints({ filters }: DebugProtocol.SetExceptionBreakpointsArguments) {
      await pauses.setExceptionFilters(filters)
    },
    async breakpointLocations({ source, line, endLine = line }: DebugProtocol.BreakpointLocationsArguments) {
      const places = await breakpoints.places(source.path ?? '')
      const within = places.filter(at => at.line + lineBase >= line && at.line + lineBase <= endLine)
      const unique = new Map(within.map(at => [`${at.line}:${at.column}`, at]))
      return {
        breakpoints: [...unique.values()].map(at => ({
          line: at.line + lineBase,
          column: at.column + columnBase,
        })),
      }
    },
    threads: () => ({ threads: [{ id: threadId, name: 'Cells' }] }),
    async stackTrace({ startFrame = 0, levels = 0 }: DebugProtocol.StackTraceArguments) {
      const pause = pauses.current()
      const stack = pause ? await frames.stack(pause.event) : []
      const end = levels > 0 ? startFrame + levels : undefined
      const shown = stack.slice(startFrame, end).map(frame => ({
        ...frame,
        line: frame.line === 0 ? 0 : frame.line - 1 + lineBase,
        column: frame.column === 0 ? 0 : frame.column - 1 + columnBase,
      }))
      return { stackFrames: shown, totalFrames: stack.length }
    },
    async scopes({ frameId }: DebugProtocol.ScopesArguments) {
      const frame = frames.get(frameId)
      return { scopes: frame ? await variables.scopes(frame) : [] }
    },
    variables: async (args: DebugProtocol.VariablesArguments) => ({ variables: await variables.list(args) }),
    async setVariable({ variablesReference, name, value }: DebugProtocol.SetVariableArguments) {
      const frame = pauses.current()?.event.callFrames[0]
      const result = await variables.assign({
        reference: variablesReference,
        name,
        expression: value,
        frame,
        evaluate: (expression, at) => evaluate(inspect, expression, { frame: at }),
      })
      const { name: _, ...shown } = await variables.present(name, result)
      return shown
    },
    async evaluate({ expression, frameId, context }: DebugProtocol.EvaluateArguments) {
      const isGlance = context === 'hover' || context === 'watch' || context === 'variables'
      const result = await evaluate(inspect, expression, {
        frame: frameId === undefined ? pauses.current()?.event.callFrames[0] : frames.get(frameId),
        mayChange: context !== 'hover',
        timeoutMs: isGlance ? glanceMs : consoleMs,
      })
      const { name: _, value, ...shown } = await variables.present('', result)
      return { result: context === 'clipboard' ? clipboardText(result, value) : value, ...shown }
    },
    next: () => step('next'),
    stepIn: () => step('stepIn'),
    stepOut: () => step('stepOut'),
    async continue() {
      if (pauses.current()) await pauses.resume()
      return { allThreadsContinued: true }
    },
    async pause() {
      if (!pauses.current()) await pauses.pause()
    },
    source({ source, sourceReference }: DebugProtocol.SourceArguments) {
      const path = source?.path ?? ''
      const content = cells.source(path) ?? readSource(path)
      if (content === undefined)
        throw new Error(`Expected a cell or a file, got ${path || String(sourceReference)}.`)
      return { content, mimeType: 'text/typescript' }
    },
    modules({ startModule = 0, moduleCount = 0 }: DebugProtocol.ModulesArguments) {
      const files = scripts.all().filter(script => script.kind === 'file')
      const unique = [...new Map(files.map(script => [script.path, script])).values()]
      const end = moduleCount > 0 ? startModule + moduleCount : undefined
      const modules = unique.slice(startModule, end).map(({ id, name, path }) => ({ id, name, path }))
      return { modules, totalModules: unique.length }
    },
    loadedSources: () => ({
      sources: scripts
        .all()
        .filter(({ kind }) => kind === 'file')
        .map(sourceOf),
    }),
    inspectVariables: async () => ({ variables: await variables.cells() }),
    richInspectVariables,
    async copyToGlobals(args: { srcVariableName: string; dstVariableName: string; srcFrameId: number }) {
      const value = await evaluate(inspect, args.srcVariableName, { frame: frames.get(args.srcFrameId) })
      await callWith(functionText(defineGlobal), [
        { value: args.dstVariableName },
        value.objectId === undefined ? { value: value.value as unknown } : { objectId: value.objectId },
      ])
      cells.name(args.dstVariableName)
    },
  }

  async function attach({ justMyCode }: { justMyCode?: boolean }): Promise<void> {
    withLibraries = justMyCode === false
    if (!isStarted) {
      isStarted = true
      try {
        await start()
      } catch (error) {
        isStarted = false
        throw error
      }
    }
    setImmediate(() => send('initialized'))
  }

  async function step(action: StepAction): Promise<void> {
    if (!pauses.current()) throw new Error('Nothing is paused.')
    await pauses.step(action)
  }

  /** What a client renders instead of a line of text. */
  async function richInspectVariables({ variableName, frameId }: { variableName: string; frameId?: number }) {
    const frame = frames.get(frameId) ?? pauses.current()?.event.callFrames[0]
    const value = await evaluate(inspect, variableName, { frame, timeoutMs: glanceMs })
    const argument =
      value.objectId === undefined
        ? value.unserializableValue === undefined
          ? { value: value.value as unknown }
          : { unserializableValue: value.unserializableValue }
        : { objectId: value.objectId }
    const bundle = await callWith(functionText(rich), [argument], {
      awaitPromise: !pauses.current(),
      returnByValue: true,
    })
    const { data, metadata } = (bundle.value ?? {}) as { data?: object; metadata?: object }
    // What is made later cannot be made while everything stands still.
    return {
      data: data ?? { 'text/plain': (await variables.present('', value)).value },
      metadata: metadata ?? {},
    }
  }

  async function callWith(functionDeclaration: string, args: readonly object[], more: object = {}) {
    const { result } = await inspect<Runtime.EvaluateReturnType>('Runtime.evaluate', {
      expression: 'globalThis',
    })
    const called = await inspect<Runtime.CallFunctionOnReturnType>('Runtime.callFunctionOn', {
      objectId: result.objectId,
      functionDeclaration,
      arguments: args,
      silent: true,
      ...more,
    })
    return called.result
  }

  async function answer(request: DebugProtocol.Request): Promise<DebugProtocol.Response> {
    const { seq, command } = request
    const response = { seq: ++sequence, type: 'response', request_seq: seq, command }
    const handler = Object.hasOwn(handlers, command) ? handlers[command] : undefined
    try {
      if (!handler) throw new Error(`Expected a request of a debugger, got ${command}.`)
      if (!isStarted && !withoutSession.has(command))
        throw new Error(`Expected the debugger to be attached before ${command}.`)
      await events
      const body = await handler((request.arguments ?? {}) as never)
      return { ...response, success: true, ...(body === undefined ? { body: {} } : { body }) }
    } catch (error) {
      const message = messageOf(error)
      return { ...response, success: false, message, body: { error: { id: 1, format: message } } }
    }
  }

  async function take({ method, params }: InspectorEvent): Promise<void> {
    switch (method) {
      case 'Debugger.scriptParsed':
        return void scripts.parsed(params as unknown as Debugger.ScriptParsedEventDataType)
      case 'Debugger.paused':
        return await pauses.paused(params as unknown as Debugger.PausedEventDataType)
      case 'Debugger.resumed':
        return pauses.resumed()
      case 'Debugger.breakpointResolved':
        return await breakpoints.resolved(params as unknown as Debugger.BreakpointResolvedEventDataType)
      case 'Runtime.bindingCalled':
        return logged(String(params['payload']))
      default:
    }
  }

  function logged(payload: string): void {
    const { id, text } = JSON.parse(payload) as { id: number; text: string }
    const breakpoint = breakpoints.byId(id)
    send('output', {
      category: 'console',
      output: `${text}\n`,
      ...(breakpoint
        ? { source: { path: breakpoint.path }, line: (breakpoint.place?.line ?? breakpoint.line) + lineBase }
        : {}),
    })
  }

  return {
    isActive: () => isStarted,
    request(request) {
      const answered = requests.then(() => answer(request))
      requests = answered
      return answered
    },
    inspectorEvent(event) {
      // Scripts are needed by what waits for them.
      if (event.method === 'Debugger.scriptParsed') return void take(event)
      events = events.then(() => take(event)).catch(() => undefined)
    },
    async prepare(source, request) {
      if (!isStarted) return request
      await restarted
      // Two cells may differ in their types only, and would be one script to V8.
      const code = `${request.code}//${cellPath(source).slice(pathPrefix.length, -pathSuffix.length)}`
      const path = cells.dump(source)
      await breakpoints.prepare(path, { source, code, maps: request.maps }).catch(() => undefined)
      return { ...request, code }
    },
    processEnded() {
      pauses.forget()
      scripts.forget()
      if (!isStarted) return
      restarted = requests.then(restart).catch(() => undefined)
      requests = restarted
    },
  }
}

const clipboardText = (value: Runtime.RemoteObject, shown: string) =>
  value.type === 'string' ? String(value.value) : shown

const capabilities: DebugProtocol.Capabilities = {
  supportsConfigurationDoneRequest: true,
  supportsConditionalBreakpoints: true,
  supportsHitConditionalBreakpoints: true,
  supportsLogPoints: true,
  supportsEvaluateForHovers: true,
  supportsSetVariable: true,
  supportsBreakpointLocationsRequest: true,
  supportsModulesRequest: true,
  supportsLoadedSourcesRequest: true,
  supportsClipboardContext: true,
  supportsTerminateRequest: false,
  supportTerminateDebuggee: false,
  supportsDelayedStackTraceLoading: true,
  exceptionBreakpointFilters: [
    { filter: 'uncaught', label: 'Uncaught Exceptions', default: true },
    { filter: 'all', label: 'All Exceptions', default: false },
  ],
}
