/**
 * Rewrites a cell so that it runs as a function whose top-level names live in the scope that all cells share.
 *
 * The shared scope is the global object: its properties are found by every closure of every cell, at the speed of
 * globals, and can be defined anew as another kind. A declaration `const x = f()` becomes the assignment
 * `(x = f())`, after the scope was told of `x`; functions are assigned first; an import becomes a dynamic one
 * whose names are bound into the scope; the last expression becomes the cell's result. After each `await` stands
 * a gate that an interrupted cell does not pass. Types are blanked without moving anything; enums and namespaces
 * go through the compiler first. Pure.
 */
import { stripTypeScriptTypes } from 'node:module'
import { parse, type Expression, type Node, type Program } from 'acorn'
import MagicString, { type SourceMapSegment } from 'magic-string'
import { localizeLoops, type SessionNames } from './hot-loops.ts'
import { cellNames, type Mention } from './names.ts'
import { originalPosition } from './positions.ts'
import { patternNames, walk } from './tree.ts'

/** Per generated line its segments [column, source, original line, original column], all from 0. */
export type DecodedMappings = readonly (readonly (readonly number[])[])[]

export type NameKind = 'let' | 'const' | 'var' | 'function' | 'class' | 'import'

export interface DeclaredName {
  readonly name: string
  readonly kind: NameKind
}

export interface RewrittenCell {
  /** A script whose value is a function `(runtime, require, shadow) => () => Promise<[value] | undefined>`. */
  readonly code: string
  readonly names: readonly DeclaredName[]
  /** From the code back to the cell's text, to be applied one after the other. */
  readonly maps: readonly DecodedMappings[]
  /** The specifiers of static imports. */
  readonly imports: readonly string[]
  /** What the cell does with names of the session. */
  readonly uses: CellUses
  /** The name that the last expression is, when it is just a name. */
  readonly output?: string
}

/** From the text alone: what would be found by running is not among it. */
export interface CellUses {
  readonly reads: readonly string[]
  readonly writes: readonly string[]
  /** Names that functions and classes of the cell mention, which later code may therefore reach. */
  readonly captured: readonly string[]
  /** Whether the cell may reach any name by a text made at run time. */
  readonly dynamic: boolean
}

/** A cell that cannot be parsed; positions from 0. */
export class CellSyntaxError extends SyntaxError {
  readonly line: number
  readonly column: number
  /** Whether more text could make it right. */
  readonly incomplete: boolean

  constructor(message: string, at: { line: number; column: number; incomplete?: boolean }) {
    super(message)
    this.name = 'SyntaxError'
    this.line = at.line
    this.column = at.column
    this.incomplete = at.incomplete ?? false
  }
}

/** The cell is not plain TypeScript (or not right): the compiler has to see it first. */
export class NeedsCompiler extends Error {
  constructor() {
    super('The cell has to go through the compiler before it can be rewritten.')
    this.name = 'NeedsCompiler'
  }
}

/** JavaScript that the compiler made of a cell. */
export interface CompiledCell {
  readonly code: string
  readonly mappings: DecodedMappings
}

export interface RewriteOptions {
  /** What the compiler made of the cell, once it was asked. */
  readonly compiled?: CompiledCell
  /** Whether an earlier cell declared a name that stands before a global of Node. */
  readonly shadowing?: boolean
  /** Names of earlier cells. Without them loops are left as they are, which is also what a debugger needs. */
  readonly session?: SessionNames
}

/** Name of the runtime's parameter in rewritten code. */
const runtime = '__slipway$'

/**
 * @throws {NeedsCompiler} without `compiled`, when blanking types is not enough
 * @throws {CellSyntaxError} when `compiled` is no JavaScript either
 */
export function rewriteCell(source: string, options: RewriteOptions = {}): RewrittenCell {
  const { compiled, shadowing = false, session } = options
  const { text, program, maps } = toJavaScript(source, compiled)
  const edit = new MagicString(text)
  const names: DeclaredName[] = []
  const { mentions } = cellNames(program)
  const uses = usesOf(mentions)
  const imports = hoistImports(program, edit, names)
  program.body.forEach(node => rewriteStatement({ node, edit, names }))
  rewriteNestedVars(program, edit, names)
  rewriteExpressions(program, edit)
  hideArguments(mentions, edit)
  const output = returnLast(program, edit)
  const unique = [...new Map(names.map(name => [name.name, name])).values()]
  const shadow = shadowing || unique.some(({ name }) => isReservedGlobal(name))
  if (session && !shadow && !uses.dynamic)
    localizeLoops({ program, edit, mentions, session, isReserved: isReservedGlobal })
  edit.prepend(
    `(function(${runtime},require,$shadow){${shadow ? 'with($shadow)' : ''}return async function(){"use strict";`,
  )
  edit.append('\n}})')
  return {
    code: edit.toString(),
    names: unique,
    maps: [edit.generateDecodedMap({ hires: 'boundary' }).mappings as SourceMapSegment[][], ...maps],
    imports,
    uses,
    ...(output === undefined ? {} : { output }),
  }
}

