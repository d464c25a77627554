/**
 * Statements that a pipeline keeps only for what a call without a stub might do, where the session saw it do nothing:
 * found, told, and left out where that is safe or a person says so (docs/decisions/0007). Whoever takes such a
 * pipeline verifies it; see `verifyProposal`.
 */
import type { EditProblem, StatementRef, TrimEdit } from './edits.ts'
import { harmlessOf, type SeenHarmless } from './evidence/harmless.ts'
import type { Notebook } from './notebook.ts'
import type { Harmless } from './slice/interpreter.ts'
import { createStatementRefs, placeOf, type StatementRefs } from './slice/refs.ts'
import type { Slice, Statement } from './slice/slice.ts'
import { ts } from './slice/typescript.ts'
import { constantLiteral } from './steps/classify.ts'

/**
 * - `none`: nothing is left out.
 * - `safe`: what was looked at whole, and depends on nothing that another run might have otherwise.
 * - `all`: whatever the evidence speaks for.
 */
export type TrimMode = 'none' | 'safe' | 'all'

/** Calls that may do anything and were seen to do nothing, with what is kept for them alone. */
export interface Trim {
  /** The statements that call. An edit names any of them. */
  readonly at: readonly StatementRef[]
  readonly calls: readonly string[]
  /** The effect stubs that would settle it, as `package:name`. */
  readonly stubs: readonly string[]
  /** What the pipeline can do without. */
  readonly statements: readonly TrimmedStatement[]
  /** Variables that the calls might have changed, and that stayed as they were. */
  readonly unchanged: readonly string[]
  /** It would do nothing the next time either, whatever data and parameters are. */
  readonly isSafe: boolean
  /** `kept-after-all`: left out, the pipeline gave something else. */
  readonly state: 'left-out' | 'kept' | 'kept-after-all'
  readonly message: string
  /** What the calls are taken not to do, by runs: for whoever looks whether another session agrees. */
  readonly relied: readonly { readonly run: number; readonly harmless: Harmless }[]
}

export interface TrimmedStatement {
  readonly cell: string
  readonly text: string
  readonly span: { readonly start: number; readonly end: number }
}

export interface TrimOptions {
  readonly notebook: Notebook
  /** Of the notebook as it is, nothing left out. */
  readonly slice: Slice
  readonly reslice: (harmless: ReadonlyMap<number, Harmless>) => Slice
  readonly mode: TrimMode
  readonly edits: readonly TrimEdit[]
  /** Statements with literals that a person made parameters of. */
  readonly lifted: readonly StatementRef[]
}

export interface Trimmed {
  readonly slice: Slice
  readonly trims: readonly Trim[]
  readonly problems: readonly EditProblem[]
}

/** How many calls are looked at one by one: each is a slice. */
const mostAlone = 8

export function trim(options: TrimOptions): Trimmed {
  const { slice, notebook } = options
  const refs = createStatementRefs(notebook, slice.statements)
  const candidates = candidatesOf(options)
  const without = createWithout(options, candidates)
  const free = without([...candidates.keys()])
  const look: Look = { ...options, refs, candidates, free, without }
  const groups = free === slice ? [] : groupsOf(look)
  const trims = groups.map(group => trimOf(look, group))
  const taken = groups.filter((_, i) => trims[i]?.state === 'left-out').flatMap(({ calls }) => calls)
  return { slice: without(taken), trims, problems: problemsOf(options, refs, groups) }
}

/** The slice with some of the calls taken to do nothing, each sliced once. */
function createWithout({ slice, reslice }: TrimOptions, candidates: Candidates): Look['without'] {
  const known = new Map([['', slice]])
  return calls => {
    const key = [...calls].sort((a, b) => a - b).join()
    const found = known.get(key) ?? reslice(new Map([...candidates].filter(([i]) => calls.includes(i))))
    known.set(key, found)
    return found
  }
}

type Candidates = ReadonlyMap<number, SeenHarmless>

/** Kept statements with calls of which nothing is known and enough was seen. */
function candidatesOf({ slice, notebook }: TrimOptions): Candidates {
  const calling = new Set(slice.unknownCalls.map(({ statement }) => statement))
  if (calling.size === 0 || notebook.runs.every(({ seen }) => seen?.unlooked === undefined)) return new Map()
  const seen = harmlessOf(
    notebook.runs,
    slice.statements.map(({ index, run, cell, node }) => ({ index, run, cell, text: node.getText() })),
  )
  return new Map([...seen].filter(([index]) => calling.has(index) && slice.kept.has(index)))
}

interface Group {
  readonly calls: readonly number[]
  readonly dropped: readonly number[]
}

/**
 * Calls with what can go for each of them alone; then those that are safe with what can go for them together, and all
 * others. What goes only when several are left out counts for those that alone change nothing.
 */
function groupsOf(look: Look): readonly Group[] {
  const { slice, candidates, without } = look
  const gone = new Set<number>()
  const groups: Group[] = []
  const add = (calls: readonly number[], { kept }: Slice) => {
    const dropped = [...slice.kept].filter(index => !kept.has(index) && !gone.has(index))
    if (calls.length === 0 || dropped.length === 0) return
    for (const index of dropped) gone.add(index)
    groups.push({ calls, dropped: dropped.sort((a, b) => a - b) })
  }
  const all = [...candidates.keys()]
  const isSafe = (call: number) => isSafeCall(look, call, reliedOn(look, call))
  if (all.length <= mostAlone) for (const call of all) add([call], without([call]))
  const left = () => all.filter(call => !groups.some(({ calls }) => calls.includes(call)))
  add(left().filter(isSafe), without(all.filter(isSafe)))
  add(left(), look.free)
  return groups
}

