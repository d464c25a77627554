/** The text of a step's module, and of the module that steps share. */
import type { PromoteDiagnostic } from '../errors.ts'
import type { Slice, Statement } from '../slice/slice.ts'
import { ts } from '../slice/typescript.ts'
import type { PipelinePlan, StepPlan } from '../steps/plan.ts'
import { formatCode, type CodeStyle } from './format.ts'
import { importedNames, printImports, type ImportedName } from './imports.ts'
import { renameVersions } from './renames.ts'
import { hasBlankLineAbove, leadingComments, statementText } from './text.ts'

/** Where a piece of a generated file came from. Spans are UTF-16 offsets, half-open. */
export interface SpanMapping {
  readonly file: string
  readonly span: Span
  readonly cell: string
  /** In the cell's source as it ran. */
  readonly source: Span
}

export interface Span {
  readonly start: number
  readonly end: number
}

export interface GeneratedFile {
  readonly path: string
  readonly text: string
  readonly map: readonly SpanMapping[]
  readonly diagnostics: readonly PromoteDiagnostic[]
}

export const sharedFile = 'steps/shared.ts'

/** Module declarations that more than one step needs, and those that these need. */
export function sharedDeclarations({ steps }: PipelinePlan): readonly Statement[] {
  const count = new Map<Statement, number>()
  for (const step of steps)
    for (const statement of step.modules) count.set(statement, (count.get(statement) ?? 0) + 1)
  const shared = new Set([...count].filter(([, n]) => n > 1).map(([statement]) => statement))
  for (const statement of shared)
    for (const other of count.keys())
      if (other.declares.some(name => statement.mentions.has(name))) shared.add(other)
  return [...shared].sort((a, b) => a.index - b.index)
}

export async function printShared(
  slice: Slice,
  declarations: readonly Statement[],
  style: CodeStyle,
): Promise<GeneratedFile> {
  const imports = neededImports(slice, declarations, [])
  const pieces = declarations.map(statement => textOf(slice, statement, { exported: true }))
  const text = await formatCode([printImports(imports, []), ...pieces].filter(Boolean).join('\n\n'), style)
  return { path: sharedFile, text, map: mapStatements(sharedFile, text, declarations, []), diagnostics: [] }
}

export async function printStep(
  slice: Slice,
  step: StepPlan,
  shared: readonly Statement[],
  style: CodeStyle,
): Promise<GeneratedFile> {
  const path = stepPath(step)
  const own = step.modules.filter(statement => !shared.includes(statement))
  const body = bodyOf(slice, step)
  const imports = neededImports(slice, [...own, ...step.statements], signatureImports(step))
  const fromShared = sharedImports(step, own, shared)
  const text = await formatCode(
    [
      printImports([...imports, ...fromShared], bareImports(slice)),
      ...own.map(statement => textOf(slice, statement)),
      functionText(step, body),
    ]
      .filter(Boolean)
      .join('\n\n'),
    style,
  )
  return { path, text, map: mapStatements(path, text, own, body.origins), diagnostics: body.diagnostics }
}

export function stepPath({ name }: Pick<StepPlan, 'name'>): string {
  // `shared` is the name of the module that steps share.
  return name === 'shared' ? 'steps/shared-step.ts' : `steps/${name}.ts`
}

interface Body {
  readonly text: string
  /** Of every statement in it, in order; undefined for one that promotion adds. */
  readonly origins: readonly (Statement | undefined)[]
  readonly diagnostics: readonly PromoteDiagnostic[]
}

function bodyOf(slice: Slice, step: StepPlan): Body {
  const pieces: string[] = []
  const origins: (Statement | undefined)[] = []
  const parameters = new Set(step.parameters)
  const renames = renameVersions(
    step.statements,
    step.inputs.map(i => i.name),
    slice.names,
  )
  let cell: string | undefined
  let pending = ''
  for (const statement of step.statements) {
    const { node, declares } = statement
    const gap =
      cell !== undefined && (cell !== statement.cell || hasBlankLineAbove(node)) && !pending ? '\n' : ''
    cell = statement.cell
    if (declares.some(name => parameters.has(name))) {
      // What the author said above a parameter still holds for what follows.
      const comments = leadingComments(node)
      if (comments) pending += `${gap}${comments}\n`
      continue
    }
    const output = step.outputs.find(o => o.expression?.statement === statement.index)
    const text = textOf(slice, statement, { renames: renames.identifiers })
    pieces.push(`${pending || gap}${output ? withConstant(text, output.name, statement) : text}`)
    pending = ''
    origins.push(statement)
  }
  const returned = step.outputs.map(({ name }) => {
    const last = renames.last.get(name) ?? name
    return last === name ? name : `${name}: ${last}`
  })
  pieces.push(`${pending}\nreturn { ${returned.join(', ')} }`)
  origins.push(undefined)
  return { text: pieces.join('\n'), origins, diagnostics: renames.diagnostics }
}

