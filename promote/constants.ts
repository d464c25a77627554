/**
 * The texts that an expression may have, where the notebook says so without running: literals, constants, templates of
 * them, elements of lists that a loop or a callback goes through, what functions of the notebook are called with.
 * Undefined when it may be anything else. By this the files of a loop are found and locked; it is no proof of more.
 */
import { posix } from 'node:path'
import { bare, ts } from './slice/typescript.ts'
import {
  assignedTo,
  callsOf,
  declarationOf,
  functionOf,
  held,
  newsOf,
  propertyOf,
  returned,
  type Sources,
} from './uses.ts'

type Texts = ReadonlySet<string> | undefined

interface Search extends Sources {
  /** What is being looked for already: what comes back to itself is not known. */
  readonly open: ReadonlySet<ts.Node>
}

/** More would be no list that a person wrote. */
const mostTexts = 200

/** @returns sorted; undefined when they cannot be told */
export function possibleTexts(sources: Sources, node: ts.Expression): readonly string[] | undefined {
  const found = textsOf({ ...sources, open: new Set() }, node)
  return found && found.size > 0 ? [...found].sort() : undefined
}

/** The expressions that a list has as its elements; undefined when it may have others. */
export function possibleElements(
  sources: Sources,
  node: ts.Expression,
): readonly ts.Expression[] | undefined {
  return elementsOf({ ...sources, open: new Set() }, node)
}

/** The texts that a property of an object may have. */
export function possibleProperty(
  sources: Sources,
  object: ts.Expression,
  name: string,
): readonly string[] | undefined {
  const value = propertyOf(sources, object, name)
  return value && possibleTexts(sources, value)
}

function textsOf(search: Search, given: ts.Expression): Texts {
  const node = bare(given)
  if (search.open.has(node) || search.open.size > 60) return undefined
  const inner = { ...search, open: new Set([...search.open, node]) }
  if (ts.isStringLiteralLike(node) || ts.isNumericLiteral(node)) return new Set([node.text])
  if (ts.isTemplateExpression(node)) return templateTexts(inner, node)
  if (ts.isConditionalExpression(node))
    return union([node.whenTrue, node.whenFalse].map(n => textsOf(inner, n)))
  if (ts.isBinaryExpression(node)) return binaryTexts(inner, node)
  if (ts.isIdentifier(node)) return nameTexts(inner, node)
  if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node))
    return memberTexts(inner, node)
  if (ts.isCallExpression(node)) return callTexts(inner, node)
  return undefined
}

function union(all: readonly Texts[]): Texts {
  if (all.some(texts => texts === undefined)) return undefined
  const found = new Set(all.flatMap(texts => [...(texts ?? [])]))
  return found.size > mostTexts ? undefined : found
}

/** Every way to put one text of each part after the other. */
function joined(parts: readonly Texts[], separator = ''): Texts {
  let found: readonly string[] | undefined
  for (const texts of parts) {
    if (!texts) return undefined
    found = found ? found.flatMap(a => [...texts].map(b => `${a}${separator}${b}`)) : [...texts]
    if (found.length > mostTexts) return undefined
  }
  return new Set(found)
}

function templateTexts(search: Search, { head, templateSpans }: ts.TemplateExpression): Texts {
  const parts = templateSpans.flatMap(({ expression, literal }) => [
    textsOf(search, expression),
    new Set([literal.text]),
  ])
  return joined([new Set([head.text]), ...parts])
}

function binaryTexts(search: Search, { left, right, operatorToken }: ts.BinaryExpression): Texts {
  const both = () => [left, right].map(side => textsOf(search, side))
  switch (operatorToken.kind) {
    case ts.SyntaxKind.PlusToken:
      return joined(both())
    case ts.SyntaxKind.BarBarToken:
    case ts.SyntaxKind.QuestionQuestionToken:
      return union(both())
    default:
      return undefined
  }
}

