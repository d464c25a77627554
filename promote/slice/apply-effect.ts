/** What library code does to the abstract memory: as its stub says, or, without one, anything it can reach. */
import type { Arguments, Call } from './arguments.ts'
import { invokeCallbacks } from './call.ts'
import { constructAll } from './construct.ts'
import { invoke } from './inline.ts'
import type { Effect, Target } from './effects.ts'
import { notePatch } from './evaluate.ts'
import { nothing, only, union, type AbstractObject, type Value } from './heap.ts'
import {
  external,
  fileObject,
  filesAround,
  objectAt,
  setImplicit,
  sharedSlot,
  TooEntangled,
  outside,
  outsideKinds,
  statesOf,
  type Harmless,
  type Interpreter,
} from './interpreter.ts'
import { posix } from 'node:path'
import { isAwaited, later } from './later.ts'
import { consult, inheritedMembers, writeMember } from './protocols.ts'
import { bare, ts } from './typescript.ts'

export function applyEffect(it: Interpreter, effect: Effect, call: Call): Value {
  const { heap } = it
  const parts = [effect, ...condition(it, effect, call)]
  const inputs = union(call.self, ...call.parameters, call.more ?? nothing)
  if (effect.shallow) heap.readField(call.self, '*')
  else heap.readDeep(inputs)
  // Conversions, getters and generators among what it is given may run.
  const consulted = consult(it, inputs, call.node, { isDeep: effect.shallow !== true })
  if (effect.defines) return defineAccessors(it, call)
  let given: Value = consulted
  for (const part of parts) {
    for (const use of part.reads ?? []) touchOutside(it, use, call, { isWrite: false })
    for (const use of part.writes ?? []) touchOutside(it, use, call, { isWrite: true })
    for (const target of part.mutates ?? []) {
      notePatch(it, targetOf(call, target), call.node)
      heap.stir(targetOf(call, target))
    }
    if (!part.lazy) given = union(given, runCallbacks(it, part, call))
    for (const source of part.stores ?? []) {
      const stored = targetOf(call, source)
      writeMember(it, targetOf(call, part.into ?? 'receiver'), '*', {
        value: union(stored, given, part.shallow ? nothing : heap.readField(stored, '*')),
        node: call.node,
      })
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
  if (effect.lazy)
    for (const object of results.flatMap(value => [...value]))
      if (!inputs.has(object)) it.lazies.set(object, () => resumeLazy(it, effect, { call, inputs }))
  return union(...results)
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
    else
      for (const object of second)
        for (const name of [...heap.fieldsOf(object).keys()])
          define(it, target, name, heap.readField(only(object), name))
    heap.writeField(target, '*', call.more ?? nothing)
  })
  return target
}

function define(it: Interpreter, target: Value, key: string, descriptor: Value): void {
  const { heap } = it
  heap.writeField(target, key, heap.readField(descriptor, 'value'))
  for (const kind of ['get', 'set'] as const)
    for (const object of heap.readField(descriptor, kind)) {
      if (!it.functions.has(object)) continue
      setImplicit(it)
      it.accessors.set(object, kind)
      heap.writeField(target, kind === 'set' && key !== '*' ? `set ${key}` : key, only(object))
    }
}

