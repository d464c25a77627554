/**
 * What the cells of a notebook need of each other, before anything is promoted: which cell gives what another one
 * uses, and whose result no longer says what the cells say.
 *
 * What ran is taken from the log. A cell that was edited since, or never ran, is looked at as if it ran next; without
 * a log all cells are, from top to bottom. Found by the slicer's own analysis, so what is shown here is what
 * promotion would go by.
 */
import type { OutputEdit } from './edits.ts'
import { withModelCells } from './model-cells.ts'
import { cellText, documentOrder, parseNotebook, ranText, type CellRun, type Notebook } from './notebook.ts'
import { loadEffects, type EffectStub } from './slice/effects.ts'
import { markedOutput } from './slice/outputs.ts'
import { sliceNotebook, type Slice, type Statement } from './slice/slice.ts'
import type { DeclarationCache, TypesOf } from './slice/program.ts'
import { ts } from './slice/typescript.ts'

export interface DependenciesOptions {
  /** The notebook's JSON text. */
  readonly notebook: string
  /** Absolute folder of the notebook: cells import from there. */
  readonly folder: string
  readonly typesOf: TypesOf
  /** Effect stubs of the user's own. */
  readonly stubs?: readonly EffectStub[]
  readonly cache?: DeclarationCache
}

export interface CellDependencies {
  /** The nbformat id. */
  readonly cell: string
  /** What it uses of other cells, directly, in the order of the document. */
  readonly needs: readonly CellLink[]
  /** Who uses what it gives. */
  readonly neededBy: readonly CellLink[]
  /** `unknown` without a log; `new` when it never ran, `edited` when its text is not what ran. */
  readonly state: 'unknown' | 'new' | 'edited' | 'stale' | 'current'
  /** Its last value, when it ends in one: what a pipeline could give of it. */
  readonly result?: OutputEdit
  /** Of a stale cell: why its result is not what it would be now. */
  readonly reasons: readonly StaleReason[]
}

export interface CellLink {
  readonly cell: string
  /** Shared names by which it is needed. Empty for what is left outside of names: a file, the clock. */
  readonly names: readonly string[]
}

export interface StaleReason {
  readonly kind: 'edited' | 'ran-again' | 'stale' | 'deleted' | 'redefined'
  readonly cell: string
  /** Of `redefined`: what the other cell declares anew. */
  readonly names?: readonly string[]
}

/**
 * What every code cell of a notebook needs of the others, in the order of the document.
 * @throws PromoteError PRO010 for what is no notebook
 */
export function notebookDependencies(options: DependenciesOptions): readonly CellDependencies[] {
  const { notebook: text, stubs, ...rest } = options
  const notebook = parseNotebook(text)
  const slice = sliceNotebook({
    ...rest,
    notebook: withPendingCells(notebook),
    effects: loadEffects(stubs),
    resumes: true,
  })
  return dependenciesOf(notebook, slice)
}

/** The notebook as its dependencies are looked at: what ran, then what would run next. */
function withPendingCells(notebook: Notebook): Notebook {
  const runs = notebook.hasLog ? [...notebook.runs, ...pendingCells(notebook)] : notebook.runs
  return withModelCells({ ...notebook, runs })
}

function pendingCells({ cells, runs }: Notebook): readonly CellRun[] {
  const last = new Map(runs.map(run => [run.cell, ranText(run)]))
  return documentOrder(cells).filter(run => last.get(run.cell) !== ranText(run))
}

/**
 * @param notebook as it was read
 * @param slice of `withPendingCells(notebook)`
 */
