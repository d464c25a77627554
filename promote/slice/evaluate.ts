/** The abstract interpreter's expressions: what an expression may be, and what evaluating it reads and writes. */
import { assign, copyFields } from './assign.ts'
import { callExpression, taggedTemplate } from './call.ts'
import { construct, superMember } from './construct.ts'
import { executeClass } from './execute.ts'
import { nothing, only, those, union, type AbstractObject, type Slot, type Value } from './heap.ts'
import { invoke } from './inline.ts'
import {
  addToFrame,
  external,
  localSlot,
  objectAt,
  selfOf,
  setImplicit,
  sharedSlot,
  spend,
  type Frame,
  type Interpreter,
} from './interpreter.ts'
import { outside } from './outside.ts'
import { awaited } from './later.ts'
import { callGetters, consult, isImplicit, iterate, memberKey, readMember, symbolKey } from './protocols.ts'
import { bare, ts } from './typescript.ts'

export function evaluate(it: Interpreter, node: ts.Node, frame: Frame): Value {
  spend(it)
  const value = evaluateAny(it, node, frame)
  return value.size > 0 && mayBePrimitive(node) && it.names.isPrimitive(node as ts.Expression)
    ? nothing
    : value
}

/** Where asking the checker for a type is worth its time. */
function mayBePrimitive(node: ts.Node): boolean {
  return (
    ts.isPropertyAccessExpression(node) ||
    ts.isElementAccessExpression(node) ||
    ts.isCallExpression(node) ||
    ts.isAwaitExpression(node)
  )
}

/** Numbers, texts, keywords and signs: most of what there is, and no value that anything could change. */
function isPlainToken({ kind }: ts.Node): boolean {
  return (
    kind <= ts.SyntaxKind.LastToken &&
    kind !== ts.SyntaxKind.ThisKeyword &&
    kind !== ts.SyntaxKind.SuperKeyword &&
    kind !== ts.SyntaxKind.RegularExpressionLiteral
  )
}

function evaluateAny(it: Interpreter, node: ts.Node, frame: Frame): Value {
  const { heap } = it
  const go = (child: ts.Node) => evaluate(it, child, frame)
  if (ts.isIdentifier(node)) return readName(it, node, frame)
  if (isPlainToken(node)) return nothing
  if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node))
    return evaluateMember(it, node, { self: go(node.expression), frame })
  if (ts.isCallExpression(node)) return callExpression(it, node, frame)
  if (ts.isNewExpression(node)) return construct(it, node, frame)
  if (ts.isTaggedTemplateExpression(node)) return taggedTemplate(it, node, frame)
  if (ts.isBinaryExpression(node)) return binary(it, node, frame)
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
    const value = go(node.operand)
    if (node.operator === ts.SyntaxKind.PlusPlusToken || node.operator === ts.SyntaxKind.MinusMinusToken)
      assign(it, node.operand, nothing, frame)
    else convert(it, value, node)
    return nothing
  }
  if (ts.isDeleteExpression(node)) {
    const remove = () => assign(it, node.expression, nothing, frame)
    if (ts.isOptionalChain(bare(node.expression))) heap.maybe('weak', remove)
    else remove()
    return nothing
  }
  if (ts.isConditionalExpression(node)) {
    go(node.condition)
    return heap.maybe('weak', () => union(go(node.whenTrue), go(node.whenFalse)))
  }
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return makeFunction(it, node, frame)
  if (ts.isClassExpression(node)) return executeClass(it, node, frame)
  if (ts.isObjectLiteralExpression(node)) return objectLiteral(it, node, frame)
  if (ts.isArrayLiteralExpression(node)) return arrayLiteral(it, node, frame)
  if (node.kind === ts.SyntaxKind.ThisKeyword) return selfOf(it, frame)
  if (node.kind === ts.SyntaxKind.SuperKeyword) return selfOf(it, frame)
  if (ts.isTemplateExpression(node)) {
    for (const span of node.templateSpans) convert(it, go(span.expression), span)
    return nothing
  }
  if (ts.isTypeOfExpression(node) || ts.isVoidExpression(node)) {
    go(node.expression)
    return nothing
  }
  if (ts.isYieldExpression(node)) {
    const given = node.expression ? go(node.expression) : nothing
    const value = node.asteriskToken ? union(given, iterate(it, given, node)) : given
    addToFrame(it, frame, { results: value })
    return union(value, it.history.read(frame.held).parameters)
  }
  if (ts.isAwaitExpression(node)) {
    const value = go(node.expression)
    awaited(it)
    // Whatever settled it, by a function that it came with, is needed.
    heap.readField(value, '*')
    if (it.history.read(it.implicit)) callThen(it, value, node)
    return settledValue(it, value)
  }
  if (ts.isRegularExpressionLiteral(node)) return regularExpression(it, node, frame)
  if (ts.isTypeNode(node)) return nothing
  // Parentheses, `await`, `as`, `!`, `satisfies`, spread and whatever else hands its parts through.
  let value: Value = nothing
  ts.forEachChild(node, child => {
    value = union(value, go(child))
  })
  return value
}

