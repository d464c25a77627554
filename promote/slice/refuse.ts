/** What no slice can be sure about: code made from text, modules chosen while running, patched prototypes. */
import type { PromoteDiagnostic } from '../errors.ts'
import { isReference, type Names } from './names.ts'
import type { Statement } from './slice.ts'
import { bare, ts } from './typescript.ts'

export function refusals(statements: readonly Statement[], names: Names): readonly PromoteDiagnostic[] {
  return statements.flatMap(({ node, cell }) =>
    refusalsIn(node, names).map(({ at, ...refusal }) => ({
      ...refusal,
      cell,
      span: { start: at.getStart(), end: at.end },
    })),
  )
}

type Refusal = Pick<PromoteDiagnostic, 'code' | 'message'>

/** What in a piece of code no slice can be sure about. */
export function refusalsIn(node: ts.Node, names: Names): readonly (Refusal & { readonly at: ts.Node })[] {
  return names.remember(node, 'refusals', () => findRefusals(node, names))
}

function findRefusals(node: ts.Node, names: Names): readonly (Refusal & { readonly at: ts.Node })[] {
  const found: (Refusal & { readonly at: ts.Node })[] = []
  const visit = (at: ts.Node): void => {
    const refusal = refuse(at, names)
    if (refusal) found.push({ ...refusal, at })
    ts.forEachChild(at, visit)
  }
  visit(node)
  return found
}

function refuse(node: ts.Node, names: Names): Refusal | undefined {
  if (ts.isCallExpression(node) || ts.isNewExpression(node)) return refuseCall(node, names)
  if (ts.isIdentifier(node)) return isEvaluator(node, names) ? fromText : undefined
  if (isEvaluatorMember(node)) return fromText
  if (ts.isImportDeclaration(node)) return isVm(node) ? fromText : undefined
  const target = writtenPart(node)
  return target && isForeignPrototype(target.expression, names) ? patched(target.expression) : undefined
}

const fromText: Refusal = {
  code: 'PRO012',
  message: 'Code made from text cannot be followed. Write it as a function.',
}

function refuseCall(node: ts.CallExpression | ts.NewExpression, names: Names): Refusal | undefined {
  const callee = bare(node.expression)
  const [first] = node.arguments ?? []
  const isTimer = ts.isIdentifier(callee) && /^set(Timeout|Interval)$/.test(callee.text)
  if (isTimer && first && ts.isStringLiteralLike(bare(first))) return fromText
  // Calling what made a function makes another one of text; classes are not called without `new`.
  if (ts.isCallExpression(node) && isConstructorOf(callee, names)) return fromText
  if (isComputedImport(node))
    return {
      code: 'PRO013',
      message: 'Expected the name of a module as a literal: what is imported must be known before it runs.',
    }
  // Nothing but a patch, or a way to code from text, begins like this.
  if (ts.isCallExpression(node) && isForeignPrototypeOf(node, names)) return patched(node)
  const isPatching =
    /^(Object|Reflect)\.(assign|defineProperty|defineProperties|deleteProperty|setPrototypeOf|set)$/.test(
      callee.getText(),
    )
  return isPatching && first && isForeignPrototype(first, names) ? patched(first) : undefined
}

function isConstructorOf(callee: ts.Expression, names: Names): boolean {
  if (!ts.isPropertyAccessExpression(callee) || callee.name.text !== 'constructor') return false
  return names.stubName(callee)?.package === 'js'
}

/** `eval` and `Function` themselves, wherever they go from here. */
function isEvaluator(node: ts.Identifier, names: Names): boolean {
  if (node.text !== 'eval' && node.text !== 'Function') return false
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent) && parent.name === node)
    return ts.isIdentifier(parent.expression) && /^(globalThis|global)$/.test(parent.expression.text)
  if (!isReference(node) || isTypePosition(node)) return false
  if (ts.isPropertyAccessExpression(parent) || ts.isTypeOfExpression(parent)) return false
  if (ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.InstanceOfKeyword)
    return false
  const { kind } = names.of(node)
  return kind === 'library' || kind === 'unknown'
}

/** `globalThis['eval']`, and the `constructor` of a function that stands there. */
function isEvaluatorMember(node: ts.Node): boolean {
  if (ts.isElementAccessExpression(node)) {
    const [owner, key] = [bare(node.expression), bare(node.argumentExpression)]
    const isGlobal = ts.isIdentifier(owner) && /^(globalThis|global)$/.test(owner.text)
    return isGlobal && ts.isStringLiteralLike(key) && /^(eval|Function)$/.test(key.text)
  }
  if (!ts.isPropertyAccessExpression(node) || node.name.text !== 'constructor') return false
  const owner = bare(node.expression)
  return ts.isArrowFunction(owner) || ts.isFunctionExpression(owner)
}

function isTypePosition(node: ts.Node): boolean {
  return ts.isTypeNode(node.parent) || ts.isTypeAliasDeclaration(node.parent)
}

function isVm({ moduleSpecifier, importClause }: ts.ImportDeclaration): boolean {
  const isType = importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
  return !isType && ts.isStringLiteral(moduleSpecifier) && /^(node:)?vm$/.test(moduleSpecifier.text)
}

/** The member that a node assigns to or deletes. */
function writtenPart(node: ts.Node): ts.PropertyAccessExpression | ts.ElementAccessExpression | undefined {
  const isAssignment =
    ts.isBinaryExpression(node) &&
    node.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
    node.operatorToken.kind <= ts.SyntaxKind.LastAssignment
  const written = isAssignment ? node.left : ts.isDeleteExpression(node) ? node.expression : undefined
  const target = written && bare(written)
  return target && (ts.isPropertyAccessExpression(target) || ts.isElementAccessExpression(target))
    ? target
    : undefined
}

function patched(prototype: ts.Node) {
  return {
    code: 'PRO014' as const,
    message: `${prototype.getText()} is changed for everybody, which no step can be sure about. Use a function instead.`,
  }
}

/** `X.prototype` and `X.prototype.y`, where X is not the notebook's own. */
function isForeignPrototype(node: ts.Expression, names: Names): boolean {
  const target = bare(node)
  if (ts.isElementAccessExpression(target)) return isForeignPrototype(target.expression, names)
  if (!ts.isPropertyAccessExpression(target)) return false
  if (target.name.text === '__proto__') return true
  if (target.name.text !== 'prototype') return isForeignPrototype(target.expression, names)
  const owner = bare(target.expression)
  if (!ts.isIdentifier(owner)) return true
  const { kind } = names.of(owner)
  return kind === 'library' || kind === 'unknown' || names.stubName(owner) !== undefined
}

/** `Object.getPrototypeOf([])`, `Object.getPrototypeOf(Uint8Array)`: the language's own. */
function isForeignPrototypeOf({ expression, arguments: given }: ts.CallExpression, names: Names): boolean {
  const first = given[0] && bare(given[0])
  if (!first || !/^(Object|Reflect)\.getPrototypeOf$/.test(expression.getText())) return false
  if (ts.isIdentifier(first)) return names.of(first).kind === 'library'
  return first.kind !== ts.SyntaxKind.ThisKeyword
}

function isComputedImport(node: ts.CallExpression | ts.NewExpression): boolean {
  const { expression } = node
  const isImport = expression.kind === ts.SyntaxKind.ImportKeyword
  const isRequire = ts.isIdentifier(expression) && expression.text === 'require'
  const [specifier] = node.arguments ?? []
  return (isImport || isRequire) && (specifier === undefined || !ts.isStringLiteralLike(specifier))
}
