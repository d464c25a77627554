/**
 * The abstract interpreter's calls. Functions of the notebook are followed into their bodies; library code does
 * what its effect stub says; everything else may change whatever it can reach and touch the outside.
 */
import { applyEffect } from './apply-effect.ts'
import { havoc } from './havoc.ts'
import { readArguments, type Arguments, type Call } from './arguments.ts'
import { constructInherited, superCall, superMember } from './construct.ts'
import { evaluate, evaluateMember } from './evaluate.ts'
import { moduleMember } from './execute.ts'
import { findEffect } from './find-effect.ts'
import { nothing, only, those, union, type AbstractObject, type Value } from './heap.ts'
import { invoke } from './inline.ts'
import { objectAt, type Frame, type Interpreter } from './interpreter.ts'
import { isAwaited, later } from './later.ts'
import { importModule } from './modules.ts'
import type { StubName } from './names.ts'
import { bare, ts } from './typescript.ts'

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

/** Calls what library code was given to call: an async function that nobody waits for goes on by itself. */
export function invokeCallbacks(it: Interpreter, value: Value, given: Arguments, frame: Frame): Value {
  const isAsync = [...value].some(object => isAsyncFunction(it.functions.get(object)?.node))
  const waited = isAwaited(given.node, frame)
  if (isAsync && !waited) return later(it, () => invoke(it, value, given))
  return invoke(it, value, { ...given, isAwaited: waited })
}

export function dispatch(it: Interpreter, call: Call, suffix: '' | '.new'): Value {
  const settled = settlePromises(it, call)
  if (settled) return settled
  const known = those(call.callee, object => it.functions.has(object))
  const functions = union(known, proxiesOf(it, call.callee))
  const externals = those(call.callee, object => it.externals.has(object))
  const isForeign =
    known.size === 0 ||
    externals.size > 0 ||
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

function proxiesOf(it: Interpreter, value: Value): Value {
  return it.proxies.isEmpty() ? nothing : those(value, object => it.proxies.has(object))
}

/** A call that nobody waits for goes on while later statements run. */
function inlineCall(it: Interpreter, functions: Value, call: Call): Value {
  const isAsync = [...functions].some(object => isAsyncFunction(it.functions.get(object)?.node))
  const waited = isAwaited(call.node, call.frame)
  if (isAsync && !waited) return later(it, () => invoke(it, functions, call))
  const run = () => invoke(it, functions, { ...call, isAwaited: waited })
  return isAsync && waited === 'caught' ? it.heap.maybe('weak', run) : run()
}

/** `resolve(value)` of a promise made here: who awaits that gets the value. */
function settlePromises(it: Interpreter, call: Call): Value | undefined {
  if (call.stub?.name === 'PromiseConstructor.reject') throwLater(it, union(...call.parameters))
  if (it.resolvers.isEmpty()) return undefined
  const promises = [...call.callee].flatMap(object => it.resolvers.get(object) ?? [])
  if (promises.length === 0) return undefined
  const given = union(...call.parameters, call.more ?? nothing)
  for (const promise of promises) it.heap.fill(promise, union(given, it.heap.readField(given, '*')))
  if ([...call.callee].some(object => it.rejecters.has(object))) throwLater(it, given)
  // A variable may hold something else before it holds that.
  return promises.length === call.callee.size ? nothing : undefined
}

/** Whoever awaits the promise may catch this. */
export function throwLater(it: Interpreter, value: Value): void {
  it.history.write(it.thrown, union(it.history.read(it.thrown), value))
}

export function stubOf(it: Interpreter, target: ts.Expression): { stub?: StubName } {
  const stub = it.names.stubName(target)
  return stub ? { stub } : {}
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
