/**
 * The abstract interpreter's calls. Functions of the notebook are followed into their bodies; library code does
 * what its effect stub says; everything else may change whatever it can reach and touch the outside.
 */
import { assign, evaluate, evaluateMember, propertyKey } from './evaluate.ts'
import { isAwaited, later } from './later.ts'
import { importModule } from './modules.ts'
import { iterate } from './protocols.ts'
import { applyEffect, havoc } from './apply-effect.ts'
import { executeBlock, moduleMember } from './execute.ts'
import { nothing, only, union, type AbstractObject, type Value } from './heap.ts'
import {
  createFrame,
  addToFrame,
  classesAt,
  objectAt,
  selfOf,
  setImplicit,
  shortPath,
  TooEntangled,
  type Frame,
  type Interpreter,
  type KnownFunction,
} from './interpreter.ts'
import type { StubName } from './names.ts'
import type { Effect } from './effects.ts'
import { bare, ts } from './typescript.ts'

/** Arguments as a function gets them. */
export interface Arguments {
  readonly self: Value
  readonly parameters: readonly Value[]
  /** What any further parameter may be. */
  readonly more?: Value
  /** The expression that calls: objects made behind it are its own. */
  readonly node: ts.Node
  /** Whether the caller waits for the promise that comes back. */
  readonly isAwaited?: boolean
}

/** A call with everything that an effect may speak of. */
export interface Call extends Arguments {
  readonly callee: Value
  readonly argumentNodes: readonly ts.Expression[]
  /** As the author wrote it. */
  readonly text: () => string
  readonly stub?: StubName
  readonly frame: Frame
}

const deepest = 40

export function callExpression(it: Interpreter, node: ts.CallExpression, frame: Frame): Value {
  const { expression } = node
  if (expression.kind === ts.SyntaxKind.SuperKeyword) return superCall(it, node, frame)
  const imported = importedModule(node)
  if (imported !== undefined)
    return new Set([importModule(it, imported, node) ?? moduleMember(it, imported, '')])
  const target = bare(expression)
  const isMember = ts.isPropertyAccessExpression(target) || ts.isElementAccessExpression(target)
  const isSuper = isMember && target.expression.kind === ts.SyntaxKind.SuperKeyword
  const self = isMember ? evaluate(it, target.expression, frame) : nothing
  const callee = isSuper
    ? superMember(it, target)
    : isMember
      ? evaluateMember(it, target, { self, frame })
      : evaluate(it, target, frame)
  const run = () => {
    const call = {
      ...readArguments(it, node.arguments, frame),
      self,
      callee,
      node,
      frame,
      text: () => target.getText(),
    }
    const redirected = isMember ? callThrough(it, target, call) : undefined
    return redirected ?? dispatch(it, { ...call, ...stubOf(it, target) }, '')
  }
  // `a?.b()` and all that hangs on it may not happen.
  return ts.isOptionalChain(node) ? it.heap.maybe('weak', run) : run()
}

/** `f.call(x, …)`, `f.apply(x, [...])` and `f.bind(x, …)` of functions that are seen. */
function callThrough(
  it: Interpreter,
  target: ts.PropertyAccessExpression | ts.ElementAccessExpression,
  call: Call,
): Value | undefined {
  const name = ts.isPropertyAccessExpression(target) ? target.name.text : ''
  if (!/^(call|apply|bind)$/.test(name) || call.self.size === 0 || call.callee.size > 0) return undefined
  const functions = [...call.self].filter(object => it.functions.has(object))
  if (functions.length < call.self.size) return undefined
  const [self = nothing, ...others] = call.parameters
  const more = call.more ?? nothing
  const given: Arguments =
    name === 'apply'
      ? {
          self,
          parameters: [],
          more: it.heap.readField(union(others[0] ?? nothing, more), '*'),
          node: call.node,
        }
      : { self: union(self, more), parameters: others, more, node: call.node }
  if (name !== 'bind') return inlineCall(it, call.self, { ...call, ...given })
  return union(...functions.map(object => bind(it, object, given, call.frame)))
}

function bind(it: Interpreter, object: AbstractObject, given: Arguments, frame: Frame): Value {
  const known = it.functions.get(object)
  if (!known) return nothing
  const bound = objectAt(
    it,
    given.node,
    { ...frame, path: `${frame.path}#${object.id}` },
    { kind: 'function' },
  )
  it.functions.set(bound, { ...known, bound: { ...given } })
  return only(bound)
}

