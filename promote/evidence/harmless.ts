/**
 * What the kernel saw calls without a stub not do: values that stayed as they were while a statement's cell ran, and
 * things outside that were not touched. Only what was looked at counts, and only when it was so each time that the
 * statement ran. Looks are bounded, and nobody sees into closures and libraries: whoever leaves something out for this
 * must compare what comes out. Pure.
 */
import type { CellRun } from '../notebook.ts'
import type { Harmless } from '../slice/interpreter.ts'
import type { RunEvidence, ValueEvidence } from './read.ts'

export interface SeenStatement {
  readonly index: number
  readonly run: number
  readonly cell: string
  readonly text: string
}

/** What was seen of a statement's runs. */
export interface SeenHarmless extends Harmless {
  /** Of `names`, those whose values were looked at whole. */
  readonly whole: ReadonlySet<string>
  /** Nothing outside had a part in it: no file, host, program, variable of the environment, time or chance. */
  readonly isAlone: boolean
}

interface RunView extends SeenHarmless {
  /** Names that were there before and did not stay, or that nobody looked at. */
  readonly doubtful: ReadonlySet<string>
}

/** By statement. Those of runs of which too little was seen are not there. */
export function harmlessOf(
  runs: readonly CellRun[],
  statements: readonly SeenStatement[],
): ReadonlyMap<number, SeenHarmless> {
  const views = viewsOf(runs)
  const twins = Map.groupBy(statements, ({ cell, text }) => JSON.stringify([cell, text]))
  const found = new Map<number, SeenHarmless>()
  for (const same of twins.values()) {
    const all = [...new Set(same.map(({ run }) => run))].map(run => views[run])
    const seen = all.filter(view => view !== undefined)
    if (seen.length < all.length) continue
    for (const { index, run } of same) found.set(index, common(views[run] as RunView, seen))
  }
  return found
}

/**
 * What statements of runs that failed are taken not to do, by statement: change what was looked at whole and stayed as
 * it was. A name that was mistyped is such, and no pipeline can have what fails.
 */
export function harmlessFailures(
  runs: readonly CellRun[],
  statements: readonly SeenStatement[],
): ReadonlyMap<number, Harmless> {
  const hasFailed = new Set(statements.filter(({ run }) => runs[run]?.failed).map(({ index }) => index))
  if (hasFailed.size === 0) return new Map()
  const seen = [...harmlessOf(runs, statements)].filter(([index]) => hasFailed.has(index))
  return new Map(seen.map(([index, harmless]) => [index, { ...harmless, names: harmless.whole }]))
}

/**
 * Whether another session saw a run do what it is taken not to do. What that session did not look at says nothing.
 * @param seen of all its runs
 */
export function isContradicted(
  { names, unread, unwritten }: Harmless,
  run: number,
  seen: readonly (RunEvidence | undefined)[],
): boolean {
  const at = seen[run]
  if (!at) return false
  const before = new Set(seen.slice(0, run).flatMap(each => each?.values.map(({ name }) => name) ?? []))
  if (at.values.some(({ name }) => names.has(name) && before.has(name))) return true
  const [read, written] = [notRead(at, isQuiet(at)), notWritten(at, isQuiet(at))]
  return [...unread].some(kind => !read.has(kind)) || [...unwritten].some(kind => !written.has(kind))
}

function common(view: RunView, twins: readonly RunView[]): SeenHarmless {
  const isSame = (name: string) => twins.every(({ doubtful }) => !doubtful.has(name))
  return {
    names: only(view.names, isSame),
    whole: only(view.whole, isSame),
    unread: only(view.unread, kind => twins.every(({ unread }) => unread.has(kind))),
    unwritten: only(view.unwritten, kind => twins.every(({ unwritten }) => unwritten.has(kind))),
    isAlone: twins.every(({ isAlone }) => isAlone),
  }
}

function only(names: ReadonlySet<string>, isWanted: (name: string) => boolean): ReadonlySet<string> {
  return new Set([...names].filter(isWanted))
}

type Telling = RunEvidence & Required<Pick<RunEvidence, 'unlooked' | 'changes'>>

/** Evidence that says what was not looked at. Of a run that failed, it tells what it had done until then. */
function isTelling(seen: RunEvidence | undefined): seen is Telling {
  return seen !== undefined && !seen.dynamic && seen.unlooked !== undefined && seen.changes !== undefined
}

function isQuiet({ hosts, processes }: RunEvidence): boolean {
  return hosts.length === 0 && processes.length === 0
}

function viewsOf(runs: readonly CellRun[]): readonly (RunView | undefined)[] {
  const known = new Map<string, ValueEvidence>()
  // A connection or a program that is there already can be used without being seen.
  let wasQuiet = true
  return runs.map(({ seen }) => {
    wasQuiet &&= seen !== undefined && isQuiet(seen)
    const view = isTelling(seen) ? viewOf(seen, known, wasQuiet) : undefined
    for (const value of seen?.values ?? []) known.set(value.name, value)
    return view
  })
}

function viewOf(seen: Telling, known: ReadonlyMap<string, ValueEvidence>, wasQuiet: boolean): RunView {
  const changed = [...seen.values.map(({ name }) => name), ...seen.unlooked, ...seen.writes]
  const doubtful = new Set(changed.filter(name => known.has(name)))
  const same = [...known.values()].filter(
    ({ name, type, hash }) => hash !== undefined && type !== 'Proxy' && !doubtful.has(name),
  )
  const { files, random, clock, environment } = seen
  return {
    doubtful,
    names: new Set(same.map(({ name }) => name)),
    whole: new Set(same.filter(({ whole }) => whole === true).map(({ name }) => name)),
    unread: notRead(seen, wasQuiet),
    unwritten: notWritten(seen, wasQuiet),
    isAlone: wasQuiet && files.length === 0 && !random && !clock && environment.length === 0,
  }
}

/** Whether the environment, the time or the folder had a part in it is not seen of what packages do. */
function notRead({ files, random }: RunEvidence, wasQuiet: boolean): ReadonlySet<string> {
  return new Set([
    ...(files.some(({ read }) => read) ? [] : ['file']),
    ...(wasQuiet ? ['network'] : []),
    ...(random ? [] : ['random']),
  ])
}

function notWritten({ files, random, changes = [] }: RunEvidence, wasQuiet: boolean): ReadonlySet<string> {
  const isSame = changes.length === 0
  return new Set([
    ...(files.some(({ written }) => written) ? [] : ['file']),
    ...(wasQuiet ? ['network'] : []),
    ...(random ? [] : ['random']),
    ...(isSame ? ['environment', 'locale', 'clock'] : []),
    ...(wasQuiet && isSame ? ['process'] : []),
  ])
}
