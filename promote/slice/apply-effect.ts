/** What library code does to the abstract memory: as its stub says, or, without one, anything it can reach. */
import type { Arguments, Call } from './arguments.ts'
import { invokeCallbacks, throwLater } from './call.ts'
import type { Effect, Target } from './effects.ts'
import { notePatch, useEnvironment } from './evaluate.ts'
import { havoc } from './havoc.ts'
import { nothing, only, union, type AbstractObject, type Value } from './heap.ts'
import { objectAt, setImplicit, type Interpreter } from './interpreter.ts'
import { isAwaited, later } from './later.ts'
import { fileObject } from './outside.ts'
import { accessorKind, consult, writeMember } from './protocols.ts'
import { literalPath, touchOutside } from './touch.ts'
import { bare, ts } from './typescript.ts'

export function applyEffect(it: Interpreter, effect: Effect, call: Call): Value {
  const { heap } = it
  const parts = [effect, ...condition(it, effect, call)]
  const inputs = union(call.self, ...call.parameters, call.more ?? nothing)
  useEnvironment(it, inputs, false)
  if (effect.shallow) heap.readField(call.self, '*')
  else heap.readDeep(inputs)
  // Conversions, getters and generators among what it is given may run.
  const consulted = consult(it, inputs, call.node, { isDeep: effect.shallow !== true })
  if (effect.defines) return defineAccessors(it, call)
  let given: Value = consulted
  for (const part of parts) {
    for (const use of part.reads ?? []) touchOutside(it, use, call, { isWrite: false })
    const happens = timing(it, part, call)
    const isLater = happens === 'now' && part.later === true
    for (const use of part.writes ?? [])
      at(it, isLater ? 'deferred' : happens, () => touchOutside(it, use, call, { isWrite: true }))
    if (part.waits) later(it, () => passTime(it, call))
    for (const target of part.mutates ?? []) {
      const changed = targetOf(it, call, target)
      notePatch(it, changed, call.node)
      useEnvironment(it, changed, true)
      at(it, happens, () => heap.stir(changed))
    }
    if (!part.lazy) given = union(given, runCallbacks(it, part, call))
    for (const source of part.stores ?? []) {
      const stored = targetOf(it, call, source)
      const value = union(stored, given, part.shallow ? nothing : heap.readField(stored, '*'))
      const into = targetOf(it, call, part.into ?? 'receiver')
      at(it, happens, () => writeMember(it, into, '*', { value, node: call.node }))
    }
  }
  if (effect.data || effect.model) {
    const path = literalPath(it, call.argumentNodes[0])
    it.notes.references.push({
      statement: heap.current(),
      kind: effect.model ? 'model' : 'data',
      ...(call.stub ? { package: call.stub.package } : {}),
      ...(path === undefined ? { argument: call.argumentNodes[0] } : { path }),
    })
  }
  if (!effect.again) it.notes.notAgain.push(heap.current())
  const results = parts.flatMap(part =>
    (part.returns ?? []).map(kind => resultOf(it, { kind, effect: part, given }, call)),
  )
  if (effect.prototype !== undefined) inheritFrom(it, union(...results), call, effect.prototype)
  if (effect.lazy)
    for (const object of results.flatMap(value => [...value]))
      if (!inputs.has(object)) it.lazies.set(object, () => resumeLazy(it, effect, { call, inputs }))
  return union(...results)
}

type Timing = 'now' | 'weak' | 'deferred'

/** When a call does what it does: one that gives a promise which nobody waits for, while later statements run. */
function timing(it: Interpreter, { writes, mutates, stores }: Effect, { node, frame }: Call): Timing {
  if (!(writes ?? mutates ?? stores) || !givesPromise(it, node)) return 'now'
  const waited = isAwaited(node, frame)
  return waited === 'caught' ? 'weak' : waited ? 'now' : 'deferred'
}

function at(it: Interpreter, timing: Timing, run: () => void): void {
  if (timing === 'now') run()
  else it.heap.maybe(timing, run)
}

