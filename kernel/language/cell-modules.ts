/**
 * Which module each cell is, and from which module each name comes.
 *
 * A name that a cell uses and does not declare is looked for, in this order:
 * 1. in `before`, the texts above for clients that know no ids, from below upwards;
 * 2. in the cells of the document above it, as they stand now: the one that ran last, else the nearest;
 * 3. in all that ran (cells below, deleted ones, earlier texts), the latest first.
 * So a notebook reads as it runs from top to bottom, and what only the running session knows is known as well.
 */
import {
  cellModule,
  readCellSyntax,
  type CellModule,
  type CellSyntax,
  type DeclaredName,
  type Origin,
  type Origins,
} from './cells.ts'
import type { CellText, ExecutedCell, Place } from './protocol.ts'

/** Where the modules go. */
export interface ModuleFiles {
  setFile(path: string, text: string): void
  deleteFile(path: string): void
}

/** A cell whose module TypeScript sees. */
export interface OpenCell {
  /** Null for a cell that was asked about without an id. */
  readonly id: string | null
  readonly path: string
  readonly syntax: CellSyntax
  readonly module: CellModule
}

export interface CellModules {
  executed(cell: ExecutedCell): void
  /**
   * Brings the modules up to what the place says and gives its own.
   * @param isWritten any name may be typed next there, so the module has them all. Default: those that it mentions
   */
  open(place: Place, isWritten?: boolean): OpenCell
  /** The cell of the document (or asked about) whose module a path is. */
  find(path: string): OpenCell | undefined
  /** All of them, in the order of the document. */
  all(): readonly OpenCell[]
  /** Of all that ran. */
  names(): readonly string[]
  /** Modules that TypeScript has to have in its program whatever imports them. */
  roots(): readonly string[]
  /** Of what ran, nobody shall see these names any more. */
  forget(names: ReadonlySet<string>): void
  reset(): void
}

interface Run {
  readonly order: number
  readonly id: string | null
  readonly path: string
  readonly syntax: CellSyntax
  /** Without what was forgotten. */
  readonly declared: readonly DeclaredName[]
  readonly imports: Origins
}

interface Visible extends Origin {
  readonly rank: number
}

/** Cells of a document that ran rank by their order, behind them those that did not. */
const neverRan = -1
const fromElsewhere = -2

