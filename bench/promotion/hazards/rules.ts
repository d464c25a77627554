/**
 * Why the slicer may drop what Rollup keeps. Rollup asks what a module does; a slice only has to give one value. Each
 * dropped statement needs a rule for every part of it that may do something: what it calls, what it writes, what it
 * imports. A part without a rule is an error of the slicer or a stub that says nothing.
 */
import type { Effects } from '../../../promote/slice/effects.ts'
import type { StubName } from '../../../promote/slice/names.ts'
import type { Slice } from '../../../promote/slice/slice.ts'
import { bare, ts } from '../../../promote/slice/typescript.ts'

export type RuleId = keyof typeof rules

export const rules = {
  'own-memory':
    'It changes variables and objects of the notebook that nothing kept reads afterwards: no relevant variable of ' +
    'the slicing criterion (Weiser, Program slicing, IEEE TSE 10(4), 1984).',
  'own-function':
    "It calls a function or class of the notebook or its modules, whose body is followed (rule 'own-memory').",
  stub: 'It calls library code whose versioned effect stub (promote/effects) names all that it changes, none of it needed.',
  display: "It only shows something: the stub says that it writes 'display' and no more.",
  import:
    'It imports names that nothing kept mentions. TypeScript itself leaves such imports out unless ' +
    '`verbatimModuleSyntax` is set (TypeScript reference, importsNotUsedAsValues and verbatimModuleSyntax).',
  'plain-read':
    'It reads properties of plain values, or converts them: ECMA-262 OrdinaryGet and ToPrimitive run only accessors and ' +
    'methods, which are followed.',
} as const

export interface Citation {
  readonly rule: RuleId
  /** The stub, for rules that rest on one: `js:Array.push`. */
  readonly stub?: string
}

/** The rules by which a dropped statement may go; `undefined` among them stands for a part that has none. */
export function citeRules(
  node: ts.Statement,
  slice: Slice,
  effects: Effects,
): readonly (Citation | undefined)[] {
  if (ts.isImportDeclaration(node)) return [node.importClause ? { rule: 'import' } : undefined]
  const found: (Citation | undefined)[] = []
  const visit = (at: ts.Node): void => {
    if (ts.isCallExpression(at) || ts.isNewExpression(at) || ts.isTaggedTemplateExpression(at))
      found.push(citeCall(at, slice, effects))
    else if (isWrite(at)) found.push({ rule: 'own-memory' })
    ts.forEachChild(at, visit)
  }
  visit(node)
  return found.length === 0 ? [{ rule: 'plain-read' }] : found
}

type Call = ts.CallExpression | ts.NewExpression | ts.TaggedTemplateExpression

function citeCall(node: Call, slice: Slice, effects: Effects): Citation | undefined {
  const callee = bare(ts.isTaggedTemplateExpression(node) ? node.tag : node.expression)
  const suffix = ts.isNewExpression(node) ? '.new' : ''
  for (const { package: owner, name } of stubNames(callee, slice)) {
    const effect = effects.find(owner, `${name}${suffix}`)
    if (!effect) continue
    const isShown = effect.writes?.every(write => write === 'display') === true && !effect.mutates
    return { rule: isShown ? 'display' : 'stub', stub: `${owner}:${name}${suffix}` }
  }
  return isOwn(callee, slice) ? { rule: 'own-function' } : undefined
}

/** The names by which a stub may know what is called: as it is declared, imported, or a method of a class. */
function stubNames(callee: ts.Expression, slice: Slice): readonly StubName[] {
  const { names } = slice
  const declared = names.stubName(callee)
  const found: StubName[] = declared ? [declared] : []
  if (ts.isIdentifier(callee)) {
    const imported = importOf(callee, slice)
    if (imported) found.push(imported)
  }
  if (!ts.isPropertyAccessExpression(callee)) return found
  const owner = callee.expression
  const member = (of: StubName) => ({
    package: of.package,
    name: of.name === '*' ? callee.name.text : `${of.name}.${callee.name.text}`,
  })
  const imported = ts.isIdentifier(owner) ? importOf(owner, slice) : undefined
  const type = names.className(owner)
  // Without declarations of Node in the program its console is still there.
  const isConsole = ts.isIdentifier(owner) && owner.text === 'console' && names.of(owner).kind !== 'shared'
  if (imported) found.push(member(imported))
  if (type) found.push(member(type))
  if (isConsole) found.push(member({ package: 'node', name: 'Console' }))
  // `Math.max.apply(null, list)` does what `Math.max` does.
  if (/^(call|apply)$/.test(callee.name.text)) found.push(...stubNames(owner, slice))
  return found
}

/** Package and name of what a name of the notebook was imported as; `*` is the module itself. */
function importOf(identifier: ts.Identifier, { names, statements }: Slice): StubName | undefined {
  if (names.of(identifier).kind !== 'shared') return undefined
  for (const { node, declares } of statements) {
    if (!ts.isImportDeclaration(node) || !declares.includes(identifier.text)) continue
    const specifier = (node.moduleSpecifier as ts.StringLiteral).text
    if (specifier.startsWith('.')) return undefined
    const bindings = node.importClause?.namedBindings
    const named = bindings && ts.isNamedImports(bindings) ? bindings.elements : []
    const element = named.find(({ name }) => name.text === identifier.text)
    return { package: specifier, name: element ? (element.propertyName ?? element.name).text : '*' }
  }
  return undefined
}

/** What the notebook or a module of its own declares, or a parameter of a function of its own. */
function isOwn(callee: ts.Expression, slice: Slice): boolean {
  if (ts.isArrowFunction(callee) || ts.isFunctionExpression(callee)) return true
  if (ts.isIdentifier(callee)) {
    const { kind } = slice.names.of(callee)
    return kind === 'local' || (kind === 'shared' && importOf(callee, slice) === undefined)
  }
  if (ts.isCallExpression(callee) || ts.isNewExpression(callee)) return isOwn(bare(callee.expression), slice)
  if (ts.isPropertyAccessExpression(callee) || ts.isElementAccessExpression(callee))
    return isOwn(bare(callee.expression), slice)
  return callee.kind === ts.SyntaxKind.ThisKeyword || callee.kind === ts.SyntaxKind.SuperKeyword
}

function isWrite(node: ts.Node): boolean {
  if (ts.isVariableDeclaration(node) || ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node))
    return true
  if (ts.isPostfixUnaryExpression(node) || ts.isDeleteExpression(node)) return true
  if (ts.isPrefixUnaryExpression(node))
    return node.operator === ts.SyntaxKind.PlusPlusToken || node.operator === ts.SyntaxKind.MinusMinusToken
  return (
    ts.isBinaryExpression(node) &&
    node.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
    node.operatorToken.kind <= ts.SyntaxKind.LastAssignment
  )
}
