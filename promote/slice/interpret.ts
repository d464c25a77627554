/**
 * Runs a notebook abstractly, statement by statement, and looks at its outputs at their time. What was found is kept
 * from one slice to the next: statements whose text, types and surroundings are what they were are not gone through
 * again, and give what they gave.
 */
import type { Effects } from './effects.ts'
import { evaluate } from './evaluate.ts'
import { declareFunction, dispose, execute, isUsing } from './execute.ts'
import { createHeap, nothing, type Account, type Slot, type Value } from './heap.ts'
import { createCell, createHistory, type Cell, type Step } from './history.ts'
import {
  createFrame,
  createNotes,
  firstLook,
  sharedSlot,
  TooEntangled,
  type Harmless,
  type Interpreter,
  type Notes,
} from './interpreter.ts'
import { createTables } from './table.ts'
import { goOn, mostRounds } from './later.ts'
import type { Names } from './names.ts'
import type { OutputRequest } from './outputs.ts'
import { using, type FileFacts, type ProgramSession } from './session.ts'
import type { Statement } from './slice.ts'
import type { NotebookProgram } from './program.ts'
import { ts } from './typescript.ts'
import { isSame, isSameList } from './values.ts'

export interface InterpretOptions {
  readonly notebook: NotebookProgram
  readonly names: Names
  readonly effects: Effects
  readonly statements: readonly Statement[]
  readonly wanted: readonly OutputRequest[]
  /** By statement. */
  readonly harmless?: ReadonlyMap<number, Harmless>
  /** Whether to take up what the last slice of this notebook left, and to leave this one for the next. */
  readonly resumes: boolean
}

export interface Interpretation {
  readonly it: Interpreter
  /** Everything that was done, in its order. */
  readonly done: readonly Done[]
  /** The values of the wanted outputs. */
  readonly looks: readonly Value[]
}

/** A statement, the beginning of a cell, or a look at an output. */
interface Stage {
  readonly key: string
  readonly run: (it: Interpreter) => Value
}

export interface Done {
  readonly key: string
  readonly step: Step
  readonly account: Account
  readonly notes: Notes
  /** What the checker's answers were about. */
  readonly facts: ReadonlySet<FileFacts>
  readonly value: Value
  readonly nRounds: number
}

/** The stages of one run of a cell. */
interface Block<T> {
  readonly file: ts.SourceFile | undefined
  readonly stages: readonly T[]
}

interface Memory {
  readonly it: Interpreter
  readonly effects: Effects
  readonly valueCell: Cell<Value>
  blocks: readonly Block<Done>[]
}

const memories = new WeakMap<ProgramSession, Memory>()

const budgetPerStatement = 200_000

export function interpret(options: InterpretOptions): Interpretation {
  const { notebook, names, effects, resumes } = options
  const { session } = notebook
  const known = resumes ? memories.get(session) : undefined
  memories.delete(session)
  const memory = known?.effects === effects ? known : createMemory(options)
  const { it } = memory
  it.notebook = notebook
  it.names = names
  it.later.rounds = 0
  const blocks = advance(memory, plan(options, memory.valueCell))
  // What is done again without being gone through would not assume the worst.
  if (memory === known && (it.budget.isSpent || it.later.rounds > mostRounds))
    return interpret({ ...options, resumes: false })
  if (resumes && !it.budget.isSpent) {
    memory.blocks = blocks
    memories.set(session, memory)
  }
  const done = blocks.flatMap(({ stages }) => stages)
  return { it, done, looks: done.filter(({ key }) => key.startsWith('look ')).map(({ value }) => value) }
}