/** Anything with a method `then` is a promise to the language. */
function callThen(it: Interpreter, value: Value, node: ts.Node): void {
  const then = readMember(it, value, 'then', node).value
  it.heap.maybe('weak', () => invoke(it, then, { self: value, parameters: [], node }))
}

/** With `g` or `y` it remembers where it was. */
function regularExpression(it: Interpreter, node: ts.RegularExpressionLiteral, frame: Frame): Value {
  const flags = node.text.slice(node.text.lastIndexOf('/'))
  const tag = { package: 'js', name: 'RegExp' }
  return new Set([objectAt(it, node, frame, { kind: 'plain', frozen: !/[gy]/.test(flags), tag })])
}

/** A promise made here gives what it was resolved with. */
function settledValue(it: Interpreter, value: Value): Value {
  if (it.resolvers.isEmpty()) return value
  const isPromise = (object: AbstractObject) => object.tag?.package === 'js' && object.tag.name === 'Promise'
  const promises = [...value, ...it.heap.readField(value, '*')].filter(isPromise)
  const given = it.heap.readField(new Set(promises), '*')
  if (given.size > 0) for (const object of value) if (!isPromise(object)) it.heap.fill(object, given)
  return union(value, given)
}

/** `a.b` and `a['b']` of something that has been evaluated. */
export function evaluateMember(
  it: Interpreter,
  node: ts.PropertyAccessExpression | ts.ElementAccessExpression,
  { self, frame }: { readonly self: Value; readonly frame: Frame },
): Value {
  const name = memberName(it, node, frame)
  if (node.expression.kind !== ts.SyntaxKind.SuperKeyword) return readProperty(it, self, name, node)
  const found = superMember(it, node, name)
  return found.size > 0 ? callGetters(it, found, self, node) : readProperty(it, self, name, node)
}

/** The field that `.b` or `['b']` means. */
export function memberName(
  it: Interpreter,
  node: ts.PropertyAccessExpression | ts.ElementAccessExpression,
  frame: Frame,
): string {
  if (ts.isPropertyAccessExpression(node)) return node.name.text
  const key = node.argumentExpression
  const run = () => convert(it, evaluate(it, key, frame), node)
  // `o?.[key()]` may not ask for its key.
  if (ts.isOptionalChain(node)) it.heap.maybe('weak', run)
  else run()
  return literalKey(key)
}

/** Operators may ask an object for its value. */
export function convert(it: Interpreter, value: Value, node: ts.Node): void {
  if (value.size === 0) return
  it.heap.readDeep(value)
  consult(it, value, node)
}

function readName(it: Interpreter, node: ts.Identifier, frame: Frame): Value {
  if (/^(?:undefined|NaN|Infinity)$/.test(node.text)) return nothing
  const name = it.names.of(node)
  switch (name.kind) {
    case 'shared':
      return name.live
        ? union(it.heap.read(sharedSlot(it, name.name)), it.heap.read(localSlot(it, name.live, it.root)))
        : it.heap.read(sharedSlot(it, name.name))
    case 'local':
      return it.heap.read(localSlot(it, name.declaration, frame))
    case 'library':
      if (name.name === 'arguments') return argumentsObject(it, node, frame)
      return union(only(external(it, name.package, name.name)), replacedGlobal(it, node.text))
    case 'unknown': {
      if (node.text === 'arguments') return argumentsObject(it, node, frame)
      // `globalThis.x = …` in one cell, `x` in another.
      // Without Node's declarations its globals are still Node's.
      const owner = node.text in globalThis ? 'node' : 'unknown'
      const globals = only(external(it, 'js', 'globalThis'))
      return union(
        it.heap.readField(globals, node.text),
        replacedGlobal(it, node.text),
        only(external(it, owner, node.text)),
      )
    }
  }
}

