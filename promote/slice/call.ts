/**
 * The abstract interpreter's calls. Functions of the notebook are followed into their bodies; library code does
 * what its effect stub says; everything else may change whatever it can reach and touch the outside.
 */
import { assign, evaluate, propertyKey } from './evaluate.ts'
import { applyEffect, havoc } from './apply-effect.ts'
import { executeBlock, moduleMember } from './execute.ts'
import { nothing, union, type AbstractObject, type Value } from './heap.ts'
import { createFrame, objectAt, TooEntangled, type Frame, type Interpreter } from './interpreter.ts'
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
}

/** A call with everything that an effect may speak of. */
export interface Call extends Arguments {
  readonly callee: Value
  readonly argumentNodes: readonly ts.Expression[]
  readonly text: string
  readonly stub?: StubName
  readonly frame: Frame
}

const deepest = 40

export function callExpression(it: Interpreter, node: ts.CallExpression, frame: Frame): Value {
  const { expression } = node
  if (expression.kind === ts.SyntaxKind.SuperKeyword) return superCall(it, node, frame)
  const imported = importedModule(node)
  if (imported !== undefined) return new Set([moduleMember(it, imported, '')])
  const target = bare(expression)
  const isMember = ts.isPropertyAccessExpression(target) || ts.isElementAccessExpression(target)
  const self = isMember ? evaluate(it, target.expression, frame) : nothing
  const callee =
    isMember && target.expression.kind === ts.SyntaxKind.SuperKeyword
      ? superMember(it, target, frame)
      : evaluate(it, target, frame)
  const call = {
    ...readArguments(it, node.arguments, frame),
    self,
    callee,
    node,
    frame,
    text: target.getText(),
  }
  const run = () => dispatch(it, { ...call, ...stubOf(it, target) }, '')
  return node.questionDotToken ? it.heap.maybe('weak', run) : run()
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
    text: target.getText(),
  }
  return dispatch(it, { ...call, ...stubOf(it, target) }, '')
}

export function construct(it: Interpreter, node: ts.NewExpression, frame: Frame): Value {
  const callee = evaluate(it, node.expression, frame)
  const given = readArguments(it, node.arguments ?? ts.factory.createNodeArray(), frame)
  const own = [...callee].filter(object => it.classes.has(object))
  const made: Value[] = own.map(object => {
    const instance = objectAt(it, node, frame, { kind: 'plain' })
    const self = new Set([instance])
    it.instances.set(instance, union(it.instances.get(instance) ?? nothing, new Set([object])))
    const run = () => runConstructor(it, object, { ...given, self, node })
    if (own.length > 1) it.heap.maybe('weak', run)
    else run()
    return self
  })
  const foreign = new Set([...callee].filter(object => !it.classes.has(object)))
  if (own.length > 0 && foreign.size === 0) return union(...made)
  const call = {
    ...given,
    self: nothing,
    callee: foreign,
    node,
    frame,
    text: `new ${node.expression.getText()}`,
  }
  return union(dispatch(it, { ...call, ...stubOf(it, node.expression) }, '.new'), ...made)
}

/** Calls every function that a value may be. Used for callbacks, getters and setters. */
export function invoke(it: Interpreter, value: Value, given: Arguments): Value {
  const functions = [...value].filter(object => it.functions.has(object))
  const run = () => union(...functions.map(object => inline(it, object, given)))
  return functions.length > 1 ? it.heap.maybe('weak', run) : run()
}

function dispatch(it: Interpreter, call: Call, suffix: '' | '.new'): Value {
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
    return effect ? applyEffect(it, effect, call) : havoc(it, call)
  }
  if (functions.size === 0) return foreign()
  return it.heap.maybe('weak', () => union(inlineCall(it, functions, call), foreign()))
}

/** A call that nobody waits for goes on while later statements run. */
function inlineCall(it: Interpreter, functions: Value, call: Call): Value {
  const isAsync = [...functions].some(object => isAsyncFunction(it.functions.get(object)?.node))
  if (isAsync && !isAwaited(call.node)) return it.heap.maybe('deferred', () => invoke(it, functions, call))
  return invoke(it, functions, call)
}

function findEffect(
  it: Interpreter,
  call: Call,
  externals: readonly AbstractObject[],
  suffix: string,
): Effect | undefined {
  const find = (name: StubName | undefined) =>
    name && it.effects.find(name.package, `${name.name.replace(/^default\.?/, '')}${suffix}`)
  for (const object of externals) {
    const effect = find(it.externals.get(object))
    if (effect) return effect
  }
  const typed = find(call.stub)
  if (typed) return typed
  // Without types: by what the stubs say the receiver is, unless it is only a part of that.
  const target = ts.isCallExpression(call.node) ? bare(call.node.expression) : undefined
  if (!target || !ts.isPropertyAccessExpression(target)) return undefined
  const receiver = bare(target.expression)
  const inner = ts.isAwaitExpression(receiver) ? bare(receiver.expression) : receiver
  if (!ts.isIdentifier(inner) && !ts.isCallExpression(inner) && !ts.isTaggedTemplateExpression(inner))
    return undefined
  const tags = [...call.self].map(object => object.tag)
  const [tag] = tags
  if (!tag || tags.some(other => other?.name !== tag.name || other.package !== tag.package)) return undefined
  return it.effects.find(tag.package, `${tag.name}.${target.name.text}`)
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
  // A function within itself: its own text is being followed already, only its arguments are not.
  if (it.stack.some(level => level.node === node))
    return it.heap.maybe('weak', () => recurse(it, object, given))
  const path = `${it.stack.at(-1)?.path ?? ''}>${it.notebook.runOf(given.node)}:${given.node.pos}:${object.id}`
  const self = ts.isArrowFunction(node) ? outer.self : given.self
  const all = union(...given.parameters, given.more ?? nothing)
  const frame =
    it.frames.get(path) ??
    createFrame({ parent: outer, self, parameters: all, path, functions: [...outer.functions, node] })
  it.frames.set(path, frame)
  it.stack.push({ node, path })
  try {
    bindParameters(it, node, given, frame)
    if (ts.isBlock(body)) executeBlock(it, body.statements, frame)
    else for (const each of evaluate(it, body, frame)) frame.results.add(each)
  } finally {
    it.stack.pop()
  }
  if (!isGenerator(node)) return frame.results
  const iterator = new Set([objectAt(it, node, frame, { kind: 'plain' })])
  it.heap.writeField(iterator, '*', frame.results)
  return iterator
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
    const fallback = parameter.initializer ? evaluate(it, parameter.initializer, frame) : nothing
    assign(it, parameter.name, union(given.parameters[i] ?? nothing, given.more ?? nothing, fallback), frame)
    if (node.kind === ts.SyntaxKind.Constructor && ts.isParameterPropertyDeclaration(parameter, node))
      it.heap.writeField(frame.self, (parameter.name as ts.Identifier).text, given.parameters[i] ?? nothing)
  }
}

