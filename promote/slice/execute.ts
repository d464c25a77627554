/** The abstract interpreter's statements and declarations. Branches and loops write weakly, until nothing is new. */
import { isBuiltin } from 'node:module'
import { evaluate, makeFunction, propertyKey } from './evaluate.ts'
import { assign } from './assign.ts'
import { nothing, only, union, type AbstractObject, type Value } from './heap.ts'
import {
  addToFrame,
  classesAt,
  createFrame,
  external,
  localSlot,
  objectAt,
  setImplicit,
  sharedSlot,
  spend,
  TooEntangled,
  type Frame,
  type Interpreter,
} from './interpreter.ts'
import { invoke } from './inline.ts'
import { awaited } from './later.ts'
import { importModule } from './modules.ts'
import { isImplicit, iterate, memberKey, readMember } from './protocols.ts'
import { ts } from './typescript.ts'

/** Declares functions first, as the language does, then runs one after the other. */
export function executeBlock(it: Interpreter, statements: readonly ts.Statement[], frame: Frame): void {
  for (const statement of statements)
    if (ts.isFunctionDeclaration(statement)) declareFunction(it, statement, frame)
  const ends: (() => void)[] = []
  try {
    for (const statement of statements) {
      if (!ts.isFunctionDeclaration(statement)) execute(it, statement, frame)
      if (mayLeave(statement)) ends.push(it.heap.weaken())
    }
  } finally {
    for (const end of ends) end()
  }
  for (const statement of statements) if (isUsing(statement)) dispose(it, statement.declarationList, frame)
}

/** `using r = …`, which is disposed of when its block or its cell ends. */
export function isUsing(statement: ts.Statement): statement is ts.VariableStatement {
  return ts.isVariableStatement(statement) && (statement.declarationList.flags & ts.NodeFlags.Using) !== 0
}

/** What `using` declares is disposed of; what something else declares is not. */
export function dispose(it: Interpreter, list: ts.VariableDeclarationList, frame: Frame): void {
  if ((list.flags & ts.NodeFlags.Using) === 0) return
  for (const { name } of list.declarations) {
    const resource = evaluate(it, name, frame)
    for (const method of ['@@dispose', '@@asyncDispose'])
      it.heap.maybe('weak', () =>
        invoke(it, readMember(it, resource, method, name).value, {
          self: resource,
          parameters: [],
          node: name,
        }),
      )
  }
}