/** What cells have put in the place of a global: `globalThis.fetch = …`. */
function replacedGlobal(it: Interpreter, name: string): Value {
  const slots = ['js', 'node'].flatMap(owner => {
    const slot = it.heap.fieldsOf(external(it, owner, 'globalThis')).get(name)
    return slot ? [slot] : []
  })
  return slots.length === 0 ? nothing : union(...slots.map(slot => it.heap.read(slot)))
}

function argumentsObject(it: Interpreter, node: ts.Node, frame: Frame): Value {
  const object = objectAt(it, node, frame, { kind: 'plain' })
  it.heap.fill(object, it.history.read(frame.held).parameters)
  return only(object)
}

const viewOfBytes = /^(?:(?:Big)?(?:Int|Uint|Float)\d+(?:Clamped)?Array|Buffer|DataView)$/

/** The field behind a name: of views of bytes, whose places are others' under other numbers, all are one. */
export function fieldOf(target: Value, name: string): string {
  if (!/^\d+$/.test(name)) return name
  return [...target].some(({ tag }) => tag && viewOfBytes.test(tag.name)) ? '*' : name
}

/** The bytes of a view stand for it: another view of them is the same memory. */
function bytesOf(target: Value, name: string): Value {
  return name === 'buffer'
    ? those(target, ({ tag }) => tag !== undefined && viewOfBytes.test(tag.name))
    : nothing
}

/** Reading a property, getters of the notebook's own classes included. */
export function readProperty(it: Interpreter, target: Value, key: string, node: ts.Node): Value {
  const name = fieldOf(target, key)
  const members: AbstractObject[] = []
  useEnvironment(it, target, false)
  for (const object of target) {
    const known = it.externals.get(object)
    // Only things of modules have paths; a property of what a call gave back is a part of that.
    if (known && name !== '*') members.push(memberOf(it, known, name))
  }
  const shared = target.size > 0 ? globalVariables(it, target, name) : nothing
  const bytes = bytesOf(target, name)
  return union(readMember(it, target, name, node).value, shared, bytes, new Set(members))
}

/** The variables that cells share are properties of `globalThis`. */
function globalVariables(it: Interpreter, target: Value, name: string): Value {
  const isGlobal = [...target].some(object => it.externals.get(object)?.name === 'globalThis')
  if (!isGlobal) return nothing
  return union(...declaredSlots(it, name).map(slot => it.heap.read(slot)))
}

/** The variables of that name; `*` for all of them. */
export function declaredSlots(it: Interpreter, name: string): readonly Slot[] {
  const names = it.history.read(it.declared)
  const wanted = name === '*' ? names : names.filter(each => each === name)
  return wanted.map(each => sharedSlot(it, each))
}

/** Nothing that a stub describes has a longer path. */
const deepestPath = 6

export function memberOf(it: Interpreter, owner: { package: string; name: string }, name: string) {
  // What nobody knows has no paths, and what a loop hands from round to round must come to an end.
  if (owner.package === 'unknown') return external(it, 'unknown', owner.name)
  const isEndless = owner.name.split('.').length >= deepestPath
  if (isEndless) return external(it, 'unknown', owner.name)
  // `fs.promises.readFile` and `node:fs/promises` are one.
  const path = owner.name === '' || owner.name === 'globalThis' ? name : `${owner.name}.${name}`
  return external(it, owner.package, path.replace(/^fs\.promises\b/, 'fs/promises'))
}

export function literalKey(node: ts.Expression): string {
  if (ts.isStringLiteralLike(node) || ts.isNumericLiteral(node)) return node.text
  return symbolKey(node) ?? '*'
}

