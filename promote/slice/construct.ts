/** Instances: of classes of the notebook, what stands above them, and the few of the language that are more than a stub says. */
import { havoc } from './havoc.ts'
import { readArguments, type Arguments, type Call } from './arguments.ts'
import { dispatch, stubOf } from './call.ts'
import { evaluate, knownKey } from './evaluate.ts'
import { nothing, only, those, union, type AbstractObject, type Value } from './heap.ts'
import { inline, invoke, pathOf } from './inline.ts'
import {
  classesAt,
  createFrame,
  objectAt,
  selfOf,
  setImplicit,
  type Frame,
  type Interpreter,
} from './interpreter.ts'
import { readMember } from './protocols.ts'
import { bare, ts } from './typescript.ts'

export function construct(it: Interpreter, node: ts.NewExpression, frame: Frame): Value {
  const callee = evaluate(it, node.expression, frame)
  const given = readArguments(it, node.arguments ?? ts.factory.createNodeArray(), frame)
  const isOwn = (object: AbstractObject) => it.classes.has(object) || it.functions.has(object)
  const own = [...callee].filter(isOwn)
  const proxies = it.proxies.isEmpty() ? nothing : those(callee, object => it.proxies.has(object))
  const made: Value[] = own.map(object => {
    const instance = objectAt(it, node, frame, { kind: 'plain' })
    const self = only(instance)
    it.instances.set(instance, union(it.instances.get(instance) ?? nothing, only(object)))
    const run = () =>
      it.classes.has(object)
        ? union(self, runConstructor(it, object, { ...given, self, node }))
        : union(self, inline(it, object, { ...given, self, node }))
    return own.length > 1 || proxies.size > 0 ? it.heap.maybe('weak', run) : run()
  })
  if (proxies.size > 0) made.push(invoke(it, proxies, { ...given, self: nothing, node }))
  const isOther = (object: AbstractObject) => !isOwn(object) && (own.length === 0 || !proxies.has(object))
  const foreign = new Set([...callee].filter(isOther))
  const special = constructBuiltin(it, foreign, { ...given, self: nothing, node }, frame)
  if (special) return union(special, ...made)
  if (own.length > 0 && foreign.size === 0) return union(...made)
  const call = {
    ...given,
    self: nothing,
    callee: foreign,
    node,
    frame,
    text: () => `new ${node.expression.getText()}`,
  }
  return union(dispatch(it, { ...call, ...stubOf(it, node.expression) }, '.new'), ...made)
}

/** Promises and proxies, which are more than what a stub could say of them. */
function constructBuiltin(it: Interpreter, callee: Value, given: Arguments, frame: Frame): Value | undefined {
  const names = new Set([...callee].map(object => it.externals.get(object)).map(known => known?.name))
  const [name] = names
  const [first = nothing, handler = nothing] = given.parameters
  if (names.size !== 1 || (given.more?.size ?? 0) > 0) return undefined
  if (name === 'Proxy') {
    const proxy = objectAt(it, given.node, frame, { kind: 'plain' })
    it.proxies.set(proxy, handler)
    setImplicit(it)
    // Without a trap it is the target: both are read and written.
    return union(only(proxy), first)
  }
  const isSeen = [...first].length > 0 && [...first].every(object => it.functions.has(object))
  if (name !== 'Promise' || !isSeen) return undefined
  const tag = { package: 'js', name: 'Promise' }
  const promise = objectAt(it, given.node, frame, { kind: 'plain', tag })
  const settle = objectAt(it, given.node, { ...frame, path: `${frame.path}#settle` }, { kind: 'external' })
  const reject = objectAt(it, given.node, { ...frame, path: `${frame.path}#reject` }, { kind: 'external' })
  for (const each of [settle, reject]) it.resolvers.set(each, promise)
  it.rejecters.set(reject, true)
  const run = () => invoke(it, first, { ...given, self: nothing, parameters: [only(settle), only(reject)] })
  // The executor runs now; what it starts is deferred by whatever it calls.
  it.heap.maybe('weak', run)
  return only(promise)
}

/** `Rows.from(…)`, or `rows.map(…)`, of an own class that extends a library's may make instances of it. */
export function constructInherited(it: Interpreter, call: Call): Value {
  if (those(call.self, object => it.classes.has(object) || it.instances.has(object)).size === 0)
    return nothing
  const target = ts.isCallExpression(call.node) ? bare(call.node.expression) : undefined
  const method = target && ts.isPropertyAccessExpression(target) ? target.name.text : ''
  const isMaking = /^(map|filter|slice|splice|concat|flat|flatMap|then|catch|finally)$/.test(method)
  const classes = [...call.self].flatMap(object => {
    if (it.classes.has(object)) return [object]
    return isMaking ? [...(it.instances.get(object) ?? [])] : []
  })
  if (classes.length === 0) return nothing
  const more = union(...call.parameters, call.more ?? nothing)
  return it.heap.maybe('weak', () =>
    constructAll(it, new Set(classes), { self: nothing, parameters: [], more, node: call.node }),
  )
}

