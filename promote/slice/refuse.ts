/** What no slice can be sure about: code made from text, modules chosen while running, patched prototypes. */
import type { PromoteDiagnostic } from '../errors.ts'
import type { Names } from './names.ts'
import type { Statement } from './slice.ts'
import { bare, ts } from './typescript.ts'

export function refusals(statements: readonly Statement[], names: Names): readonly PromoteDiagnostic[] {
  return statements.flatMap(({ node, cell }) => {
    const found: PromoteDiagnostic[] = []
    const visit = (at: ts.Node): void => {
      const refusal = refuse(at, names)
      if (refusal) found.push({ ...refusal, cell, span: { start: at.getStart(), end: at.end } })
      ts.forEachChild(at, visit)
    }
    visit(node)
    return found
  })
}

function refuse(node: ts.Node, names: Names): Pick<PromoteDiagnostic, 'code' | 'message'> | undefined {
  if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
    if (isGlobal(node.expression, 'eval', names) || isGlobal(node.expression, 'Function', names))
      return {
        code: 'PRO012',
        message: 'Code made from text cannot be followed. Write it as a function.',
      }
    if (isComputedImport(node))
      return {
        code: 'PRO013',
        message: 'Expected the name of a module as a literal: what is imported must be known before it runs.',
      }
    const [first] = node.arguments ?? []
    const isPatching =
      /^(Object|Reflect)\.(assign|defineProperty|defineProperties|setPrototypeOf|set)$/.test(
        node.expression.getText(),
      ) &&
      first !== undefined &&
      isForeignPrototype(first, names)
    return isPatching ? patched(first) : undefined
  }
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return undefined
  const target = bare(node.left)
  if (!ts.isPropertyAccessExpression(target) && !ts.isElementAccessExpression(target)) return undefined
  return isForeignPrototype(target.expression, names) ? patched(target.expression) : undefined
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

function isGlobal(node: ts.Expression, name: string, names: Names): boolean {
  const target = bare(node)
  if (ts.isPropertyAccessExpression(target))
    return (
      target.name.text === name &&
      ts.isIdentifier(target.expression) &&
      target.expression.text === 'globalThis'
    )
  if (!ts.isIdentifier(target) || target.text !== name) return false
  const { kind } = names.of(target)
  return kind === 'library' || kind === 'unknown'
}

function isComputedImport(node: ts.CallExpression | ts.NewExpression): boolean {
  const { expression } = node
  const isImport = expression.kind === ts.SyntaxKind.ImportKeyword
  const isRequire = ts.isIdentifier(expression) && expression.text === 'require'
  const [specifier] = node.arguments ?? []
  return (isImport || isRequire) && (specifier === undefined || !ts.isStringLiteralLike(specifier))
}