function binary(it: Interpreter, node: ts.BinaryExpression, frame: Frame): Value {
  const { left, operatorToken, right } = node
  const kind = operatorToken.kind
  const go = (child: ts.Node) => evaluate(it, child, frame)
  if (kind === ts.SyntaxKind.EqualsToken) {
    const value = go(right)
    assign(it, left, value, frame)
    return value
  }
  if (kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment) {
    const before = go(left)
    const isLogical =
      kind >= ts.SyntaxKind.BarBarEqualsToken && kind <= ts.SyntaxKind.QuestionQuestionEqualsToken
    if (!isLogical) {
      convert(it, union(before, go(right)), node)
      assign(it, left, nothing, frame)
      return nothing
    }
    return it.heap.maybe('weak', () => {
      const value = go(right)
      assign(it, left, value, frame)
      return union(before, value)
    })
  }
  const before = go(left)
  if (
    kind === ts.SyntaxKind.BarBarToken ||
    kind === ts.SyntaxKind.AmpersandAmpersandToken ||
    kind === ts.SyntaxKind.QuestionQuestionToken
  )
    return union(
      before,
      it.heap.maybe('weak', () => go(right)),
    )
  const after = go(right)
  if (kind === ts.SyntaxKind.CommaToken) return after
  if (kind === ts.SyntaxKind.InstanceOfKeyword && it.history.read(it.implicit)) {
    const asked = readMember(it, after, '@@hasInstance', node).value
    it.heap.maybe('weak', () => invoke(it, asked, { self: after, parameters: [before], node }))
  }
  // Operators may ask an object for its value.
  if (kind !== ts.SyntaxKind.EqualsEqualsEqualsToken && kind !== ts.SyntaxKind.ExclamationEqualsEqualsToken)
    convert(it, union(before, after), node)
  return nothing
}

/** `process.env` is what libraries look into too. */
export function useEnvironment(it: Interpreter, target: Value, isWrite: boolean): void {
  for (const object of target) {
    const known = it.externals.get(object)
    if (known?.package !== 'node' || known.name !== 'process.env') continue
    const environment = outside(it, 'environment')
    it.notes.outsideUses.push({ statement: it.heap.current(), kind: 'environment', isWrite })
    it.heap.readField(environment, '*')
    // The time zone and the language are taken from there.
    const changed = union(environment, outside(it, 'locale'))
    if (isWrite) it.heap.maybe('weak', () => it.heap.writeField(changed, '*', nothing))
  }
}

/** A prototype of a library that is changed through a name of its own (`const P = Array.prototype`). */
export function notePatch(it: Interpreter, target: Value, node: ts.Node): void {
  for (const object of target) {
    const known = it.externals.get(object)
    if (known && /(^|\.)(prototype|__proto__)$/.test(known.name))
      it.notes.patches.push({ statement: it.heap.current(), node, name: known.name })
  }
}

export function propertyKey(it: Interpreter, name: ts.PropertyName, frame: Frame): string {
  if (ts.isComputedPropertyName(name)) {
    convert(it, evaluate(it, name.expression, frame), name)
  }
  return knownKey(name)
}

/** The key of a property without asking for it: `*` when it is computed. */
export function knownKey(name: ts.PropertyName): string {
  return ts.isComputedPropertyName(name) ? literalKey(name.expression) : name.text
}

export function makeFunction(it: Interpreter, node: ts.SignatureDeclaration, frame: Frame): Value {
  const object = objectAt(it, node, frame, { kind: 'function' })
  it.functions.set(object, { node, frame })
  const value = only(object)
  if (ts.isFunctionExpression(node) && node.name) it.heap.write(localSlot(it, node, frame), value)
  return value
}

function objectLiteral(it: Interpreter, node: ts.ObjectLiteralExpression, frame: Frame): Value {
  const { heap } = it
  const value = new Set([objectAt(it, node, frame, { kind: 'plain' })])
  for (const property of node.properties) {
    if (ts.isSpreadAssignment(property)) {
      copyFields(it, { from: evaluate(it, property.expression, frame), to: value }, property)
    } else if (ts.isShorthandPropertyAssignment(property))
      heap.writeField(value, property.name.text, evaluate(it, property.name, frame))
    else {
      const key = propertyKey(it, property.name, frame)
      if (isImplicit(property, key)) setImplicit(it)
      const part = ts.isPropertyAssignment(property)
        ? evaluate(it, property.initializer, frame)
        : makeFunction(it, property, frame)
      heap.writeField(value, memberKey(property, key), part)
    }
  }
  return value
}

/** Items before the first spread are known by position. */
function arrayLiteral(it: Interpreter, node: ts.ArrayLiteralExpression, frame: Frame): Value {
  const value = new Set([objectAt(it, node, frame, { kind: 'plain' })])
  const firstSpread = node.elements.findIndex(ts.isSpreadElement)
  for (const [i, element] of node.elements.entries()) {
    const isKnown = (firstSpread < 0 || i < firstSpread) && i < mostPositions
    if (ts.isSpreadElement(element))
      it.heap.writeField(value, '*', iterate(it, evaluate(it, element.expression, frame), element))
    else it.heap.writeField(value, isKnown ? String(i) : '*', evaluate(it, element, frame))
  }
  return value
}

/** Longer lists are data: which item is which tells nothing more. */
const mostPositions = 16