function givesPromise(it: Interpreter, node: ts.Node): boolean {
  return it.names.remember(node, 'promise', () => {
    const type = it.notebook.checker.getTypeAtLocation(node)
    return type.getProperty('then') !== undefined
  })
}

/** An iterator's `map` calls back only when it is asked for the next item, and asks the iterator below. */
function resumeLazy(it: Interpreter, effect: Effect, { call, inputs }: { call: Call; inputs: Value }): Value {
  const below = consult(it, inputs, call.node)
  return union(below, it.heap.readField(inputs, '*'), runCallbacks(it, effect, call))
}

/** `Object.defineProperty(o, 'x', { get … })`: the functions run when the field is read and written. */
function defineAccessors(it: Interpreter, call: Call): Value {
  const { heap } = it
  const [target = nothing, second = nothing, third] = call.parameters
  notePatch(it, target, call.node)
  const [, keyNode] = call.argumentNodes
  const key = keyNode && ts.isStringLiteralLike(keyNode) ? keyNode.text : '*'
  heap.maybe('weak', () => {
    if (third) define(it, target, key, third)
    else defineAll(it, target, second)
    heap.writeField(target, '*', call.more ?? nothing)
  })
  return target
}

function defineAll(it: Interpreter, target: Value, descriptors: Value): void {
  for (const object of descriptors)
    for (const name of [...it.heap.fieldsOf(object).keys()])
      define(it, target, name, it.heap.readField(only(object), name))
}

/** `Object.create(prototype, descriptors)`, `Object.setPrototypeOf(o, prototype)` */
function inheritFrom(it: Interpreter, target: Value, call: Call, prototype: number): void {
  it.heap.maybe('weak', () => {
    it.heap.writeField(target, '__proto__', targetOf(it, call, prototype))
    defineAll(it, target, call.parameters[prototype + 1] ?? nothing)
  })
}

function define(it: Interpreter, target: Value, key: string, descriptor: Value): void {
  const { heap } = it
  // Descriptors that were asked of another object hold its accessors, under any name.
  for (const object of heap.reach(descriptor))
    if (accessorKind(it, object) !== undefined) heap.writeField(target, '*', only(object))
  heap.writeField(target, key, heap.readField(descriptor, 'value'))
  for (const kind of ['get', 'set'] as const)
    for (const object of heap.readField(descriptor, kind)) {
      if (!it.functions.has(object)) continue
      setImplicit(it)
      const before = accessorKind(it, object)
      it.accessors.set(object, before === undefined || before === kind ? kind : 'both')
      heap.writeField(target, kind === 'set' && key !== '*' ? `set ${key}` : key, only(object))
    }
}

/** The part of an effect that an option switches on. */
function condition(it: Interpreter, { when }: Effect, call: Call): readonly Effect[] {
  if (!when) return []
  if ('argument' in when) return isExcepted(call, when) ? [] : [when]
  for (const node of call.argumentNodes) {
    if (!ts.isObjectLiteralExpression(node)) {
      // An options object from elsewhere: it may say so.
      if (!it.names.isPrimitive(node) && mayBeOptions(it, node, when.option)) return [when]
      continue
    }
    for (const property of node.properties) {
      if (ts.isSpreadAssignment(property)) return [when]
      const name =
        property.name && (ts.isIdentifier(property.name) || ts.isStringLiteral(property.name))
          ? property.name.text
          : ''
      if (name !== when.option) continue
      const value = ts.isPropertyAssignment(property) ? property.initializer : undefined
      return value?.kind === ts.SyntaxKind.FalseKeyword ? [] : [when]
    }
  }
  return []
}

/** Left out, or one of the texts with which it does not happen. */
function isExcepted(
  { argumentNodes }: Call,
  { argument, except }: { readonly argument: number; readonly except: readonly string[] },
): boolean {
  if (argumentNodes.some(ts.isSpreadElement)) return false
  const node = argumentNodes[argument]
  return node === undefined || (ts.isStringLiteralLike(node) && except.includes(node.text))
}

