/**
 * What the language calls without being asked to in so many words: getters and setters, conversions (`valueOf`,
 * `toString`, `toJSON`), iterators and generators, traps of proxies, methods found along a chain of prototypes.
 */
import { superMember } from './construct.ts'
import { nothing, only, those, union, type AbstractObject, type Slot, type Value } from './heap.ts'
import { addAll } from './values.ts'
import { invoke } from './inline.ts'
import { objectOf, type AccessorKind, type Interpreter } from './interpreter.ts'
import { ts } from './typescript.ts'

/** Methods that the language itself calls, by the names of fields. */
const conversions = ['valueOf', 'toString', 'toJSON', '@@toPrimitive'] as const
/** Methods that a text calls of what it is matched with. */
const matchers = ['@@replace', '@@split', '@@match', '@@matchAll', '@@search'] as const
const iterators = ['@@iterator', '@@asyncIterator'] as const

/** `[Symbol.iterator]` is the field `@@iterator`. */
export function symbolKey(node: ts.Node): string | undefined {
  const isSymbol =
    ts.isPropertyAccessExpression(node) &&
    ts.isIdentifier(node.expression) &&
    node.expression.text === 'Symbol'
  return isSymbol ? `@@${node.name.text}` : undefined
}

/** Whether a method is one that may run without a call in the text; most notebooks have none. */
export function isImplicit(node: ts.Node, key: string): boolean {
  return ts.isAccessor(node) || key.startsWith('@@') || key === '*' || isConversion(key)
}

function isConversion(key: string): boolean {
  return (conversions as readonly string[]).includes(key) || key === 'next' || key === 'then'
}

/** The field in which a member lies: setters have one of their own, beside the getter of that name. */
export function memberKey(node: ts.Node, key: string): string {
  return ts.isSetAccessor(node) ? setterKey(key) : key
}

function setterKey(key: string): string {
  return `set ${key}`
}

/** Reads a field, calling what is a getter. */
export function readMember(
  it: Interpreter,
  target: Value,
  name: string,
  node: ts.Node,
): { readonly value: Value; readonly isFound: boolean } {
  const parts: Value[] = []
  for (const object of target) {
    const self = only(object)
    if (name === 'prototype' && it.functions.has(object)) ensurePrototype(it, object)
    const own = it.heap.readField(self, name)
    parts.push(callGetters(it, own, self, node))
    for (const inherited of inheritedMembers(it, object, name))
      parts.push(callGetters(it, inherited, self, node))
    const handler = it.proxies.get(object)
    if (handler) parts.push(callTraps(it, handler, target, node))
  }
  const value = union(...parts)
  return { value, isFound: value.size > 0 }
}

/** A function has a prototype, for when it is used as a class. */
function ensurePrototype(it: Interpreter, object: AbstractObject): void {
  if (it.heap.fieldsOf(object).has('prototype')) return
  const prototype = objectOf(it, `prototype ${object.id}`, { kind: 'plain' })
  it.heap.inherit(object, 'prototype', { values: only(prototype), writers: new Set() })
}

export function callGetters(it: Interpreter, found: Value, self: Value, node: ts.Node): Value {
  if (!it.history.read(it.implicit)) return found
  if (!hasAccessor(it, found)) return found
  const plain = [...found].filter(object => accessorKind(it, object) === undefined)
  const getters = [...found].filter(object => isGetter(it, object))
  const given = it.heap.maybe('weak', () => invoke(it, new Set(getters), { self, parameters: [], node }))
  return union(new Set(plain), given)
}

function isGetter(it: Interpreter, object: AbstractObject): boolean {
  const kind = accessorKind(it, object)
  return kind === 'get' || kind === 'both'
}

function isSetter(it: Interpreter, object: AbstractObject): boolean {
  const kind = accessorKind(it, object)
  return kind === 'set' || kind === 'both'
}

export function accessorKind(it: Interpreter, object: AbstractObject): AccessorKind | undefined {
  if (object.kind !== 'function') return undefined
  const defined = it.accessors.get(object)
  if (defined) return defined
  const kind = it.functions.get(object)?.node.kind
  if (kind === ts.SyntaxKind.GetAccessor) return 'get'
  return kind === ts.SyntaxKind.SetAccessor ? 'set' : undefined
}

