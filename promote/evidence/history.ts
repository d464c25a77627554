/** How the document and what ran differ, as findings about cells: order, edits, deletions, failures. Pure. */
import { cellText, documentOrder, ranText, type CellRun, type Notebook } from '../notebook.ts'

/**
 * - `edited`: the document says something else than what ran last.
 * - `deleted`: it ran and is no longer there.
 * - `repeated`: it ran more than once.
 * - `moved`: cells below it ran before it, or cells above it after it.
 * - `failed`: it ended in an error, and what it had done until then stayed.
 * - `never`: it stands in the document and never ran.
 */
export type HistoryKind = 'edited' | 'deleted' | 'repeated' | 'moved' | 'failed' | 'never'

export interface HistoryFinding {
  readonly kind: HistoryKind
  readonly cell: string
  /** Its runs, as positions in `Notebook.runs`. */
  readonly runs: readonly number[]
}

/** Empty when the document from top to bottom is what ran. */
export function historyOf(notebook: Notebook): readonly HistoryFinding[] {
  if (notebook.origin === 'document') return []
  const { cells, runs } = notebook
  const runsOf = new Map<string, number[]>()
  for (const [i, { cell }] of runs.entries()) runsOf.set(cell, [...(runsOf.get(cell) ?? []), i])
  const there = new Map(cells.map(cell => [cell.id, cell]))
  const findings: HistoryFinding[] = []
  for (const [cell, positions] of runsOf) {
    const add = (kind: HistoryKind, runs: readonly number[] = positions) =>
      findings.push({ kind, cell, runs })
    const document = there.get(cell)
    if (!document) add('deleted')
    else if (cellText(document) !== ranText(runs[positions.at(-1) as number] as CellRun)) add('edited')
    if (positions.length > 1) add('repeated')
    const failed = positions.filter(i => runs[i]?.seen?.status === 'error' || runs[i]?.failed === true)
    if (failed.length > 0) add('failed', failed)
  }
  for (const cell of movedCells(notebook))
    findings.push({ kind: 'moved', cell, runs: runsOf.get(cell) ?? [] })
  for (const { cell } of documentOrder(cells))
    if (!runsOf.has(cell)) findings.push({ kind: 'never', cell, runs: [] })
  return findings
}

/** Whether running the document from top to bottom runs the very same texts in the same order. */
export function isDocumentOrder({ runs, cells }: Notebook): boolean {
  const document = documentOrder(cells)
  return (
    runs.length === document.length &&
    runs.every((run, i) => run.cell === document[i]?.cell && ranText(run) === ranText(document[i]))
  )
}

/** Cells that are not on a longest run in the document's order, by their last runs. */
function movedCells({ cells, runs }: Notebook): readonly string[] {
  const place = new Map(cells.map(({ id }, i) => [id, i]))
  const last = [...new Map(runs.map(({ cell }, i) => [cell, i]))]
    .filter(([cell]) => place.has(cell))
    .sort((a, b) => a[1] - b[1])
    .map(([cell]) => cell)
  const kept = new Set(longestIncreasing(last.map(cell => place.get(cell) as number)).map(i => last[i]))
  return last.filter(cell => !kept.has(cell))
}

/** Positions of a longest increasing subsequence. */
function longestIncreasing(values: readonly number[]): readonly number[] {
  const best: number[] = []
  const before: number[] = []
  for (const [i, value] of values.entries()) {
    let length = 1
    before[i] = -1
    for (let k = 0; k < i; k++)
      if ((values[k] as number) < value && (best[k] as number) + 1 > length) {
        length = (best[k] as number) + 1
        before[i] = k
      }
    best[i] = length
  }
  const found: number[] = []
  for (let at = best.indexOf(Math.max(0, ...best)); at >= 0; at = before[at] as number) found.unshift(at)
  return found
}