/** By these a text made at run time becomes code, or a name a string. */
const dynamicNames = new Set(['eval', 'Function', 'globalThis', 'global', 'vm'])

function usesOf(mentions: readonly Mention[]): CellUses {
  const names = (keep: (mention: Mention) => boolean) => [...new Set(mentions.filter(keep).map(m => m.name))]
  return {
    reads: names(m => m.read),
    writes: names(m => m.write),
    captured: names(m => m.inFunction),
    dynamic: mentions.some(m => dynamicNames.has(m.name)),
  }
}

/** A module has no `arguments`; the function that a cell becomes has. */
function hideArguments(mentions: readonly Mention[], edit: MagicString): void {
  for (const { name, node, shorthand } of mentions)
    if (name === 'arguments' && !shorthand) edit.update(node.start, node.end, `${runtime}_arguments`)
}

/** Globals of Node, and names by which libraries recognise where they run: a cell's own go to a scope before them. */
export function isReservedGlobal(name: string): boolean {
  return reserved.has(name)
}

const reserved: ReadonlySet<string> = new Set([
  ...Object.getOwnPropertyNames(globalThis),
  ...['window', 'document', 'self', 'location', 'importScripts', 'define', 'require', 'module', 'exports'],
  ...['__dirname', '__filename', 'Deno', 'Bun', 'display', 'prompt', runtime, '$shadow'],
])

interface JavaScript {
  readonly text: string
  readonly program: Program
  readonly maps: readonly DecodedMappings[]
}

function toJavaScript(given: string, compiled: CompiledCell | undefined): JavaScript {
  if (compiled) return { text: compiled.code, program: parseCompiled(compiled), maps: [compiled.mappings] }
  const source = withoutMarks(given)
  const object = objectLiteral(source)
  if (object) return object
  const text = strip(source)
  const program = text === undefined ? undefined : tryParse(text)
  if (text === undefined || !program) throw new NeedsCompiler()
  return { text, program, maps: [] }
}