/** What there is to do, cell by cell. */
function plan(
  { notebook, statements, wanted }: InterpretOptions,
  valueCell: Cell<Value>,
): readonly Block<Stage>[] {
  const declared = [...new Set(statements.flatMap(({ declares }) => declares))].sort()
  const prelude = {
    key: `prelude ${declared.join(' ')}`,
    run: (it: Interpreter) => {
      it.history.write(it.declared, declared)
      return nothing
    },
  }
  const looksAfter = Map.groupBy(wanted.entries(), ([, { after }]) => after)
  const blocks: { file: ts.SourceFile | undefined; stages: Stage[] }[] = [
    { file: undefined, stages: [prelude] },
  ]
  const ofRun = Map.groupBy(statements, ({ run }) => run)
  for (const [run, { file }] of notebook.runs.entries()) {
    const own = ofRun.get(run)
    if (!own) {
      blocks.push({ file, stages: [] })
      continue
    }
    const stages: Stage[] = [{ key: 'begin', run: it => beginRun(it, own) }]
    for (const statement of own) {
      stages.push({ key: `${statement.number}`, run: it => interpretOne(it, statement, valueCell) })
      for (const [i, { variable }] of looksAfter.get(statement.index) ?? [])
        stages.push({ key: `look ${i} ${variable ?? ''}`, run: it => look(it, i, { variable, valueCell }) })
    }
    const last = own.filter(({ node }) => isUsing(node))
    if (last.length > 0) stages.push({ key: 'end', run: it => endRun(it, last) })
    blocks.push({ file, stages })
  }
  return blocks
}

/** Undoes everything from the first change on, and does again what is as it was. */
function advance(memory: Memory, planned: readonly Block<Stage>[]): readonly Block<Done>[] {
  const { it, blocks: old } = memory
  const { history } = it
  const isKept = planned.map((block, i) => isSameBlock(block, old[i]))
  const first = isKept.findIndex((kept, i) => !kept || !old[i]?.stages.every(areFactsValid))
  const from = first < 0 ? planned.length : first
  for (const { stages } of old.slice(from).toReversed())
    for (const { step } of stages.toReversed()) history.undo(step)
  const blocks: Block<Done>[] = old.slice(0, from)
  for (const { stages } of blocks) for (const { nRounds } of stages) it.later.rounds += nRounds
  for (const [i, block] of planned.entries()) {
    if (i < from) continue
    const before = old[i]
    const after =
      isKept[i] && before ? again(it, block, before) : block.stages.map(stage => runStage(it, stage))
    if (!isKept[i] && before)
      history.compare(
        before.stages.map(({ step }) => step),
        after.map(({ step }) => step),
      )
    else if (!before) history.settle()
    blocks.push({ file: block.file, stages: after })
  }
  history.settle()
  return blocks
}

function isSameBlock(block: Block<Stage>, old: Block<Done> | undefined): boolean {
  if (!old || old.file !== block.file) return false
  return (
    block.stages.length === old.stages.length &&
    block.stages.every(({ key }, i) => old.stages[i]?.key === key)
  )
}

function areFactsValid({ facts }: Done): boolean {
  for (const { isValid } of facts) if (!isValid) return false
  return true
}

/** Stages of a cell that did not change: those that anything new reaches are gone through again. */
function again(it: Interpreter, { stages }: Block<Stage>, old: Block<Done>): readonly Done[] {
  return stages.map((stage, i) => {
    const known = old.stages[i] as Done
    if (areFactsValid(known) && it.history.isCurrent(known.step)) {
      it.history.redo(known.step)
      it.later.rounds += known.nRounds
      return known
    }
    const made = runStage(it, stage)
    it.history.compare([known.step], [made.step])
    return made
  })
}

function runStage(it: Interpreter, { key, run }: Stage): Done {
  const account: Account = { needs: new Map(), wrote: new Map(), passing: [] }
  const notes = createNotes()
  const before = it.later.rounds
  it.notes = notes
  it.heap.open(account)
  const step = it.history.begin()
  const { value, facts } = using(it.notebook.session, () => run(it))
  it.history.end()
  return { key, step, account, notes, facts, value: new Set(value), nRounds: it.later.rounds - before }
}

/** Other work goes on between cells; functions are there before the first statement of their cell runs. */
function beginRun(it: Interpreter, statements: readonly Statement[]): Value {
  it.heap.begin(statements[0]?.number ?? 0)
  guard(it, () => goOn(it))
  for (const { number, node } of statements) {
    if (!ts.isFunctionDeclaration(node)) continue
    it.heap.begin(number)
    declareFunction(it, node, it.root)
  }
  return nothing
}

