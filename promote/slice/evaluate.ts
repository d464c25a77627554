/** The abstract interpreter's expressions: what an expression may be, and what evaluating it reads and writes. */
import { callExpression, construct, invoke, taggedTemplate } from './call.ts'
import { executeClass } from './execute.ts'
import { nothing, union, type AbstractObject, type Value } from './heap.ts'
import {
  external,
  localSlot,
  objectAt,
  sharedSlot,
  spend,
  type Frame,
  type Interpreter,
} from './interpreter.ts'
import { ts } from './typescript.ts'

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

function evaluateAny(it: Interpreter, node: ts.Node, frame: Frame): Value {
  const { heap } = it
  const go = (child: ts.Node) => evaluate(it, child, frame)
  if (ts.isIdentifier(node)) return readName(it, node, frame)
  if (ts.isPropertyAccessExpression(node)) return readProperty(it, go(node.expression), node.name.text, node)
  if (ts.isElementAccessExpression(node)) {
    const target = go(node.expression)
    go(node.argumentExpression)
    return readProperty(it, target, literalKey(node.argumentExpression), node)
  }
  if (ts.isCallExpression(node)) return callExpression(it, node, frame)
  if (ts.isNewExpression(node)) return construct(it, node, frame)
  if (ts.isTaggedTemplateExpression(node)) return taggedTemplate(it, node, frame)
  if (ts.isBinaryExpression(node)) return binary(it, node, frame)
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
    const value = go(node.operand)
    if (node.operator === ts.SyntaxKind.PlusPlusToken || node.operator === ts.SyntaxKind.MinusMinusToken)
      assign(it, node.operand, nothing, frame)
    else heap.readDeep(value)
    return nothing
  }
  if (ts.isDeleteExpression(node)) {
    assign(it, node.expression, nothing, frame)
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
  if (node.kind === ts.SyntaxKind.ThisKeyword) return frame.self
  if (node.kind === ts.SyntaxKind.SuperKeyword) return frame.self
  if (ts.isTemplateExpression(node)) {
    for (const span of node.templateSpans) heap.readDeep(go(span.expression))
    return nothing
  }
  if (ts.isTypeOfExpression(node) || ts.isVoidExpression(node)) {
    go(node.expression)
    return nothing
  }
  if (ts.isYieldExpression(node)) {
    const value = node.expression ? go(node.expression) : nothing
    for (const each of value) frame.results.add(each)
    return union(value, frame.parameters)
  }
  if (ts.isTypeNode(node)) return nothing
  // Parentheses, `await`, `as`, `!`, `satisfies`, spread and whatever else hands its parts through.
  let value: Value = nothing
  ts.forEachChild(node, child => {
    value = union(value, go(child))
  })
  return value
}

function readName(it: Interpreter, node: ts.Identifier, frame: Frame): Value {
  if (node.text === 'undefined') return nothing
  const name = it.names.of(node)
  switch (name.kind) {
    case 'shared':
      return it.heap.read(sharedSlot(it, name.name))
    case 'local':
      return it.heap.read(localSlot(it, name.declaration, frame))
    case 'library':
      if (name.name === 'arguments') return frame.parameters
      return new Set([external(it, name.package, name.name)])
    case 'unknown': {
      if (node.text === 'arguments') return frame.parameters
      // `globalThis.x = …` in one cell, `x` in another.
      const globals = new Set([external(it, 'js', 'globalThis')])
      // Without Node's declarations its globals are still Node's.
      const owner = node.text in globalThis ? 'node' : 'unknown'
      return union(it.heap.readField(globals, node.text), new Set([external(it, owner, node.text)]))
    }
  }
}

/** Reading a property, getters of the notebook's own classes included. */
function readProperty(it: Interpreter, target: Value, name: string, node: ts.Expression): Value {
  const parts = it.heap.readField(target, name)
  const getters: Value[] = []
  const members: Value[] = []
  for (const object of target) {
    const known = it.externals.get(object)
    // Only things of modules have paths; a property of what a call gave back is a part of that.
    if (known && name !== '*') members.push(new Set([memberOf(it, known, name)]))
    for (const method of classMembers(it, object, name)) {
      const isGetter = [...method].some(m => it.functions.get(m)?.node.kind === ts.SyntaxKind.GetAccessor)
      if (isGetter) getters.push(invoke(it, method, { self: new Set([object]), parameters: [], node }))
      else members.push(method)
    }
  }
  return union(parts, ...getters, ...members)
}

