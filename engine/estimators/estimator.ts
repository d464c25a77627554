/**
 * What every estimator takes and gives. It sees columns, not features; the plan's features are prepared before and
 * what was learned is put back to them afterwards (train.ts).
 */
import type { Scalar } from '../../language/index.ts'
import type { EncodedRows, Rows } from './dataset.ts'
import type { Tree } from './trees/tree.ts'

/** How a score becomes a prediction: as it is, 1 / (1 + e^−z), e^z / Σ e^z, e^z. */
export type Link = 'identity' | 'logistic' | 'softmax' | 'log'

/** `bool`: 0 and 1. `number`: itself. `classes`: the index into `classes`, which are sorted by code point. */
export type FittedLabel =
  | { readonly kind: 'bool' }
  | { readonly kind: 'number' }
  | { readonly kind: 'classes'; readonly classes: readonly string[] }

/** What varies by key: of `mixed_effects`. `rows.keys[i]` holds the codes of effect i, −1 for a value not seen in training. */
export interface RandomEffect {
  readonly nKeys: number
  readonly intercept: boolean
  /** Indices into `rows.numbers`. */
  readonly slopes: readonly number[]
  readonly hyperparameters: Readonly<Record<string, Scalar>>
}

/** To rows that are held, unless the estimator takes those that come in pages as well. */
export interface FitRequest<R extends Rows = EncodedRows> {
  readonly training: R
  /** Rows for early stopping; absent or empty: none is done. */
  readonly validation?: R
  readonly label: FittedLabel
  /** Per column of codes, how many categories it has: codes are −1 … n−1. */
  readonly nCategories: readonly number[]
  /** As in the plan: every one of the algorithm is there. */
  readonly hyperparameters: Readonly<Record<string, Scalar | readonly number[]>>
  readonly random?: readonly RandomEffect[]
  readonly seed: number
  /** Worker threads that may be used; the result is the same, bit for bit, for any number. */
  readonly threads: number
  /** Parameters to begin with, of a fit to the same columns. */
  readonly start?: Parameters
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: {
    readonly done: number
    readonly total: number
    readonly message: string
  }) => void
}

/** What was learned, by column. Plain data; arrays may be typed. */
export type Parameters = LinearParameters | MixedParameters | TreesParameters | NetworkParameters

export interface LinearScore {
  readonly intercept: number
  /** One per column of numbers. */
  readonly numbers: ArrayLike<number>
  /** Per column of codes: one per category, then one for every other value. */
  readonly categories: readonly ArrayLike<number>[]
}

export interface LinearParameters {
  readonly kind: 'linear'
  readonly link: Link
  /** One; of more than two classes one per class. */
  readonly scores: readonly LinearScore[]
}

export interface MixedParameters {
  readonly kind: 'mixed'
  readonly link: Link
  readonly fixed: LinearScore
  /** Per random effect, key after key: the intercept if it varies, then the slopes. 0 for keys with too few rows. */
  readonly random: readonly {
    /** As in the request. */
    readonly intercept: boolean
    readonly slopes: readonly number[]
    readonly nCoefficients: number
    readonly values: ArrayLike<number>
  }[]
}

export interface TreesParameters {
  readonly kind: 'trees'
  readonly link: Link
  /** (nScores) */
  readonly initial: readonly number[]
  /** Round after round, one tree per score. A tree's columns are the numbers, then the codes. */
  readonly trees: readonly Tree[]
}

export interface NetworkParameters {
  readonly kind: 'network'
  readonly link: Link
  /** After every layer but the last. `gelu` is x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³))). */
  readonly activation: 'relu' | 'tanh' | 'sigmoid' | 'gelu'
  /** As in the request: per column of codes how many categories it has. */
  readonly nCategories: readonly number[]
  /** Inputs are the numbers, then per column of codes one 0/1 per category and one for every other value. */
  readonly layers: readonly {
    readonly nInputs: number
    readonly nOutputs: number
    /** (nInputs, nOutputs), row after row. */
    readonly weights: ArrayLike<number>
    readonly bias: ArrayLike<number>
  }[]
  /** A score of the last layer times `scale` plus `center`, before the link. */
  readonly center: number
  readonly scale: number
}

export interface Fitted {
  readonly parameters: Parameters
  readonly iterations: number
  readonly converged: boolean
  /** What was minimized, at the end. */
  readonly objective: number
  readonly nParameters: number
}

/** @throws EngineError ENG005 when the label cannot be learned (one class only, negative counts, no variation where needed); the signal's reason */
export type Estimator<R extends Rows = EncodedRows> = (request: FitRequest<R>) => Promise<Fitted>

/** How many scores a row gets: the number of classes where the link is softmax, else 1. */
export function nScores(parameters: Parameters): number {
  switch (parameters.kind) {
    case 'linear':
      return parameters.scores.length
    case 'mixed':
      return 1
    case 'trees':
      return parameters.initial.length
    case 'network':
      return parameters.layers.at(-1)!.nOutputs
  }
}