export function execute(it: Interpreter, node: ts.Statement, frame: Frame): void {
  spend(it)
  const { heap } = it
  const go = (child: ts.Node | undefined) => (child ? evaluate(it, child, frame) : nothing)
  const run = (child: ts.Statement | undefined) => child && execute(it, child, frame)
  if (ts.isVariableStatement(node)) return declareVariables(it, node.declarationList, frame)
  if (ts.isFunctionDeclaration(node)) return declareFunction(it, node, frame)
  if (ts.isClassDeclaration(node)) {
    const value = executeClass(it, node, frame)
    if (node.name) assign(it, node.name, value, frame)
    else heap.write(localSlot(it, node, frame), value)
    return
  }
  if (ts.isImportDeclaration(node)) return importNames(it, node)
  if (ts.isExportAssignment(node)) return exportValue(it, node, frame)
  if (ts.isImportEqualsDeclaration(node)) return importEquals(it, node, frame)
  if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return declareType(it, node)
  if (ts.isEnumDeclaration(node)) {
    mergeInto(it, node, node.name, frame)
    for (const member of node.members) go(member.initializer)
    return
  }
  if (ts.isModuleDeclaration(node)) return executeNamespace(it, node, frame)
  if (ts.isBlock(node)) return executeBlock(it, node.statements, frame)
  if (ts.isIfStatement(node)) {
    go(node.expression)
    return heap.maybe('weak', () => {
      run(node.thenStatement)
      run(node.elseStatement)
    })
  }
  if (ts.isForStatement(node)) {
    const { initializer } = node
    const list = initializer && ts.isVariableDeclarationList(initializer) ? initializer : undefined
    if (list) declareVariables(it, list, frame)
    else go(initializer)
    loop(it, () => {
      go(node.condition)
      run(node.statement)
      go(node.incrementor)
    })
    if (list) dispose(it, list, frame)
    return
  }
  if (ts.isForOfStatement(node) || ts.isForInStatement(node)) {
    const over = go(node.expression)
    return loop(it, () => {
      if (ts.isForInStatement(node)) readMember(it, over, '*', node)
      const item = ts.isForOfStatement(node) ? iterate(it, over, node) : nothing
      if (ts.isForOfStatement(node) && node.awaitModifier) awaited(it)
      const { initializer } = node
      if (ts.isVariableDeclarationList(initializer)) {
        const [declaration] = initializer.declarations
        if (declaration) assign(it, declaration.name, item, frame)
      } else assign(it, initializer, item, frame)
      run(node.statement)
      if (ts.isVariableDeclarationList(initializer)) dispose(it, initializer, frame)
    })
  }
  if (ts.isWhileStatement(node) || ts.isDoStatement(node))
    return loop(it, () => {
      go(node.expression)
      run(node.statement)
    })
  if (ts.isSwitchStatement(node)) {
    go(node.expression)
    return heap.maybe('weak', () => {
      for (const clause of node.caseBlock.clauses) {
        if (ts.isCaseClause(clause)) go(clause.expression)
        for (const statement of clause.statements) run(statement)
      }
    })
  }
  if (ts.isTryStatement(node)) {
    heap.maybe('weak', () => {
      run(node.tryBlock)
      const caught = node.catchClause?.variableDeclaration
      if (caught) assign(it, caught.name, it.history.read(it.thrown), frame)
      run(node.catchClause?.block)
    })
    return run(node.finallyBlock)
  }
  if (ts.isReturnStatement(node)) {
    return addToFrame(it, frame, { results: go(node.expression) })
  }
  if (ts.isLabeledStatement(node)) return run(node.statement)
  if (ts.isExpressionStatement(node)) return void go(node.expression)
  if (ts.isThrowStatement(node)) {
    const value = go(node.expression)
    it.history.write(it.thrown, union(it.history.read(it.thrown), value))
    return heap.readDeep(value)
  }
  ts.forEachChild(node, child => void (ts.isStatement(child) ? run(child) : go(child)))
}

/** `export default x` */
function exportValue(it: Interpreter, node: ts.ExportAssignment, frame: Frame): void {
  it.heap.write(localSlot(it, node, frame), evaluate(it, node.expression, frame))
}

/** A namespace is an object whose fields are its variables. */
function executeNamespace(it: Interpreter, node: ts.ModuleDeclaration, frame: Frame): void {
  if (!node.body) return
  const objects = ts.isIdentifier(node.name)
    ? mergeInto(it, node, node.name, frame)
    : only(objectAt(it, node, frame, { kind: 'plain' }))
  if (!ts.isModuleBlock(node.body)) {
    if (ts.isModuleDeclaration(node.body)) executeNamespace(it, node.body, frame)
    return
  }
  for (const statement of node.body.statements)
    for (const [name, declaration] of declarationsOf(statement))
      for (const object of objects) it.heap.bindField(object, name, localSlot(it, declaration, frame))
  executeBlock(it, node.body.statements, frame)
}

/** An enum or a namespace adds to the enum, namespace, class or function of that name that is there already. */
function mergeInto(
  it: Interpreter,
  node: ts.EnumDeclaration | ts.ModuleDeclaration,
  name: ts.Identifier,
  frame: Frame,
): Value {
  const slot = slotOf(it, name, frame)
  const before = it.heap.read(slot)
  const value = before.size > 0 ? before : only(objectAt(it, node, frame, { kind: 'plain' }))
  it.heap.write(slot, value, { add: true })
  return value
}

/** What a statement declares, as the checker knows a name's declaration. */
export function declarationsOf(statement: ts.Statement): readonly (readonly [string, ts.Node])[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(declaration => bindings(declaration))
  const { name } = statement as { name?: ts.Node }
  return name && ts.isIdentifier(name) ? [[name.text, statement]] : []
}

function bindings(node: ts.VariableDeclaration | ts.BindingElement): readonly (readonly [string, ts.Node])[] {
  const { name } = node
  if (ts.isIdentifier(name)) return [[name.text, node]]
  return name.elements.flatMap(element => (ts.isOmittedExpression(element) ? [] : bindings(element)))
}

