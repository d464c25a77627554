/**
 * What becomes of each kept statement: a parameter of the pipeline, a declaration of a module, something that each
 * step makes for itself, or part of a step's body.
 */
import type { Parameter } from '../manifest.ts'
import { pathVariables } from '../references.ts'
import { literalsOf, literalValue } from '../slice/refs.ts'
import type { Slice, Statement } from '../slice/slice.ts'
import { bare, ts } from '../slice/typescript.ts'
import { leadingComments, plainComment, trailingComment } from '../write/text.ts'
import type { Decisions } from './decisions.ts'
import { jsonSchema } from './types.ts'

export type Role =
  | { readonly kind: 'import' }
  | { readonly kind: 'parameter'; readonly parameter: Parameter; readonly type: string }
  /** A type, or a function or class that captures nothing but such and imports. */
  | { readonly kind: 'module' }
  /** Cheap and the same each time: copied into each step that needs it. */
  | { readonly kind: 'again' }
  | { readonly kind: 'body' }

export function classify(slice: Slice, decisions: Decisions): ReadonlyMap<number, Role> {
  const kept = slice.statements.filter(s => slice.kept.has(s.index))
  const roles = new Map<number, Role>()
  const world: World = { slice, kept, decisions, paths: pathVariables(slice) }
  for (const statement of kept) roles.set(statement.index, firstRole(world, statement))
  // A function is of the module once everything that it captures is.
  for (let changed = true; changed;) {
    changed = false
    for (const statement of kept) {
      if (roles.get(statement.index)?.kind !== 'body' || !isFree(world, roles, statement)) continue
      roles.set(statement.index, { kind: 'module' })
      changed = true
    }
  }
  return roles
}

interface World {
  readonly slice: Slice
  readonly kept: readonly Statement[]
  readonly decisions: Decisions
  /** Variables by which files are named among other things. */
  readonly paths: ReadonlySet<string>
}

function firstRole({ slice, kept, decisions, paths }: World, statement: Statement): Role {
  const { node, index } = statement
  if (ts.isImportDeclaration(node)) return { kind: 'import' }
  if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return { kind: 'module' }
  if (!isDeclaredOnce(kept, statement)) return { kind: 'body' }
  if (slice.isAgain(index) && onlyMentions(slice, kept, statement)) return { kind: 'again' }
  const literal = literalConstant(node)
  // A secret is asked for where it is used, and never handed from step to step.
  if (isSecret(slice, statement) || (literal && decisions.secrets.has(index))) return { kind: 'again' }
  // What stays of a constant whose literal is lifted is an ordinary statement.
  if (!literal || decisions.lifts.has(index)) return { kind: 'body' }
  // The content of a data file is locked: its name is not for a caller to choose.
  const { text } = literal.name
  if (isPath(slice, text) || paths.has(text) || decisions.constants.has(text)) return { kind: 'again' }
  return parameterRole(slice, statement, literal) ?? { kind: 'again' }
}

/** `const x = secret('…')` */
function isSecret(slice: Slice, { node }: Statement): boolean {
  if (!ts.isVariableStatement(node) || node.declarationList.declarations.length !== 1) return false
  const call = node.declarationList.declarations[0]?.initializer
  if (!call || !ts.isCallExpression(call) || !(node.declarationList.flags & ts.NodeFlags.Const)) return false
  const stub = slice.names.stubName(call.expression)
  const [name] = call.arguments
  return (
    stub?.package === 'slipway' && stub.name === 'secret' && name !== undefined && ts.isStringLiteral(name)
  )
}

function isDeclaredOnce(kept: readonly Statement[], { index, declares }: Statement): boolean {
  return kept.every(other => other.index === index || !other.declares.some(name => declares.includes(name)))
}

/** Names only imports and path constants. */
function onlyMentions(slice: Slice, kept: readonly Statement[], statement: Statement): boolean {
  return [...statement.mentions].every(name =>
    kept.some(
      other =>
        other.declares.includes(name) &&
        (ts.isImportDeclaration(other.node) ||
          (literalConstant(other.node) !== undefined && isPath(slice, name))),
    ),
  )
}

interface LiteralConstant {
  readonly name: ts.Identifier
  readonly declaration: ts.VariableDeclaration
  readonly value: string | number | boolean
}

/** `const x = <literal>` at top level. */
function literalConstant(node: ts.Statement): LiteralConstant | undefined {
  if (
    !ts.isVariableStatement(node) ||
    (node.declarationList.flags & ts.NodeFlags.BlockScoped) !== ts.NodeFlags.Const
  )
    return undefined
  const [declaration, ...others] = node.declarationList.declarations
  if (!declaration?.initializer || others.length > 0 || !ts.isIdentifier(declaration.name)) return undefined
  const value = literalValue(bare(declaration.initializer))
  return value === undefined ? undefined : { name: declaration.name, declaration, value }
}

/** Which of the statement's literals (as `literalsOf` counts them) a constant is; undefined for what is none. */
export function constantLiteral(node: ts.Statement): number | undefined {
  const initializer = literalConstant(node)?.declaration.initializer
  const at = initializer ? literalsOf(node).findIndex(literal => literal.node === bare(initializer)) : -1
  return at < 0 ? undefined : at
}

/** Whether a constant is the path by which a kept statement names a file. */
function isPath(slice: Slice, name: string): boolean {
  return slice.references.some(({ statement }) => {
    const { node } = slice.statements[statement] as Statement
    const isArgument = (at: ts.Node): boolean =>
      (ts.isCallExpression(at) && at.arguments[0] !== undefined && isName(bare(at.arguments[0]), name)) ||
      (ts.forEachChild(at, child => isArgument(child) || undefined) ?? false)
    return isArgument(node)
  })
}

function isName(node: ts.Expression, name: string): boolean {
  return ts.isIdentifier(node) && node.text === name
}

function parameterRole(slice: Slice, statement: Statement, constant: LiteralConstant): Role | undefined {
  const { checker } = slice.program
  const { declaration, name, value } = constant
  const type = declaration.type
    ? checker.getTypeFromTypeNode(declaration.type)
    : checker.getBaseTypeOfLiteralType(checker.getTypeAtLocation(name))
  const schema = jsonSchema(type)
  if (!schema) return undefined
  const { length } = slice.program.runs[statement.run] as { length: number }
  const comment = trailingComment(statement.node, length) ?? leadingComments(statement.node)
  const description = plainComment(comment)
  return {
    kind: 'parameter',
    parameter: { name: name.text, schema, default: value, ...(description ? { description } : {}) },
    type: declaration.type?.getText() ?? typeof value,
  }
}

function isFree(
  { slice, kept, decisions }: World,
  roles: ReadonlyMap<number, Role>,
  statement: Statement,
): boolean {
  const { node, mentions, declares, index } = statement
  if (!ts.isFunctionDeclaration(node) && !ts.isClassDeclaration(node)) return false
  if (!isDeclaredOnce(kept, statement) || decisions.lifts.has(index)) return false
  // Static state, or a method put onto it later.
  if (kept.some(other => other.index !== index && declares.some(name => slice.changes(other.index, name))))
    return false
  return [...mentions].every(name => {
    const declaring = kept.filter(other => other.declares.includes(name))
    return declaring.every(other => {
      const kind = roles.get(other.index)?.kind
      return kind === 'import' || kind === 'module' || other.index === index
    })
  })
}