function dependenciesOf(notebook: Notebook, slice: Slice): readonly CellDependencies[] {
  const history = readHistory(notebook, slice)
  const codeCells = notebook.cells.filter(cell => cell.kind !== 'markdown' && cellText(cell).trim() !== '')
  const place = new Map(notebook.cells.map(({ id }, i) => [id, i]))
  const links = new Map(codeCells.map(({ id }) => [id, linksOf(history, slice, id)]))
  const stale = staleCells(history, place)
  const inOrder = (a: CellLink, b: CellLink): number =>
    (place.get(a.cell) ?? Infinity) - (place.get(b.cell) ?? Infinity)
  return codeCells.map(({ id }) => ({
    cell: id,
    needs: [...(links.get(id) ?? [])].sort(inOrder),
    neededBy: [...links].flatMap(([cell, needs]) =>
      needs.filter(link => link.cell === id).map(({ names }) => ({ cell, names })),
    ),
    state: stateOf(notebook, history, stale, id),
    ...resultOf(history, id),
    reasons: stale.get(id) ?? [],
  }))
}

interface History {
  readonly slice: Slice
  /** Statements of each run. */
  readonly statements: readonly (readonly Statement[])[]
  /** By cell: its newest run, the pending one included. */
  readonly newest: ReadonlyMap<string, number>
  /** By cell: the newest run that really happened. */
  readonly happened: ReadonlyMap<string, number>
  /** Cells that were edited after they ran. */
  readonly edited: ReadonlySet<string>
  /** Cells of the log that the document has no more. */
  readonly deleted: ReadonlySet<string>
}

function readHistory(notebook: Notebook, slice: Slice): History {
  const runs = withPendingCells(notebook).runs
  const statements = runs.map((): Statement[] => [])
  for (const statement of slice.statements) statements[statement.run]?.push(statement)
  const newest = new Map(runs.map(({ cell }, run) => [cell, run]))
  const happened = new Map(notebook.hasLog ? notebook.runs.map(({ cell }, run) => [cell, run]) : [])
  const ids = new Set(notebook.cells.map(({ id }) => id))
  return {
    slice,
    statements,
    newest,
    happened,
    edited: new Set([...happened].filter(([cell, run]) => newest.get(cell) !== run).map(([cell]) => cell)),
    deleted: new Set([...happened.keys()].filter(cell => !ids.has(cell))),
  }
}

function resultOf({ slice, statements, newest }: History, cell: string): { readonly result?: OutputEdit } {
  const own = statements[newest.get(cell) ?? -1] ?? []
  const found = markedOutput(own, cell, 'result')
  if ('code' in found) return {}
  const variable = found.variable ?? (found.expression && sharedName(slice, found.expression))
  if (variable !== undefined) return { result: { variable } }
  const statement = own.findIndex(({ index }) => index === found.after)
  return { result: { at: { cell, statement }, name: 'result' } }
}

/** The shared variable that an expression is. */
function sharedName(slice: Slice, expression: ts.Expression): string | undefined {
  const isShared = ts.isIdentifier(expression) && slice.names.of(expression).kind === 'shared'
  return isShared ? expression.text : undefined
}

/** What the newest run of a cell needs of other cells. */
function linksOf({ statements, newest }: History, slice: Slice, cell: string): readonly CellLink[] {
  const names = new Map<string, Set<string>>()
  for (const statement of statements[newest.get(cell) ?? -1] ?? [])
    for (const needed of neededStatements(slice, statement)) {
      if (needed.cell === cell) continue
      const known = names.get(needed.cell) ?? new Set()
      namesBetween(slice, statement, needed).forEach(name => known.add(name))
      names.set(needed.cell, known)
    }
  return [...names].map(([cell, found]) => ({ cell, names: [...found].sort() }))
}

/** What a statement needs directly. What it needs only because something else that it needs came of it says nothing. */
function neededStatements(slice: Slice, statement: Statement): readonly Statement[] {
  const needs = [...slice.needs(statement.index)]
  return needs
    .flatMap(at => slice.statements[at] ?? [])
    .filter(needed => isDirect(slice, statement, needed) || !needs.some(at => cameOf(slice, at, needed)))
}

function cameOf(slice: Slice, at: number, { index }: Statement): boolean {
  return at !== index && slice.needs(at).has(index)
}