export function createCellModules(folder: string, files: ModuleFiles): CellModules {
  const base = folder.replaceAll('\\', '/').replace(/\/$/, '')
  const currentPath = `${base}/__cell_current.ts`
  const syntaxes = new Map<string, CellSyntax>()
  const paths = new Map<string, string>()
  let runs: Run[] = []
  let opened = new Map<string, OpenCell>()
  let document: readonly CellText[] = []
  let focus: string | null = null
  let stale = true
  let count = 0
  let nRuns = 0

  function syntaxOf(source: string): CellSyntax {
    const known = syntaxes.get(source)
    if (known) return known
    if (syntaxes.size > 2000) syntaxes.clear()
    const syntax = readCellSyntax(source)
    syntaxes.set(source, syntax)
    return syntax
  }

  function pathOf(id: string): string {
    const known = paths.get(id)
    if (known !== undefined) return known
    const path = `${base}/__cell_${count++}.ts`
    paths.set(id, path)
    return path
  }

  function executed({ order, source, cell: id }: ExecutedCell): void {
    const syntax = syntaxOf(source)
    // What a magic ran for a cell has a negative order, and is not the cell's own text.
    const cell = order < 0 ? null : id
    if (syntax.declared.length === 0 && cell === null) return
    const same = runs.find(run => run.syntax.source === source && run.id === cell)
    const path = same?.path ?? `${base}/__run_${count++}.ts`
    runs = runs.filter(run => run !== same)
    const module = cellModule(syntax, used(syntax, latest(runs)))
    files.setFile(path, module.text)
    runs.push({ order: nRuns++, id: cell, path, syntax, declared: syntax.declared, imports: module.imports })
    forgetUnreachable()
    stale = true
  }

  /** Runs none of whose names anybody can see are dropped. */
  function forgetUnreachable(): void {
    const byPath = new Map(runs.map(run => [run.path, run]))
    const lastOfCell = new Map(runs.map(run => [run.id, run]))
    const kept = new Set<Run>()
    const keep = (run: Run | undefined): void => {
      if (!run || kept.has(run)) return
      kept.add(run)
      for (const { path } of run.imports.values()) keep(byPath.get(path))
    }
    for (const { path } of latest(runs).values()) keep(byPath.get(path))
    // The order in which the cells of the document ran is remembered too.
    for (const run of lastOfCell.values()) if (run.id !== null) keep(run)
    for (const run of runs) if (!kept.has(run)) files.deleteFile(run.path)
    runs = runs.filter(run => kept.has(run))
  }

  function open(place: Place, isWritten = false): OpenCell {
    if (!place.cells || place.cell === null || place.cells.every(({ id }) => id !== place.cell))
      return openAlone(place)
    if (isWritten && focus !== place.cell) {
      focus = place.cell
      stale = true
    }
    return openInDocument(place.cell, place)
  }

  function openInDocument(id: string, { cells = [], source }: Place): OpenCell {
    const texts = cells.map(cell => (cell.id === id && cell.source !== source ? { id, source } : cell))
    if (stale || !sameTexts(texts, document)) setDocument(texts)
    return opened.get(pathOf(id))!
  }

  /** Makes the modules of all cells of a document; those that stay as they were cost nothing further. */
  function setDocument(texts: readonly CellText[]): void {
    const gone = new Set(opened.keys())
    const next = new Map<string, OpenCell>()
    const orders = new Map(runs.map(({ id, order }) => [id, order]))
    const visible = new Map<string, Visible>()
    const elsewhere = runOrigins(texts)
    for (const [name, origin] of elsewhere) visible.set(name, { ...origin, rank: fromElsewhere })
    for (const { id, source } of texts) {
      const syntax = syntaxOf(source)
      const path = pathOf(id)
      const open = openModule({ id, path, syntax, origins: visibleTo(syntax, path, visible) })
      next.set(path, open)
      gone.delete(path)
      const rank = orders.get(id) ?? neverRan
      for (const { name, kind } of syntax.declared)
        if (rank >= (visible.get(name)?.rank ?? fromElsewhere)) visible.set(name, { path, kind, rank })
    }
    for (const path of gone) files.deleteFile(path)
    opened = next
    document = texts
    stale = false
  }

  /** What ran, each name from the cell's own module when the document still has it as it ran. */
  function runOrigins(texts: readonly CellText[]): Map<string, Origin> {
    const present = new Map(texts.map(({ id, source }) => [id, source]))
    const own = new Map(
      runs
        .filter(({ id, syntax }) => id !== null && present.get(id) === syntax.source)
        .map(({ id, path }) => [path, pathOf(id!)]),
    )
    const origins = new Map<string, Origin>()
    for (const [name, { path, kind }] of latest(runs))
      origins.set(name, { path: own.get(path) ?? path, kind })
    return origins
  }

  /** The cell that is written in sees all names, because any may be typed next; others those that they use. */
  function visibleTo(syntax: CellSyntax, path: string, visible: ReadonlyMap<string, Origin>): Origins {
    const isFocus = focus !== null && path === pathOf(focus)
    const origins = isFocus ? new Map(visible) : new Map(used(syntax, visible))
    for (const [name, origin] of origins) if (origin.path === path) origins.delete(name)
    return origins
  }

  function openAlone({ source, before = [], cell }: Place): OpenCell {
    if (opened.size > 1 || !opened.has(currentPath)) closeAll()
    const origins = new Map(latest(runs))
    for (const [i, text] of before.entries()) {
      const syntax = syntaxOf(text)
      const path = `${base}/__cell_before_${i}.ts`
      files.setFile(path, cellModule(syntax, used(syntax, origins)).text)
      for (const { name, kind } of syntax.declared) origins.set(name, { path, kind })
    }
    const open = openModule({ id: cell, path: currentPath, syntax: syntaxOf(source), origins })
    opened = new Map([[currentPath, open]])
    stale = true
    return open
  }

  interface ModuleToOpen {
    readonly id: string | null
    readonly path: string
    readonly syntax: CellSyntax
    readonly origins: Origins
  }

  function openModule({ id, path, syntax, origins }: ModuleToOpen): OpenCell {
    const module = cellModule(syntax, origins)
    files.setFile(path, module.text)
    return { id, path, syntax, module }
  }

  function closeAll(): void {
    for (const path of opened.keys()) files.deleteFile(path)
    opened = new Map()
    document = []
  }

  return {
    executed,
    open,
    find: path => opened.get(path),
    all: () => [...opened.values()],
    names: () => [...latest(runs).keys()],
    roots: () => [...opened.keys()],
    forget(names) {
      runs = runs.map(run => ({ ...run, declared: run.declared.filter(({ name }) => !names.has(name)) }))
      forgetUnreachable()
      stale = true
    },
    reset() {
      for (const { path } of runs) files.deleteFile(path)
      runs = []
      syntaxes.clear()
      stale = true
    },
  }
}

/** Where each name was declared last. */
function latest(runs: readonly Run[]): Map<string, Origin> {
  const origins = new Map<string, Origin>()
  for (const { path, declared } of runs)
    for (const { name, kind } of declared) origins.set(name, { path, kind })
  return origins
}

/** Only the names a cell could mean: so a module depends on few others. */
function used({ words }: CellSyntax, origins: ReadonlyMap<string, Origin>): Map<string, Origin> {
  const found = new Map<string, Origin>()
  for (const word of words) {
    const origin = origins.get(word)
    if (origin) found.set(word, origin)
  }
  return found
}

function sameTexts(a: readonly CellText[], b: readonly CellText[]): boolean {
  return a.length === b.length && a.every(({ id, source }, i) => id === b[i]!.id && source === b[i]!.source)
}
