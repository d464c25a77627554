/**
 * The slice of a notebook: the top-level statements that its outputs need, in the order in which they ran.
 *
 * Statements are interpreted abstractly one after the other (heap.ts, evaluate.ts …), which finds for each the
 * earlier ones it may depend on; from the outputs backwards, whatever can be reached is kept. Conservative: what is
 * not known to be harmless is kept. Control flow is kept whole.
 */
import type { OutputEdit } from '../edits.ts'
import type { PromoteDiagnostic } from '../errors.ts'
import type { Notebook } from '../notebook.ts'
import { closure, seenNeeds } from './closure.ts'
import { defaultOutputs } from './default-outputs.ts'
import type { Effects } from './effects.ts'
import { createFound, type Found } from './found.ts'
import { nothing, type Value } from './heap.ts'
import { interpret } from './interpret.ts'
import type { FileReference, Harmless, OutsideUse, UnknownCall } from './interpreter.ts'
import { keptModules, type LocalModule } from './kept-modules.ts'
import { createNames, sharedNames, type Names } from './names.ts'
import { chooseOutputs, type OutputRequest } from './outputs.ts'
import {
  failedCells,
  moduleProblems,
  nothingToPromote,
  parseProblems,
  patchedPrototypes,
  unknownNames,
} from './problems.ts'
import { refusals } from './refuse.ts'
import { declaredNames } from './declared.ts'
import {
  createNotebookProgram,
  type DeclarationCache,
  type NotebookProgram,
  type TypesOf,
} from './program.ts'
import { ts } from './typescript.ts'

export type { LocalModule } from './kept-modules.ts'

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
  /**
   * Whether to go on from what the last slice with this cache found, and to leave this for the next, which then ends
   * the life of this slice: for who looks at it at once. Default false.
   */
  readonly resumes?: boolean
  /** By statement: what its unknown calls are not to be taken to do. Default: they may do anything. */
  readonly harmless?: ReadonlyMap<number, Harmless>
}

export interface Statement {
  readonly index: number
  /** The same from one slice to the next as long as it stays where it is. */
  readonly number: number
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
  const interpretation = interpret({
    notebook: program,
    names,
    effects,
    statements,
    wanted,
    ...(options.harmless ? { harmless: options.harmless } : {}),
    resumes: options.resumes === true && options.harmless === undefined,
  })
  const { it } = interpretation
  const found = createFound(interpretation, statements)
  const asked = wanted.map((request, i) => outputOf(statements, request, interpretation.looks[i] ?? nothing))
  const { withLast = true } = options
  const given =
    wanted.length > 0 ? asked : defaultOutputs(found, statements, { notebook, before: asked, withLast })
  const outputs = diagnostics.length > 0 ? [] : given
  const seen = seenNeeds(found, notebook, statements)
  const { kept, evaluated } = closure(found, statements, { outputs, seen })
  diagnostics.push(...patchedPrototypes(found, statements))
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
    unknownCalls: ofKept(found.unknownCalls),
    outsideUses: ofKept(found.outsideUses),
    references: ofKept(found.references),
    needs: index => new Set([...found.needs(index), ...(seen.get(index) ?? [])]),
    isAgain: index => isAgain(found, statements[index] as Statement),
    changes: found.changes,
    share: found.share,
    valueOf: found.everOf,
  }
}

function listStatements(notebook: Notebook, program: NotebookProgram, names: Names): readonly Statement[] {
  const statements: Statement[] = []
  for (const [run, { cell }] of notebook.runs.entries())
    for (const node of program.runs[run]?.statements ?? [])
      statements.push({
        index: statements.length,
        number: program.numberOf(node),
        run,
        cell,
        node,
        declares: names.remember(node, 'declares', () => declaredNames(node)),
        mentions: sharedNames(node, names),
      })
  return statements
}

function outputOf(statements: readonly Statement[], request: OutputRequest, value: Value): SliceOutput {
  const { node } = statements[request.after] as Statement
  return { ...request, value: new Set(value), typed: request.typed ?? node }
}

function isAgain(found: Found, { index, node }: Statement): boolean {
  if (!ts.isVariableStatement(node) || (node.declarationList.flags & ts.NodeFlags.Const) === 0) return false
  const [declaration] = node.declarationList.declarations
  const call = declaration?.initializer
  if (node.declarationList.declarations.length !== 1 || !call || !ts.isCallExpression(call)) return false
  return !found.notAgain.has(index) && found.references.some(reference => reference.statement === index)
}
