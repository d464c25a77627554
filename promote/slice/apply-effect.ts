/** What library code does to the abstract memory: as its stub says, or, without one, anything it can reach. */
import { invoke, type Call } from './call.ts'
import type { Effect, Target } from './effects.ts'
import { nothing, union, type AbstractObject, type Value } from './heap.ts'
import { external, fileObject, objectAt, outside, outsideKinds, type Interpreter } from './interpreter.ts'
import { bare, ts } from './typescript.ts'

export function applyEffect(it: Interpreter, effect: Effect, call: Call): Value {
  const { heap } = it
  const parts = [effect, ...condition(it, effect, call)]
  heap.readDeep(union(call.self, ...call.parameters, call.more ?? nothing))
  let given: Value = nothing
  for (const part of parts) {
    for (const use of part.reads ?? []) touchOutside(it, use, call, false)
    for (const use of part.writes ?? []) touchOutside(it, use, call, true)
    for (const target of part.mutates ?? []) heap.writeField(targetOf(call, target), '*', nothing)
    given = union(given, runCallbacks(it, part, call))
    for (const source of part.stores ?? []) {
      const stored = targetOf(call, source)
      heap.writeField(
        targetOf(call, part.into ?? 'receiver'),
        '*',
        union(stored, given, heap.readField(stored, '*')),
      )
    }
  }
  if (effect.data || effect.model) {
    const path = literalPath(it, call.argumentNodes[0])
    it.references.push({
      statement: heap.current(),
      kind: effect.model ? 'model' : 'data',
      ...(path === undefined ? {} : { path }),
    })
  }
  if (!effect.again) it.notAgain.add(heap.current())
  return union(
    ...parts.flatMap(part => (part.returns ?? []).map(kind => resultOf(it, kind, part, call, given))),
  )
}

/** No stub: it may call, change and keep whatever it can reach, and read and write the outside. */
export function havoc(it: Interpreter, call: Omit<Call, 'frame'> & { readonly frame: Call['frame'] }): Value {
  const { heap } = it
  it.unknownCalls.push({
    statement: heap.current(),
    text: call.text,
    ...(call.stub ? { stub: call.stub } : {}),
  })
  it.notAgain.add(heap.current())
  const hidden = [...call.callee].flatMap(object => {
    const known = it.externals.get(object)
    return known ? [external(it, known.package, '')] : []
  })
  const all = heap.reach(
    union(call.self, call.callee, ...call.parameters, call.more ?? nothing, new Set(hidden)),
  )
  heap.readDeep(all)
  for (const kind of outsideKinds) touchOutside(it, kind, call, false)
  const made = objectAt(it, call.node, call.frame, { kind: 'opaque' })
  const everything = new Set([...all, made])
  return heap.maybe('weak', () => {
    for (const kind of outsideKinds) touchOutside(it, kind, call, true)
    for (const object of all) if (isChangeable(object)) heap.writeField(new Set([object]), '*', everything)
    for (let before = -1, round = 0; before !== heap.changes() && round < 4; round++) {
      before = heap.changes()
      invoke(it, all, { self: everything, parameters: [], more: everything, node: call.node })
    }
    heap.writeField(new Set([made]), '*', all)
    return everything
  })
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
  const type = it.notebook.checker.getTypeAtLocation(node)
  const isOpen = (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) !== 0
  return (isOpen && ts.isIdentifier(node)) || type.getProperty(option) !== undefined
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
  const callbacks = union(...effect.calls.map(i => call.parameters[i] ?? nothing), call.more ?? nothing)
  if (callbacks.size === 0) return nothing
  const others = call.parameters.filter((_, i) => !effect.calls?.includes(i))
  const base = union(call.self, ...others, heap.readField(union(call.self, ...others), '*'))
  let results: Value = nothing
  heap.maybe(effect.later ? 'deferred' : 'weak', () => {
    for (let round = 0; round < 2; round++) {
      const more = union(base, results)
      results = union(
        results,
        invoke(it, callbacks, { self: nothing, parameters: [], more, node: call.node }),
      )
      results = union(results, callForeign(it, callbacks, more, call))
    }
  })
  return results
}

function callForeign(it: Interpreter, callbacks: Value, more: Value, call: Call): Value {
  const foreign = [...callbacks].filter(object => !it.functions.has(object) && !it.classes.has(object))
  return union(
    ...foreign.map(object => {
      const inner: Call = {
        ...call,
        callee: new Set([object]),
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

function resultOf(it: Interpreter, kind: Result, effect: Effect, call: Call, given: Value): Value {
  const { heap } = it
  const data = call.parameters.filter((_, i) => !effect.calls?.includes(i))
  const inputs = union(call.self, ...data, call.more ?? nothing)
  if (kind === 'callback') return given
  if (kind === 'element') return heap.readField(inputs, '*')
  if (kind !== 'new' && kind !== 'copy' && kind !== 'callback-in-new') return targetOf(call, kind)
  const tag = tagOf(it, effect, call)
  const object = objectAt(it, call.node, call.frame, {
    kind: kind === 'new' && !effect.frozen ? 'opaque' : 'plain',
    ...(effect.frozen ? { frozen: true } : {}),
    ...(tag ? { tag } : {}),
  })
  if (kind === 'copy') {
    // Lists of pairs become maps and back: two levels of what went in, and itself as one of the pairs.
    const elements = heap.readField(inputs, '*')
    heap.fill(
      object,
      union(inputs, elements, heap.readField(elements, '*'), effect.frozen ? nothing : new Set([object])),
    )
  }
  if (kind === 'callback-in-new') heap.fill(object, union(given, heap.readField(given, '*')))
  const path = effect.data || effect.model ? literalPath(it, call.argumentNodes[0]) : undefined
  if (path !== undefined) heap.fill(object, new Set([fileObject(it, path)]))
  return new Set([object])
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

function touchOutside(it: Interpreter, use: string, call: Call, isWrite: boolean): void {
  const [kind = use, index] = use.split(':')
  const path = index === undefined ? undefined : literalPath(it, call.argumentNodes[Number(index)])
  // `network:0`: only when the argument may be an address.
  if (kind === 'network' && path !== undefined && !/^[a-z][a-z0-9+.-]*:/i.test(path)) return
  it.outsideUses.push({
    statement: it.heap.current(),
    kind,
    isWrite,
    ...(path === undefined ? {} : { path }),
  })
  if (kind === 'display') return
  const target = kind === 'file' && path !== undefined ? new Set([fileObject(it, path)]) : outside(it, kind)
  if (isWrite) it.heap.maybe('weak', () => it.heap.writeField(target, '*', nothing))
  else it.heap.readField(target, '*')
}

/** The text of a path that can be known from the source alone: a literal, or a constant that is one. */
export function literalPath(it: Interpreter, node: ts.Expression | undefined): string | undefined {
  const text = node && constantText(it, bare(node), 0)
  return text?.replace(/^\.\//, '')
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
