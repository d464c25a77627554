/**
 * The slice of a notebook: the top-level statements that its outputs need, in the order in which they ran.
 *
 * Statements are interpreted abstractly one after the other (heap.ts, evaluate.ts …), which finds for each the
 * earlier ones it may depend on; from the outputs backwards, whatever can be reached is kept. Conservative: what is
 * not known to be harmless is kept. Control flow is kept whole.
 */
import type { OutputEdit } from '../edits.ts'
import { posix } from 'node:path'
import type { PromoteDiagnostic } from '../errors.ts'
import { evidenceNeeds } from '../evidence/edges.ts'
import type { Notebook } from '../notebook.ts'
import { companions } from './companions.ts'
import { defaultOutputs } from './default-outputs.ts'
import type { Effects } from './effects.ts'
import { declareFunction, execute } from './execute.ts'
import { evaluate } from './evaluate.ts'
import { createHeap, nothing, type Value } from './heap.ts'
import {
  createFrame,
  sharedSlot,
  TooEntangled,
  type FileReference,
  type Frame,
  type Harmless,
  type Interpreter,
  type OutsideUse,
  type UnknownCall,
} from './interpreter.ts'
import { goOn } from './later.ts'
import { reachedModules, specifierOf } from './modules.ts'
import { createNames, isReference, sharedNames, type Names } from './names.ts'
import { chooseOutputs, type OutputRequest } from './outputs.ts'
import { refusals, refusalsIn } from './refuse.ts'
import {
  createNotebookProgram,
  declaredNames,
  syntaxErrors,
  ts,
  type DeclarationCache,
  type ModuleFile,
  type NotebookProgram,
  type TypesOf,
} from './typescript.ts'

export interface SliceOptions {
  readonly notebook: Notebook
  readonly effects: Effects
  /** Absolute folder of the notebook. */
  readonly folder: string
  readonly typesOf: TypesOf
  /** Names of marked outputs or of variables. Default: the marks, else models, artifacts and the last value. */
  readonly outputs?: readonly (string | OutputEdit)[]
  /** Whether the last value counts by default beside models and artifacts. Default true. */
  readonly withLast?: boolean
  readonly cache?: DeclarationCache
  /** By statement: what its unknown calls are not to be taken to do. Default: they may do anything. */
  readonly harmless?: ReadonlyMap<number, Harmless>
}

export interface Statement {
  readonly index: number
  /** Which execution it belongs to, and of which cell. */
  readonly run: number
  readonly cell: string
  readonly node: ts.Statement
  /** What it declares, and what other shared names it mentions. */
  readonly declares: readonly string[]
  readonly mentions: ReadonlySet<string>
}

export interface SliceOutput {
  readonly name: string
  /** The shared variable that holds it, or else the expression that gives it. */
  readonly variable?: string
  readonly expression?: ts.Expression
  /** It is the value right after this statement. */
  readonly after: number
  /** What the checker can be asked about its type. */
  readonly typed: ts.Node
  readonly value: Value
  /** A last value beside models and artifacts: nobody asked for it. */
  readonly isExtra?: boolean
}

/** A file of the author's own that what is kept imports, by itself or through another one. */
export interface LocalModule {
  /** Absolute, with `/`. */
  readonly path: string
  /** Relative to the notebook's folder, with `/`; may begin with `../`. */
  readonly name: string
  readonly text: string
  /** What it imports, as it says, with the local module that this is if it is one. */
  readonly imports: readonly { readonly specifier: string; readonly path?: string }[]
}

export interface Slice {
  /** Local modules of kept statements, with all that these import. */
  readonly modules: readonly LocalModule[]
  readonly program: NotebookProgram
  readonly names: Names
  readonly statements: readonly Statement[]
  readonly kept: ReadonlySet<number>
  readonly outputs: readonly SliceOutput[]
  /** Statements that are kept for what they do: the files that they write. */
  readonly writing: readonly number[]
  readonly diagnostics: readonly PromoteDiagnostic[]
  /** Of kept statements only. */
  readonly unknownCalls: readonly UnknownCall[]
  readonly outsideUses: readonly OutsideUse[]
  readonly references: readonly FileReference[]
  /** The earlier statements that one needs directly, whether or not they are kept; found of a broken notebook too. */
  readonly needs: (statement: number) => ReadonlySet<number>
  /** Whether a statement only names something that is cheap to name again. */
  readonly isAgain: (statement: number) => boolean
  /** Whether a statement may change a shared variable or anything that it holds. */
  readonly changes: (statement: number, name: string) => boolean
  /** Whether two shared variables may hold the same changeable thing. */
  readonly share: (a: string, b: string) => boolean
  /** What a shared variable may hold at the end. */
  readonly valueOf: (name: string) => Value
}