/** Writes a field, calling setters and traps that may stand in its place. */
export function writeMember(
  it: Interpreter,
  target: Value,
  name: string,
  given: { readonly value: Value; readonly node: ts.Node },
): void {
  const { value, node } = given
  for (const object of target) {
    const self = only(object)
    for (const setters of settersOf(it, object, name))
      it.heap.maybe('weak', () => invoke(it, setters, { self, parameters: [value], node }))
    const handler = it.proxies.get(object)
    if (handler) callTraps(it, handler, union(target, value), node)
  }
  const write = () => it.heap.writeField(target, name, value)
  if ([...target].some(object => holdsAccessor(it, object, name))) it.heap.maybe('weak', write)
  else write()
}

/** What is written where an accessor lies goes to its setter, and does not take its place. */
function holdsAccessor(it: Interpreter, object: AbstractObject, name: string): boolean {
  if (!it.history.read(it.implicit)) return false
  const fields = it.heap.fieldsOf(object)
  return [name, setterKey(name), '*'].some(key => {
    const slot = fields.get(key)
    return slot !== undefined && hasAccessor(it, it.heap.peek(slot).values)
  })
}

function hasAccessor(it: Interpreter, value: Value): boolean {
  for (const object of value) if (accessorKind(it, object) !== undefined) return true
  return false
}

/** Writes `super.name`: the setter of a class above runs for what is written on. */
export function writeSuper(
  it: Interpreter,
  self: Value,
  name: string,
  given: { readonly value: Value; readonly node: ts.Expression },
): void {
  const found = superMember(it, given.node, name === '*' ? '*' : setterKey(name))
  const setters = those(found, object => isSetter(it, object))
  if (setters.size === 0) return writeMember(it, self, name, given)
  const { value, node } = given
  it.heap.maybe('weak', () => {
    invoke(it, setters, { self, parameters: [value], node })
    it.heap.writeField(self, name, value)
  })
}

function settersOf(it: Interpreter, object: AbstractObject, name: string): readonly Value[] {
  if (!it.history.read(it.implicit)) return []
  const own = it.heap.readField(only(object), name === '*' ? '*' : setterKey(name))
  const found = [own, ...inheritedMembers(it, object, name === '*' ? '*' : setterKey(name))]
  return found.map(value => new Set([...value].filter(o => isSetter(it, o)))).filter(value => value.size > 0)
}

/** A trap gets the target, a key and what is written; it may give back any of it. */
export function callTraps(it: Interpreter, handler: Value, more: Value, node: ts.Node): Value {
  const inherited = [...handler].flatMap(object => inheritedMembers(it, object, '*'))
  const held = union(it.heap.readField(handler, '*'), ...inherited)
  const traps = those(held, object => it.functions.has(object))
  return it.heap.maybe('weak', () =>
    invoke(it, traps, {
      self: handler,
      parameters: [],
      more: union(more, it.heap.readField(more, '*')),
      node,
    }),
  )
}

/**
 * Members of the nearest class that has one of that name: of an instance's class, or of the class above a class; and
 * those of the objects that are said to be prototypes.
 */
export function inheritedMembers(it: Interpreter, object: AbstractObject, name: string): readonly Value[] {
  const classes = it.instances.get(object)
  const prototypes = prototypeMembers(it, object, name)
  if (classes) return [...prototypes, ...classMembers(it, classes, name)]
  if (!it.classes.has(object)) return prototypes
  const own = it.heap.readField(only(object), name)
  if (own.size > 0 && name !== '*') return []
  return along(it, it.heap.readField(only(object), 'extends'), level => level, name)
}

function classMembers(it: Interpreter, classes: Value, name: string): readonly Value[] {
  return along(it, classes, level => it.heap.readField(level, 'prototype'), name)
}

/** What lies in the objects that `__proto__`, `Object.create` or `setPrototypeOf` put behind one. */
function prototypeMembers(it: Interpreter, object: AbstractObject, name: string): readonly Value[] {
  const found: Value[] = []
  const behind = new Set(prototypesOf(it, object))
  for (const each of behind) {
    found.push(it.heap.readField(only(each), name))
    addAll(behind, prototypesOf(it, each))
    found.push(...classMembers(it, it.instances.get(each) ?? nothing, name))
  }
  return found.filter(value => value.size > 0)
}

function prototypesOf(it: Interpreter, object: AbstractObject): Value {
  const slot = it.heap.fieldsOf(object).get('__proto__')
  return slot ? it.heap.read(slot) : nothing
}

