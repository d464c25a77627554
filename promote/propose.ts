/**
 * What promotion would write: the pipeline's files as text, what was kept and dropped, and what was assumed. Writes
 * nothing and runs nothing; the caller's `ProjectView` does the reading.
 */
import { codeOf, documentOrder, parseNotebook, type CellRun, type Notebook } from './notebook.ts'
import type { PromoteDiagnostic } from './errors.ts'
import { createLock, type ProjectView, type Reference } from './lock.ts'
import {
  lockFile,
  manifestFile,
  pipelineFormat,
  printPipelineJson,
  validateManifest,
  type Codec,
  type Lock,
  type Manifest,
  type Parameter,
} from './manifest.ts'
import { loadEffects, type EffectStub } from './slice/effects.ts'
import { sliceNotebook, type Slice, type Statement } from './slice/slice.ts'
import { packageName, ts, type DeclarationCache, type TypesOf } from './slice/typescript.ts'
import { planSteps, type PipelinePlan } from './steps/plan.ts'
import { pipelineVersion } from './version.ts'
import { mapFile, printMap, printPackageJson, printReadme, printTest } from './write/folder.ts'
import { styleOf, type CodeStyle } from './write/format.ts'
import {
  printShared,
  printStep,
  sharedDeclarations,
  stepPath,
  type GeneratedFile,
} from './write/step-file.ts'

export interface ProposeOptions {
  /** The notebook's JSON text. */
  readonly notebook: string
  /** Its file name, for the README. */
  readonly notebookName?: string
  /** Of the pipeline: lower-case letters, digits and dashes. */
  readonly name: string
  /** Names of marked outputs or of variables. Default: the marks, else models and written files, else the last value. */
  readonly outputs?: readonly string[]
  /** Absolute folder of the notebook: cells import from there. */
  readonly folder: string
  /** Declarations of packages that the folder does not have (`slipway`, danfo, Arrow, `@types/node`). */
  readonly typesOf: TypesOf
  readonly project: ProjectView
  /** For whatever draws at random. Default 0. */
  readonly seed?: number
  /** Effect stubs of the user's own. */
  readonly stubs?: readonly EffectStub[]
  readonly cache?: DeclarationCache
}

export interface Proposal {
  /** Absent when `diagnostics` is not empty. */
  readonly pipeline?: Pipeline
  /** What stops promotion. */
  readonly diagnostics: readonly PromoteDiagnostic[]
  readonly kept: readonly StatementReport[]
  readonly dropped: readonly StatementReport[]
  /** What had to be taken for granted. */
  readonly assumptions: readonly Assumption[]
  /** What a clean replay has to run, and what to look at. */
  readonly replay: ReplayRequest
}

export interface Pipeline {
  readonly manifest: Manifest
  readonly lock: Lock
  /** Everything to write, by path relative to the pipeline's folder. */
  readonly files: Readonly<Record<string, string>>
}

export interface StatementReport {
  readonly cell: string
  readonly text: string
  /** The statement in the cell's source as it ran. */
  readonly span: { readonly start: number; readonly end: number }
}

export interface Assumption {
  readonly kind: 'order' | 'edited' | 'unknown-call' | 'outside' | 'file'
  readonly message: string
  readonly cell?: string
  /** The effect stub that would remove it, as `package:name`. */
  readonly stub?: string
}

export interface ReplayRequest {
  /** In this order, in one fresh session. */
  readonly runs: readonly CellRun[]
  readonly outputs: readonly {
    readonly name: string
    readonly codec: Codec
    /** Evaluated right after this run. */
    readonly afterRun: number
    /** TypeScript: a variable, or the expression in which the run ends (whose value the run itself gives). */
    readonly expression: string
    readonly isVariable: boolean
  }[]
}

/** @throws PromoteError PRO010 for what is no notebook */
export async function propose(options: ProposeOptions): Promise<Proposal> {
  const notebook = parseNotebook(options.notebook)
  const slice = sliceNotebook({
    notebook,
    effects: loadEffects(options.stubs),
    folder: options.folder,
    typesOf: options.typesOf,
    ...(options.outputs ? { outputs: options.outputs } : {}),
    ...(options.cache ? { cache: options.cache } : {}),
  })
  const report = reportOf(slice, notebook)
  if (slice.diagnostics.length > 0) return { ...report, diagnostics: slice.diagnostics }
  const plan = planSteps(slice, notebook)
  const diagnostics = [...plan.diagnostics, ...localImports(slice)]
  if (diagnostics.length > 0) return { ...report, diagnostics }
  const generated = await generate(slice, plan, styleOf(notebook.runs.map(run => run.source)))
  const lock = await createLock({
    project: options.project,
    references: references(slice),
    packages: packagesOf(generated),
    seed: options.seed ?? 0,
  })
  const problems = [...generated.flatMap(file => file.diagnostics), ...lock.diagnostics]
  if (problems.length > 0) return { ...report, diagnostics: problems }
  const pipeline = assemble(options, plan, generated, lock)
  return { ...report, diagnostics: [], pipeline, replay: withCodecs(report.replay, pipeline.manifest) }
}

