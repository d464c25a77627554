/** Functions of the notebook, followed into their bodies with their parameters bound. */
import type { Arguments } from './arguments.ts'
import { evaluate } from './evaluate.ts'
import { assign } from './assign.ts'
import { executeBlock } from './execute.ts'
import { nothing, only, those, union, type AbstractObject, type Value } from './heap.ts'
import {
  addToFrame,
  createFrame,
  objectAt,
  selfOf,
  shortPath,
  TooEntangled,
  type Frame,
  type Interpreter,
  type KnownFunction,
} from './interpreter.ts'
import { callTraps } from './protocols.ts'
import { ts } from './typescript.ts'

const deepest = 40

/** Calls every function that a value may be. Used for callbacks, getters and setters. */
export function invoke(it: Interpreter, value: Value, given: Arguments): Value {
  const functions = those(value, object => it.functions.has(object))
  const proxies = it.proxies.isEmpty() ? nothing : those(value, object => it.proxies.has(object))
  if (proxies.size > 0) return it.heap.maybe('weak', () => invokeProxies(it, { proxies, functions }, given))
  if (functions.size === 0) return nothing
  const run = () => union(...[...functions].map(object => inline(it, object, given)))
  return functions.size > 1 ? it.heap.maybe('weak', run) : run()
}

/** A trap gets the function, who it is called on, and a list of the arguments; without one the function is called. */
function invokeProxies(
  it: Interpreter,
  { proxies, functions }: { readonly proxies: Value; readonly functions: Value },
  given: Arguments,
): Value {
  const parameters = union(...given.parameters, given.more ?? nothing)
  const list = objectAt(it, given.node, createFrame({ path: '#arguments' }), { kind: 'plain' })
  it.heap.fill(list, parameters)
  const more = union(proxies, functions, given.self, parameters, only(list))
  const handlers = union(...[...proxies].map(object => it.proxies.get(object) ?? nothing))
  return union(invoke(it, functions, given), callTraps(it, handlers, more, given.node))
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
export function pathOf(it: Interpreter, { id }: AbstractObject, { node }: Arguments): string {
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

function isGenerator(node: ts.Node): boolean {
  return (node as { asteriskToken?: ts.Node }).asteriskToken !== undefined
}