/** What `using` declares is disposed of when its cell ends, the last first. */
function endRun(it: Interpreter, statements: readonly Statement[]): Value {
  for (const { number, node } of statements.toReversed()) {
    if (!isUsing(node)) continue
    it.heap.begin(number)
    guard(it, () => dispose(it, node.declarationList, it.root))
  }
  return nothing
}

function interpretOne(it: Interpreter, { number, node }: Statement, valueCell: Cell<Value>): Value {
  it.heap.begin(number)
  const value = guard(it, () => {
    if (ts.isExpressionStatement(node)) return evaluate(it, node.expression, it.root)
    if (!ts.isFunctionDeclaration(node)) execute(it, node, it.root)
    return nothing
  })
  it.history.write(valueCell, new Set(value))
  return value
}

/** Reads an output and all that it holds. */
function look(
  it: Interpreter,
  i: number,
  { variable, valueCell }: { readonly variable: string | undefined; readonly valueCell: Cell<Value> },
): Value {
  it.heap.begin(firstLook + i)
  const held = variable === undefined ? it.history.read(valueCell) : it.heap.read(sharedSlot(it, variable))
  it.heap.readDeep(held)
  return held
}

/** What is too entangled to follow may do anything; from then on nobody knows what holds what. */
function guard(it: Interpreter, run: () => Value): Value
function guard(it: Interpreter, run: () => void): void
function guard(it: Interpreter, run: () => unknown): unknown {
  it.budget.left = budgetPerStatement
  it.budget.depth = 0
  const statement = it.heap.current()
  let value: unknown = nothing
  try {
    value = run()
  } catch (thrown) {
    if (!(thrown instanceof TooEntangled)) throw thrown
    it.stack.length = 0
    it.history.write(it.later.work, [])
    it.heap.begin(statement)
    it.budget.isSpent = true
  }
  if (it.budget.isSpent) assumeTheWorst(it)
  return value
}

/** Reads and may write everything there is. */
function assumeTheWorst(it: Interpreter): void {
  const { heap } = it
  const slots: Slot[] = [
    ...it.shared.values(),
    ...heap.objects().flatMap(object => [...heap.fieldsOf(object).values()]),
  ]
  for (const slot of slots) heap.read(slot)
  for (const slot of slots) heap.write(slot, new Set(), { add: true })
}

function createMemory({
  notebook,
  names,
  effects,
  harmless = new Map(),
  statements,
}: InterpretOptions): Memory {
  const history = createHistory()
  const byNumber = new Map(
    [...harmless].flatMap(([index, seen]) => {
      const number = statements[index]?.number
      return number === undefined ? [] : [[number, seen] as const]
    }),
  )
  const it: Interpreter = {
    notebook,
    names,
    effects,
    harmless: byNumber,
    history,
    heap: createHeap(history),
    shared: new Map(),
    declared: createCell<readonly string[]>([], isSameList),
    notes: createNotes(),
    files: createCell<Interpreter['files']['content']>(new Map(), isSameFiles),
    stack: [],
    constructing: new Set(),
    made: new Map(),
    known: new Map(),
    paths: new Map(),
    ...createTables(history),
    classesAt: new Map(),
    externals: new Map(),
    frames: new Map(),
    root: createFrame(),
    moduleNumbers: new Map(),
    states: createCell<readonly string[]>([], isSameList),
    thrown: createCell(nothing, isSame),
    implicit: createCell(false),
    later: {
      work: createCell<Interpreter['later']['work']['content']>([], isSameList),
      rounds: 0,
      isRunning: false,
    },
    budget: { left: budgetPerStatement, depth: 0, isSpent: false },
  }
  return { it, effects, valueCell: createCell(nothing, isSame), blocks: [] }
}

function isSameFiles(a: Interpreter['files']['content'], b: Interpreter['files']['content']): boolean {
  return a.size === b.size && [...a].every(([path, object]) => b.get(path) === object)
}