function withCodecs(replay: ReplayRequest, { outputs }: Manifest): ReplayRequest {
  const codecs = new Map(outputs.map(output => [output.name, output.codec]))
  return { ...replay, outputs: replay.outputs.map(o => ({ ...o, codec: codecs.get(o.name) ?? o.codec })) }
}

async function generate(
  slice: Slice,
  plan: PipelinePlan,
  style: CodeStyle,
): Promise<readonly GeneratedFile[]> {
  const shared = sharedDeclarations(plan)
  const steps = plan.steps.map(step => printStep(slice, step, shared, style))
  return await Promise.all([...steps, ...(shared.length > 0 ? [printShared(slice, shared, style)] : [])])
}

function assemble(
  options: ProposeOptions,
  plan: PipelinePlan,
  generated: readonly GeneratedFile[],
  { lock, files: models }: { readonly lock: Lock; readonly files: Readonly<Record<string, string>> },
): Pipeline {
  const code = Object.fromEntries(generated.map(file => [file.path, file.text]))
  const unversioned: Manifest = {
    format: pipelineFormat,
    name: options.name,
    version: `sha256:${'0'.repeat(64)}`,
    parameters: parametersOf(plan),
    steps: plan.steps.map(step => ({
      name: step.name,
      ...(step.title === undefined ? {} : { title: step.title }),
      file: stepPath(step),
      function: step.function,
      inputs: step.inputs.map(({ name, step }) => ({ name, from: { step, output: name } })),
      parameters: [...step.parameters],
      outputs: step.outputs.map(({ name, codec }) => ({ name, codec })),
      cells: [...step.cells],
    })),
    outputs: plan.outputs.map(output => ({ ...output })),
  }
  const content = { ...code, ...models }
  const manifest = validateManifest({ ...unversioned, version: pipelineVersion(unversioned, lock, content) })
  return {
    manifest,
    lock,
    files: {
      [manifestFile]: printPipelineJson(manifest),
      [lockFile]: printPipelineJson(lock),
      ...content,
      [mapFile]: printMap(generated.flatMap(file => file.map)),
      'tests/pipeline.test.js': printTest(),
      'package.json': printPackageJson(manifest),
      'README.md': printReadme(manifest, lock, options.notebookName ?? 'a notebook'),
    },
  }
}

function parametersOf({ roles, steps }: PipelinePlan): Parameter[] {
  const used = new Set(steps.flatMap(step => step.parameters))
  return [...roles.values()].flatMap(role =>
    role.kind === 'parameter' && used.has(role.parameter.name) ? [role.parameter] : [],
  )
}

function references(slice: Slice): readonly Reference[] {
  const named = slice.references.flatMap(({ kind, path, statement }) =>
    path === undefined ? [] : [{ kind, path, cell: cellOf(slice, statement) }],
  )
  const inSql = slice.statements
    .filter(s => slice.kept.has(s.index))
    .flatMap(s => filesInSql(s.node).map(path => ({ kind: 'data' as const, path, cell: s.cell })))
  return [...named, ...inSql]
}

/** Files that a query names in its text. */
function filesInSql(node: ts.Node): readonly string[] {
  const own =
    ts.isTaggedTemplateExpression(node) && node.tag.getText() === 'sql'
      ? [...node.template.getText().matchAll(/\b(?:from|join|read_\w+\s*\()\s*'([^'$]+)'/gi)].map(
          m => m[1] as string,
        )
      : []
  const inner: string[] = []
  ts.forEachChild(node, child => void inner.push(...filesInSql(child)))
  return [...own, ...inner]
}

function packagesOf(files: readonly GeneratedFile[]): readonly string[] {
  const specifiers = files.flatMap(file =>
    ts.preProcessFile(file.text, true, true).importedFiles.map(f => f.fileName),
  )
  return specifiers.filter(s => !s.startsWith('.') && !s.startsWith('node:')).map(packageName)
}

