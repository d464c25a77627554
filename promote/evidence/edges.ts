/**
 * Dependencies that the kernel saw between runs: one wrote a file that a later one read, or a run changed a plain
 * value that its text does not name (through a callback, an alias, a module's state). Edges only add to what the
 * slicer found by itself. Pure.
 */
import type { CellRun } from '../notebook.ts'
import type { ValueEvidence } from './read.ts'

export interface EvidenceEdge {
  /** Positions in `Notebook.runs`: `to` needs `from`. */
  readonly from: number
  readonly to: number
  readonly why:
    { readonly kind: 'file'; readonly path: string } | { readonly kind: 'value'; readonly name: string }
}

export function evidenceEdges(runs: readonly CellRun[]): readonly EvidenceEdge[] {
  return [...fileEdges(runs), ...valueEdges(runs)]
}

/** A file is as its last writer left it. */
function fileEdges(runs: readonly CellRun[]): readonly EvidenceEdge[] {
  const writers = new Map<string, number>()
  const edges: EvidenceEdge[] = []
  for (const [to, { seen }] of runs.entries()) {
    for (const { path, read } of seen?.files ?? []) {
      const from = writers.get(path)
      if (read && from !== undefined) edges.push({ from, to, why: { kind: 'file', path } })
    }
    for (const { path, written } of seen?.files ?? []) if (written) writers.set(path, to)
  }
  return edges
}

/** Instances of classes keep caches, whose filling is no change of the value: only plain data counts. */
const plainTypes = /^(?:Object|Array|Map|Set|number|string|boolean|bigint|.*Array)$/

function valueEdges(runs: readonly CellRun[]): readonly EvidenceEdge[] {
  const known = new Map<string, ValueEvidence>()
  const changed = new Map<string, number[]>()
  const edges: EvidenceEdge[] = []
  for (const [to, { seen }] of runs.entries()) {
    if (!seen) continue
    for (const name of new Set([...seen.reads, ...seen.writes]))
      for (const from of changed.get(name) ?? []) edges.push({ from, to, why: { kind: 'value', name } })
    for (const name of seen.writes) changed.delete(name)
    for (const value of seen.values) {
      const before = known.get(value.name)
      known.set(value.name, value)
      const isNamed = seen.reads.includes(value.name) || seen.writes.includes(value.name)
      if (!isNamed && before && isPlainChange(before, value))
        changed.set(value.name, [...(changed.get(value.name) ?? []), to])
    }
  }
  return edges
}

function isPlainChange(before: ValueEvidence, after: ValueEvidence): boolean {
  if (before.hash === undefined || after.hash === undefined || before.hash === after.hash) return false
  return plainTypes.test(before.type) && plainTypes.test(after.type)
}

/** What of a slice's statements edges are put on. */
export interface RunStatement {
  readonly index: number
  readonly run: number
  readonly mentions: ReadonlySet<string>
}

export interface KnownNeeds {
  /** What the slicer found, per statement. */
  readonly needs: (statement: number) => ReadonlySet<number>
  /** Whether a statement touches the outside or calls what is not known. */
  readonly isDoing: (statement: number) => boolean
}

/**
 * Edges between runs as needs between statements: those of the later run that read the file or mention the name, or
 * else all of them, need those of the earlier run that do something outside, or else all of them. Nothing is added
 * where the slicer found a need by itself.
 */
export function evidenceNeeds(
  runs: readonly CellRun[],
  statements: readonly RunStatement[],
  { needs, isDoing }: KnownNeeds,
): ReadonlyMap<number, ReadonlySet<number>> {
  const added = new Map<number, Set<number>>()
  const ofRun = Map.groupBy(statements, ({ run }) => run)
  for (const { from, to, why } of evidenceEdges(runs)) {
    const doing = ({ index }: RunStatement) => isDoing(index)
    const earlier = orAll(ofRun.get(from) ?? [], doing)
    const reads = why.kind === 'value' ? ({ mentions }: RunStatement) => mentions.has(why.name) : doing
    const later = orAll(ofRun.get(to) ?? [], reads)
    if (later.some(({ index }) => earlier.some(each => needs(index).has(each.index)))) continue
    for (const { index } of later) {
      const more = added.get(index) ?? new Set()
      for (const each of earlier) more.add(each.index)
      added.set(index, more)
    }
  }
  return added
}

function orAll<T>(items: readonly T[], isWanted: (item: T) => boolean): readonly T[] {
  const wanted = items.filter(isWanted)
  return wanted.length > 0 ? wanted : items
}