function nameTexts(search: Search, node: ts.Identifier): Texts {
  const declaration = declarationOf(search, node)
  if (!declaration) return undefined
  if (ts.isParameter(declaration))
    return union(argumentsOf(search, declaration)?.map(n => textsOf(search, n)) ?? [undefined])
  if (ts.isBindingElement(declaration)) return boundTexts(search, declaration)
  if (!ts.isVariableDeclaration(declaration)) return undefined
  search.names?.add(node.text)
  const loop = declaration.parent.parent
  if (ts.isForOfStatement(loop)) return elementTexts(search, loop.expression)
  const given = [
    ...(declaration.initializer ? [declaration.initializer] : []),
    ...assignedTo(search, declaration),
  ]
  return given.length > 0 ? union(given.map(value => textsOf(search, value))) : undefined
}

/** `const { path } = …`, `for (const [name, path] of Object.entries(…))` and the like. */
function boundTexts(search: Search, element: ts.BindingElement): Texts {
  const pattern = element.parent
  const holder = pattern.parent
  const values = ts.isVariableDeclaration(holder)
    ? ts.isForOfStatement(holder.parent.parent)
      ? elementsOf(search, holder.parent.parent.expression)
      : holder.initializer && [holder.initializer]
    : ts.isParameter(holder)
      ? argumentsOf(search, holder)
      : undefined
  if (!values) return undefined
  return union(
    values.map(value => {
      const found = ts.isObjectBindingPattern(pattern)
        ? propertyOf(search, value, (element.propertyName ?? element.name).getText())
        : itemOf(search, value, pattern.elements.indexOf(element))
      return found ? textsOf(search, found) : undefined
    }),
  )
}

function itemOf(search: Search, node: ts.Expression, at: number): ts.Expression | undefined {
  const list = held(search, node)
  return list && ts.isArrayLiteralExpression(list) ? list.elements[at] : undefined
}

function memberTexts(search: Search, node: ts.PropertyAccessExpression | ts.ElementAccessExpression): Texts {
  const { expression } = node
  if (expression.kind === ts.SyntaxKind.ThisKeyword) return fieldTexts(search, node)
  if (ts.isPropertyAccessExpression(node)) {
    const value = propertyOf(search, expression, node.name.text)
    return value ? textsOf(search, value) : undefined
  }
  const list = held(search, expression)
  const keys = textsOf(search, node.argumentExpression)
  if (!list || !keys) return undefined
  const values = [...keys].map(key =>
    ts.isArrayLiteralExpression(list) ? list.elements[Number(key)] : propertyOf(search, list, key),
  )
  return union(values.map(value => (value ? textsOf(search, value) : undefined)))
}

/** `this.path`: what the class's field begins with, or what its constructor is given, and what methods set it to. */
function fieldTexts(search: Search, node: ts.PropertyAccessExpression | ts.ElementAccessExpression): Texts {
  if (!ts.isPropertyAccessExpression(node)) return undefined
  const declaration = declarationOf(search, node.name)
  if (!declaration) return undefined
  const set = assignedTo(search, declaration)
  if (ts.isParameter(declaration)) {
    const given = argumentsOf(search, declaration)
    return given && union([...given, ...set].map(value => textsOf(search, value)))
  }
  if (!ts.isPropertyDeclaration(declaration)) return undefined
  const values = [...(declaration.initializer ? [declaration.initializer] : []), ...set]
  return values.length > 0 ? union(values.map(value => textsOf(search, value))) : undefined
}

function callTexts(search: Search, node: ts.CallExpression): Texts {
  const { expression } = node
  const callee = ts.isIdentifier(expression)
    ? expression
    : ts.isPropertyAccessExpression(expression)
      ? expression.name
      : undefined
  const declaration = callee && declarationOf(search, callee)
  if (!declaration) return undefined
  if (
    /^(?:join|resolve)$/.test(callee.text) &&
    /\/path(?:\/posix)?\.d\.ts$/.test(declaration.getSourceFile().fileName)
  ) {
    const paths = joined(
      node.arguments.map(argument => textsOf(search, argument)),
      '/',
    )
    return callee.text === 'join' && paths
      ? new Set([...paths].map(path => posix.normalize(path)))
      : undefined
  }
  const own = functionOf(declaration)
  const value = own && returned(own)
  return value ? textsOf(search, value) : undefined
}