/** Modules of the notebook's own folder do not go along yet: the user is told, not surprised. */
function localImports(slice: Slice): readonly PromoteDiagnostic[] {
  return slice.statements.flatMap(({ node, cell, index, declares }) => {
    if (!slice.kept.has(index) || !ts.isImportDeclaration(node)) return []
    const specifier = (node.moduleSpecifier as ts.StringLiteral).text
    const isUsed = node.importClause === undefined || declares.some(name => isMentioned(slice, name))
    if (!specifier.startsWith('.') || !isUsed) return []
    const message = `${specifier} is a file of the project, which a pipeline cannot take along. Move what is needed into a cell.`
    return [{ code: 'PRO023' as const, message, cell }]
  })
}

function isMentioned(slice: Slice, name: string): boolean {
  return slice.statements.some(s => slice.kept.has(s.index) && s.mentions.has(name))
}

function reportOf(slice: Slice, notebook: Notebook): Omit<Proposal, 'diagnostics' | 'pipeline'> {
  const report = (keep: boolean) =>
    slice.statements.filter(s => slice.kept.has(s.index) === keep).map(s => statementReport(s))
  return {
    kept: report(true),
    dropped: report(false),
    assumptions: [...historyAssumptions(notebook), ...sliceAssumptions(slice)],
    replay: {
      runs: notebook.runs,
      outputs: slice.outputs.map(output => ({
        name: output.name,
        codec: 'json' as const,
        afterRun: slice.statements[output.after]?.run ?? 0,
        expression: output.variable ?? output.expression?.getText() ?? '',
        isVariable: output.variable !== undefined,
      })),
    },
  }
}

function statementReport({ cell, node }: Statement): StatementReport {
  return { cell, text: node.getText(), span: { start: node.getStart(), end: node.end } }
}

function historyAssumptions(notebook: Notebook): readonly Assumption[] {
  return [...orderAssumptions(notebook), ...notebook.magics.map(magicAssumption)]
}

function magicAssumption({ cell, text }: Notebook['magics'][number]): Assumption {
  const [line = ''] = text.split('\n')
  return { kind: 'outside', message: `${line} runs in notebooks only: the pipeline does without it.`, cell }
}

function orderAssumptions(notebook: Notebook): readonly Assumption[] {
  if (!notebook.hasLog)
    return [
      {
        kind: 'order',
        message: 'The notebook has no log of what ran: its cells are taken from top to bottom.',
      },
    ]
  const lastSource = new Map(notebook.runs.map(run => [run.cell, run.source]))
  const edited = notebook.cells.filter(
    cell =>
      cell.kind === 'code' && lastSource.has(cell.id) && lastSource.get(cell.id) !== codeOf(cell.source),
  )
  const gone = [...lastSource.keys()].filter(id => !notebook.cells.some(cell => cell.id === id))
  const isOutOfOrder =
    JSON.stringify(notebook.runs.map(run => run.cell)) !==
    JSON.stringify(documentOrder(notebook.cells).map(run => run.cell))
  return [
    ...(isOutOfOrder
      ? [{ kind: 'order' as const, message: 'The cells are taken in the order in which they ran.' }]
      : []),
    ...edited.map(({ id }) => ({
      kind: 'edited' as const,
      message: 'The cell was edited after it ran; what ran is taken.',
      cell: id,
    })),
    ...gone.map(cell => ({ kind: 'edited' as const, message: 'The cell ran and was deleted since.', cell })),
  ]
}

/** What makes a result differ from one time to the next. */
const changing: Readonly<Record<string, string>> = {
  network: 'reads from the network',
  clock: 'reads the clock',
  random: 'draws at random',
  environment: 'reads the environment',
}

function sliceAssumptions(slice: Slice): readonly Assumption[] {
  const found = new Map<string, Assumption>()
  for (const { text, statement, stub } of slice.unknownCalls)
    found.set(`call ${text}`, {
      kind: 'unknown-call',
      message: `${text} is taken to change whatever it can reach and to touch the outside.`,
      cell: cellOf(slice, statement),
      ...(stub ? { stub: `${stub.package}:${stub.name}` } : {}),
    })
  for (const { kind, statement, isWrite } of slice.outsideUses) {
    const what = changing[kind]
    if (isWrite || what === undefined) continue
    if (slice.unknownCalls.some(call => call.statement === statement)) continue
    found.set(`${kind} ${statement}`, {
      kind: 'outside',
      message: `The statement ${what}: it may give another result next time.`,
      cell: cellOf(slice, statement),
    })
  }
  for (const { path, statement, kind } of slice.references)
    if (path === undefined)
      found.set(`file ${statement}`, {
        kind: 'file',
        message: `Which ${kind} file is read is known only while running: its content is not part of the version.`,
        cell: cellOf(slice, statement),
      })
  return [...found.values()]
}

function cellOf(slice: Slice, statement: number): string {
  return slice.statements[statement]?.cell ?? ''
}
