/** Which effect stub speaks of a call: by what is called, by its type, or by what its receiver is known to be. */
import type { Call } from './arguments.ts'
import type { Effect } from './effects.ts'
import { those, type AbstractObject, type Value } from './heap.ts'
import type { Interpreter } from './interpreter.ts'
import type { StubName } from './names.ts'
import { bare, ts } from './typescript.ts'

export function findEffect(
  it: Interpreter,
  call: Call,
  externals: Value,
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
  if (member === 'call' || member === 'apply') {
    const through = effectThrough(it, call.self)
    if (through) return through
  }
  // What a container holds may be a library's function too, but is not what its own methods are.
  const isNamed = (object: AbstractObject) =>
    member === undefined || it.externals.get(object)?.name.split('.').at(-1) === member
  for (const object of those(externals, isNamed)) {
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

/** `Math.max.apply(null, list)`: a library's function for which it is all the same how its arguments come. */
function effectThrough(it: Interpreter, self: Value): Effect | undefined {
  const [object] = self
  const known = object && self.size === 1 ? it.externals.get(object) : undefined
  const effect = known && it.effects.find(known.package, known.name.replace('.prototype.', '.'))
  return effect && isPlain(effect) ? effect : undefined
}

/** It reads what it is given and makes something of its own. */
function isPlain({ returns = [], reads = [], writes = [], ...others }: Effect): boolean {
  return (
    Object.keys(others).length === 0 &&
    returns.every(kind => kind === 'new') &&
    [...reads, ...writes].every(use => !/:\d+$/.test(use))
  )
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
