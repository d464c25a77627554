/**
 * What promotion would write: the pipeline's files as text, what was kept and dropped, and what was assumed. Writes
 * nothing and runs nothing; the caller's `ProjectView` does the reading.
 */
import { assumptionsOf, type Assumption } from './assumptions.ts'
import { assemble } from './assemble.ts'
import { editsFile, noEdits, parseEdits, type Preview, type ProposalEdits } from './edits.ts'
import type { PromoteDiagnostic } from './errors.ts'
import { createLock, type ProjectView } from './lock.ts'
import type { Codec, Lock, Manifest } from './manifest.ts'
import { harmlessFailures } from './evidence/harmless.ts'
import { historyOf, isDocumentOrder, type HistoryFinding } from './evidence/history.ts'
import type { RunEvidence, SessionEvidence } from './evidence/read.ts'
import { withoutUnparsed } from './evidence/unparsed.ts'
import { hasConflict, type Texts } from './merge.ts'
import { withModelCells } from './model-cells.ts'
import { parseNotebook, type CellRun, type Notebook } from './notebook.ts'
import { previewOf } from './preview.ts'
import { fileReferences, moduleImports, packagesIn } from './references.ts'
import { loadEffects, type EffectStub } from './slice/effects.ts'
import type { Harmless } from './slice/interpreter.ts'
import { sliceNotebook, type Slice, type SliceOptions, type Statement } from './slice/slice.ts'
import { placeOf } from './slice/refs.ts'
import type { DeclarationCache, TypesOf } from './slice/program.ts'
import { ts } from './slice/typescript.ts'
import { decide } from './steps/decisions.ts'
import { planSteps } from './steps/plan.ts'
import { typeAt } from './steps/types.ts'
import { printCellFiles } from './write/cell-files.ts'
import { keptAfterAll, trim, type Trim, type Trimmed, type TrimMode } from './trim.ts'
import { stubVersions } from './stub-versions.ts'
import { styleOf } from './write/format.ts'
import { collectModules } from './write/modules.ts'
import { printCode, type Source } from './write/step-file.ts'

export interface ProposeOptions {
  /** The notebook's JSON text. */
  readonly notebook: string
  /** Its file name, for the README. */
  readonly notebookName?: string
  /** Of the pipeline: lower-case letters, digits and dashes. */
  readonly name: string
  /** Names of marked outputs or of variables. Default: the marks, else models, written files and the last value. */
  readonly outputs?: readonly string[]
  /** What a person changed in a preview. Default: what they changed when `previous` was written. */
  readonly edits?: ProposalEdits
  /** The texts in the pipeline's folder now, when there is one: edits made there are merged. */
  readonly previous?: Texts
  /** Absolute folder of the notebook: cells import from there. */
  readonly folder: string
  /** The same folder from the project's root, with forward slashes; the root itself is ''. Default ''. */
  readonly workingFolder?: string
  /** Declarations of packages that the folder does not have (`slipway`, danfo, Arrow, `@types/node`). */
  readonly typesOf: TypesOf
  readonly project: ProjectView
  /** For whatever draws at random. Default 0. */
  readonly seed?: number
  /** Effect stubs of the user's own. */
  readonly stubs?: readonly EffectStub[]
  readonly cache?: DeclarationCache
  /** What the kernel kept of the session. */
  readonly evidence?: SessionEvidence
  /** What of unknown calls is left out that the session saw do nothing. Default `safe`. */
  readonly trim?: TrimMode
  /** What counts: what ran (default), or the document from top to bottom, whatever ran. */
  readonly history?: 'log' | 'document'
}

export interface Proposal {
  /** Absent when `diagnostics` is not empty. */
  readonly pipeline?: Pipeline
  /** What a person looks at, and edits, before anything is written. Absent as `pipeline` is. */
  readonly preview?: Preview
  /** What stops promotion. */
  readonly diagnostics: readonly PromoteDiagnostic[]
  readonly kept: readonly StatementReport[]
  readonly dropped: readonly StatementReport[]
  /** What had to be taken for granted. */
  readonly assumptions: readonly Assumption[]
  /** What is kept only for what nobody knows, where the session saw that it did nothing. */
  readonly trims: readonly Trim[]
  /** The same with nothing left out: what holds when the verification does not pass. Absent when nothing is. */
  readonly untrimmed?: Proposal
  /** What a clean replay has to run, and what to look at. */
  readonly replay: ReplayRequest
}