/** Declares what the statement mentions, or changes it after its declaration. */
function isDirect(slice: Slice, { index, mentions }: Statement, needed: Statement): boolean {
  return [...mentions].some(name => {
    if (needed.declares.includes(name)) return true
    const declared = slice.statements.findLast(each => each.index < index && each.declares.includes(name))
    return declared !== undefined && declared.index < needed.index && slice.changes(needed.index, name)
  })
}

/** Names that one statement mentions and the other declares, else those whose values it changes. */
function namesBetween(slice: Slice, statement: Statement, needed: Statement): readonly string[] {
  const mentioned = [...statement.mentions].filter(name => !statement.declares.includes(name))
  const declared = mentioned.filter(name => needed.declares.includes(name))
  if (declared.length > 0) return declared
  const changed = mentioned.filter(name => slice.changes(needed.index, name))
  // Used within a function that is called.
  return changed.length > 0 ? changed : needed.declares
}

/** By cell, why what it gave is not what it would give now. */
function staleCells(
  history: History,
  place: ReadonlyMap<string, number>,
): ReadonlyMap<string, readonly StaleReason[]> {
  const stale = new Map<string, readonly StaleReason[]>()
  const cells = [...history.happened].sort((a, b) => a[1] - b[1])
  for (let before = -1; before !== stale.size;) {
    before = stale.size
    for (const [cell, run] of cells) {
      if (history.edited.has(cell) || history.deleted.has(cell)) continue
      const reasons = [...providerReasons(history, stale, run), ...redefinitions(history, place, run)]
      if (reasons.length > 0) stale.set(cell, unique(reasons))
    }
  }
  return stale
}

function providerReasons(
  { slice, statements, happened, edited, deleted }: History,
  stale: ReadonlyMap<string, unknown>,
  run: number,
): readonly StaleReason[] {
  const reasons: StaleReason[] = []
  for (const statement of statements[run] ?? [])
    for (const { cell, run: needed } of neededStatements(slice, statement)) {
      if (cell === statement.cell) continue
      if (deleted.has(cell)) reasons.push({ kind: 'deleted', cell })
      else if (edited.has(cell)) reasons.push({ kind: 'edited', cell })
      else if ((happened.get(cell) ?? needed) > run) reasons.push({ kind: 'ran-again', cell })
      else if (stale.has(cell)) reasons.push({ kind: 'stale', cell })
    }
  return reasons
}

/** Names that a cell above has declared anew since: from top to bottom this run would see the new ones. */
function redefinitions(
  { statements, newest, happened }: History,
  place: ReadonlyMap<string, number>,
  run: number,
): readonly StaleReason[] {
  const own = statements[run] ?? []
  const cell = own[0]?.cell
  const at = place.get(cell ?? '')
  if (cell === undefined || at === undefined) return []
  const used = new Set(own.flatMap(({ mentions }) => [...mentions]))
  for (const { declares } of own) for (const name of declares) used.delete(name)
  return [...happened].flatMap(([other, when]) => {
    const isSince = when > run && newest.get(other) === when && (place.get(other) ?? Infinity) < at
    if (!isSince) return []
    const names = (statements[when] ?? []).flatMap(({ declares }) => declares.filter(name => used.has(name)))
    return names.length > 0 ? [{ kind: 'redefined' as const, cell: other, names: [...new Set(names)] }] : []
  })
}

/** One reason per cell, the first. */
function unique(reasons: readonly StaleReason[]): readonly StaleReason[] {
  return [...new Map(reasons.toReversed().map(reason => [reason.cell, reason])).values()].reverse()
}

function stateOf(
  { hasLog }: Notebook,
  { happened, edited }: History,
  stale: ReadonlyMap<string, unknown>,
  cell: string,
): CellDependencies['state'] {
  if (!hasLog) return 'unknown'
  if (!happened.has(cell)) return 'new'
  if (edited.has(cell)) return 'edited'
  return stale.has(cell) ? 'stale' : 'current'
}