export function taggedTemplate(it: Interpreter, node: ts.TaggedTemplateExpression, frame: Frame): Value {
  const callee = evaluate(it, node.tag, frame)
  const spans = ts.isTemplateExpression(node.template)
    ? node.template.templateSpans.map(s => s.expression)
    : []
  const values = spans.map(span => evaluate(it, span, frame))
  const target = bare(node.tag)
  const self = ts.isPropertyAccessExpression(target) ? evaluate(it, target.expression, frame) : nothing
  const call = {
    self,
    callee,
    parameters: [nothing, ...values],
    argumentNodes: [],
    node,
    frame,
    text: () => target.getText(),
  }
  return dispatch(it, { ...call, ...stubOf(it, target) }, '')
}

export function construct(it: Interpreter, node: ts.NewExpression, frame: Frame): Value {
  const callee = evaluate(it, node.expression, frame)
  const given = readArguments(it, node.arguments ?? ts.factory.createNodeArray(), frame)
  const isOwn = (object: AbstractObject) => it.classes.has(object) || it.functions.has(object)
  const own = [...callee].filter(isOwn)
  const made: Value[] = own.map(object => {
    const instance = objectAt(it, node, frame, { kind: 'plain' })
    const self = only(instance)
    it.instances.set(instance, union(it.instances.get(instance) ?? nothing, only(object)))
    const run = () =>
      it.classes.has(object)
        ? union(self, runConstructor(it, object, { ...given, self, node }))
        : union(self, inline(it, object, { ...given, self, node }))
    return own.length > 1 ? it.heap.maybe('weak', run) : run()
  })
  const foreign = new Set([...callee].filter(object => !isOwn(object)))
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
  it.resolvers.set(settle, promise)
  const settlers = only(settle)
  const run = () => invoke(it, first, { ...given, self: nothing, parameters: [settlers, settlers] })
  // The executor runs now; what it starts is deferred by whatever it calls.
  it.heap.maybe('weak', run)
  return only(promise)
}

/** Calls every function that a value may be. Used for callbacks, getters and setters. */
export function invoke(it: Interpreter, value: Value, given: Arguments): Value {
  const functions = [...value].filter(object => it.functions.has(object))
  const run = () => union(...functions.map(object => inline(it, object, given)))
  return functions.length > 1 ? it.heap.maybe('weak', run) : run()
}

/** Calls what library code was given to call: an async function that nobody waits for goes on by itself. */
export function invokeCallbacks(it: Interpreter, value: Value, given: Arguments, frame: Frame): Value {
  const isAsync = [...value].some(object => isAsyncFunction(it.functions.get(object)?.node))
  if (isAsync && !isAwaited(given.node, frame)) return later(it, () => invoke(it, value, given))
  return invoke(it, value, { ...given, isAwaited: isAsync })
}

function dispatch(it: Interpreter, call: Call, suffix: '' | '.new'): Value {
  const settled = settlePromises(it, call)
  if (settled) return settled
  const functions = new Set([...call.callee].filter(object => it.functions.has(object)))
  const externals = [...call.callee].filter(object => it.externals.has(object))
  const isForeign =
    functions.size === 0 ||
    externals.length > 0 ||
    // A method of a library's class, even where the receiver also holds functions (`[f, g].map`).
    call.stub !== undefined ||
    [...call.callee].some(object => object.kind === 'opaque')
  if (!isForeign) return inlineCall(it, functions, call)
  const foreign = () => {
    const effect = findEffect(it, call, externals, suffix)
    const given = effect ? applyEffect(it, effect, call) : havoc(it, call)
    return union(given, constructInherited(it, call))
  }
  if (functions.size === 0) return foreign()
  return it.heap.maybe('weak', () => union(inlineCall(it, functions, call), foreign()))
}