/** What is the same for a promotion that goes on and one that cannot. */
type Report = Omit<Proposal, 'diagnostics' | 'pipeline' | 'preview' | 'untrimmed'>

export interface Pipeline {
  readonly manifest: Manifest
  readonly lock: Lock
  /** Everything to write, by path relative to the pipeline's folder. */
  readonly files: Readonly<Record<string, string>>
  /** Generated files that hold edits of a person's, which the notebook does not know. */
  readonly edited: readonly string[]
  /** Files with conflict markers: the pipeline cannot run before they are resolved. */
  readonly conflicts: readonly string[]
  /** Values of literals that became secrets, by name: for verification, and never to be written or shown. */
  readonly secrets: Readonly<Record<string, string>>
}

export interface StatementReport {
  readonly cell: string
  readonly text: string
  /** The statement in the cell's source as it ran. */
  readonly span: { readonly start: number; readonly end: number }
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
    /** Where that expression begins in the run's source, UTF-16; absent for variables. */
    readonly start?: number
  }[]
  /** Positions of runs of which the pipeline keeps something. Default: none is known to be needed. */
  readonly neededRuns?: readonly number[]
  /** Of those, the ones that are kept for the files they write. */
  readonly writingRuns?: readonly number[]
  /** How the document and what ran differ. */
  readonly history?: readonly HistoryFinding[]
  /** Runs that the kernel saw and the log has not. */
  readonly unlogged?: readonly RunEvidence[]
  /** The document from top to bottom, when that is not what ran. */
  readonly document?: ReplayRequest
}

/** @throws PromoteError PRO010 for what is no notebook, PRO024 for edits of the folder that cannot be read */
export async function propose(options: ProposeOptions): Promise<Proposal> {
  const { evidence, history } = options
  const parsed = parseNotebook(options.notebook, {
    ...(evidence ? { evidence } : {}),
    ...(history ? { history } : {}),
  })
  const notebook = withModelCells(withoutUnparsed(parsed))
  const edits = options.edits ?? editsOf(options.previous)
  const outputs = edits.outputs ?? options.outputs
  const { slice: whole, failed, told } = sliceWithoutFailures(options, notebook, outputs)
  const document = isDocumentOrder(notebook) ? undefined : documentReplay(options, outputs)
  const trimmed = trim({
    notebook,
    slice: whole,
    reslice: harmless => sliceOf(options, notebook, outputs, new Map([...failed, ...harmless])),
    mode: options.trim ?? 'safe',
    edits: edits.trims ?? [],
    lifted: (edits.parameters ?? []).flatMap(edit => ('lift' in edit ? [edit.lift] : [])),
  })
  const versions = await stubVersions(whole, loadEffects(options.stubs), options.project)
  const common = { options, notebook, edits, document, told: [...told, ...versions] }
  const proposal = await proposeSlice(common, trimmed)
  if (trimmed.slice === whole) return proposal
  const trims = trimmed.trims.map(keptAfterAll)
  const untrimmed = await proposeSlice(common, { ...trimmed, trims, slice: whole })
  // What is left over may be nothing that could be promoted.
  return proposal.pipeline ? { ...proposal, untrimmed } : untrimmed
}

interface Common {
  readonly options: ProposeOptions
  readonly notebook: Notebook
  readonly edits: ProposalEdits
  readonly document: ReplayRequest | undefined
  /** What the slice does not tell: cells that failed, and stubs that were written for other versions. */
  readonly told: readonly Assumption[]
}

async function proposeSlice(common: Common, { slice, trims, problems }: Trimmed): Promise<Proposal> {
  const { options, notebook, edits, document, told } = common
  const sliced = reportOf(slice, notebook, document)
  const report = { ...sliced, assumptions: [...sliced.assumptions, ...told], trims }
  const found = [...slice.diagnostics, ...unresolved(options.previous)]
  if (found.length > 0) return { ...report, diagnostics: found }
  return await plan(options, { slice, notebook, edits, report, problems })
}

