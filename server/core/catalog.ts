/** What the server asks of a project's catalog. Reads only: the catalog is written by `slipway apply`. */
import type { FeatureStatistics } from '../../catalog/index.ts'
import type { CatalogView } from '../../language/index.ts'
import type { CatalogHit } from '../messages.ts'

export interface ProjectCatalog {
  /** As it was loaded last; undefined when the catalog cannot be reached. */
  view(): CatalogView | undefined
  statistics(name: string, version: number): FeatureStatistics | undefined
  /** The best hits for a text; every feature for an empty one. */
  search(text: string, limit: number): Promise<CatalogHit[]>
  /** Looks again; whether anything is another than before. */
  refresh(): Promise<boolean>
  dispose(): void
}

/** A catalog in which nothing is registered yet. */
export const emptyView: CatalogView = { feature: () => undefined, names: () => [] }
