/** Which run of the log is which of the kernel's: by cell and text, in order. Pure. */
import { sourceHash, type RunEvidence, type SessionEvidence } from './read.ts'

export interface LoggedRun {
  readonly cell: string
  /** As it ran, magics included. */
  readonly source: string
}

export interface Matched {
  /** For every run of the log what the kernel saw of it, where it saw it. */
  readonly seen: readonly (RunEvidence | undefined)[]
  /** Ran by the kernel and not in the log. */
  readonly unlogged: readonly RunEvidence[]
}

/**
 * The longest common subsequence of both, matched from the end, because a log that was cut is cut at its beginning.
 * A kernel that was not told of cells' ids is matched by the texts alone.
 */
export function matchRuns(log: readonly LoggedRun[], { runs }: SessionEvidence): Matched {
  const hashes = log.map(run => sourceHash(run.source))
  const same = (i: number, k: number) => {
    const run = runs[k] as RunEvidence
    return hashes[i] === run.source && (run.cell === null || run.cell === log[i]?.cell)
  }
  const length = commonLengths(log.length, runs.length, same)
  const seen: (RunEvidence | undefined)[] = log.map(() => undefined)
  const matched = new Set<RunEvidence>()
  let [i, k] = [log.length, runs.length]
  while (i > 0 && k > 0) {
    const row = length[i] as Uint32Array
    if (same(i - 1, k - 1)) {
      seen[--i] = runs[--k]
      matched.add(runs[k] as RunEvidence)
    } else if ((length[i - 1]?.[k] ?? 0) >= (row[k - 1] ?? 0)) i--
    else k--
  }
  return { seen, unlogged: runs.filter(run => !matched.has(run)) }
}

function commonLengths(
  n: number,
  m: number,
  same: (i: number, k: number) => boolean,
): readonly Uint32Array[] {
  const length = Array.from({ length: n + 1 }, () => new Uint32Array(m + 1))
  for (let i = 1; i <= n; i++)
    for (let k = 1; k <= m; k++) {
      const [above, row] = [length[i - 1] as Uint32Array, length[i] as Uint32Array]
      row[k] = same(i - 1, k - 1)
        ? (above[k - 1] as number) + 1
        : Math.max(above[k] as number, row[k - 1] as number)
    }
  return length
}

/**
 * What ran by the kernel's evidence and the document's present texts, for notebooks without a log: only when every
 * text that ran is still there.
 */
export function logOfEvidence(
  cells: readonly LoggedRun[],
  { runs }: SessionEvidence,
): readonly LoggedRun[] | undefined {
  if (runs.length === 0) return undefined
  const byHash = new Map<string, LoggedRun[]>()
  for (const cell of cells) {
    const hash = sourceHash(cell.source)
    byHash.set(hash, [...(byHash.get(hash) ?? []), cell])
  }
  const found: LoggedRun[] = []
  for (const run of runs) {
    const candidates = byHash.get(run.source) ?? []
    const cell = run.cell === null ? candidates[0] : candidates.find(c => c.cell === run.cell)
    if (!cell) return undefined
    found.push(cell)
  }
  return found
}