/** What a recursive call may do with its arguments: anything, and give back any of it. */
function recurse(it: Interpreter, object: AbstractObject, given: Arguments): Value {
  const reached = it.heap.reach(union(given.self, ...given.parameters, given.more ?? nothing))
  it.heap.readDeep(reached)
  for (const each of reached) it.heap.writeField(new Set([each]), '*', reached)
  const results = [...it.frames.values()].filter(
    frame => frame.functions.at(-1) === it.functions.get(object)?.node,
  )
  return union(reached, ...results.map(frame => frame.results))
}

function runConstructor(it: Interpreter, object: AbstractObject, given: Arguments): void {
  const known = it.classes.get(object)
  if (!known) return
  const member = known.node.members.find(m => ts.isConstructorDeclaration(m) && m.body) as
    ts.ConstructorDeclaration | undefined
  const parents = it.heap.readField(new Set([object]), 'extends')
  if (!member) {
    for (const parent of parents) constructParent(it, parent, given)
    return initializeFields(it, object, given)
  }
  if (parents.size === 0) initializeFields(it, object, given)
  const ctor = objectAt(it, member, known.frame, { kind: 'function' })
  it.functions.set(ctor, { node: member, frame: known.frame })
  inline(it, ctor, given)
}

function constructParent(it: Interpreter, parent: AbstractObject, given: Arguments): void {
  if (it.classes.has(parent)) return runConstructor(it, parent, given)
  const name = it.externals.get(parent)
  const isHarmless = name !== undefined && it.effects.find(name.package, `${name.name}.new`) !== undefined
  if (!isHarmless)
    havoc(it, { ...given, callee: new Set([parent]), argumentNodes: [], text: 'super', frame: createFrame() })
}

function initializeFields(it: Interpreter, object: AbstractObject, given: Arguments): void {
  const known = it.classes.get(object)
  if (!known) return
  const path = `${it.stack.at(-1)?.path ?? ''}>${it.notebook.runOf(given.node)}:${given.node.pos}:${object.id}`
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
  const given = { ...readArguments(it, node.arguments, frame), self: frame.self, node }
  for (const object of enclosingClasses(it, node)) {
    for (const parent of it.heap.readField(new Set([object]), 'extends')) constructParent(it, parent, given)
    initializeFields(it, object, given)
  }
  return nothing
}

function superMember(it: Interpreter, target: ts.Expression, frame: Frame): Value {
  const name = ts.isPropertyAccessExpression(target) ? target.name.text : '*'
  const parents = [...enclosingClasses(it, target)].map(o => it.heap.readField(new Set([o]), 'extends'))
  const prototypes = it.heap.readField(union(...parents), 'prototype')
  void frame
  return it.heap.readField(prototypes, name)
}

function enclosingClasses(it: Interpreter, node: ts.Node): readonly AbstractObject[] {
  const owner = ts.findAncestor(node, ts.isClassLike)
  return [...it.classes].filter(([, known]) => known.node === owner).map(([object]) => object)
}

function readArguments(
  it: Interpreter,
  nodes: readonly ts.Expression[],
  frame: Frame,
): Pick<Call, 'parameters' | 'more' | 'argumentNodes'> {
  const parameters: Value[] = []
  let more: Value = nothing
  for (const node of nodes) {
    if (ts.isSpreadElement(node))
      more = union(more, it.heap.readField(evaluate(it, node.expression, frame), '*'))
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
  return (
    node !== undefined &&
    ts.canHaveModifiers(node) &&
    (ts.getModifiers(node) ?? []).some(m => m.kind === ts.SyntaxKind.AsyncKeyword)
  )
}

function isGenerator(node: ts.Node): boolean {
  return (node as { asteriskToken?: ts.Node }).asteriskToken !== undefined
}

/** Awaited at once, or handed to something that is (a list for `Promise.all`, the caller). */
function isAwaited(node: ts.Node): boolean {
  let at = node.parent
  while (
    ts.isParenthesizedExpression(at) ||
    ts.isAsExpression(at) ||
    ts.isNonNullExpression(at) ||
    ts.isArrayLiteralExpression(at) ||
    (ts.isPropertyAccessExpression(at) && /^(then|catch|finally)$/.test(at.name.text)) ||
    (ts.isCallExpression(at) && /\b(all|allSettled|then|catch|finally)$/.test(at.expression.getText()))
  )
    at = at.parent
  return ts.isAwaitExpression(at) || ts.isReturnStatement(at) || ts.isArrowFunction(at)
}