/** Without what may stand before a text: a byte order mark, a line that begins with `#!`. Nothing moves. */
export function withoutMarks(source: string): string {
  return source.replace(/^\ufeff/, ' ').replace(/^( ?)#!/, '$1//')
}

/** `{ a: 1, b }` as a whole cell is a value, as in the consoles of Node and browsers, and no block. */
function objectLiteral(source: string): JavaScript | undefined {
  if (!/^\s*\{/.test(source) || !/\}\s*$/.test(source)) return undefined
  const text = strip(`(${source}\n)`)
  const program = text === undefined ? undefined : tryParse(text)
  const [only, ...more] = program?.body ?? []
  if (!program || more.length || only?.type !== 'ExpressionStatement') return undefined
  if (only.expression.type !== 'ObjectExpression') return undefined
  const lines = source.split('\n')
  return {
    text: text!,
    program,
    maps: [lines.map((_, line) => [line === 0 ? [1, 0, 0, 0] : [0, 0, line, 0]])],
  }
}

/** What the compiler lets pass, such as a name declared twice, is told at the user's own place. */
function parseCompiled({ code, mappings }: CompiledCell): Program {
  try {
    return parseJavaScript(code)
  } catch (error) {
    const place = error instanceof CellSyntaxError ? originalPosition(error, [mappings]) : undefined
    throw place ? new CellSyntaxError((error as Error).message, place) : error
  }
}

function strip(source: string): string | undefined {
  // Half a surrogate pair does not come through.
  if (!source.isWellFormed()) return undefined
  try {
    return stripTypeScriptTypes(source)
  } catch {
    return undefined // The compiler will say what is wrong, or can do more than strip.
  }
}

function tryParse(text: string): Program | undefined {
  try {
    return parseJavaScript(text)
  } catch {
    return undefined
  }
}

function parseJavaScript(text: string): Program {
  try {
    return parse(text, {
      ecmaVersion: 'latest',
      sourceType: 'module',
      allowAwaitOutsideFunction: true,
    })
  } catch (error) {
    if (!(error instanceof SyntaxError) || !('loc' in error)) throw error
    const { line, column } = error.loc as { line: number; column: number }
    throw new CellSyntaxError(error.message.replace(/ \(\d+:\d+\)$/, ''), { line: line - 1, column })
  }
}

/** Imports run before anything else of the cell, as in a module. */
function hoistImports(program: Program, edit: MagicString, names: DeclaredName[]): string[] {
  const specifiers: string[] = []
  for (const node of program.body) {
    if (node.type !== 'ImportDeclaration') continue
    const bindings = node.specifiers.map(s => {
      names.push({ name: s.local.name, kind: 'import' })
      if (s.type === 'ImportDefaultSpecifier') return ['default', s.local.name]
      if (s.type === 'ImportNamespaceSpecifier') return ['*', s.local.name]
      return [s.imported.type === 'Identifier' ? s.imported.name : String(s.imported.value), s.local.name]
    })
    const specifier = String(node.source.value)
    specifiers.push(specifier)
    const attributes = node.attributes.map(a => [
      a.key.type === 'Identifier' ? a.key.name : String(a.key.value),
      a.value.value,
    ])
    const options = attributes.length ? `,${JSON.stringify({ with: Object.fromEntries(attributes) })}` : ''
    edit.overwrite(
      node.start,
      node.end,
      `await ${runtime}.bind(${JSON.stringify(specifier)},${JSON.stringify(bindings)}${options});`,
    )
    // Behind other statements an import still comes first.
    if (node !== program.body[0]) edit.move(node.start, node.end, 0)
  }
  return specifiers
}

interface Place {
  readonly node: Program['body'][number]
  readonly edit: MagicString
  readonly names: DeclaredName[]
}

function rewriteStatement({ node, edit, names }: Place): void {
  switch (node.type) {
    case 'VariableDeclaration':
      if (node.kind === 'using' || node.kind === 'await using') return // Disposed at the end of its cell.
      return rewriteVariables({ node, edit, names })
    case 'FunctionDeclaration':
      return rewriteFunction(node as Node & { id: Node & { name: string } }, { edit, names })
    case 'ClassDeclaration':
      names.push({ name: node.id.name, kind: 'class' })
      edit.prependRight(node.start, `;${node.id.name} = `)
      edit.appendLeft(node.end, ';')
      return
    case 'ExportNamedDeclaration':
      if (!node.declaration) return void edit.remove(node.start, node.end)
      edit.remove(node.start, node.declaration.start)
      return rewriteStatement({ node: node.declaration, edit, names })
    case 'ExportDefaultDeclaration':
      return rewriteDefaultExport({ node, edit, names })
    case 'ExportAllDeclaration':
      return void edit.remove(node.start, node.end)
    default:
  }
}

function rewriteDefaultExport({ node, edit, names }: Place): void {
  if (node.type !== 'ExportDefaultDeclaration') return
  const declared = node.declaration
  const named =
    (declared.type === 'FunctionDeclaration' || declared.type === 'ClassDeclaration') && declared.id !== null
  if (named) {
    edit.remove(node.start, declared.start)
    rewriteStatement({ node: declared as Program['body'][number], edit, names })
  } else {
    edit.overwrite(node.start, declared.start, '(')
    edit.appendLeft(declared.end, ')')
  }
}

type Variables = Extract<Program['body'][number], { type: 'VariableDeclaration' }>

function rewriteVariables({ node, edit, names }: Place & { node: Variables }): void {
  const declared = node.declarations.flatMap(d => patternNames(d.id))
  names.push(...declared.map(name => ({ name, kind: node.kind as NameKind })))
  const first = node.declarations[0]!
  // `void` because, unlike a parenthesis, it never goes on a statement that lacks its semicolon.
  edit.overwrite(node.start, first.start, 'void (')
  for (const d of node.declarations) {
    // A `var` without a value was reset when the cell began.
    if (!d.init && node.kind !== 'var') edit.appendLeft(d.end, ' = undefined')
  }
  const last = node.declarations.at(-1)!
  const freeze = node.kind === 'const' ? `${runtime}.freeze(${JSON.stringify(declared)});` : ''
  if (last.end < node.end) edit.overwrite(last.end, node.end, `);${freeze}`)
  else edit.appendLeft(node.end, `);${freeze}`)
}

/** `function f(…) {…}` is assigned before the cell's first statement. */
function rewriteFunction(
  node: Node & { id: { name: string; start: number; end: number }; async?: boolean; generator?: boolean },
  { edit, names }: { edit: MagicString; names: DeclaredName[] },
): void {
  const { name, end } = node.id
  names.push({ name, kind: 'function' })
  const star = node.generator ? '*' : ''
  edit.overwrite(node.start, end, `${name} = ${node.async ? 'async ' : ''}function${star} `)
  edit.appendLeft(node.end, ';')
  if (node.start > 0) edit.move(node.start, node.end, 0)
}

/** A `var` inside a block or the head of a loop belongs to the cell, and so to the shared scope. */
function rewriteNestedVars(program: Program, edit: MagicString, names: DeclaredName[]): void {
  const top = new Set<Node>(program.body)
  for (const node of program.body)
    if (node.type === 'ExportNamedDeclaration' && node.declaration) top.add(node.declaration)
  walk(program, {
    enter(node, parent) {
      if (isFunction(node) || node.type === 'StaticBlock') return false
      if (node.type !== 'VariableDeclaration' || top.has(node)) return true
      const declaration = node as Variables
      if (declaration.kind !== 'var') return true
      const declared = declaration.declarations.flatMap(d => patternNames(d.id))
      names.push(...declared.map(name => ({ name, kind: 'var' as const })))
      const isHead = parent?.type === 'ForInStatement' || parent?.type === 'ForOfStatement'
      const first = declaration.declarations[0]!
      edit.overwrite(declaration.start, first.start, isHead ? ' ' : 'void (')
      if (!isHead) edit.appendLeft(declaration.declarations.at(-1)!.end, ')')
      return true
    },
  })
}

const isFunction = (node: Node) =>
  node.type === 'FunctionDeclaration' ||
  node.type === 'FunctionExpression' ||
  node.type === 'ArrowFunctionExpression'

/** Gates after `await`, the cell's own `import()` and `import.meta`. */
function rewriteExpressions(program: Program, edit: MagicString): void {
  walk(program, {
    enter(node) {
      if (node.type === 'AwaitExpression') {
        // Begins with `await` again: a parenthesis would call what stands on a line without its semicolon.
        edit.appendRight(node.start, `await ${runtime}.gate(`)
        edit.prependLeft(node.end, ')')
      } else if (node.type === 'ForOfStatement' && (node as Node & { await?: boolean }).await) {
        const { body } = node as Node & { body: Node }
        edit.appendRight(body.start, `{await ${runtime}.gate();`)
        edit.prependLeft(body.end, '}')
      } else if (node.type === 'ImportExpression') {
        edit.overwrite(node.start, node.start + 'import'.length, `${runtime}.import`)
      } else if (
        node.type === 'MetaProperty' &&
        (node as Node & { meta: { name: string } }).meta.name === 'import'
      ) {
        edit.overwrite(node.start, node.end, `${runtime}.meta`)
      }
      return true
    },
  })
}

/** A lone semicolon, an import (it has gone first), or the `export {}` by which the compiler marks a module. */
const isEmpty = (node: Program['body'][number]) =>
  node.type === 'EmptyStatement' ||
  node.type === 'ImportDeclaration' ||
  (node.type === 'ExportNamedDeclaration' && !node.declaration)

/** The value of a last statement that is an expression, boxed so that a promise is shown and not awaited. */
function returnLast(program: Program, edit: MagicString): string | undefined {
  const last = program.body.findLast(node => !isEmpty(node))
  if (!last) return undefined
  let value: Expression | undefined
  if (last.type === 'ExpressionStatement') value = last.expression
  if (last.type === 'ExportDefaultDeclaration' && !/Declaration$/.test(last.declaration.type))
    value = last.declaration as Expression
  if (!value) return undefined
  edit.prependRight(last.start, 'return [(')
  const hasSemicolon = edit.original[last.end - 1] === ';' && last.end > value.end
  if (hasSemicolon) edit.overwrite(last.end - 1, last.end, ')];')
  else edit.appendLeft(last.end, ')];')
  return value.type === 'Identifier' ? value.name : undefined
}