/** No stub: it may call, change and keep whatever it can reach, and read and write the outside. */
export function havoc(it: Interpreter, call: Omit<Call, 'frame'> & { readonly frame: Call['frame'] }): Value {
  const { heap } = it
  it.notes.unknownCalls.push({
    statement: heap.current(),
    text: call.text(),
    ...(call.stub ? { stub: call.stub } : {}),
  })
  it.notes.notAgain.push(heap.current())
  const hidden = [...call.callee].flatMap(object => {
    const known = it.externals.get(object)
    return known ? [external(it, known.package, '')] : []
  })
  const harmless = it.harmless.get(heap.current())
  const same = harmless ? reachOf(it, harmless) : nothing
  const kinds = [...outsideKinds, ...statesOf(it)]
  for (const kind of kinds)
    if (!harmless?.unread.has(kind)) touchOutside(it, kind, call, { isWrite: false, isAssumed: true })
  const made = objectAt(it, call.node, call.frame, { kind: 'opaque' })
  const everything = new Set<AbstractObject>([
    ...union(call.self, call.callee, ...call.parameters, call.more ?? nothing, new Set(hidden)),
    made,
  ])
  grow(it, everything)
  heap.readDeep(everything)
  for (const each of consult(it, new Set(everything), call.node)) everything.add(each)
  notePatch(it, union(call.self, ...call.parameters, call.more ?? nothing), call.node)
  heap.maybe('weak', () => {
    for (const kind of kinds)
      if (!harmless?.unwritten.has(kind)) touchOutside(it, kind, call, { isWrite: true, isAssumed: true })
    change(it, everything, same)
  })
  // Classes that unknown code makes may stand below classes of unknown code.
  if (++it.budget.depth > mostUnknown) throw new TooEntangled()
  const run = () => callBack(it, { everything, made, same }, call)
  if ([...everything].some(object => it.functions.has(object) || it.classes.has(object))) later(it, run)
  else heap.maybe('weak', run)
  it.budget.depth--
  return everything
}

/** How deep unknown calls may lie in each other before nobody can follow them. */
const mostUnknown = 25

/** What the kernel saw stay as it was, whole. */
function reachOf(it: Interpreter, { names }: Harmless): Value {
  return it.heap.reach(union(...[...names].map(name => it.heap.peek(sharedSlot(it, name)).values)))
}

/** Unknown code may change what it reaches, so that anything in it may hold anything of it. */
function change(it: Interpreter, everything: Value, same: Value): void {
  for (const object of everything)
    if (isChangeable(object) && !isSeen(it, object, same)) it.heap.writeField(only(object), '*', everything)
}

/** Nobody sees into a package's own state; the language and Node are no package's to change. */
function isSeen(it: Interpreter, object: AbstractObject, same: Value): boolean {
  const owner = it.externals.get(object)?.package
  return same.has(object) && (object.kind !== 'external' || owner === 'js' || owner === 'node')
}

/** It may call the functions that it reaches, also later, and keep what they give back. */
function callBack(
  it: Interpreter,
  {
    everything,
    made,
    same,
  }: { readonly everything: Set<AbstractObject>; readonly made: AbstractObject; readonly same: Value },
  call: Omit<Call, 'frame'>,
): Value {
  const { heap } = it
  for (let before = -1, round = 0; before !== heap.changes() + everything.size && round < 6; round++) {
    before = heap.changes() + everything.size
    const given = { self: everything, parameters: [], more: everything, node: call.node }
    for (const each of invoke(it, everything, given)) everything.add(each)
    for (const each of constructAll(it, everything, given)) everything.add(each)
    grow(it, everything)
    change(it, everything, same)
  }
  heap.writeField(only(made), '*', everything)
  return everything
}

/** Adds what can be reached, methods of the notebook's own classes included. */
function grow(it: Interpreter, everything: Set<AbstractObject>): void {
  for (const object of everything) {
    for (const slot of it.heap.fieldsOf(object).values())
      for (const each of it.heap.peek(slot).values) everything.add(each)
    if (!it.instances.has(object) && !it.classes.has(object)) continue
    for (const members of inheritedMembers(it, object, '*')) for (const each of members) everything.add(each)
  }
}

/** Functions can be called, not changed; a library's own functions do not change because they are called. */
function isChangeable(object: AbstractObject): boolean {
  return object.kind !== 'function' && object.kind !== 'outside'
}

