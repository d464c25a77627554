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

/** What a model or a feature becomes, from the text as it stands in the editor. */
export const compiledMethod = 'slipway/compiled'

export interface CompiledParams {
  /** The file that declares it. */
  readonly textDocument: { readonly uri: string }
  readonly name: string
  /** `plan`: JSON text of a model's plan. */
  readonly form: 'sql' | 'plan'
}

export interface Compiled {
  /** Absent when something it needs has an error. */
  readonly text?: string
  /** Why there is no text, a line each: `late.slip:12: SLIP301 …`. */
  readonly problems: readonly string[]
}

/** How the project of a document is, for a status display. */
export const statusMethod = 'slipway/status'

export interface StatusParams {
  readonly textDocument: { readonly uri: string }
}

export interface ProjectStatus {
  /** Absolute; empty for a document outside of any project. */
  readonly root: string
  /** How many model files it has. */
  readonly nFiles: number
  /** Whether its catalog can be asked. */
  readonly catalog: boolean
}