function mayBeOptions(it: Interpreter, node: ts.Expression, option: string): boolean {
  return it.names.remember(node, `option ${option}`, () => {
    const type = it.notebook.checker.getTypeAtLocation(node)
    const isOpen = (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) !== 0
    return (isOpen && ts.isIdentifier(node)) || type.getProperty(option) !== undefined
  })
}

/** Whoever waits for a timer, wherever that is, has let time pass by then. */
function passTime(it: Interpreter, call: Call): Value {
  touchOutside(it, 'clock', call, { isWrite: true })
  return nothing
}

function targetOf(it: Interpreter, call: Call, target: Target): Value {
  if (target === 'receiver') return call.self
  const all = union(...call.parameters, call.more ?? nothing)
  if (target === 'arguments') return all
  if (target === 'held') return it.heap.reach(all)
  return union(call.parameters[target] ?? nothing, call.more ?? nothing)
}

/** Callbacks may be called any number of times, with what the receiver and the arguments hold. */
function runCallbacks(it: Interpreter, effect: Effect, call: Call): Value {
  if (!effect.calls) return nothing
  const { heap } = it
  const given = union(...effect.calls.map(i => call.parameters[i] ?? nothing), call.more ?? nothing)
  // Functions may stand in an object of options.
  const held = [...heap.reach(given)].filter(object => it.functions.has(object) || it.resolvers.has(object))
  const callbacks = union(given, new Set(held))
  const isUnseen = (i: number) => ![...(call.parameters[i] ?? nothing)].some(({ kind }) => kind !== 'plain')
  const unseen = effect.calls.filter(i => isUnseen(i) && isCallable(it, call.argumentNodes[i]))
  if (callbacks.size === 0 && unseen.length === 0) return nothing
  const others = call.parameters.filter((_, i) => !effect.calls?.includes(i))
  const base = union(call.self, ...others, heap.readField(union(call.self, ...others), '*'))
  let results: Value = nothing
  const isLater = effect.later === 'promise' ? !isAwaited(call.node, call.frame) : effect.later === true
  const run = () => {
    for (let round = 0; round < 2; round++) {
      const given = argumentsOf(it, effect, call, { base, results })
      results = union(results, invokeCallbacks(it, callbacks, { ...given, node: call.node }, call.frame))
      results = union(results, callForeign(it, callbacks, union(base, results), call))
      for (const i of unseen) results = union(results, callUnseen(it, i, union(base, results), call))
    }
    return results
  }
  if (isLater) return later(it, run)
  return heap.maybe('weak', run)
}

/** Whether it is a function by its type. */
function isCallable(it: Interpreter, node: ts.Expression | undefined): boolean {
  if (!node) return false
  return it.names.remember(
    node,
    'callable',
    () => it.notebook.checker.getTypeAtLocation(node).getCallSignatures().length > 0,
  )
}

/** A callback without a value, such as a method of a library's class: the argument after it is what it is called on. */
function callUnseen(it: Interpreter, i: number, more: Value, call: Call): Value {
  const stub = it.names.stubName(bare(call.argumentNodes[i] as ts.Expression))
  const { stub: _, ...others } = call
  const inner = {
    ...others,
    callee: nothing,
    self: call.parameters[i + 1] ?? nothing,
    parameters: [],
    more,
    argumentNodes: [],
    ...(stub ? { stub } : {}),
  }
  const effect = stub && it.effects.find(stub.package, stub.name)
  return effect ? applyEffect(it, { ...effect, calls: [] }, inner) : havoc(it, inner)
}

/** What a callback gets: by position where the stub says so, else anything that there is. */
function argumentsOf(
  it: Interpreter,
  effect: Effect,
  call: Call,
  { base, results }: { readonly base: Value; readonly results: Value },
): Omit<Arguments, 'node'> {
  const { gives, accumulates } = effect
  const self = nothing
  if (!gives) return { self, parameters: [], more: union(base, results) }
  const elements = it.heap.readField(call.self, '*')
  const all: Readonly<Record<string, Value>> = {
    element: elements,
    receiver: call.self,
    result: union(
      results,
      call.parameters[1] ?? nothing,
      accumulates ? elements : nothing,
      call.more ?? nothing,
    ),
    argument: it.heap.readField(union(...call.parameters, call.more ?? nothing), '*'),
    made: gives.includes('made') ? resultOf(it, { kind: 'new', effect, given: nothing }, call) : nothing,
  }
  return { self: call.parameters[1] ?? nothing, parameters: gives.map(kind => all[kind] ?? nothing) }
}

