/** Calls of code that nobody described: they may change, keep and call whatever they can reach. */
import type { Call } from './arguments.ts'
import { constructAll } from './construct.ts'
import { notePatch } from './evaluate.ts'
import { nothing, only, union, type AbstractObject, type Value } from './heap.ts'
import { invoke } from './inline.ts'
import {
  external,
  objectAt,
  sharedSlot,
  TooEntangled,
  type Harmless,
  type Interpreter,
} from './interpreter.ts'
import { later } from './later.ts'
import { outsideKinds, statesOf } from './outside.ts'
import { consult, inheritedMembers } from './protocols.ts'
import { touchOutside } from './touch.ts'

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
export function change(it: Interpreter, everything: Value, same: Value): void {
  for (const object of everything)
    if (isChangeable(object) && !isSeen(it, object, same)) it.heap.writeField(only(object), '*', everything)
}

/** Nobody sees into a package's own state; the language and Node are no package's to change. */
export function isSeen(it: Interpreter, object: AbstractObject, same: Value): boolean {
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
  const seen = new Set<Value>()
  for (const object of everything) {
    for (const slot of it.heap.fieldsOf(object).values()) {
      const { values } = it.heap.peek(slot)
      if (seen.has(values)) continue
      seen.add(values)
      for (const each of values) everything.add(each)
    }
    if (!it.instances.has(object) && !it.classes.has(object)) continue
    for (const members of inheritedMembers(it, object, '*')) for (const each of members) everything.add(each)
  }
}

/** Functions can be called, not changed; a library's own functions do not change because they are called. */
function isChangeable(object: AbstractObject): boolean {
  return object.kind !== 'function' && object.kind !== 'outside'
}