/** `import fs = require('node:fs')` */
function importEquals(it: Interpreter, node: ts.ImportEqualsDeclaration, frame: Frame): void {
  const { moduleReference: reference } = node
  const specifier = ts.isExternalModuleReference(reference) ? reference.expression : undefined
  const isNamed = specifier !== undefined && ts.isStringLiteralLike(specifier)
  const value = isNamed ? new Set([moduleMember(it, specifier.text, '')]) : evaluate(it, reference, frame)
  assign(it, node.name, value, frame)
}

/** A loop that still learns after so many rounds is not worth following. */
const mostRounds = 100

function loop(it: Interpreter, body: () => void): void {
  it.heap.maybe('weak', () => {
    let rounds = 0
    for (let before = -1; before !== it.heap.changes();) {
      if (++rounds > mostRounds) throw new TooEntangled()
      before = it.heap.changes()
      body()
    }
  })
}

function declareVariables(it: Interpreter, list: ts.VariableDeclarationList, frame: Frame): void {
  for (const { name, initializer } of list.declarations) {
    const isVar = (list.flags & ts.NodeFlags.BlockScoped) === 0
    if (initializer) assign(it, name, evaluate(it, initializer, frame), frame)
    // `var x` again says nothing; `let x` is undefined from here on.
    else if (!isVar && !ts.isForInStatement(list.parent) && !ts.isForOfStatement(list.parent))
      assign(it, name, nothing, frame)
    else if (isVar && ts.isIdentifier(name)) it.heap.write(slotOf(it, name, frame), nothing, { add: true })
  }
}

function slotOf(it: Interpreter, name: ts.Identifier, frame: Frame) {
  const found = it.names.of(name)
  return found.kind === 'local' ? localSlot(it, found.declaration, frame) : sharedSlot(it, name.text)
}

export function declareFunction(it: Interpreter, node: ts.FunctionDeclaration, frame: Frame): void {
  // An overload has no body and declares nothing by itself.
  if (!node.body) return
  if (node.name) assign(it, node.name, makeFunction(it, node, frame), frame)
  // `export default function () {…}`
  else it.heap.write(localSlot(it, node, frame), makeFunction(it, node, frame))
}

/** Types have no value, but who mentions them needs the statement. */
function declareType(it: Interpreter, node: ts.InterfaceDeclaration | ts.TypeAliasDeclaration): void {
  it.heap.write(sharedSlot(it, node.name.text), nothing, { add: true })
}

function importNames(it: Interpreter, node: ts.ImportDeclaration): void {
  const { importClause } = node
  const specifier = (node.moduleSpecifier as ts.StringLiteral).text
  if (!importClause) {
    // A bare import is there for what it does: slice.ts keeps it.
    importModule(it, specifier, node)
    return
  }
  if (importClause.phaseModifier === ts.SyntaxKind.TypeKeyword) return importTypes(it, importClause)
  const namespace = importModule(it, specifier, node)
  const bind = (name: ts.Identifier, path: string) => {
    // A name of a module of the author's is read where it is declared; here it is only said to be there.
    const isMember = namespace !== undefined && path !== ''
    const value = new Set([namespace ?? moduleMember(it, specifier, path)])
    if (!isMember) return assign(it, name, value, it.root)
    if (it.names.of(name).kind === 'shared') it.heap.write(sharedSlot(it, name.text), nothing)
  }
  if (importClause.name) bind(importClause.name, isBuiltin(specifier) ? '' : 'default')
  const bindings = importClause.namedBindings
  if (bindings && ts.isNamespaceImport(bindings)) bind(bindings.name, '')
  else if (bindings)
    for (const { name, propertyName } of bindings.elements) bind(name, (propertyName ?? name).text)
}

/** Names of types have no value, but who mentions them needs the statement. */
function importTypes(it: Interpreter, { name, namedBindings }: ts.ImportClause): void {
  const names = [
    ...(name ? [name] : []),
    ...(!namedBindings
      ? []
      : ts.isNamespaceImport(namedBindings)
        ? [namedBindings.name]
        : namedBindings.elements.map(element => element.name)),
  ]
  for (const each of names) assign(it, each, nothing, it.root)
}