function memberOf(it: Interpreter, owner: { package: string; name: string }, name: string) {
  // `fs.promises.readFile` and `node:fs/promises` are one.
  const path = owner.name === '' || owner.name === 'globalThis' ? name : `${owner.name}.${name}`
  return external(it, owner.package, path.replace(/^fs\.promises\b/, 'fs/promises'))
}

/** A method or accessor of an instance's class, else of the nearest class above that has it. */
export function classMembers(it: Interpreter, object: AbstractObject, name: string): readonly Value[] {
  const found: Value[] = []
  const visited = new Set<unknown>()
  let level: Value = it.instances.get(object) ?? nothing
  while (level.size > 0 && found.length === 0) {
    let parents: Value = nothing
    for (const each of level) {
      if (visited.has(each)) continue
      visited.add(each)
      const prototype = it.heap.readField(new Set([each]), 'prototype')
      const method = it.heap.readField(prototype, name)
      if (method.size > 0) found.push(method)
      parents = union(parents, it.heap.readField(new Set([each]), 'extends'))
    }
    level = parents
  }
  return found
}

function literalKey(node: ts.Expression): string {
  return ts.isStringLiteralLike(node) || ts.isNumericLiteral(node) ? node.text : '*'
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
      it.heap.readDeep(union(before, go(right)))
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
  // Operators may ask an object for its value.
  if (kind !== ts.SyntaxKind.EqualsEqualsEqualsToken && kind !== ts.SyntaxKind.ExclamationEqualsEqualsToken)
    it.heap.readDeep(union(before, after))
  return nothing
}

/** Gives a value to a name, a property or a pattern. */
export function assign(it: Interpreter, target: ts.Node, value: Value, frame: Frame): void {
  const { heap } = it
  if (ts.isIdentifier(target)) return writeName(it, target, value, frame)
  if (ts.isPropertyAccessExpression(target))
    return writeProperty(it, evaluate(it, target.expression, frame), target.name.text, value, target)
  if (ts.isElementAccessExpression(target)) {
    const object = evaluate(it, target.expression, frame)
    evaluate(it, target.argumentExpression, frame)
    return writeProperty(it, object, literalKey(target.argumentExpression), value, target)
  }
  if (ts.isObjectBindingPattern(target) || ts.isArrayBindingPattern(target)) {
    for (const element of target.elements)
      if (!ts.isOmittedExpression(element)) assignElement(it, element, value, frame)
    return
  }
  if (ts.isObjectLiteralExpression(target)) {
    for (const property of target.properties) {
      if (ts.isShorthandPropertyAssignment(property))
        assign(it, property.name, heap.readField(value, property.name.text), frame)
      else if (ts.isPropertyAssignment(property))
        assign(it, property.initializer, heap.readField(value, propertyKey(it, property.name, frame)), frame)
      else if (ts.isSpreadAssignment(property))
        assign(it, property.expression, rest(it, property, value, frame), frame)
    }
    return
  }
  if (ts.isArrayLiteralExpression(target)) {
    for (const element of target.elements) {
      if (ts.isSpreadElement(element)) assign(it, element.expression, rest(it, element, value, frame), frame)
      else if (!ts.isOmittedExpression(element)) assign(it, element, heap.readField(value, '*'), frame)
    }
    return
  }
  if (ts.isBinaryExpression(target)) {
    // A default inside a destructuring assignment.
    assign(it, target.left, union(value, evaluate(it, target.right, frame)), frame)
    return
  }
  const inner = (target as { expression?: ts.Node }).expression
  if (inner) assign(it, inner, value, frame)
}

function assignElement(it: Interpreter, element: ts.BindingElement, value: Value, frame: Frame): void {
  if (element.dotDotDotToken) return assign(it, element.name, rest(it, element, value, frame), frame)
  const isArray = ts.isArrayBindingPattern(element.parent)
  const key = isArray
    ? '*'
    : element.propertyName
      ? propertyKey(it, element.propertyName, frame)
      : (element.name as ts.Identifier).text
  const externals = [...value].flatMap(object => {
    const known = it.externals.get(object)
    return known && !isArray ? [memberOf(it, known, key)] : []
  })
  const part = union(it.heap.readField(value, key), new Set(externals))
  const fallback = element.initializer ? evaluate(it, element.initializer, frame) : nothing
  assign(it, element.name, union(part, fallback), frame)
}