/** Makes instances of all classes that a value may be, as unknown code might. */
export function constructAll(it: Interpreter, value: Value, given: Arguments): Value {
  const classes = [...value].filter(object => it.classes.has(object))
  return new Set(
    classes.map(object => {
      const instance = objectAt(it, given.node, createFrame({ path: `#${object.id}` }), { kind: 'plain' })
      it.instances.set(instance, only(object))
      runConstructor(it, object, { ...given, self: only(instance) })
      return instance
    }),
  )
}

/** @returns what the constructor gives in place of the instance, which few do */
function runConstructor(it: Interpreter, object: AbstractObject, given: Arguments): Value {
  const known = it.classes.get(object)
  if (!known) return nothing
  const member = known.node.members.find(m => ts.isConstructorDeclaration(m) && m.body) as
    ts.ConstructorDeclaration | undefined
  const parents = it.heap.readField(only(object), 'extends')
  if (!member) {
    const others = [...parents].map(parent => constructParent(it, parent, given))
    initializeFields(it, object, given)
    return union(...others)
  }
  if (parents.size === 0) initializeFields(it, object, given)
  const ctor = objectAt(it, member, known.frame, { kind: 'function' })
  it.functions.set(ctor, { node: member, frame: known.frame })
  return inline(it, ctor, given)
}

function constructParent(it: Interpreter, parent: AbstractObject, given: Arguments): Value {
  if (it.classes.has(parent)) {
    // What nobody knows may be a class above itself.
    const key = `${parent.id}@${it.stack.length}`
    if (it.constructing.has(key)) return nothing
    it.constructing.add(key)
    try {
      return runConstructor(it, parent, given)
    } finally {
      it.constructing.delete(key)
    }
  }
  const name = it.externals.get(parent)
  const isHarmless = name !== undefined && it.effects.find(name.package, `${name.name}.new`) !== undefined
  if (!isHarmless)
    havoc(it, {
      ...given,
      callee: only(parent),
      argumentNodes: [],
      text: () => 'super',
      frame: createFrame(),
    })
  else fillInherited(it, given)
  return nothing
}

/** What a library's constructor is given is in the instance; own methods may put it there. */
function fillInherited(it: Interpreter, given: Arguments): void {
  const { heap } = it
  const inputs = union(...given.parameters, given.more ?? nothing)
  if (inputs.size === 0) return
  const elements = heap.readField(inputs, '*')
  const all = union(inputs, elements, heap.readField(elements, '*'))
  for (const object of given.self) heap.fill(object, all)
  for (const name of ['set', 'add']) {
    const own = readMember(it, given.self, name, given.node).value
    heap.maybe('weak', () => invoke(it, own, { ...given, parameters: [], more: all }))
  }
}

function initializeFields(it: Interpreter, object: AbstractObject, given: Arguments): void {
  const known = it.classes.get(object)
  if (!known) return
  const path = pathOf(it, object, given)
  const frame = createFrame({ parent: known.frame, self: given.self, path, functions: known.frame.functions })
  for (const member of known.node.members) {
    if (!ts.isPropertyDeclaration(member) || !member.initializer) continue
    if (ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Static) continue
    it.heap.writeField(given.self, knownKey(member.name), evaluate(it, member.initializer, frame))
  }
}

export function superCall(it: Interpreter, node: ts.CallExpression, frame: Frame): Value {
  const given = { ...readArguments(it, node.arguments, frame), self: selfOf(it, frame), node }
  for (const object of enclosingClasses(it, node)) {
    for (const parent of it.heap.readField(only(object), 'extends')) constructParent(it, parent, given)
    initializeFields(it, object, given)
  }
  return nothing
}

/** A member of a class above, of its instances or of itself. */
export function superMember(
  it: Interpreter,
  target: ts.Expression,
  name = ts.isPropertyAccessExpression(target) ? target.name.text : '*',
): Value {
  const found: Value[] = []
  const visited = new Set<AbstractObject>()
  let level = superClasses(it, target)
  while (level.length > 0 && (found.length === 0 || name === '*')) {
    const above = it.heap.readField(new Set(level.filter(each => !visited.has(each))), 'extends')
    for (const each of level) visited.add(each)
    const members = it.heap.readField(union(above, it.heap.readField(above, 'prototype')), name)
    if (members.size > 0) found.push(members)
    level = [...above].filter(each => !visited.has(each))
  }
  return union(...found)
}

/** What has a `super`: a member of a class, a method of an object. */
function isHome(node: ts.Node): boolean {
  const isOfObject = ts.isObjectLiteralExpression(node.parent)
  return isOfObject ? ts.isMethodDeclaration(node) || ts.isAccessor(node) : ts.isClassElement(node)
}

/** The classes whose `super` it is; none in a method of an object. */
function superClasses(it: Interpreter, node: ts.Node): readonly AbstractObject[] {
  const owner = ts.findAncestor(node, isHome)
  const isOfObject = owner !== undefined && !ts.isClassLike(owner.parent)
  return isOfObject ? [] : enclosingClasses(it, node)
}

function enclosingClasses(it: Interpreter, node: ts.Node): readonly AbstractObject[] {
  const owner = ts.findAncestor(node, ts.isClassLike)
  return owner ? it.history.read(classesAt(it, owner)) : []
}