/** A thing that a module exports, `''` for the module itself. */
export function moduleMember(it: Interpreter, specifier: string, path: string) {
  if (!isBuiltin(specifier)) return external(it, specifier, path)
  const name = specifier.replace(/^node:/, '')
  return external(it, 'node', path ? `${name}.${path}` : name)
}

/** Decorators get what they stand at and may do anything with it. */
function decorate(
  it: Interpreter,
  node: ts.ClassLikeDeclaration,
  object: AbstractObject,
  frame: Frame,
): void {
  for (const decorated of [node, ...node.members]) {
    if (!ts.canHaveDecorators(decorated)) continue
    for (const decorator of ts.getDecorators(decorated) ?? []) {
      const self = only(object)
      const callee = evaluate(it, decorator.expression, frame)
      const reached = union(self, it.heap.reach(self))
      for (const made of invoke(it, callee, {
        self: nothing,
        parameters: [],
        more: reached,
        node: decorator,
      }))
        if (it.functions.has(made)) it.heap.writeField(it.heap.readField(self, 'prototype'), '*', only(made))
    }
  }
}

/** A class is an object with static members, a `prototype` with methods, and the class that it `extends`. */
export function executeClass(it: Interpreter, node: ts.ClassLikeDeclaration, frame: Frame): Value {
  const { heap } = it
  const object = objectAt(it, node, frame, { kind: 'class' })
  decorate(it, node, object, frame)
  it.classes.set(object, { node, frame })
  const others = it.history.read(classesAt(it, node))
  if (!others.includes(object)) it.history.write(classesAt(it, node), [...others, object])
  const self = only(object)
  const prototype = new Set([objectAt(it, node, frame, { kind: 'plain' })])
  heap.writeField(self, 'prototype', prototype)
  const heritage = node.heritageClauses?.find(clause => clause.token === ts.SyntaxKind.ExtendsKeyword)
  const parent = heritage?.types[0] ? evaluate(it, heritage.types[0].expression, frame) : nothing
  if (parent.size > 0) heap.writeField(self, 'extends', parent)
  if (ts.isClassExpression(node) && node.name) heap.write(localSlot(it, node, frame), self)
  const keys = new Map(node.members.map(member => [member, executeKey(it, member, frame)]))
  const staticFrame = createFrame({ parent: frame, self, path: frame.path, functions: frame.functions })
  for (const member of node.members) {
    const isStatic = (ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Static) !== 0
    const key = keys.get(member) ?? ''
    if (ts.isMethodDeclaration(member) || ts.isAccessor(member))
      heap.writeField(isStatic ? self : prototype, memberKey(member, key), makeFunction(it, member, frame))
    else if (ts.isPropertyDeclaration(member) && isStatic && member.initializer)
      heap.writeField(self, key, evaluate(it, member.initializer, staticFrame))
    else if (ts.isClassStaticBlockDeclaration(member)) executeBlock(it, member.body.statements, staticFrame)
  }
  return self
}

/** Keys are asked for once, when the class is made. */
function executeKey(it: Interpreter, member: ts.ClassElement, frame: Frame): string {
  const isField = ts.isPropertyDeclaration(member)
  if (!isField && !ts.isMethodDeclaration(member) && !ts.isAccessor(member)) return ''
  const key = propertyKey(it, member.name, frame)
  if ((!isField || member.initializer) && isImplicit(member, key)) setImplicit(it)
  return key
}

const leaving = new WeakMap<ts.Node, boolean>()

/** Whether what comes after a statement in its block may not happen. */
function mayLeave(statement: ts.Node): boolean {
  const known = leaving.get(statement)
  if (known !== undefined) return known
  const leaves = holdsLeave(statement)
  leaving.set(statement, leaves)
  return leaves
}

function holdsLeave(node: ts.Node): boolean {
  if (ts.isReturnStatement(node) || ts.isBreakOrContinueStatement(node) || ts.isThrowStatement(node))
    return true
  if (ts.isFunctionLike(node) || ts.isClassLike(node)) return false
  return ts.forEachChild(node, child => holdsLeave(child) || undefined) ?? false
}