/** `...others` of a pattern: the fields that no one beside it takes. */
function rest(it: Interpreter, node: ts.Node, value: Value, frame: Frame): Value {
  const result = new Set([objectAt(it, node, frame, { kind: 'plain' })])
  const taken = takenKeys(node.parent)
  if (taken === undefined) it.heap.writeField(result, '*', it.heap.readField(value, '*'))
  else copyFields(it, value, result, taken)
  return result
}

/** The literal keys beside a rest element of an object pattern; undefined for lists. */
function takenKeys(pattern: ts.Node): ReadonlySet<string> | undefined {
  if (!ts.isObjectBindingPattern(pattern)) return undefined
  const names = pattern.elements.map(element => element.propertyName ?? element.name)
  return new Set(
    names.flatMap(name => (ts.isIdentifier(name) || ts.isStringLiteral(name) ? [name.text] : [])),
  )
}

function copyFields(it: Interpreter, from: Value, to: Value, except: ReadonlySet<string> = new Set()): void {
  for (const object of from)
    for (const name of [...object.fields.keys()])
      if (!except.has(name)) it.heap.writeField(to, name, it.heap.readField(new Set([object]), name))
  const opaque = [...from].filter(object => object.kind === 'opaque')
  if (opaque.length > 0) it.heap.writeField(to, '*', new Set(opaque))
}

function writeName(it: Interpreter, node: ts.Identifier, value: Value, frame: Frame): void {
  const name = it.names.of(node)
  if (name.kind === 'shared') it.heap.write(sharedSlot(it, name.name), value)
  else if (name.kind === 'local') it.heap.write(localSlot(it, name.declaration, frame), value)
  else it.heap.writeField(new Set([external(it, 'js', 'globalThis')]), node.text, value)
}

function writeProperty(
  it: Interpreter,
  target: Value,
  name: string,
  value: Value,
  node: ts.Expression,
): void {
  for (const object of target)
    for (const method of classMembers(it, object, name))
      invoke(it, method, { self: new Set([object]), parameters: [value], node })
  it.heap.writeField(target, name, value)
}

export function propertyKey(it: Interpreter, name: ts.PropertyName, frame: Frame): string {
  if (ts.isComputedPropertyName(name)) {
    evaluate(it, name.expression, frame)
    return literalKey(name.expression)
  }
  return name.text
}

export function makeFunction(it: Interpreter, node: ts.SignatureDeclaration, frame: Frame): Value {
  const object = objectAt(it, node, frame, { kind: 'function' })
  it.functions.set(object, { node, frame })
  const value = new Set([object])
  if (ts.isFunctionExpression(node) && node.name) it.heap.write(localSlot(it, node, frame), value)
  return value
}

function objectLiteral(it: Interpreter, node: ts.ObjectLiteralExpression, frame: Frame): Value {
  const { heap } = it
  const value = new Set([objectAt(it, node, frame, { kind: 'plain' })])
  for (const property of node.properties) {
    if (ts.isSpreadAssignment(property)) {
      copyFields(it, evaluate(it, property.expression, frame), value)
    } else if (ts.isShorthandPropertyAssignment(property))
      heap.writeField(value, property.name.text, evaluate(it, property.name, frame))
    else {
      const key = propertyKey(it, property.name, frame)
      const part = ts.isPropertyAssignment(property)
        ? evaluate(it, property.initializer, frame)
        : makeFunction(it, property, frame)
      heap.writeField(value, key, part)
    }
  }
  return value
}

function arrayLiteral(it: Interpreter, node: ts.ArrayLiteralExpression, frame: Frame): Value {
  const value = new Set([objectAt(it, node, frame, { kind: 'plain' })])
  for (const element of node.elements) {
    if (ts.isSpreadElement(element))
      it.heap.writeField(value, '*', it.heap.readField(evaluate(it, element.expression, frame), '*'))
    else it.heap.writeField(value, '*', evaluate(it, element, frame))
  }
  return value
}
