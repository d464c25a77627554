/** The text of a step's module, and of the module that steps share. */
import type { PromoteDiagnostic } from '../errors.ts'
import { literalsOf } from '../slice/refs.ts'
import type { Slice, Statement } from '../slice/slice.ts'
import { ts } from '../slice/typescript.ts'
import type { PipelinePlan, StepPlan } from '../steps/plan.ts'
import type { CrossingType } from '../steps/types.ts'
import type { CellFiles } from './cell-files.ts'
import { formatCode, type CodeStyle } from './format.ts'
import { importedNames, printImports, type ImportedName } from './imports.ts'
import { moduleLiteral } from './modules.ts'
import { renameVersions, type Renames } from './renames.ts'
import { hasBlankLineAbove, leadingComments, statementText } from './text.ts'

/** Where a piece of a generated file came from. Spans are UTF-16 offsets, half-open. */
export interface SpanMapping {
  readonly file: string
  readonly span: Span
  /** The same in the text as it was generated, where that was merged with edits. */
  readonly base?: Span
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
function sharedDeclarations({ steps }: PipelinePlan): readonly Statement[] {
  const count = new Map<Statement, number>()
  for (const step of steps)
    for (const statement of step.modules) count.set(statement, (count.get(statement) ?? 0) + 1)
  const shared = new Set([...count].filter(([, n]) => n > 1).map(([statement]) => statement))
  for (const statement of shared)
    for (const other of count.keys())
      if (other.declares.some(name => statement.mentions.has(name))) shared.add(other)
  return [...shared].sort((a, b) => a.index - b.index)
}

/** What printing knows of the notebook. */
export interface Source {
  readonly slice: Slice
  readonly plan: PipelinePlan
  readonly style: CodeStyle
  /** Specifier in a cell -> in a step, of the project's own modules; and all of these by path in the pipeline. */
  readonly modules: ReadonlyMap<string, string>
  readonly copies: readonly string[]
  readonly cells: Pick<CellFiles, 'names' | 'runs'>
}

/** Every module of the pipeline's own code. */
export async function printCode(source: Source): Promise<readonly GeneratedFile[]> {
  const shared = sharedDeclarations(source.plan)
  const steps = source.plan.steps.map(step => printStep(source, step, shared))
  return await Promise.all([...steps, ...(shared.length > 0 ? [printShared(source, shared)] : [])])
}

async function printShared(source: Source, declarations: readonly Statement[]): Promise<GeneratedFile> {
  const { style } = source
  const imports = neededImports(source, declarations, [])
  const pieces = declarations.map(statement => textOf(source, statement, { exported: true }))
  const text = await formatCode([printImports(imports, []), ...pieces].filter(Boolean).join('\n\n'), style)
  return { path: sharedFile, text, map: mapStatements(sharedFile, text, declarations, []), diagnostics: [] }
}

async function printStep(
  source: Source,
  step: StepPlan,
  shared: readonly Statement[],
): Promise<GeneratedFile> {
  const { style } = source
  const path = stepPath(step)
  const own = step.modules.filter(statement => !shared.includes(statement))
  const body = bodyOf(source, step)
  const imports = neededImports(source, [...own, ...step.statements], signatureImports(step))
  const fromShared = sharedImports(step, own, shared)
  const text = await formatCode(
    [
      printImports([...imports, ...fromShared], bareImports(source)),
      ...own.map(statement => textOf(source, statement)),
      functionText(source, step, body),
    ]
      .filter(Boolean)
      .join('\n\n'),
    style,
  )
  // Code for a model cell is nobody's text: its file is what has a place in the cell.
  const origins = body.origins.map(origin =>
    origin && source.cells.runs.has(origin.run) ? undefined : origin,
  )
  return { path, text, map: mapStatements(path, text, own, origins), diagnostics: body.diagnostics }
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

function bodyOf(source: Source, step: StepPlan): Body {
  const { slice, plan } = source
  const pieces: string[] = []
  const origins: (Statement | undefined)[] = []
  const renames = renameVersions(
    step.statements,
    step.inputs.map(i => i.name),
    slice.names,
  )
  let cell: string | undefined
  let pending = ''
  const copy = (from: number, to: number) => {
    for (const text of copies(step, renames, { from, to })) {
      pieces.push(text)
      origins.push(undefined)
    }
  }
  copy(-Infinity, step.statements[0]?.index ?? Infinity)
  for (const [i, statement] of step.statements.entries()) {
    const { node } = statement
    const gap =
      cell !== undefined && (cell !== statement.cell || hasBlankLineAbove(node)) && !pending ? '\n' : ''
    cell = statement.cell
    if (plan.roles.get(statement.index)?.kind === 'parameter') {
      // What the author said above a parameter still holds for what follows.
      const comments = leadingComments(node)
      if (comments) pending += `${gap}${comments}\n`
      copy(statement.index, step.statements[i + 1]?.index ?? Infinity)
      continue
    }
    const output = step.outputs.find(o => o.expression?.statement === statement.index)
    const text = textOf(source, statement, { renames: renames.identifiers })
    pieces.push(`${pending || gap}${output ? withConstant(text, output.name, statement) : text}`)
    pending = ''
    origins.push(statement)
    copy(statement.index, step.statements[i + 1]?.index ?? Infinity)
  }
  const returned = step.outputs.map(({ name }) => {
    const last = renames.last.get(name) ?? name
    return last === name ? name : `${name}: ${last}`
  })
  pieces.push(`${pending}\nreturn { ${returned.join(', ')} }`)
  origins.push(undefined)
  return { text: pieces.join('\n'), origins, diagnostics: renames.diagnostics }
}

/** What outputs hold whose variables change later in the step, for those whose time is in between. */
function copies(
  { outputs }: StepPlan,
  { nameAfter }: Renames,
  { from, to }: { readonly from: number; readonly to: number },
): readonly string[] {
  return outputs.flatMap(({ name, copyOf, codec, type }) => {
    if (!copyOf || copyOf.after < from || copyOf.after >= to) return []
    const variable = nameAfter(copyOf.variable, copyOf.after)
    const isShared =
      (codec === 'json' || codec === 'bytes') && !/^(number|string|boolean|bigint)$/.test(type.text)
    const copied = isShared ? `structuredClone(${variable})` : variable
    return [`const ${name} = ${type.text === 'DataFrame' ? `${variable}.copy()` : copied}`]
  })
}

/** The expression statement whose value is an output gives its value a name. */
function withConstant(text: string, name: string, { node }: Statement): string {
  const comments = leadingComments(node)
  const at = comments ? comments.length + 1 : 0
  return `${text.slice(0, at)}const ${name} = ${text.slice(at)}`
}

function functionText(source: Source, step: StepPlan, body: Body): string {
  const { plan } = source
  const names = [...step.inputs.map(i => i.name), ...step.parameters]
  const types = [
    ...step.inputs.map(i => `${i.name}: ${typeText(source, i.type)}`),
    ...step.parameters.map(name => `${name}: ${parameterType(plan, name)}`),
  ]
  const given = names.length > 0 ? `{ ${names.join(', ')} }: { ${types.join('; ')} }` : ''
  const results = step.outputs.map(o => `${o.name}: ${typeText(source, o.type)}`).join('; ')
  // A title of one word says what the function's name says.
  const doc = step.title?.includes(' ') ? `/** ${sentence(step.title)} */\n` : ''
  return `${doc}export async function ${step.function}(${given}): Promise<{ ${results} }> {\n${body.text}\n}`
}

/** A type of a file that does not go along cannot be named. */
function typeText(source: Source, { text, imports }: CrossingType): string {
  return imports.every(({ module }) => moduleInPipeline(source, module) !== undefined) ? text : 'any'
}

/** How a step imports what a cell, or a type, names: `./modules/x.ts` for a file of the project. */
function moduleInPipeline({ modules, copies }: Source, module: string): string | undefined {
  const known = modules.get(module)
  if (known !== undefined) return known
  if (!module.startsWith('/')) return module
  const copy = copies.find(path => module.endsWith(withoutExtension(path).slice('steps/modules'.length)))
  return copy?.replace(/^steps\//, './')
}

function withoutExtension(path: string): string {
  return path.replace(/(\.d)?\.[cm]?[jt]sx?$/, '')
}

function parameterType({ roles, decisions }: PipelinePlan, name: string): string {
  for (const role of roles.values())
    if (role.kind === 'parameter' && role.parameter.name === name) return role.type
  const lifts = [...decisions.lifts.values()].flat()
  return typeof lifts.find(lift => lift.parameter.name === name)?.parameter.default
}

function sentence(title: string): string {
  const text = title.replaceAll('*/', '*').trim()
  return /[.?!]$/.test(text) ? text : `${text}.`
}

function textOf(
  { slice, plan, modules, cells }: Source,
  statement: Statement,
  options: Omit<Parameters<typeof statementText>[1], 'length' | 'replacements'> = {},
) {
  const { length } = slice.program.runs[statement.run] as { length: number }
  const replacements = new Map<ts.Expression, string>()
  for (const { node, parameter } of plan.decisions.lifts.get(statement.index) ?? [])
    replacements.set(node, parameter.name)
  for (const { node, name } of plan.decisions.secrets.get(statement.index) ?? [])
    replacements.set(node, `${secretFunction(slice)}('${name}')`)
  for (const literal of moduleLiterals(statement.node)) {
    const to = modules.get(literal.text)
    if (to !== undefined) replacements.set(literal, `'${to}'`)
  }
  for (const { node, value } of cells.runs.has(statement.run) ? literalsOf(statement.node) : []) {
    const to = typeof value === 'string' ? cells.names.get(value) : undefined
    if (to !== undefined) replacements.set(node, `'${to}'`)
  }
  return statementText(statement.node, { length, replacements, ...options })
}

/** `secret` of `slipway`, under another name where the notebook uses this one for something else. */
function secretFunction({ statements, kept }: Slice): string {
  const declaring = statements.filter(s => kept.has(s.index) && s.declares.includes('secret'))
  return declaring.every(s => importsSecret(s.node)) ? 'secret' : 'slipwaySecret'
}

/** Of `import('…')` inside a statement. */
function moduleLiterals(node: ts.Node): readonly ts.StringLiteralLike[] {
  const own = moduleLiteral(node)
  const found = own ? [own] : []
  ts.forEachChild(node, child => void found.push(...moduleLiterals(child)))
  return found
}

function importsSecret(node: ts.Statement): boolean {
  if (!ts.isImportDeclaration(node)) return false
  const named = node.importClause?.namedBindings
  return (
    (node.moduleSpecifier as ts.StringLiteral).text === 'slipway' &&
    named !== undefined &&
    ts.isNamedImports(named) &&
    named.elements.some(element => element.name.text === 'secret' && !element.propertyName)
  )
}

function signatureImports(step: StepPlan): readonly { readonly name: string; readonly module: string }[] {
  return [...step.inputs, ...step.outputs].flatMap(crossing => crossing.type.imports)
}

function neededImports(
  source: Source,
  statements: readonly Statement[],
  signature: readonly { readonly name: string; readonly module: string }[],
): readonly ImportedName[] {
  const { slice, plan } = source
  const all = importedNames(
    slice.statements.filter(s => slice.kept.has(s.index)),
    slice.program,
  )
  const mentioned = new Set(statements.flatMap(s => [...s.mentions]))
  const found = new Map([...all].filter(([local]) => mentioned.has(local)))
  const every = importedNames(slice.statements, slice.program)
  for (const { name, module } of signature) {
    if (found.has(name) || moduleInPipeline(source, module) === undefined) continue
    const own = every.get(name)
    found.set(name, own ? { ...own, isType: true } : { local: name, module, exported: name, isType: true })
  }
  const local = secretFunction(slice)
  if (statements.some(({ index }) => plan.decisions.secrets.has(index)) && !found.has(local))
    found.set(local, { local, module: 'slipway', exported: 'secret', isType: false })
  return [...found.values()].map(name => ({
    ...name,
    module: moduleInPipeline(source, name.module) ?? name.module,
  }))
}

/** Modules imported for what they do. */
function bareImports({ slice, modules }: Source): readonly string[] {
  return slice.statements.flatMap(({ node, index }) =>
    slice.kept.has(index) && ts.isImportDeclaration(node) && !node.importClause
      ? [(node.moduleSpecifier as ts.StringLiteral).text].map(text => modules.get(text) ?? text)
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