/** A cell that failed and was seen to change nothing needs no mending: nothing is kept for what it might have done. */
function sliceWithoutFailures(
  options: ProposeOptions,
  notebook: Notebook,
  outputs: SliceOptions['outputs'],
): {
  readonly slice: Slice
  readonly failed: ReadonlyMap<number, Harmless>
  readonly told: readonly Assumption[]
} {
  const slice = sliceOf(options, notebook, outputs)
  const isNeeded = ({ index, run }: Statement) => slice.kept.has(index) && notebook.runs[run]?.failed === true
  if (!slice.statements.some(isNeeded) || options.trim === 'none')
    return { slice, failed: new Map(), told: [] }
  const statements = slice.statements.map(({ node, ...each }) => ({ ...each, text: node.getText() }))
  const failed = harmlessFailures(notebook.runs, statements)
  const without = failed.size > 0 ? sliceOf(options, notebook, outputs, failed) : slice
  const gone = slice.statements.filter(s => isNeeded(s) && !without.kept.has(s.index))
  const told = [...new Set(gone.map(({ cell }) => cell))].map(cell => ({
    kind: 'order' as const,
    message: 'The cell failed and was seen to change nothing: the pipeline does without it.',
    cell,
  }))
  return { slice: without, failed, told }
}

function sliceOf(
  options: ProposeOptions,
  notebook: Notebook,
  outputs: SliceOptions['outputs'],
  harmless?: SliceOptions['harmless'],
): Slice {
  const given = {
    notebook,
    effects: loadEffects(options.stubs),
    folder: options.folder,
    typesOf: options.typesOf,
    ...(outputs ? { outputs } : {}),
    ...(options.cache ? { cache: options.cache } : {}),
    ...(harmless ? { harmless } : {}),
  }
  const slice = sliceNotebook(given)
  const extra = slice.outputs.find(output => output.isExtra)
  // A chart that a notebook ends with, say, is nothing that a pipeline could give.
  const isLeftOut = extra && !canBeGiven(slice, extra)
  return isLeftOut ? sliceNotebook({ ...given, withLast: false }) : slice
}

/** Where the type leaves it open, what the notebook itself has put together, or parsed, is data. */
function canBeGiven(slice: Slice, { typed, value }: Slice['outputs'][number]): boolean {
  const { codec, isUnsure } = typeAt(slice, typed, value)
  const isData = [...value].every(({ kind, tag }) => kind === 'plain' || tag?.name === 'JsonValue')
  return codec !== undefined || (isUnsure === true && value.size > 0 && isData)
}

/** What the document from top to bottom would give, to be compared with what ran. */
function documentReplay(options: ProposeOptions, outputs: SliceOptions['outputs']): ReplayRequest {
  const notebook = withModelCells(parseNotebook(options.notebook, { history: 'document' }))
  return replayOf(sliceOf(options, notebook, outputs), notebook)
}

interface Found {
  readonly slice: Slice
  readonly notebook: Notebook
  readonly edits: ProposalEdits
  readonly report: Report
  /** Edits that could not be done. */
  readonly problems: Trimmed['problems']
}