/** `Rows.from(…)`, or `rows.map(…)`, of an own class that extends a library's may make instances of it. */
function constructInherited(it: Interpreter, call: Call): Value {
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

/** A call that nobody waits for goes on while later statements run. */
function inlineCall(it: Interpreter, functions: Value, call: Call): Value {
  const isAsync = [...functions].some(object => isAsyncFunction(it.functions.get(object)?.node))
  const isWaitedFor = isAwaited(call.node, call.frame)
  if (isAsync && !isWaitedFor) return later(it, () => invoke(it, functions, call))
  return invoke(it, functions, { ...call, isAwaited: isWaitedFor })
}

/** `resolve(value)` of a promise made here: who awaits that gets the value. */
function settlePromises(it: Interpreter, call: Call): Value | undefined {
  const promises = [...call.callee].flatMap(object => it.resolvers.get(object) ?? [])
  if (promises.length === 0) return undefined
  const given = union(...call.parameters, call.more ?? nothing)
  for (const promise of promises) it.heap.fill(promise, union(given, it.heap.readField(given, '*')))
  // A variable may hold something else before it holds that.
  return promises.length === call.callee.size ? nothing : undefined
}

function findEffect(
  it: Interpreter,
  call: Call,
  externals: readonly AbstractObject[],
  suffix: string,
): Effect | undefined {
  const isEmpty = suffix === '.new' && ts.isNewExpression(call.node) && !call.node.arguments?.length
  const find = (name: StubName | undefined) => {
    if (!name) return undefined
    const full = `${name.name.replace(/^default\.?/, '')}${suffix}`
    return (
      (isEmpty ? it.effects.exactly(name.package, `${full}()`) : undefined) ??
      it.effects.find(name.package, full)
    )
  }
  const target = ts.isCallExpression(call.node) ? bare(call.node.expression) : undefined
  const member = target && ts.isPropertyAccessExpression(target) ? target.name.text : undefined
  // What a container holds may be a library's function too, but is not what its own methods are.
  const isNamed = (object: AbstractObject) =>
    member === undefined || it.externals.get(object)?.name.split('.').at(-1) === member
  for (const object of externals.filter(isNamed)) {
    const effect = find(it.externals.get(object))
    if (effect) return effect
  }
  const typed = find(call.stub)
  if (typed) return typed
  for (const object of externals) {
    const effect = find(it.externals.get(object))
    if (effect) return effect
  }
  if (!target || !ts.isPropertyAccessExpression(target)) return undefined
  const ofData = dataMethod(it, call.self, target.name.text)
  if (ofData) return ofData
  // Without types: by what the stubs say the receiver is, unless it is only a part of that.
  const receiver = bare(target.expression)
  const inner = ts.isAwaitExpression(receiver) ? bare(receiver.expression) : receiver
  const part = partName(it, inner, target.name.text)
  if (part) return find(part)
  if (!ts.isIdentifier(inner) && !ts.isCallExpression(inner) && !ts.isTaggedTemplateExpression(inner))
    return undefined
  const tags = [...call.self].map(object => object.tag)
  const [tag] = tags
  if (!tag || tags.some(other => other?.name !== tag.name || other.package !== tag.package)) return undefined
  return it.effects.find(tag.package, `${tag.name}.${target.name.text}`)
}

/** Parsed JSON, without a type: it and all of its parts are lists, texts, numbers and records without methods. */
function dataMethod(it: Interpreter, self: Value, method: string): Effect | undefined {
  const isData =
    self.size > 0 && [...self].every(({ tag }) => tag?.package === 'js' && tag.name === 'JsonValue')
  if (!isData) return undefined
  const effect = ['Array', 'String', 'Number']
    .filter(owner => owner !== 'Number' || /^to/.test(method))
    .map(owner => (isMethod(owner, method) ? it.effects.find('js', `${owner}.${method}`) : undefined))
    .find(found => found !== undefined)
  return effect && { ...effect, type: effect.type ?? 'js:JsonValue' }
}

const prototypes: Readonly<Record<string, object>> = {
  Array: Array.prototype,
  String: String.prototype,
  Number: Number.prototype,
}

/** A stub for all methods of a class is none for what it does not have. */
function isMethod(owner: string, method: string): boolean {
  return typeof Object.getOwnPropertyDescriptor(prototypes[owner], method)?.value === 'function'
}

/** A method of a property that its class does not declare: `frame['x'].gt`. */
function partName(it: Interpreter, receiver: ts.Expression, method: string): StubName | undefined {
  if (!ts.isElementAccessExpression(receiver) && !ts.isPropertyAccessExpression(receiver)) return undefined
  const owner = it.names.className(receiver.expression)
  const part = owner && it.effects.partOf(owner.package, owner.name)
  return part && it.names.stubName(receiver) === undefined
    ? { package: owner.package, name: `${part}.${method}` }
    : undefined
}

function stubOf(it: Interpreter, target: ts.Expression): { stub?: StubName } {
  const stub = it.names.stubName(target)
  return stub ? { stub } : {}
}

/** Evaluates a function's body with its parameters bound. */
export function inline(it: Interpreter, object: AbstractObject, given: Arguments): Value {
  const known = it.functions.get(object)
  const body = known && (known.node as { body?: ts.Node }).body
  if (!known || !body) return nothing
  const { node, frame: outer } = known
  if (it.stack.length > deepest) throw new TooEntangled()
  const actual = known.bound ? withBound(known.bound, given) : given
  const within = it.stack.findLast(level => level.node === node)
  if (within?.frame)
    return it.heap.maybe('weak', () => recurse(it, { frame: within.frame as Frame, node }, actual))
  const path = pathOf(it, object, given)
  const frame = frameAt(it, { node, outer, path }, actual)
  const level = { node, path, frame }
  const follow = () => {
    it.stack.push(level)
    try {
      followBody(it, body, frame)
    } finally {
      it.stack.pop()
    }
  }
  it.stack.push(level)
  try {
    bindParameters(it, node, actual, frame)
  } finally {
    it.stack.pop()
  }
  if (!isGenerator(node)) {
    follow()
    return resultsOf(it, frame)
  }
  const iterator = objectAt(it, node, frame, { kind: 'plain' })
  it.lazies.set(iterator, () => {
    if (!it.stack.includes(level)) follow()
    return resultsOf(it, frame)
  })
  return only(iterator)
}

/** Which calls lead into a function. */
function pathOf(it: Interpreter, { id }: AbstractObject, { node }: Arguments): string {
  return shortPath(it, `${it.stack.at(-1)?.path ?? ''}>${it.notebook.keyOf(node)}:${id}`)
}

function resultsOf(it: Interpreter, { held }: Frame): Value {
  return it.history.read(held).results
}

function frameAt(
  it: Interpreter,
  { node, outer, path }: { node: ts.SignatureDeclaration; outer: Frame; path: string },
  given: Arguments,
): Frame {
  const self = ts.isArrowFunction(node) ? selfOf(it, outer) : given.self
  const parameters = union(...given.parameters, given.more ?? nothing)
  // The same place again (of a loop): who is called on, and with what, may be others by now.
  const known = it.frames.get(path)
  const frame =
    known?.parent === outer &&
    known.functions.at(-1) === node &&
    known.isAwaited === (given.isAwaited ?? false)
      ? known
      : createFrame({
          parent: outer,
          path,
          functions: [...outer.functions, node],
          isAwaited: given.isAwaited ?? false,
        })
  if (frame !== known) it.frames.set(path, frame)
  addToFrame(it, frame, { self, parameters })
  return frame
}

/** A function that calls itself is followed until nothing new comes of it. */
function followBody(it: Interpreter, body: ts.Node, frame: Frame): void {
  const once = () => {
    if (ts.isBlock(body)) executeBlock(it, body.statements, frame)
    else addToFrame(it, frame, { results: evaluate(it, body, frame) })
  }
  once()
  if (!it.history.read(frame.held).isRecursive) return
  it.heap.maybe('weak', () => {
    for (let before = -1; before !== it.heap.changes() + resultsOf(it, frame).size;) {
      before = it.heap.changes() + resultsOf(it, frame).size
      once()
    }
  })
}

function withBound(bound: NonNullable<KnownFunction['bound']>, given: Arguments): Arguments {
  const more = union(bound.more ?? nothing, given.more ?? nothing)
  return { ...given, self: bound.self, parameters: [...bound.parameters, ...given.parameters], more }
}

function bindParameters(
  it: Interpreter,
  node: ts.SignatureDeclaration,
  given: Arguments,
  frame: Frame,
): void {
  for (const [i, parameter] of node.parameters.entries()) {
    if (parameter.dotDotDotToken) {
      const rest = new Set([objectAt(it, parameter, frame, { kind: 'plain' })])
      it.heap.writeField(rest, '*', union(...given.parameters.slice(i), given.more ?? nothing))
      assign(it, parameter.name, rest, frame)
      continue
    }
    const { initializer } = parameter
    const fallback = initializer ? it.heap.maybe('weak', () => evaluate(it, initializer, frame)) : nothing
    const value = union(given.parameters[i] ?? nothing, given.more ?? nothing, fallback)
    assign(it, parameter.name, value, frame)
    if (node.kind === ts.SyntaxKind.Constructor && ts.isParameterPropertyDeclaration(parameter, node))
      it.heap.writeField(selfOf(it, frame), (parameter.name as ts.Identifier).text, value)
  }
}

/** A call within itself: its arguments join those of the call that is being followed, which is gone through again. */
function recurse(
  it: Interpreter,
  { frame, node }: { readonly frame: Frame; readonly node: ts.SignatureDeclaration },
  given: Arguments,
): Value {
  addToFrame(it, frame, {
    isRecursive: true,
    parameters: union(...given.parameters, given.more ?? nothing),
    ...(ts.isArrowFunction(node) ? {} : { self: given.self }),
  })
  bindParameters(it, node, given, frame)
  return resultsOf(it, frame)
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
  return nothing
}

function initializeFields(it: Interpreter, object: AbstractObject, given: Arguments): void {
  const known = it.classes.get(object)
  if (!known) return
  const path = pathOf(it, object, given)
  const frame = createFrame({ parent: known.frame, self: given.self, path, functions: known.frame.functions })
  for (const member of known.node.members) {
    if (!ts.isPropertyDeclaration(member) || !member.initializer) continue
    if (ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Static) continue
    it.heap.writeField(
      given.self,
      propertyKey(it, member.name, frame),
      evaluate(it, member.initializer, frame),
    )
  }
}

function superCall(it: Interpreter, node: ts.CallExpression, frame: Frame): Value {
  const given = { ...readArguments(it, node.arguments, frame), self: selfOf(it, frame), node }
  for (const object of enclosingClasses(it, node)) {
    for (const parent of it.heap.readField(only(object), 'extends')) constructParent(it, parent, given)
    initializeFields(it, object, given)
  }
  return nothing
}

/** A member of a class above, of its instances or of itself. */
function superMember(it: Interpreter, target: ts.Expression): Value {
  const name = ts.isPropertyAccessExpression(target) ? target.name.text : '*'
  const found: Value[] = []
  const visited = new Set<AbstractObject>()
  let level: readonly AbstractObject[] = enclosingClasses(it, target)
  while (level.length > 0 && found.length === 0) {
    const above = it.heap.readField(new Set(level.filter(each => !visited.has(each))), 'extends')
    for (const each of level) visited.add(each)
    const members = it.heap.readField(union(above, it.heap.readField(above, 'prototype')), name)
    if (members.size > 0) found.push(members)
    level = [...above]
  }
  return union(...found)
}

function enclosingClasses(it: Interpreter, node: ts.Node): readonly AbstractObject[] {
  const owner = ts.findAncestor(node, ts.isClassLike)
  return owner ? it.history.read(classesAt(it, owner)) : []
}

function readArguments(
  it: Interpreter,
  nodes: readonly ts.Expression[],
  frame: Frame,
): Pick<Call, 'parameters' | 'more' | 'argumentNodes'> {
  const parameters: Value[] = []
  let more: Value = nothing
  for (const node of nodes) {
    if (ts.isSpreadElement(node)) more = union(more, iterate(it, evaluate(it, node.expression, frame), node))
    else if (more.size > 0) more = union(more, evaluate(it, node, frame))
    else parameters.push(evaluate(it, node, frame))
  }
  return { parameters, more, argumentNodes: nodes }
}

/** The module of `import('x')` and `require('x')`. */
function importedModule(node: ts.CallExpression): string | undefined {
  const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword
  const isRequire = ts.isIdentifier(node.expression) && node.expression.text === 'require'
  const [specifier] = node.arguments
  return (isImport || isRequire) && specifier && ts.isStringLiteralLike(specifier)
    ? specifier.text
    : undefined
}

function isAsyncFunction(node: ts.Node | undefined): boolean {
  const { modifiers = [] } = (node ?? {}) as { modifiers?: readonly ts.ModifierLike[] }
  return modifiers.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword)
}

function isGenerator(node: ts.Node): boolean {
  return (node as { asteriskToken?: ts.Node }).asteriskToken !== undefined
}
