/** Scopes and what is in them, a page at a time. Numbers that stand for them hold until the code goes on. */
import type { Debugger, Runtime } from 'node:inspector'
import type { DebugProtocol } from '@vscode/debugprotocol'
import type { Cells } from './cells.ts'
import { asText, callText, functionText, type Inspect } from './inspector.ts'
import { assignCell, assignProperty, cellValues, entries, slice, summaries } from './inside.ts'
import { canOpen, itemCount, typeName, valueText } from './values.ts'

type RemoteObject = Runtime.RemoteObject

/** What a number stands for. */
type Reference =
  | { readonly kind: 'cells' }
  | { readonly kind: 'scope'; readonly frame: Debugger.CallFrame; readonly index: number }
  | { readonly kind: 'object'; readonly value: RemoteObject }
  | { readonly kind: 'range'; readonly value: RemoteObject; readonly start: number; readonly count: number }
  | { readonly kind: 'getter'; readonly owner: RemoteObject; readonly getter: RemoteObject }

export interface Variables {
  scopes(frame: Debugger.CallFrame): Promise<DebugProtocol.Scope[]>
  list(args: DebugProtocol.VariablesArguments): Promise<DebugProtocol.Variable[]>
  /** The names of the cells. */
  cells(): Promise<DebugProtocol.Variable[]>
  /** A value as a variable. */
  present(name: string, value: RemoteObject): Promise<DebugProtocol.Variable>
  /** Gives a variable a value. */
  assign(args: AssignArguments): Promise<RemoteObject>
  forget(): void
}

export interface AssignArguments {
  readonly reference: number
  readonly name: string
  /** An expression of JavaScript. */
  readonly expression: string
  /** In which the expression is evaluated. */
  readonly frame: Debugger.CallFrame | undefined
  evaluate(expression: string, frame: Debugger.CallFrame | undefined): Promise<RemoteObject>
}

/** Lists longer than this are shown in parts to clients that do not ask for pages. */
const rangeSize = 1000
/** References that are kept while nothing is paused. */
const maxReferences = 20_000

/** Names in scopes that are ours. */
const hidden = new Set(['__slipway$', '$shadow', 'require'])

