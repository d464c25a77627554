/**
 * What one program of a notebook leaves for the next, so that an edit costs what it changes: parsed runs, resolved
 * modules, the last program (its structure is used again), and what the checker has said of nodes. Kept beside the
 * caller's cache of declarations and forgotten with it.
 */
import type ts from 'typescript'
import type { DeclarationCache, NotebookProgram, RunFile } from './program.ts'

/** What is known of a run's text, whatever its place. */
export interface Scan {
  readonly source: string
  readonly declares: ReadonlySet<string>
  /** Names whose declaration already says `export`. */
  readonly exported: ReadonlySet<string>
  readonly mentions: ReadonlySet<string>
  readonly imports: readonly string[]
}

/** Answers of the checker about the nodes of one file; worthless once something that the file uses is another. */
export interface FileFacts {
  isValid: boolean
}

/** What was asked of the checker about a node. */
export interface NodeFacts {
  readonly of: FileFacts
  readonly answers: Map<string, unknown>
}

export interface ProgramSession {
  /** Sources of runs and local modules by path, with the text they were parsed from. */
  readonly parsed: Map<
    string,
    { readonly text: string; readonly file: ts.SourceFile; readonly stamp: string | undefined }
  >
  readonly resolved: Map<string, ts.ResolvedModuleFull>
  /** In which packages files lie: how modules are resolved is asked of `resolved` first. */
  readonly resolution: ts.ModuleResolutionCache
  /** What is known of the files of runs. */
  readonly runs: WeakMap<ts.SourceFile, RunFile>
  /** Packages that lie elsewhere than their path says. */
  readonly roots: { readonly folder: string; readonly name: string }[]
  /** Declarations that exist as text alone. */
  readonly texts: Map<string, string>
  /** Files of the author's own, and what specifiers stand for them. */
  readonly local: Set<string>
  readonly localTargets: Map<string, string>
  readonly facts: WeakMap<ts.SourceFile, FileFacts>
  readonly nodes: WeakMap<ts.Node, NodeFacts>
  /** Numbers of statements that stay theirs from slice to slice, and names of all nodes made of these. */
  readonly numbers: WeakMap<ts.Statement, number>
  readonly keys: WeakMap<ts.Node, string>
  /** Where it is put down what has been asked about. */
  used: Set<FileFacts>
  /** Of the last slice. */
  last?: {
    readonly program: ts.Program
    readonly notebook: NotebookProgram
    readonly links: readonly Links[]
  }
}

/** From which runs a run takes names. */
export type Links = ReadonlySet<number>

const sessions = new WeakMap<DeclarationCache, Map<string, ProgramSession>>()

const scans = new WeakMap<DeclarationCache, Map<string, Scan>>()

/** What is known of texts, of whatever notebook. */
export function scansOf(cache: DeclarationCache): Map<string, Scan> {
  const known = scans.get(cache)
  if (known) return known
  const made = new Map<string, Scan>()
  scans.set(cache, made)
  return made
}

/** @param key what a session depends on: the folder, and whether Node's declarations are read */
export function sessionOf(
  cache: DeclarationCache,
  key: string,
  createResolution: () => ts.ModuleResolutionCache,
): ProgramSession {
  const ofCache = sessions.get(cache) ?? new Map<string, ProgramSession>()
  sessions.set(cache, ofCache)
  const known = ofCache.get(key)
  if (known) return known
  const made: ProgramSession = {
    parsed: new Map(),
    resolved: new Map(),
    resolution: createResolution(),
    runs: new WeakMap(),
    roots: [],
    texts: new Map(),
    local: new Set(),
    localTargets: new Map(),
    facts: new WeakMap(),
    nodes: new WeakMap(),
    numbers: new WeakMap(),
    keys: new WeakMap(),
    used: new Set(),
  }
  ofCache.set(key, made)
  return made
}

/**
 * Forgets what was known of runs that use something which is another now. A run that changed passes that on only
 * where the types of what it declares are others than before.
 */
export function forgetOutdated(
  session: ProgramSession,
  notebook: NotebookProgram,
  { program, links }: { readonly program: ts.Program; readonly links: readonly Links[] },
): void {
  const { last } = session
  session.last = { program, notebook, links }
  numberStatements(session, last?.notebook, notebook)
  if (!last) return
  const isOtherModule = [...notebook.modules].some(
    ([path, module]) => last.notebook.modules.get(path)?.file !== module.file,
  )
  const users = usersOf(links)
  const outdated = new Set<number>()
  const work = notebook.runs.flatMap(({ file }, run) => (last.notebook.runs[run]?.file === file ? [] : [run]))
  for (const [run, { file }] of last.notebook.runs.entries())
    if (notebook.runs[run]?.file !== file) forget(session, file)
  for (let run = work.shift(); run !== undefined; run = work.shift()) {
    const before = last.notebook.runs[run]
    const now = notebook.runs[run] as RunFile
    const isSame = before !== undefined && isSameFromOutside(last.notebook, before, { notebook, now })
    if (isSame) continue
    const reached = new Set(users.get(run))
    // Who declares types of its own may change the types of others that only mention them.
    if (!before || declaresTypes(before) || declaresTypes(now))
      for (const each of reached) for (const user of users.get(each) ?? []) reached.add(user)
    for (const user of reached)
      if (!outdated.has(user)) {
        outdated.add(user)
        work.push(user)
      }
  }
  for (const [run, { file }] of notebook.runs.entries())
    if (outdated.has(run) || isOtherModule) forget(session, file)
}