/** The expression statement whose value is an output gives its value a name. */
function withConstant(text: string, name: string, { node }: Statement): string {
  const comments = leadingComments(node)
  const at = comments ? comments.length + 1 : 0
  return `${text.slice(0, at)}const ${name} = ${text.slice(at)}`
}

function functionText(step: StepPlan, body: Body): string {
  const names = [...step.inputs.map(i => i.name), ...step.parameters]
  const types = [
    ...step.inputs.map(i => `${i.name}: ${i.type.text}`),
    ...step.parameters.map(name => `${name}: ${parameterType(step, name)}`),
  ]
  const given = names.length > 0 ? `{ ${names.join(', ')} }: { ${types.join('; ')} }` : ''
  const results = step.outputs.map(o => `${o.name}: ${o.type.text}`).join('; ')
  // A title of one word says what the function's name says.
  const doc = step.title?.includes(' ') ? `/** ${sentence(step.title)} */\n` : ''
  return `${doc}export async function ${step.function}(${given}): Promise<{ ${results} }> {\n${body.text}\n}`
}

function parameterType(step: StepPlan, name: string): string {
  const node = step.statements.find(s => s.declares.includes(name))?.node
  const declaration = node && ts.isVariableStatement(node) ? node.declarationList.declarations[0] : undefined
  if (declaration?.type) return declaration.type.getText()
  const kind = declaration?.initializer?.kind
  if (kind === ts.SyntaxKind.TrueKeyword || kind === ts.SyntaxKind.FalseKeyword) return 'boolean'
  return declaration?.initializer && ts.isStringLiteralLike(declaration.initializer) ? 'string' : 'number'
}

function sentence(title: string): string {
  const text = title.replaceAll('*/', '*').trim()
  return /[.?!]$/.test(text) ? text : `${text}.`
}

function textOf(
  slice: Slice,
  statement: Statement,
  options: Omit<Parameters<typeof statementText>[1], 'length'> = {},
) {
  const { length } = slice.program.runs[statement.run] as { length: number }
  return statementText(statement.node, { length, ...options })
}

function signatureImports(step: StepPlan): readonly { readonly name: string; readonly module: string }[] {
  return [...step.inputs, ...step.outputs].flatMap(crossing => crossing.type.imports)
}

function neededImports(
  slice: Slice,
  statements: readonly Statement[],
  signature: readonly { readonly name: string; readonly module: string }[],
): readonly ImportedName[] {
  const all = importedNames(
    slice.statements.filter(s => slice.kept.has(s.index)),
    slice.program,
  )
  const mentioned = new Set(statements.flatMap(s => [...s.mentions]))
  const found = new Map([...all].filter(([local]) => mentioned.has(local)))
  for (const { name, module } of signature) {
    const key = found.get(name)
    if (!key) found.set(name, { local: name, module, exported: name, isType: true })
  }
  return [...found.values()]
}

/** Modules imported for what they do. */
function bareImports(slice: Slice): readonly string[] {
  return slice.statements.flatMap(({ node, index }) =>
    slice.kept.has(index) && ts.isImportDeclaration(node) && !node.importClause
      ? [(node.moduleSpecifier as ts.StringLiteral).text]
      : [],
  )
}

function sharedImports(
  step: StepPlan,
  own: readonly Statement[],
  shared: readonly Statement[],
): readonly ImportedName[] {
  const mentioned = new Set([...own, ...step.statements].flatMap(s => [...s.mentions]))
  const types = [...step.inputs, ...step.outputs].map(crossing => crossing.type.text).join(' ')
  return shared.flatMap(({ declares, node }) =>
    declares
      .filter(name => mentioned.has(name) || new RegExp(`\\b${name}\\b`).test(types))
      .map(name => ({
        local: name,
        module: './shared.ts',
        exported: name,
        isType: ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node),
      })),
  )
}

/** Statements keep their order through formatting, so that the n-th of the file is the n-th that was written. */
function mapStatements(
  path: string,
  text: string,
  declarations: readonly Statement[],
  body: readonly (Statement | undefined)[],
): readonly SpanMapping[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2024, true)
  const top = file.statements.filter(s => !ts.isImportDeclaration(s))
  const last = top.at(-1)
  const inner = last && ts.isFunctionDeclaration(last) && body.length > 0 ? (last.body?.statements ?? []) : []
  return [
    ...declarations.flatMap((statement, i) => mapping(path, statement, top[i])),
    ...body.flatMap((statement, i) => (statement ? mapping(path, statement, inner[i]) : [])),
  ]
}

function mapping(
  file: string,
  { cell, node: from }: Statement,
  node: ts.Statement | undefined,
): SpanMapping[] {
  if (!node) return []
  return [
    {
      file,
      span: { start: node.getStart(), end: node.end },
      cell,
      source: { start: from.getStart(), end: from.end },
    },
  ]
}
