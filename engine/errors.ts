/** Everything that can go wrong in the world while a plan is executed, each with a stable code. */

export const engineErrorCodes = {
  ENG001: 'a data file is missing or cannot be read',
  ENG002: 'a column that the plan needs is missing or has another type',
  ENG003: 'there are no training rows',
  ENG004: 'the label is missing on every row',
  ENG005: 'the label cannot be learned from the training rows',
  ENG006: 'a missing value where the plan says `impute none`',
  ENG007: 'the plan cannot be executed by this version',
  ENG008: 'a hyperparameter is out of its range',
  ENG009: 'the database refused a statement',
  ENG010: 'an option is out of its range',
  ENG011: 'a fit left the finite numbers',
  ENG012: 'no trial of a search has a value',
  ENG013: 'the rows do not fit into memory',
  ENG014: 'there is no room on disk for rows that do not fit into memory',
  ENG020: 'a row to score is not an object of values',
  ENG021: 'a row to score has a value of the wrong type',
  ENG022: 'a row to score has a column that the model does not know',
  ENG023: 'a row to score lacks a column that may not be missing',
  ENG024: 'the model file cannot be loaded',
} as const

export type EngineErrorCode = keyof typeof engineErrorCodes

/** What was expected, what came, and where; only what a caller may show to the person who sent it. */
export interface EngineErrorDetails {
  readonly expected?: string
  readonly got?: string
  /** The column, feature or option in question. */
  readonly name?: string
  /** Index of the row, from 0, when scoring. */
  readonly row?: number
}

/** `message` says what was expected, what came and what to do. */
export class EngineError extends Error {
  override readonly name = 'EngineError'
  readonly code: EngineErrorCode
  readonly details: EngineErrorDetails

  constructor(
    code: EngineErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly details?: EngineErrorDetails } = {},
  ) {
    super(`${code}: ${message}`, { cause: options.cause })
    this.code = code
    this.details = options.details ?? {}
  }
}