function along(
  it: Interpreter,
  from: Value,
  holder: (level: Value) => Value,
  name: string,
): readonly Value[] {
  const found: Value[] = []
  const visited = new Set<AbstractObject>()
  let level = from
  while (level.size > 0 && (found.length === 0 || name === '*')) {
    let above: Value = nothing
    for (const each of level) {
      if (visited.has(each)) continue
      visited.add(each)
      const member = it.heap.readField(holder(only(each)), name)
      if (member.size > 0) found.push(member)
      above = union(above, it.heap.readField(only(each), 'extends'))
    }
    level = above
  }
  return found
}

/** What operators and library code may call of the values they are given: conversions, getters, generators. */
export function consult(it: Interpreter, value: Value, node: ts.Node, { isDeep = true } = {}): Value {
  if (value.size === 0 || (!it.history.read(it.implicit) && it.lazies.isEmpty())) return nothing
  const reached = isDeep ? it.heap.reach(value) : value
  let results: Value = nothing
  for (const object of reached) results = union(results, resume(it, object))
  if (!it.history.read(it.implicit)) return results
  for (const object of reached) {
    if (object.kind === 'outside' || object.kind === 'external' || !hasMethods(it, object)) continue
    const self = only(object)
    const handler = it.proxies.get(object)
    if (handler) results = union(results, callTraps(it, handler, value, node))
    const call = (found: Value, more: Value = nothing) => {
      results = union(results, invoke(it, found, { self, parameters: [], more, node }))
    }
    it.heap.maybe('weak', () => {
      results = union(results, iterate(it, self, node))
      for (const name of [...conversions, 'next', 'then'])
        for (const found of methods(it, object, name)) call(found)
      for (const name of matchers) for (const found of methods(it, object, name)) call(found, value)
      for (const found of methods(it, object, '*'))
        call(new Set([...found].filter(each => isGetter(it, each))))
    })
  }
  return results
}

/** Whether an object may have members that the language calls: most are data and have none. */
function hasMethods(it: Interpreter, object: AbstractObject): boolean {
  return (
    it.classes.has(object) ||
    it.heap.holdsFunctions(object) ||
    it.instances.has(object) ||
    it.proxies.has(object) ||
    it.lazies.has(object)
  )
}

function methods(it: Interpreter, object: AbstractObject, name: string): readonly Value[] {
  const own = it.heap.readField(only(object), name)
  const found = [own, ...inheritedMembers(it, object, name)]
  return found.filter(value => [...value].some(each => it.functions.has(each)))
}

/** What a loop, a spread or a library may get out of something one by one. */
export function iterate(it: Interpreter, over: Value, node: ts.Node): Value {
  const { heap } = it
  let items: Value = nothing
  let sources: Value = over
  for (const object of over) {
    const self = only(object)
    const handler = it.proxies.get(object)
    if (handler) items = union(items, callTraps(it, handler, over, node))
    const own = it.history.read(it.implicit) ? iterators.flatMap(name => methods(it, object, name)) : []
    // What has an iterator of its own gives what that gives, and not its fields.
    items = union(items, own.length > 0 ? elementsOf(it, object) : heap.readField(self, '*'))
    for (const found of own)
      sources = union(
        sources,
        heap.maybe('weak', () => invoke(it, found, { self, parameters: [], node })),
      )
  }
  for (const source of sources) {
    const resumed = resume(it, source)
    items = union(items, resumed)
    if (!it.history.read(it.implicit)) continue
    const self = only(source)
    // Who stops early says so by `return`.
    for (const name of ['next', 'return'])
      for (const found of methods(it, source, name)) {
        const result = heap.maybe('weak', () => invoke(it, found, { self, parameters: [], node }))
        if (name === 'next') items = union(items, heap.readField(result, 'value'))
      }
  }
  const iterated = new Set([...sources].filter(source => !over.has(source)))
  return union(items, heap.readField(iterated, '*'))
}

/** What lies in an object as in a list, such as one of a class that extends `Array`. */
function elementsOf(it: Interpreter, object: AbstractObject): Value {
  const fields = it.heap.fieldsOf(object)
  const keys = [...fields.keys()].filter(key => key === '*' || /^\d+$/.test(key))
  return object.kind === 'opaque'
    ? it.heap.readField(only(object), '*')
    : union(...keys.map(key => it.heap.read(fields.get(key) as Slot)))
}

/** Lets the body of a generator, or what an iterator's helper was told to do, go on; it has a state that moves. */
export function resume(it: Interpreter, object: AbstractObject): Value {
  const body = it.lazies.get(object)
  if (!body) return nothing
  const self = only(object)
  it.heap.readField(self, '*')
  const given = it.heap.maybe('weak', body)
  it.heap.writeField(self, '*', given)
  return given
}