interface Look extends TrimOptions {
  readonly refs: StatementRefs
  readonly candidates: Candidates
  /** With some of the calls taken to do nothing. */
  readonly without: (calls: readonly number[]) => Slice
  /** With none of the calls taken to do anything. */
  readonly free: Slice
}

function trimOf(look: Look, group: Group): Trim {
  const { slice, notebook, refs, mode } = look
  const calls = slice.unknownCalls.filter(({ statement }) => group.calls.includes(statement))
  const relied = group.calls.map(call => reliedOn(look, call))
  const isSafe = group.calls.every((call, i) => isSafeCall(look, call, relied[i] ?? []))
  const choice = look.edits.findLast(({ at }) => group.calls.includes(refs.find(at)?.index ?? -1))
  const isOut = mode !== 'none' && (choice?.leaveOut ?? (mode === 'all' || isSafe))
  const unchanged = [...new Set(relied.flat())].sort()
  const texts = [...new Set(calls.map(({ text }) => text))]
  const found: Omit<Trim, 'message'> = {
    at: group.calls.map(call => refs.of(slice.statements[call] as Statement)),
    calls: texts,
    stubs: [...new Set(calls.flatMap(({ stub }) => (stub ? [`${stub.package}:${stub.name}`] : [])))],
    statements: group.dropped.map(index => {
      const statement = slice.statements[index] as Statement
      return { cell: statement.cell, ...placeOf(notebook, statement) }
    }),
    unchanged,
    isSafe,
    state: isOut ? 'left-out' : 'kept',
    relied: group.calls.map((call, i) => ({
      run: slice.statements[call]?.run ?? 0,
      harmless: { ...(look.candidates.get(call) as SeenHarmless), names: new Set(relied[i]) },
    })),
  }
  return { ...found, message: trimMessage(found) }
}

/** Variables that the calls of a statement might change. What is imported is as its package made it. */
function reliedOn({ slice, candidates }: Look, call: number): readonly string[] {
  const imported = new Set(
    slice.statements.filter(({ node }) => ts.isImportDeclaration(node)).flatMap(({ declares }) => declares),
  )
  const names = [...(candidates.get(call)?.names ?? [])]
  return names.filter(name => !imported.has(name) && slice.changes(call, name))
}

/**
 * What was seen holds for other data and parameters too: all that might change was looked at whole, and neither the
 * outside nor what a pipeline may be given decides what the call gets.
 */
function isSafeCall(look: Look, call: number, names: readonly string[]): boolean {
  const seen = look.candidates.get(call)
  if (!seen || names.some(name => !seen.whole.has(name))) return false
  return seen.isAlone && !dependsOnData(look, call)
}

function dependsOnData({ slice, free, candidates, refs, lifted }: Look, call: number): boolean {
  const givenIn = new Set([
    ...slice.outsideUses
      .filter(use => !use.isWrite && use.isAssumed !== true && use.kind !== 'display')
      .map(({ statement }) => statement),
    ...slice.references.map(({ statement }) => statement),
    ...slice.unknownCalls.map(({ statement }) => statement).filter(statement => !candidates.has(statement)),
    ...lifted.map(ref => refs.find(ref)?.index ?? -1),
  ])
  const reached = new Set([call])
  for (const index of reached) {
    const statement = slice.statements[index]
    // Nobody looks into what a module does when it is loaded.
    if (!statement || givenIn.has(index) || constantLiteral(statement.node) !== undefined) return true
    for (const need of free.needs(index)) reached.add(need)
  }
  return false
}

function problemsOf(
  { edits }: TrimOptions,
  refs: StatementRefs,
  groups: readonly Group[],
): readonly EditProblem[] {
  return edits
    .filter(({ at, leaveOut }) => {
      const index = refs.find(at)?.index
      return leaveOut && !groups.some(({ calls }) => index !== undefined && calls.includes(index))
    })
    .map(({ at }) => ({
      message: 'The statement is not left out: what the session saw of it does not say that it does nothing.',
      cell: at.cell,
    }))
}

/** As clients show it: without what only verification asks for. */
export type ShownTrim = Omit<Trim, 'relied'>

export function shownTrims(trims: readonly Trim[]): readonly ShownTrim[] {
  return trims.map(({ relied: _, ...shown }) => shown)
}

/** As it is when the pipeline without it did not pass. */
export function keptAfterAll(trim: Trim): Trim {
  if (trim.state !== 'left-out') return trim
  const kept = { ...trim, state: 'kept-after-all' as const }
  return { ...kept, message: trimMessage(kept) }
}

/** What a person reads of it: whether it is in or out, and why. */
export function trimMessage({ calls, state, unchanged, statements, isSafe }: Omit<Trim, 'message'>): string {
  const what = calls.join(', ')
  const [it, they] = calls.length > 1 ? ['They', 'they'] : ['It', 'it']
  const seen =
    unchanged.length > 0
      ? `changed nothing in the session (${listed(unchanged)} stayed the same)`
      : 'changed nothing in the session'
  const more = `${statements.length} statement${statements.length === 1 ? '' : 's'}`
  const begin = `Nothing is known of ${what}.`
  if (state === 'left-out') return `${begin} ${it} ${seen}: ${more} left out.`
  if (state === 'kept-after-all')
    return `${begin} ${it} ${seen}, yet the verification does not pass without ${calls.length > 1 ? 'them' : 'it'}: kept.`
  const why = isSafe ? '' : `, but with other data or parameters ${they} might: kept`
  return `${begin} ${it} ${seen}${why}. ${more} could be left out.`
}

function listed(names: readonly string[]): string {
  return names.length > 4 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')
}