const budgetPerStatement = 200_000

export function sliceNotebook(options: SliceOptions): Slice {
  const { notebook, effects } = options
  const program = createNotebookProgram({
    sources: notebook.runs.map(run => run.source),
    folder: options.folder,
    typesOf: options.typesOf,
    follow: effects.packages,
    ...(options.cache ? { cache: options.cache } : {}),
  })
  const names = createNames(program)
  const statements = listStatements(notebook, program, names)
  const diagnostics = [
    ...parseProblems(notebook, program),
    ...refusals(statements, names),
    ...moduleProblems(statements, { program, names }),
  ]
  const { wanted, problems } = chooseOutputs(notebook, statements, options.outputs)
  diagnostics.push(...problems)
  const it = createInterpreter(program, names, options, statements.length)
  const asked = interpret(it, statements, wanted)
  const { withLast = true } = options
  const found =
    wanted.length > 0 ? asked : defaultOutputs(it, statements, { notebook, before: asked, withLast })
  const outputs = diagnostics.length > 0 ? [] : found
  const seen = seenNeeds(it, notebook, statements)
  const { kept, evaluated } = closure(it, statements, { outputs, seen })
  diagnostics.push(...patchedPrototypes(it, statements))
  if (diagnostics.length === 0 && kept.size === 0) diagnostics.push(nothingToPromote())
  diagnostics.push(
    ...failedCells(notebook, statements, kept),
    ...unknownNames(statements, kept, { names, it, notebook }),
  )
  const ofKept = <T extends { statement: number }>(items: readonly T[]) =>
    items.flatMap(x => {
      const statement = evaluated.get(x.statement) ?? x.statement
      return kept.has(statement) ? [{ ...x, statement }] : []
    })
  return {
    modules: keptModules(it, statements, { kept, folder: options.folder }),
    program,
    names,
    statements,
    kept,
    outputs: outputs.filter(output => output.name !== ''),
    writing: outputs.flatMap(({ name, after }) => (name === '' ? [after] : [])),
    diagnostics,
    unknownCalls: ofKept(it.unknownCalls),
    outsideUses: ofKept(it.outsideUses),
    references: ofKept(it.references),
    needs: index => new Set([...(it.heap.needs[index] ?? []), ...(seen.get(index) ?? [])]),
    isAgain: index => isAgain(it, statements[index] as Statement),
    changes: (index, name) => changes(it, index, name),
    share: (a, b) => share(it, a, b),
    valueOf: name => sharedSlot(it, name).ever,
  }
}

function listStatements(notebook: Notebook, program: NotebookProgram, names: Names): readonly Statement[] {
  const statements: Statement[] = []
  for (const [run, { cell }] of notebook.runs.entries())
    for (const node of program.runs[run]?.statements ?? [])
      statements.push({
        index: statements.length,
        run,
        cell,
        node,
        declares: declaredNames(node),
        mentions: sharedNames(node, names),
      })
  return statements
}

function createInterpreter(
  notebook: NotebookProgram,
  names: Names,
  { effects, harmless = new Map() }: Pick<SliceOptions, 'effects' | 'harmless'>,
  nStatements: number,
): Interpreter {
  // After the statements come looks at outputs, then modules.
  const firstModule = 3 * nStatements + 8
  return {
    root: createFrame(),
    namespaces: new Map(),
    importers: new Map(),
    firstModule,
    notebook,
    names,
    effects,
    harmless,
    heap: createHeap(firstModule + notebook.modules.size),
    shared: new Map(),
    unknownCalls: [],
    outsideUses: [],
    references: [],
    notAgain: new Set(),
    files: new Map(),
    stack: [],
    made: new Map(),
    functions: new Map(),
    classes: new Map(),
    instances: new Map(),
    externals: new Map(),
    frames: new Map(),
    accessors: new Map(),
    thrown: new Set(),
    proxies: new Map(),
    lazies: new Map(),
    resolvers: new Map(),
    implicit: { any: false },
    later: { work: [], rounds: 0, isRunning: false },
    patches: [],
    budget: { left: budgetPerStatement, isSpent: false },
  }
}

