/** What answers the questions of a grid: a table in memory, or one of the database. */
import { setImmediate } from 'node:timers'
import type { Cell, TableColumn, TableQuery } from '../messages.ts'
import type { ColumnHead } from './view.ts'

/** How long work goes on before it lets cells and other questions in. */
const sliceMs = 25

export interface Work {
  /** Aborted when the answer is no longer wanted. */
  readonly signal: AbortSignal
  /** Told the share that is done, 0 to 1. */
  onProgress(share: number): void
  /** Whether results that are kept for others are given up with the signal, too. Default: they are completed. */
  readonly abandons?: boolean
}

export interface RowsRequest {
  readonly query: TableQuery
  readonly offset: number
  readonly limit: number
  readonly columns: readonly number[]
  /** Longer text is cut. Default 500 characters. */
  readonly maxText?: number
}

export interface ColumnsRequest {
  readonly query: TableQuery
  readonly columns: readonly number[]
}

export interface SourceStatistics {
  readonly columns: readonly TableColumn[]
  readonly statisticsRows: number
  readonly nRows: number
}

export interface TableSource {
  columns(): Promise<readonly ColumnHead[]>
  /** A page, and how many rows the query leaves. */
  rows(request: RowsRequest, work: Work): Promise<{ rows: readonly (readonly Cell[])[]; nRows: number }>
  statistics(request: ColumnsRequest, work: Work): Promise<SourceStatistics>
  /** Writes the rows that the query leaves to a file, in one piece. */
  save(
    request: ColumnsRequest & { readonly format: 'csv' | 'parquet'; readonly path: string },
    work: Work,
  ): Promise<number>
}

/** Called in long loops: waits for others when they have waited long enough, and ends when the work is not wanted. */
export function createPause({ signal }: Work): () => Promise<void> | undefined {
  let since = performance.now()
  return () => {
    signal.throwIfAborted()
    if (performance.now() - since < sliceMs) return undefined
    return new Promise(resolve =>
      setImmediate(() => {
        since = performance.now()
        resolve()
      }),
    )
  }
}