async function plan(options: ProposeOptions, found: Found): Promise<Proposal> {
  const { slice, notebook, edits, report } = found
  const plan = planSteps(slice, notebook, decide(slice, notebook, edits))
  if (plan.diagnostics.length > 0) return { ...report, diagnostics: plan.diagnostics }
  const modules = await collectModules(options.project, moduleImports(slice))
  const cellFiles = printCellFiles(slice, notebook)
  const style = styleOf(notebook.runs.flatMap(({ source, text }) => (text === undefined ? [source] : [])))
  const source: Source = {
    slice,
    plan,
    style,
    modules: modules.specifiers,
    copies: Object.keys(modules.files),
    cells: cellFiles,
  }
  const generated = await printCode(source)
  const code = { ...Object.fromEntries(generated.map(({ path, text }) => [path, text])), ...modules.files }
  const locked = await createLock({
    project: options.project,
    references: fileReferences(slice, options.workingFolder ?? '').map(reference => ({
      ...reference,
      path: cellFiles.names.get(reference.path) ?? reference.path,
    })),
    cells: cellFiles.texts,
    packages: packagesIn(code),
    seed: options.seed ?? 0,
  })
  const problems = [
    ...generated.flatMap(file => file.diagnostics),
    ...modules.diagnostics,
    ...locked.diagnostics,
  ]
  if (problems.length > 0) return { ...report, diagnostics: problems }
  const {
    pipeline,
    diffs,
    problems: mergeProblems,
  } = assemble({
    ...{ name: options.name, notebookName: options.notebookName ?? 'a notebook' },
    ...{ plan, generated, modules: modules.files, locked, edits, cells: cellFiles.files },
    ...(options.previous ? { previous: options.previous } : {}),
    ...(options.workingFolder ? { workingFolder: options.workingFolder } : {}),
  })
  const { manifest } = pipeline
  return {
    ...report,
    diagnostics: [],
    pipeline,
    preview: previewOf({
      notebook,
      slice,
      plan,
      manifest,
      edits,
      files: diffs,
      problems: [...found.problems, ...mergeProblems],
    }),
    replay: withCodecs(report.replay, manifest),
  }
}

function editsOf(previous: Texts | undefined): ProposalEdits {
  const text = previous?.[editsFile]
  return text === undefined ? noEdits : parseEdits(text)
}

/** Conflicts of the last time have to be resolved before the next merge. */
function unresolved(previous: Texts = {}): readonly PromoteDiagnostic[] {
  return Object.entries(previous)
    .filter(
      ([path, text]) => /\.(?:[cm]?[jt]sx?|json|md)$/.test(path) && path !== 'base.json' && hasConflict(text),
    )
    .map(([path]) => ({
      code: 'PRO025',
      message: `${path} still has conflict markers (<<<<<<<, =======, >>>>>>>). Resolve them, then promote again.`,
    }))
}

function withCodecs(replay: ReplayRequest, { outputs }: Manifest): ReplayRequest {
  const codecs = new Map(outputs.map(output => [output.name, output.codec]))
  const outputsOf = (request: ReplayRequest) =>
    request.outputs.map(o => ({ ...o, codec: codecs.get(o.name) ?? o.codec }))
  const document = replay.document && { ...replay.document, outputs: outputsOf(replay.document) }
  return { ...replay, outputs: outputsOf(replay), ...(document ? { document } : {}) }
}

function reportOf(
  slice: Slice,
  notebook: Notebook,
  document: ReplayRequest | undefined,
): Omit<Report, 'trims'> {
  const report = (keep: boolean) =>
    slice.statements.filter(s => slice.kept.has(s.index) === keep).flatMap(s => statementReports(s, notebook))
  return {
    kept: report(true),
    dropped: report(false),
    assumptions: assumptionsOf(slice, notebook),
    replay: { ...replayOf(slice, notebook), ...(document ? { document } : {}) },
  }
}

function replayOf(slice: Slice, notebook: Notebook): ReplayRequest {
  const runsOf = (statements: readonly number[]) =>
    [...new Set(statements.map(index => slice.statements[index]?.run ?? 0))].sort((a, b) => a - b)
  return {
    runs: notebook.runs,
    outputs: slice.outputs.map(output => ({
      name: output.name,
      codec: 'json' as const,
      afterRun: slice.statements[output.after]?.run ?? 0,
      expression: output.variable ?? output.expression?.getText() ?? '',
      isVariable: output.variable !== undefined,
      ...(output.variable === undefined && output.expression ? { start: output.expression.getStart() } : {}),
    })),
    neededRuns: runsOf([...slice.kept]),
    writingRuns: runsOf(slice.writing),
    history: historyOf(notebook),
    unlogged: notebook.unlogged,
  }
}

/** Of what gives the models of a cell the import is ours alone. */
function statementReports(statement: Statement, notebook: Notebook): readonly StatementReport[] {
  const isOurs = notebook.runs[statement.run]?.models && ts.isImportDeclaration(statement.node)
  return isOurs ? [] : [{ cell: statement.cell, ...placeOf(notebook, statement) }]
}