/** Runs everything once, abstractly, and looks at the outputs at their time. */
function interpret(
  it: Interpreter,
  statements: readonly Statement[],
  wanted: readonly OutputRequest[],
): readonly SliceOutput[] {
  const frame = it.root
  const outputs: SliceOutput[] = []
  let run = -1
  for (const statement of statements) {
    if (statement.run !== run) {
      run = statement.run
      it.heap.begin(statement.index)
      guard(it, () => goOn(it))
      hoist(it, statements, statement.index, frame)
    }
    const value = interpretOne(it, statement, frame)
    for (const request of wanted.filter(w => w.after === statement.index)) {
      const slot = request.variable === undefined ? undefined : sharedSlot(it, request.variable)
      it.heap.begin(statements.length + outputs.length)
      const held = slot ? it.heap.read(slot) : value
      it.heap.readDeep(held)
      outputs.push({ ...request, value: new Set(held), typed: request.typed ?? statement.node })
    }
  }
  return outputs
}

/** Functions are there before the first statement of their cell runs. */
function hoist(it: Interpreter, statements: readonly Statement[], first: number, frame: Frame): void {
  const run = statements[first]?.run
  for (let i = first; statements[i]?.run === run; i++) {
    const { index, node } = statements[i] as Statement
    if (!ts.isFunctionDeclaration(node)) continue
    it.heap.begin(index)
    declareFunction(it, node, frame)
  }
}

/** @returns the value of an expression statement */
function interpretOne(it: Interpreter, { index, node }: Statement, frame: Frame): Value {
  it.heap.begin(index)
  return guard(it, () => {
    if (ts.isExpressionStatement(node)) return evaluate(it, node.expression, frame)
    if (!ts.isFunctionDeclaration(node)) execute(it, node, frame)
    return nothing
  })
}

/** What is too entangled to follow may do anything; from then on nobody knows what holds what. */
function guard(it: Interpreter, run: () => Value): Value
function guard(it: Interpreter, run: () => void): void
function guard(it: Interpreter, run: () => unknown): unknown {
  it.budget.left = budgetPerStatement
  const statement = it.heap.current()
  let value: unknown = nothing
  try {
    value = run()
  } catch (thrown) {
    if (!(thrown instanceof TooEntangled)) throw thrown
    it.stack.length = 0
    it.later.work.length = 0
    it.heap.begin(statement)
    it.budget.isSpent = true
  }
  if (it.budget.isSpent) assumeTheWorst(it)
  return value
}

/** Reads and may write everything there is. */
function assumeTheWorst(it: Interpreter): void {
  const slots = [...it.shared.values(), ...it.heap.objects().flatMap(object => [...object.fields.values()])]
  for (const slot of slots) it.heap.read(slot)
  for (const slot of slots) it.heap.write(slot, new Set(), { add: true })
}

type SeenNeeds = ReadonlyMap<number, ReadonlySet<number>>

/** What the kernel saw pass from run to run, beside what was found here. */
function seenNeeds(it: Interpreter, { runs }: Notebook, statements: readonly Statement[]): SeenNeeds {
  const doing = new Set([...it.unknownCalls, ...it.outsideUses].map(({ statement }) => statement))
  return evidenceNeeds(runs, statements, { needs: it.heap.needs, isDoing: index => doing.has(index) })
}

/** Everything that outputs need, backwards, with the declarations of all names that what is kept mentions. */
function closure(
  it: Interpreter,
  statements: readonly Statement[],
  { outputs, seen }: { readonly outputs: readonly SliceOutput[]; readonly seen: SeenNeeds },
): { readonly kept: ReadonlySet<number>; readonly evaluated: ReadonlyMap<number, number> } {
  const kept = new Set<number>()
  /** Modules whose evaluation is needed, by their number as a statement, with the statement that imports them. */
  const evaluated = new Map<number, number>()
  const work: number[] = []
  const declarers = declarersOf(statements)
  const keep = (index: number) => {
    if (index >= it.firstModule && !evaluated.has(index)) {
      evaluated.set(index, -1)
      work.push(index)
    }
    if (index >= statements.length || kept.has(index)) return
    kept.add(index)
    work.push(index)
  }
  for (const [i, output] of outputs.entries()) {
    for (const index of it.heap.needs[statements.length + i] ?? []) keep(index)
    if (output.variable === undefined) keep(output.after)
  }
  if (outputs.length > 0)
    for (const { index, node } of statements)
      if (ts.isImportDeclaration(node) && !node.importClause) keep(index)
  for (;;) {
    for (let index = work.pop(); index !== undefined; index = work.pop())
      for (const needs of [it.heap.needs[index], seen.get(index)]) for (const need of needs ?? []) keep(need)
    for (const index of [...kept])
      for (const missing of undeclared(statements, kept, { index, declarers })) keep(missing)
    if (work.length > 0) continue
    for (const [module, importers] of it.importers) {
      const index = it.firstModule + module.index
      if (!evaluated.has(index)) continue
      const among = [...importers].filter(each => each < statements.length)
      const importer = among.find(each => kept.has(each)) ?? among[0] ?? -1
      evaluated.set(index, importer)
      if (importer >= 0) keep(importer)
    }
    if (outputs.length > 0) companions(it, statements, kept).forEach(keep)
    if (work.length === 0) return { kept, evaluated }
  }
}