/** All that a parameter may be; undefined where its function is handed on. */
function argumentsOf(
  search: Search,
  parameter: ts.ParameterDeclaration,
): readonly ts.Expression[] | undefined {
  if (parameter.dotDotDotToken) return undefined
  const own = parameter.parent
  const at = own.parameters.indexOf(parameter)
  const more = parameter.initializer ? [parameter.initializer] : []
  const calls = ts.isConstructorDeclaration(own) ? newsOf(search, own.parent) : callsOf(search, own)
  if (!calls) return undefined
  const given: ts.Expression[] = [...more]
  for (const call of calls) {
    if ('callback' in call) {
      const elements = at === 0 ? elementsOf(search, call.callback) : undefined
      if (!elements) return undefined
      given.push(...elements)
      continue
    }
    const argument = call.arguments?.[at]
    if (call.arguments?.slice(0, at + 1).some(ts.isSpreadElement)) return undefined
    if (argument) given.push(argument)
    else if (more.length === 0) return undefined
  }
  return given
}

function elementTexts(search: Search, list: ts.Expression): Texts {
  const elements = elementsOf(search, list)
  return elements && union(elements.map(element => textsOf(search, element)))
}

const keeping = /^(?:filter|slice|sort|toSorted|reverse|toReversed|concat)$/

/** The expressions that a list has as its elements. */
function elementsOf(search: Search, given: ts.Expression): readonly ts.Expression[] | undefined {
  const node = bare(given)
  if (ts.isCallExpression(node)) return elementsOfCall(search, node)
  const list = held(search, node)
  if (!list || !ts.isArrayLiteralExpression(list)) return undefined
  const found: ts.Expression[] = []
  for (const element of list.elements) {
    const inner = ts.isSpreadElement(element) ? elementsOf(search, element.expression) : [element]
    if (!inner) return undefined
    found.push(...inner)
  }
  return found
}

function elementsOfCall(search: Search, { expression, arguments: args }: ts.CallExpression) {
  if (!ts.isPropertyAccessExpression(expression)) return undefined
  const method = expression.name.text
  if (expression.expression.getText() === 'Object' && args[0])
    return elementsOfObject(search, method, args[0])
  if (keeping.test(method)) {
    const own = elementsOf(search, expression.expression)
    const more = method === 'concat' ? args.map(argument => elementsOf(search, argument)) : []
    return own && more.every(each => each !== undefined) ? [...own, ...more.flat()] : undefined
  }
  const callback = method === 'map' && args[0] ? bare(args[0]) : undefined
  const isOwn = callback && (ts.isArrowFunction(callback) || ts.isFunctionExpression(callback))
  const value = isOwn ? returned(callback) : undefined
  return value ? [value] : undefined
}

function elementsOfObject(
  search: Search,
  method: string,
  given: ts.Expression,
): readonly ts.Expression[] | undefined {
  const object = held(search, given)
  if (!object || !ts.isObjectLiteralExpression(object)) return undefined
  const properties = object.properties.filter(ts.isPropertyAssignment)
  if (properties.length < object.properties.length) return undefined
  if (method === 'values') return properties.map(({ initializer }) => initializer)
  const { factory } = ts
  const key = ({ name }: ts.PropertyAssignment) =>
    factory.createStringLiteral(ts.isComputedPropertyName(name) ? '' : name.text)
  if (properties.some(({ name }) => ts.isComputedPropertyName(name))) return undefined
  if (method === 'keys') return properties.map(key)
  if (method !== 'entries') return undefined
  return properties.map(property =>
    factory.createArrayLiteralExpression([key(property), property.initializer]),
  )
}
