/** What an endpoint needs of the engine and the catalog, arriving by argument. */
import type { Card } from '../../engine/types.ts'
import type { Row, Scalar } from '../../language/index.ts'

export interface OnlineValue {
  readonly value: Scalar
  /** When the value was computed for, microseconds since 1970. */
  readonly asOfUs: number
}

export interface OnlineLookup {
  /** `feature` is a key into the plan's `catalogFeatures`. Undefined for a key that was never seen. */
  lookup(feature: string, key: readonly Scalar[]): OnlineValue | undefined
  close(): void
}

export interface LoadedScorer {
  /** One object of outputs per row. */
  score(rows: readonly Row[]): Promise<readonly Readonly<Record<string, Scalar>>[]>
  close(): Promise<void>
}

export interface Serving {
  loadScorer(onnxFile: string, card: Card): Promise<LoadedScorer>
  /** Computes the newest value of every catalog feature of the plan over the project's data. */
  fillOnline(options: { readonly project: string; readonly card: Card; readonly file: string }): Promise<void>
  openOnline(file: string): OnlineLookup
}
