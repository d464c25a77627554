/** Requests beyond the protocol that the server answers. The client sees these types and nothing else of it. */
import type { ValueType } from '../language/types.ts'

/** Features of the catalog that fit a text, the best first; all of them for an empty text. */
export const catalogSearchMethod = 'slipway/catalogSearch'

export interface CatalogSearchParams {
  readonly text: string
  /** At most so many; 50 when not said. */
  readonly limit?: number
  /** A document of the project whose catalog is asked; all open projects when not said. */
  readonly uri?: string
}

export interface CatalogHit {
  readonly name: string
  readonly version: number
  readonly type: ValueType
  readonly entity: string
  readonly owner?: string
  readonly tags: readonly string[]
  readonly doc?: string
  /** How many models, pipelines and endpoints use it. */
  readonly uses: number
  /** False when deprecated. */
  readonly active: boolean
  /** A line for the `features` block of a model; a snippet whose placeholders are the key columns. */
  readonly insertText: string
  /** The root of the project whose catalog it is. */
  readonly project: string
}