export function createVariables({ inspect, cells }: { inspect: Inspect; cells: Cells }): Variables {
  const references = new Map<number, Reference>()
  let count = 0

  function refer(reference: Reference): number {
    references.set(++count, reference)
    if (references.size > maxReferences) references.delete(references.keys().next().value!)
    return count
  }

  async function properties(objectId: string): Promise<Runtime.GetPropertiesReturnType> {
    return await inspect('Runtime.getProperties', { objectId, ownProperties: true, generatePreview: true })
  }

  /** Calls a function of inside.ts on a value. */
  async function call(
    objectId: string,
    body: (...args: never[]) => unknown,
    ...args: unknown[]
  ): Promise<RemoteObject> {
    const { result, exceptionDetails } = await inspect<Runtime.CallFunctionOnReturnType>(
      'Runtime.callFunctionOn',
      {
        objectId,
        functionDeclaration: functionText(body),
        arguments: args.map(value => ({ value })),
        silent: true,
      },
    )
    if (exceptionDetails) throw new Error(exceptionText(exceptionDetails))
    return result
  }

  async function present(
    name: string,
    value: RemoteObject,
    summary?: string | null,
  ): Promise<DebugProtocol.Variable> {
    const line = summary === undefined && canOpen(value) ? (await summarize([value]))[0] : summary
    const items = itemCount(value)
    return {
      name,
      value: valueText(value, line),
      type: typeName(value),
      variablesReference: canOpen(value) ? refer({ kind: 'object', value }) : 0,
      ...(items === undefined ? {} : { indexedVariables: items, namedVariables: 1 }),
    }
  }

  async function presentAll(
    list: readonly (readonly [string, RemoteObject])[],
  ): Promise<DebugProtocol.Variable[]> {
    const lines = await summarize(list.map(([, value]) => value))
    return Promise.all(list.map(([name, value], i) => present(name, value, lines[i] ?? null)))
  }

  /** One question for all whose description may say little. */
  async function summarize(values: readonly RemoteObject[]): Promise<(string | null)[]> {
    const asked = values.map(value => isOpaque(value) && value.objectId !== undefined)
    const ids = values.flatMap((value, i) => (asked[i] ? [{ objectId: value.objectId! }] : []))
    if (ids.length === 0) return values.map(() => null)
    const { result } = await inspect<Runtime.CallFunctionOnReturnType>('Runtime.callFunctionOn', {
      objectId: ids[0]!.objectId,
      functionDeclaration: functionText(summaries),
      arguments: ids,
      returnByValue: true,
      silent: true,
    })
    const lines = [...((result.value ?? []) as (string | null)[])]
    return asked.map(isAsked => (isAsked ? (lines.shift() ?? null) : null))
  }

  async function valuesOf(objectId: string): Promise<DebugProtocol.Variable[]> {
    const { result } = await properties(objectId)
    return presentAll(result.flatMap(p => (p.value ? [[p.name, p.value] as const] : [])))
  }

  async function ofScope(frame: Debugger.CallFrame, index: number): Promise<DebugProtocol.Variable[]> {
    const scope = frame.scopeChain[index]!
    const { result } = await properties(scope.object.objectId!)
    const shown = result.filter(p => !hidden.has(p.name))
    const own = await presentAll(shown.flatMap(p => (p.value ? [[p.name, p.value] as const] : [])))
    const isInner = scope.type !== 'closure' && scope.type !== 'module'
    if (index > 0 || !isInner || !frame.this || frame.this.type === 'undefined') return own
    return frame.this.className === 'global' ? own : [...own, await present('this', frame.this)]
  }

  async function cellNames(): Promise<DebugProtocol.Variable[]> {
    const { result } = await inspect<Runtime.EvaluateReturnType>('Runtime.evaluate', {
      expression: callText(cellValues, cells.names(), true),
      silent: true,
    })
    return result.objectId === undefined ? [] : valuesOf(result.objectId)
  }

  async function ofObject(value: RemoteObject, args: DebugProtocol.VariablesArguments) {
    const objectId = value.objectId!
    if (value.subtype === 'map' || value.subtype === 'set') return ofEntries(value, args)
    const items = itemCount(value)
    if (items !== undefined && args.filter !== 'named') {
      const start = args.start ?? 0
      if (args.filter === 'indexed') return range(value, start, args.count ?? items - start)
      if (items > rangeSize) return [...ranges(value, items), ...(await named(value))]
    }
    if (items !== undefined && args.filter === 'named') return named(value)
    return [...(items === undefined ? [] : await range(value, 0, items)), ...(await named(value, objectId))]
  }

  async function range(value: RemoteObject, start: number, size: number): Promise<DebugProtocol.Variable[]> {
    const items = await call(value.objectId!, slice, start, Math.min(size, rangeSize))
    return valuesOf(items.objectId!)
  }

  function ranges(value: RemoteObject, items: number): DebugProtocol.Variable[] {
    const list: DebugProtocol.Variable[] = []
    const size = Math.max(rangeSize, Math.ceil(items / rangeSize))
    for (let start = 0; start < items; start += size) {
      const end = Math.min(start + size, items)
      const reference = refer({ kind: 'range', value, start, count: end - start })
      list.push({ name: `[${start} … ${end - 1}]`, value: '', variablesReference: reference })
    }
    return list
  }

  /** Everything but the items of a list: getters stay unasked until they are opened. */
  async function named(value: RemoteObject, objectId = value.objectId!): Promise<DebugProtocol.Variable[]> {
    const isList = itemCount(value) !== undefined
    const { result, internalProperties = [] } = await (isList
      ? inspect<Runtime.GetPropertiesReturnType>('Runtime.getProperties', {
          objectId,
          ownProperties: true,
          generatePreview: true,
          nonIndexedPropertiesOnly: true,
        })
      : properties(objectId))
    const plain = await presentAll(result.flatMap(p => (p.value ? [[p.name, p.value] as const] : [])))
    const getters = result.flatMap(p =>
      p.get && p.get.type !== 'undefined' ? [[p.name, p.get] as const] : [],
    )
    const lazy = getters.map(([name, getter]): DebugProtocol.Variable => ({
      name,
      value: '(…)',
      variablesReference: refer({ kind: 'getter', owner: value, getter }),
      presentationHint: { lazy: true },
    }))
    const inner = internalProperties.filter(p => !/^\[\[(Scopes|FunctionLocation|Entries)\]\]$/.test(p.name))
    const shown = await presentAll(inner.flatMap(p => (p.value ? [[p.name, p.value] as const] : [])))
    return [
      ...plain,
      ...lazy,
      ...shown.map(v => ({ ...v, presentationHint: { visibility: 'internal' } as const })),
    ]
  }

  async function ofEntries(value: RemoteObject, { start = 0, count }: DebugProtocol.VariablesArguments) {
    const size = Math.min(count ?? rangeSize, rangeSize)
    const list = await call(value.objectId!, entries, start, size)
    const { result } = await properties(list.objectId!)
    const [first, ...values] = result.filter(p => /^\d+$/.test(p.name)).map(p => p.value!)
    const names = await inspect<Runtime.CallFunctionOnReturnType>('Runtime.callFunctionOn', {
      objectId: first!.objectId,
      functionDeclaration: 'function () { return this }',
      returnByValue: true,
    })
    const shown = await presentAll(values.map((v, i) => [(names.result.value as string[])[i]!, v] as const))
    const total = Number(/\((\d+)\)$/.exec(value.description ?? '')?.[1] ?? 0)
    const rest = total - start - values.length
    if (rest > 0 && count === undefined)
      shown.push({ name: '…', value: `${rest.toLocaleString('en')} more`, variablesReference: 0 })
    return [...shown, ...(await named(value))]
  }

  async function ofGetter(owner: RemoteObject, getter: RemoteObject): Promise<DebugProtocol.Variable[]> {
    const { result, exceptionDetails } = await inspect<Runtime.CallFunctionOnReturnType>(
      'Runtime.callFunctionOn',
      {
        objectId: owner.objectId,
        functionDeclaration: 'function (getter) { return Reflect.apply(getter, this, []) }',
        arguments: [{ objectId: getter.objectId }],
        generatePreview: true,
        silent: true,
      },
    )
    const text = exceptionDetails && exceptionText(exceptionDetails)
    if (text !== undefined) return [{ name: '', value: text, variablesReference: 0 }]
    return [await present('', result)]
  }

  return {
    async scopes(frame) {
      const scopes: DebugProtocol.Scope[] = []
      for (const [index, scope] of frame.scopeChain.entries()) {
        const title = scopeTitles[scope.type]
        if (!title) continue
        if (scope.type === 'closure' && (await ofScope(frame, index)).length === 0) continue
        const same = scopes.filter(({ name }) => name.startsWith(title)).length
        scopes.push({
          name: same ? `${title} ${same + 1}` : title,
          variablesReference: refer({ kind: 'scope', frame, index }),
          expensive: scope.type === 'global',
          ...(index === 0 ? { presentationHint: 'locals' } : {}),
        })
      }
      const cellsScope = { name: 'Cells', variablesReference: refer({ kind: 'cells' }), expensive: false }
      const at = scopes.findIndex(({ name }) => name === 'Global')
      scopes.splice(at < 0 ? scopes.length : at, 0, cellsScope)
      return scopes
    },
    async list(args) {
      const reference = references.get(args.variablesReference)
      if (!reference) throw new Error('These variables are of a moment that has passed.')
      switch (reference.kind) {
        case 'cells':
          return cellNames()
        case 'scope':
          return ofScope(reference.frame, reference.index)
        case 'range':
          if (reference.count > rangeSize) return rangesOf(reference)
          return range(reference.value, reference.start, reference.count)
        case 'getter':
          return ofGetter(reference.owner, reference.getter)
        case 'object':
          return ofObject(reference.value, args)
      }
    },
    cells: cellNames,
    present: (name, value) => present(name, value),
    async assign({ reference: number, name, expression, frame, evaluate }) {
      const reference = references.get(number)
      if (!reference) throw new Error('These variables are of a moment that has passed.')
      const value = await evaluate(expression, frame)
      const argument = asArgument(value)
      if (reference.kind === 'scope') {
        const { callFrameId } = reference.frame
        const type = reference.frame.scopeChain[reference.index]!.type
        if (type === 'global') await callOn(value, assignCell, name)
        else {
          const place = { scopeNumber: reference.index, variableName: name, newValue: argument, callFrameId }
          await inspect('Debugger.setVariableValue', place)
        }
        return value
      }
      if (reference.kind === 'cells') await callOn(value, assignCell, name)
      else if (reference.kind === 'object' || reference.kind === 'range')
        await withArguments(reference.value.objectId!, functionText(assignProperty), [
          { value: name },
          argument,
        ])
      else throw new Error('The value of a getter cannot be changed.')
      return value
    },
    forget: () => references.clear(),
  }

  function rangesOf({ value, start, count: size }: Reference & { kind: 'range' }): DebugProtocol.Variable[] {
    const list: DebugProtocol.Variable[] = []
    for (let at = start; at < start + size; at += rangeSize) {
      const end = Math.min(at + rangeSize, start + size)
      const reference = refer({ kind: 'range', value, start: at, count: end - at })
      list.push({ name: `[${at} … ${end - 1}]`, value: '', variablesReference: reference })
    }
    return list
  }

  /** Calls a function of names and a value, which may live only inside. */
  async function callOn(value: RemoteObject, body: (name: string, value: unknown) => unknown, name: string) {
    const { result } = await inspect<Runtime.EvaluateReturnType>('Runtime.evaluate', {
      expression: asText(body),
    })
    await withArguments(result.objectId!, 'function (name, value) { return this(name, value) }', [
      { value: name },
      asArgument(value),
    ])
  }

  async function withArguments(
    objectId: string,
    functionDeclaration: string,
    args: readonly object[],
  ): Promise<void> {
    const { exceptionDetails } = await inspect<Runtime.CallFunctionOnReturnType>('Runtime.callFunctionOn', {
      objectId,
      functionDeclaration,
      arguments: args,
      silent: true,
    })
    if (exceptionDetails) throw new Error(exceptionText(exceptionDetails))
  }
}

const scopeTitles: Readonly<Record<string, string | undefined>> = {
  local: 'Local',
  block: 'Block',
  catch: 'Catch',
  closure: 'Closure',
  module: 'Module',
  script: undefined,
  global: 'Global',
}

function asArgument(value: RemoteObject): Runtime.CallArgument {
  if (value.objectId !== undefined) return { objectId: value.objectId }
  if (value.unserializableValue !== undefined) return { unserializableValue: value.unserializableValue }
  return { value: value.value as unknown }
}

/** Objects of classes, about which V8 says their name only. */
const isOpaque = ({ type, subtype, className }: RemoteObject) =>
  type === 'object' &&
  subtype !== 'null' &&
  subtype !== 'array' &&
  subtype !== 'proxy' &&
  className !== 'Object'

/** The first line of what was thrown. */
export function exceptionText({ text, exception }: Runtime.ExceptionDetails): string {
  return (exception?.description ?? String(exception?.value ?? text)).split('\n')[0]!
}
