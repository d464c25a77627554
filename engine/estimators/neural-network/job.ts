/** What goes to the thread that fits a network, and what comes back. Plain data over shared buffers. */
import type { NetworkParameters } from '../estimator.ts'

export type Activation = NetworkParameters['activation']
/** What is minimized, per row: log loss of one score, log loss over classes, half the squared error. */
export type Loss = 'logistic' | 'softmax' | 'squared'

/** Rows as batches are made of: a row's values lie together. */
export interface NetworkRows {
  readonly nRows: number
  /** (nRows, nNumbers) */
  readonly numbers: Float32Array
  /** (nRows, nCodes): the row of the first layer's weights that a category has, counted after the numbers. */
  readonly codes: Int32Array
  /** 0 or 1, the index of a class, or a number as it is fitted. */
  readonly label: Float32Array
  readonly weights?: Float32Array
}

export interface NetworkJob {
  readonly training: NetworkRows
  readonly validation?: NetworkRows
  readonly nNumbers: number
  readonly nCodes: number
  /** Widths from the inputs, one-hot columns counted singly, to the scores. */
  readonly widths: readonly number[]
  readonly activation: Activation
  readonly loss: Loss
  readonly epochs: number
  readonly batchSize: number
  readonly learningRate: number
  readonly dropout: number
  readonly l2: number
  /** Epochs without a better validation loss after which fitting ends; 0: never. */
  readonly patience: number
  readonly seed: number
  /** The folder of the WebAssembly files of tfjs, with a separator at its end. */
  readonly wasmFolder: string
  /** Weights to begin with. */
  readonly start?: readonly NetworkLayer[]
}

export interface NetworkLayer {
  /** (nInputs, nOutputs), row after row. */
  readonly weights: Float32Array
  readonly bias: Float32Array
}

/** Means per unit of weight. */
export interface EpochReport {
  readonly epoch: number
  readonly trainingLoss: number
  readonly validationLoss?: number
}

export interface FittedNetwork {
  readonly layers: readonly NetworkLayer[]
  /** Epochs gone through, those after the best included. */
  readonly epochs: number
  /** The last epoch's or, when fitting was stopped early, the best one's; Σ weight · loss + l2/2·Σ w². */
  readonly objective: number
}

export type NetworkMessage =
  | { readonly kind: 'epoch'; readonly report: EpochReport }
  | { readonly kind: 'fitted'; readonly fitted: FittedNetwork }
  /** A number of the fit is not finite any more. */
  | { readonly kind: 'diverged'; readonly epoch: number }
