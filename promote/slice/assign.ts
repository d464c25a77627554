/** Values put where they go: into variables, properties and the parts of patterns. */
import {
  declaredSlots,
  evaluate,
  fieldOf,
  memberName,
  notePatch,
  propertyKey,
  readProperty,
  useEnvironment,
} from './evaluate.ts'
import { nothing, only, union, type Value } from './heap.ts'
import { external, localSlot, objectAt, sharedSlot, type Frame, type Interpreter } from './interpreter.ts'
import { iterate, writeMember, writeSuper } from './protocols.ts'
import { ts } from './typescript.ts'

/** Gives a value to a name, a property or a pattern. */
export function assign(it: Interpreter, target: ts.Node, value: Value, frame: Frame): void {
  const { heap } = it
  if (ts.isIdentifier(target)) return writeName(it, target, value, frame)
  if (ts.isPropertyAccessExpression(target) || ts.isElementAccessExpression(target)) {
    const object = evaluate(it, target.expression, frame)
    const name = memberName(it, target, frame)
    return target.expression.kind === ts.SyntaxKind.SuperKeyword
      ? writeSuper(it, object, name, { value, node: target })
      : writeProperty(it, object, name, value, target)
  }
  if (ts.isObjectBindingPattern(target) || ts.isArrayBindingPattern(target)) {
    const items = ts.isArrayBindingPattern(target) ? listItems(it, value, target) : undefined
    for (const [i, element] of target.elements.entries())
      if (!ts.isOmittedExpression(element)) assignElement(it, element, { value, item: items?.(i) }, frame)
    return
  }
  if (ts.isObjectLiteralExpression(target)) {
    const part = (name: string) => readProperty(it, value, name, target)
    for (const property of target.properties) {
      if (ts.isShorthandPropertyAssignment(property)) {
        const { objectAssignmentInitializer: initial } = property
        const fallback = initial ? heap.maybe('weak', () => evaluate(it, initial, frame)) : nothing
        assign(it, property.name, union(part(property.name.text), fallback), frame)
      } else if (ts.isPropertyAssignment(property))
        assign(it, property.initializer, part(propertyKey(it, property.name, frame)), frame)
      else if (ts.isSpreadAssignment(property))
        assign(it, property.expression, rest(it, property, value, frame), frame)
    }
    return
  }
  if (ts.isArrayLiteralExpression(target)) {
    const items = listItems(it, value, target)
    for (const [i, element] of target.elements.entries()) {
      if (ts.isSpreadElement(element)) assign(it, element.expression, rest(it, element, value, frame), frame)
      else if (!ts.isOmittedExpression(element)) assign(it, element, items(i), frame)
    }
    return
  }
  if (ts.isBinaryExpression(target)) {
    // A default inside a destructuring assignment.
    const fallback = heap.maybe('weak', () => evaluate(it, target.right, frame))
    assign(it, target.left, union(value, fallback), frame)
    return
  }
  const inner = (target as { expression?: ts.Node }).expression
  if (inner) assign(it, inner, value, frame)
}

/** The items of a list by position, as far as they are known. */
function listItems(it: Interpreter, value: Value, node: ts.Node): (i: number) => Value {
  const isList = [...value].every(object => object.kind === 'plain' && !it.instances.has(object))
  if (isList && !it.history.read(it.implicit) && it.lazies.isEmpty())
    return i => it.heap.readField(value, String(i))
  const all = iterate(it, value, node)
  return () => all
}

function assignElement(
  it: Interpreter,
  element: ts.BindingElement,
  { value, item }: { readonly value: Value; readonly item: Value | undefined },
  frame: Frame,
): void {
  if (element.dotDotDotToken) return assign(it, element.name, rest(it, element, value, frame), frame)
  const { initializer } = element
  const part = item ?? readProperty(it, value, bindingKey(it, element, frame), element)
  const fallback = initializer ? it.heap.maybe('weak', () => evaluate(it, initializer, frame)) : nothing
  assign(it, element.name, union(part, fallback), frame)
}

function bindingKey(it: Interpreter, { propertyName, name }: ts.BindingElement, frame: Frame): string {
  return propertyName ? propertyKey(it, propertyName, frame) : (name as ts.Identifier).text
}

/** `...others` of a pattern: the fields that no one beside it takes. */
export function rest(it: Interpreter, node: ts.Node, value: Value, frame: Frame): Value {
  const result = new Set([objectAt(it, node, frame, { kind: 'plain' })])
  const taken = takenKeys(node.parent)
  if (taken === undefined) it.heap.writeField(result, '*', iterate(it, value, node))
  else copyFields(it, { from: value, to: result, except: taken }, node)
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

/** `{ ...from }`: its own fields, getters called. */
export function copyFields(
  it: Interpreter,
  { from, to, except }: { readonly from: Value; readonly to: Value; readonly except?: ReadonlySet<string> },
  node: ts.Node,
): void {
  for (const object of from) {
    const self = only(object)
    if (it.proxies.has(object)) it.heap.writeField(to, '*', readProperty(it, self, '*', node))
    for (const name of [...it.heap.fieldsOf(object).keys()]) {
      if (except?.has(name) || name.startsWith('set ')) continue
      const part = readProperty(it, self, name, node)
      const put = () => it.heap.writeField(to, name, part)
      // A field that is only sometimes there does not replace what came before.
      if ([...to].some(each => it.heap.fieldsOf(each).has(name))) it.heap.maybe('weak', put)
      else put()
    }
  }
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
  notePatch(it, target, node)
  useEnvironment(it, target, true)
  const key = fieldOf(target, name)
  for (const object of target)
    if (it.externals.get(object)?.name === 'globalThis') {
      for (const slot of declaredSlots(it, name)) it.heap.write(slot, value, { add: true })
    }
  // Of a library's object one property may be made of another: all of a URL, of its parts.
  const isMade = [...target].some(({ kind, tag }) => kind === 'opaque' && tag && tag.name !== 'JsonValue')
  writeMember(it, target, isMade ? '*' : key, { value, node })
  it.heap.writeFrozen(target, name, value)
}