/** The part of an effect that an option switches on. */
function condition(it: Interpreter, { when }: Effect, call: Call): readonly Effect[] {
  if (!when) return []
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

function mayBeOptions(it: Interpreter, node: ts.Expression, option: string): boolean {
  return it.names.remember(node, `option ${option}`, () => {
    const type = it.notebook.checker.getTypeAtLocation(node)
    const isOpen = (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) !== 0
    return (isOpen && ts.isIdentifier(node)) || type.getProperty(option) !== undefined
  })
}

function targetOf(call: Call, target: Target): Value {
  if (target === 'receiver') return call.self
  if (target === 'arguments') return union(...call.parameters, call.more ?? nothing)
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
  if (callbacks.size === 0) return nothing
  const others = call.parameters.filter((_, i) => !effect.calls?.includes(i))
  const base = union(call.self, ...others, heap.readField(union(call.self, ...others), '*'))
  let results: Value = nothing
  const isLater = effect.later === 'promise' ? !isAwaited(call.node, call.frame) : effect.later === true
  const run = () => {
    for (let round = 0; round < 2; round++) {
      const given = argumentsOf(it, effect, call, { base, results })
      results = union(results, invokeCallbacks(it, callbacks, { ...given, node: call.node }, call.frame))
      results = union(results, callForeign(it, callbacks, union(base, results), call))
    }
    return results
  }
  if (isLater) return later(it, run)
  return heap.maybe('weak', run)
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
  if (kind !== 'new' && kind !== 'copy' && kind !== 'callback-in-new') return targetOf(call, kind)
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

interface Touch {
  readonly isWrite: boolean
  readonly isAssumed?: boolean
}

function touchOutside(it: Interpreter, use: string, call: Call, touch: Touch): void {
  const { isWrite, isAssumed } = touch
  if (use.startsWith('state:')) return touchState(it, use, isWrite)
  const [kind = use, index] = use.split(':')
  const path = index === undefined ? undefined : literalPath(it, call.argumentNodes[Number(index)])
  // `network:0`: only when the argument may be an address.
  if (kind === 'network' && path !== undefined && !/^[a-z][a-z0-9+.-]*:/i.test(path)) return
  it.notes.outsideUses.push({
    statement: it.heap.current(),
    kind,
    isWrite,
    ...(isAssumed ? { isAssumed } : {}),
    ...(path === undefined ? {} : { path }),
  })
  if (kind === 'display') return
  const isNamed = kind === 'file' && path !== undefined
  // A file is written into a folder that something has made, and found in it.
  it.heap.readField(isNamed ? filesAround(it, path, isWrite ? 'above' : 'all') : outside(it, kind), '*')
  if (!isWrite) return
  const target = isNamed ? new Set([fileObject(it, path)]) : outside(it, kind)
  it.heap.maybe('weak', () => it.heap.writeField(target, '*', nothing))
}

/** What a library keeps to itself (a backend that was chosen), by a name that its stub gives it. */
function touchState(it: Interpreter, use: string, isWrite: boolean): void {
  const state = outside(it, use)
  it.heap.readField(state, '*')
  if (isWrite) it.heap.maybe('weak', () => it.heap.writeField(state, '*', nothing))
}

/** The text of a path that can be known from the source alone: a literal, or a constant that is one. */
export function literalPath(it: Interpreter, node: ts.Expression | undefined): string | undefined {
  const text = node && constantText(it, bare(node), 0)
  return text === undefined || /^[a-z][a-z0-9+.-]*:/i.test(text)
    ? text
    : posix.normalize(text).replace(/(.)\/$/, '$1')
}

function constantText(it: Interpreter, node: ts.Expression, depth: number): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text
  if (!ts.isIdentifier(node) || depth > 8) return undefined
  const { checker } = it.notebook
  const symbol = checker.getSymbolAtLocation(node)
  const target = symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  const declaration = target?.declarations?.[0]
  if (!declaration || !ts.isVariableDeclaration(declaration) || !declaration.initializer) return undefined
  const isConst = (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) !== 0
  return isConst ? constantText(it, bare(declaration.initializer), depth + 1) : undefined
}
