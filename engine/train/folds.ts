/** The prepared rows of folds: each has a preparation of its own, and is asked for again and again by a search. */
import type { QueryOptions } from '../duckdb/query.ts'
import { isPaged, type Rows } from '../estimators/dataset.ts'
import { foldPartition } from '../sql/split.ts'
import { prepare, type Prepared, type PrepareRequest } from './prepare.ts'

export interface Folds {
  readonly nFolds: number
  /** From 1. @throws ENG005 ENG006 */
  prepared(fold: number): Promise<Prepared>
  /** Lets go of what it keeps. */
  forget(): void
}

/**
 * Of a search, whose folds on disk are kept too. Folds that together are larger are read anew each time, and so are those
 * that are asked for once.
 */
const maxKeptBytes = 1 << 30

/** @param queries called before a fold is read, which takes a while */
export function openFolds(request: PrepareRequest, queries: (message: string) => QueryOptions): Folds {
  const { split, tune } = request.plan
  const nFolds = split.folds ?? 0
  const kept = new Map<number, Prepared>()
  let keptBytes = 0
  let last: Prepared | undefined
  return {
    nFolds,
    async prepared(fold) {
      const before = kept.get(fold)
      if (before) return before
      last?.dispose()
      last = undefined
      const options = queries(`Preparing fold ${fold} of ${nFolds}`)
      const prepared = await prepare(request, { ...options, partition: foldPartition(split, fold) })
      const sizeBytes = prepared.parts.reduce((sum, rows) => sum + sizeOf(rows), 0)
      if (tune && keptBytes + sizeBytes <= maxKeptBytes) {
        keptBytes += sizeBytes
        kept.set(fold, prepared)
      } else last = prepared
      return prepared
    },
    forget() {
      for (const prepared of [...kept.values(), ...(last ? [last] : [])]) prepared.dispose()
      kept.clear()
      last = undefined
    },
  }
}

/** In memory. */
function sizeOf(rows: Rows): number {
  if (isPaged(rows)) return 0
  const { numbers, codes, groups, nRows } = rows
  return nRows * (8 * (numbers.length + 1) + 4 * (codes.length + groups.length))
}