function callForeign(it: Interpreter, callbacks: Value, more: Value, call: Call): Value {
  const foreign = [...callbacks].filter(
    object => (object.kind === 'external' || object.kind === 'opaque') && !it.functions.has(object),
  )
  return union(
    ...foreign.map(object => {
      const promise = it.resolvers.get(object)
      if (promise) {
        it.heap.fill(promise, union(more, it.heap.readField(more, '*')))
        if (it.rejecters.has(object)) throwLater(it, more)
        return nothing
      }
      const inner: Call = {
        ...call,
        callee: only(object),
        self: nothing,
        parameters: [],
        more,
        argumentNodes: [],
      }
      const known = it.externals.get(object)
      const effect = known && it.effects.find(known.package, known.name)
      return effect ? applyEffect(it, { ...effect, calls: [] }, inner) : havoc(it, inner)
    }),
  )
}

type Result = NonNullable<Effect['returns']>[number]

function resultOf(
  it: Interpreter,
  { kind, effect, given }: { readonly kind: Result; readonly effect: Effect; readonly given: Value },
  call: Call,
): Value {
  const { heap } = it
  // Functions that are called are no part of what comes back; objects of options that hold such may be.
  const data = call.parameters.map((parameter, i) =>
    effect.calls?.includes(i) ? new Set([...parameter].filter(({ kind }) => kind !== 'function')) : parameter,
  )
  // `Object` of `Object.values(o)` is no part of what comes back.
  const receiver = new Set([...call.self].filter(object => object.kind !== 'external'))
  const inputs = union(receiver, ...data, call.more ?? nothing)
  if (kind === 'callback') return given
  if (kind === 'element') return heap.readField(inputs, '*')
  if (kind !== 'new' && kind !== 'copy' && kind !== 'callback-in-new') return targetOf(it, call, kind)
  const tag = tagOf(it, effect, call)
  // Of parsed data: its elements are data too, whose methods are known.
  const isListOfTexts = kind === 'callback-in-new' && given.size === 0 && tag?.name === 'JsonValue'
  const object = objectAt(it, call.node, call.frame, {
    kind: (kind === 'new' && !effect.frozen) || isListOfTexts ? 'opaque' : 'plain',
    ...(effect.frozen ? { frozen: true } : {}),
    ...(tag ? { tag } : {}),
  })
  if (kind === 'copy') {
    // Lists of pairs become maps and back: two levels of what went in, and itself as one of the pairs.
    const elements = heap.readField(inputs, '*')
    heap.fill(
      object,
      union(inputs, elements, heap.readField(elements, '*'), effect.frozen ? nothing : only(object)),
    )
  }
  // A reviver puts what it gives in the place of what it was given.
  if (effect.gives?.includes('made')) heap.fill(object, given)
  if (kind === 'callback-in-new') heap.fill(object, union(given, heap.readField(given, '*')))
  const path = effect.data || effect.model ? literalPath(it, call.argumentNodes[0]) : undefined
  if (path !== undefined) heap.fill(object, new Set([fileObject(it, path)]))
  return only(object)
}

function tagOf(it: Interpreter, effect: Effect, call: Call): AbstractObject['tag'] {
  if (!effect.type) return it.names.className(call.node as ts.Expression)
  const [elsewhere, name] = effect.type.split(':')
  if (elsewhere !== undefined && name !== undefined) return { package: elsewhere, name }
  const owner =
    call.stub?.package ??
    [...call.callee, ...call.self].map(o => it.externals.get(o)?.package ?? o.tag?.package)[0]
  return owner === undefined ? undefined : { package: owner, name: effect.type }
}