/** What a kept import brings along, and types that only the checker follows. */
function keptModules(
  it: Interpreter,
  statements: readonly Statement[],
  { kept, folder }: { readonly kept: ReadonlySet<number>; readonly folder: string },
): readonly LocalModule[] {
  const found = new Set<ModuleFile>()
  for (const { index, node } of statements) {
    if (!kept.has(index)) continue
    for (const specifier of importedSpecifiers(node)) {
      const module = it.notebook.localModule(specifier, node)
      if (module) for (const each of reachedModules(it, module)) found.add(each)
    }
  }
  const base = folder.replaceAll('\\', '/')
  return [...found].map(({ path, file }) => ({
    path,
    name: posix.relative(base, path),
    text: file.text,
    imports: ts.preProcessFile(file.text, true, true).importedFiles.map(({ fileName: specifier }) => {
      const target = it.notebook.localModule(specifier, file)?.path
      return { specifier, ...(target === undefined ? {} : { path: target }) }
    }),
  }))
}

/** Modules that a statement names: at its head, or in `import('…')` anywhere in it. */
function importedSpecifiers(node: ts.Statement): readonly string[] {
  const own = specifierOf(node)
  if (own !== undefined) return [own]
  const found: string[] = []
  const visit = (at: ts.Node): void => {
    if (ts.isCallExpression(at) && at.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [specifier] = at.arguments
      if (specifier && ts.isStringLiteralLike(specifier)) found.push(specifier.text)
    }
    ts.forEachChild(at, visit)
  }
  if (node.getText().includes('import(')) visit(node)
  return found
}

/** Local modules are held to the same rules as cells; the cell that imports them is the one to tell. */
function moduleProblems(
  statements: readonly Statement[],
  { program, names }: { readonly program: NotebookProgram; readonly names: Names },
): readonly PromoteDiagnostic[] {
  if (program.modules.size === 0) return []
  const told = new Set<ModuleFile>()
  return statements.flatMap(({ node, cell }) =>
    importedSpecifiers(node).flatMap(specifier => {
      const module = program.localModule(specifier, node)
      const reached = module ? [...reachedModules({ notebook: program }, module)] : []
      return reached.flatMap(each => {
        if (told.has(each)) return []
        told.add(each)
        return each.file.statements.flatMap(statement =>
          refusalsIn(statement, names).map(({ code, message }) => ({
            code,
            message: `${specifier}: ${message}`,
            cell,
            span: { start: node.getStart(), end: node.end },
          })),
        )
      })
    }),
  )
}

/** Patches of a library's prototypes that only following values finds. */
function patchedPrototypes(it: Interpreter, statements: readonly Statement[]): readonly PromoteDiagnostic[] {
  const told = new Set<ts.Node>()
  return it.patches.flatMap(({ statement, node, name }) => {
    if (told.has(node)) return []
    told.add(node)
    const known = statements[statement]
    const isHere = known && it.notebook.runOf(node) === known.run
    return [
      {
        code: 'PRO014' as const,
        message: `${name} is changed for everybody, which no step can be sure about. Use a function instead.`,
        ...(known ? { cell: known.cell } : {}),
        ...(isHere ? { span: { start: node.getStart(), end: node.end } } : {}),
      },
    ]
  })
}

function declarersOf(statements: readonly Statement[]): ReadonlyMap<string, readonly Statement[]> {
  const declarers = new Map<string, Statement[]>()
  for (const statement of statements)
    for (const name of statement.declares) {
      const known = declarers.get(name)
      if (known) known.push(statement)
      else declarers.set(name, [statement])
    }
  return declarers
}

/** Declarations that a kept statement mentions and that nothing kept gives. */
function undeclared(
  statements: readonly Statement[],
  kept: ReadonlySet<number>,
  {
    index,
    declarers,
  }: { readonly index: number; readonly declarers: ReadonlyMap<string, readonly Statement[]> },
): readonly number[] {
  const missing: number[] = []
  for (const name of statements[index]?.mentions ?? []) {
    const declaring = declarers.get(name) ?? []
    if (declaring.some(s => kept.has(s.index))) continue
    const nearest = declaring.findLast(s => s.index < index) ?? declaring[0]
    if (nearest) missing.push(nearest.index)
  }
  return missing
}