function forget(session: ProgramSession, file: ts.SourceFile): void {
  const facts = session.facts.get(file)
  if (facts) facts.isValid = false
  session.facts.delete(file)
}

function usersOf(links: readonly Links[]): ReadonlyMap<number, readonly number[]> {
  const users = new Map<number, number[]>()
  for (const [run, providers] of links.entries())
    for (const provider of providers) {
      const known = users.get(provider)
      if (known) known.push(run)
      else users.set(provider, [run])
    }
  return users
}

/** Whether all that a run declares has the types that it had. */
function isSameFromOutside(
  last: NotebookProgram,
  before: RunFile,
  { notebook, now }: { readonly notebook: NotebookProgram; readonly now: RunFile },
): boolean {
  if (before.declares.size !== now.declares.size) return false
  const typesBefore = declaresTypes(before)
  if (typesBefore !== declaresTypes(now) || (typesBefore && before.file.text !== now.file.text)) return false
  if (typesBefore && before.file === now.file) return false
  return [...now.declares].every(([name, statement]) => {
    const known = before.declares.get(name)
    return known !== undefined && last.typeText(known, name) === notebook.typeText(statement, name)
  })
}

/** Classes, interfaces, aliases of types and the like: their names say nothing of what is in them. */
function declaresTypes(run: RunFile): boolean {
  return run.statements.some(statement => run.declaresTypes.has(statement))
}

/** Runs with what it asks about put down. */
export function using<T>(
  session: ProgramSession,
  run: () => T,
): { readonly value: T; readonly facts: ReadonlySet<FileFacts> } {
  const before = session.used
  const facts = new Set<FileFacts>()
  session.used = facts
  try {
    return { value: run(), facts }
  } finally {
    session.used = before
  }
}

/** The answer to a question about a node, asked of the checker once. */
export function remember<T>(
  session: ProgramSession,
  { node, question }: { readonly node: ts.Node; readonly question: string },
  ask: () => T,
): T {
  const known = session.nodes.get(node)
  const of = known?.of.isValid ? known.of : factsOf(session, node.getSourceFile())
  session.used.add(of)
  if (known?.of.isValid && known.answers.has(question)) return known.answers.get(question) as T
  const answer = ask()
  if (known?.of.isValid) known.answers.set(question, answer)
  else
    session.nodes.set(node, {
      of,
      answers: new Map([[question, answer]]),
    })
  return answer
}

function factsOf(session: ProgramSession, file: ts.SourceFile): FileFacts {
  const known = session.facts.get(file)
  if (known) return known
  const made = { isValid: true }
  session.facts.set(file, made)
  return made
}

/** Statements keep their numbers where a cell is edited: those before and after the change, and those in it in order. */
function numberStatements(
  { numbers }: ProgramSession,
  last: NotebookProgram | undefined,
  { runs }: NotebookProgram,
): void {
  for (const [run, { file, statements }] of runs.entries()) {
    if (statements.every(statement => numbers.has(statement))) continue
    const old = last?.runs[run]?.statements ?? []
    const isSameText = (a: ts.Statement | undefined, b: ts.Statement) => a?.getText() === b.getText(file)
    const nSame = (count: (i: number) => boolean) => {
      let n = 0
      while (n < Math.min(old.length, statements.length) && count(n)) n++
      return n
    }
    const nBefore = nSame(i => isSameText(old[i], statements[i] as ts.Statement))
    const nAfter = Math.min(
      nSame(i => isSameText(old.at(-1 - i), statements.at(-1 - i) as ts.Statement)),
      Math.min(old.length, statements.length) - nBefore,
    )
    const taken = old.map(statement => numbers.get(statement) ?? 0)
    let next = Math.max(run * mostStatements, ...taken.map(number => number + 1))
    for (const [i, statement] of statements.entries()) {
      const isAfter = i >= statements.length - nAfter
      const place = isAfter ? i - statements.length + old.length : i < old.length - nAfter ? i : -1
      numbers.set(statement, taken[place] ?? next++)
    }
  }
}

/** More than any cell has, edits included. */
const mostStatements = 100_000