function isAgain(it: Interpreter, { index, node }: Statement): boolean {
  if (!ts.isVariableStatement(node) || (node.declarationList.flags & ts.NodeFlags.Const) === 0) return false
  const [declaration] = node.declarationList.declarations
  const call = declaration?.initializer
  if (node.declarationList.declarations.length !== 1 || !call || !ts.isCallExpression(call)) return false
  return !it.notAgain.has(index) && it.references.some(reference => reference.statement === index)
}

function changes(it: Interpreter, index: number, name: string): boolean {
  const wrote = it.heap.wrote[index]
  if (!wrote) return false
  const slot = sharedSlot(it, name)
  if (wrote.has(slot)) return true
  for (const object of it.heap.reach(slot.ever))
    if (object.kind !== 'outside')
      for (const field of object.fields.values()) if (wrote.has(field)) return true
  return false
}

function share(it: Interpreter, a: string, b: string): boolean {
  const held = it.heap.reach(sharedSlot(it, a).ever)
  for (const object of it.heap.reach(sharedSlot(it, b).ever))
    if (held.has(object) && !object.frozen && object.kind !== 'outside' && object.kind !== 'external')
      return true
  return false
}

/** The identifier by which a statement declares a name. */
export function nameNode(node: ts.Node, name: string): ts.Identifier | undefined {
  if (ts.isIdentifier(node) && node.text === name) return node
  return ts.forEachChild(node, child => nameNode(child, name))
}

function parseProblems(notebook: Notebook, program: NotebookProgram): PromoteDiagnostic[] {
  return program.runs.flatMap((run, i) =>
    syntaxErrors(run).map(error => ({
      code: 'PRO011' as const,
      message: `The cell does not parse: ${error.message} Mend it and run it again.`,
      cell: notebook.runs[i]?.cell ?? '',
      span: { start: error.start, end: error.start },
    })),
  )
}

function failedCells(
  notebook: Notebook,
  statements: readonly Statement[],
  kept: ReadonlySet<number>,
): PromoteDiagnostic[] {
  const failed = new Set(notebook.cells.filter(cell => cell.failed).map(cell => cell.id))
  const lastRun = new Map(notebook.runs.map((run, i) => [run.cell, i]))
  const needed = statements.filter(
    s => kept.has(s.index) && failed.has(s.cell) && lastRun.get(s.cell) === s.run,
  )
  return [...new Set(needed.map(s => s.cell))].map(cell => ({
    code: 'PRO015' as const,
    message: 'The outputs need this cell, and it failed when it ran last. Mend it and run it again.',
    cell,
  }))
}

function unknownNames(
  statements: readonly Statement[],
  kept: ReadonlySet<number>,
  { names, it, notebook }: { names: Names; it: Interpreter; notebook: Notebook },
): PromoteDiagnostic[] {
  const globals = it.made.get('external js:globalThis')?.fields
  const problems: PromoteDiagnostic[] = []
  const visit = (node: ts.Node, cell: string): void => {
    if (isTypeOnly(node)) return
    if (ts.isIdentifier(node) && isUnknown(node, names) && !globals?.has(node.text))
      problems.push({
        code: 'PRO016',
        message: unknownName(node.text, notebook),
        cell,
        span: { start: node.getStart(), end: node.end },
      })
    ts.forEachChild(node, child => visit(child, cell))
  }
  for (const { index, node, cell } of statements) if (kept.has(index)) visit(node, cell)
  return problems
}

function unknownName(name: string, { models, magics }: Notebook): string {
  if (models.has(name))
    return `The model ${name} is declared in a cell that did not run, or that has errors. Mend it and run it again.`
  const ran = magics.find(({ text }) => text.startsWith('%run'))
  const hint = ran ? ` What ${ran.text} declares is no part of a pipeline: import it from its file.` : ''
  return `Nothing that ran declares ${name}. Run the cell that does, or add it.${hint}`
}

/** Where names stand for types, or for what another module gives. */
function isTypeOnly(node: ts.Node): boolean {
  return (
    (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isImportDeclaration(node) ||
    ts.isExportDeclaration(node)
  )
}

function isUnknown(node: ts.Identifier, names: Names): boolean {
  const { parent } = node
  const isAsked = ts.isTypeOfExpression(parent) || ts.isMetaProperty(parent)
  if (isAsked || !isReference(node) || node.text === 'undefined' || node.text === 'arguments') return false
  return names.of(node).kind === 'unknown' && !(node.text in globalThis) && node.text !== 'require'
}

function nothingToPromote(): PromoteDiagnostic {
  return {
    code: 'PRO017',
    message:
      'Expected something to promote (a trained model, a written file, a value shown last), found none. ' +
      'Run the notebook, or mark a cell as output.',
  }
}
