/**
 * What promotion complains of: one table of stable codes, one error class, one diagnostic shape.
 *
 * A diagnostic is about the user's text (a cell); a `PromoteError` is thrown for files that cannot be used at all.
 */

export const promoteCodes = {
  PRO001: 'not JSON',
  PRO002: 'not a pipeline manifest or lock',
  PRO003: 'format of another Slipway',
  PRO004: 'manifest contradicts itself',
  PRO005: 'version does not fit the content',
  PRO010: 'not a notebook',
  PRO011: 'cell does not parse',
  PRO012: 'code made from text (eval)',
  PRO013: 'computed import',
  PRO014: 'patched prototype',
  PRO015: 'a needed cell failed',
  PRO016: 'unknown name',
  PRO017: 'nothing to promote',
  PRO018: 'unknown output',
  PRO019: 'one name, two values at once',
  PRO020: 'value cannot leave a step',
  PRO021: 'data file missing',
  PRO022: 'model file missing or broken',
  PRO023: 'module cannot go along',
  PRO024: 'not the edits of a proposal',
  PRO025: 'unresolved conflict',
  PRO026: 'unknown feature',
  PRO027: 'not an effect stub',
} as const

export type PromoteCode = keyof typeof promoteCodes

/** Thrown when a file cannot be used at all; `code` is stable, the text says expected, got and what to do. */
export class PromoteError extends Error {
  override readonly name = 'PromoteError'
  readonly code: PromoteCode

  constructor(code: PromoteCode, message: string, options?: ErrorOptions) {
    super(`${code}: ${message}`, options)
    this.code = code
  }
}

/** Something about the notebook that stops promotion. */
export interface PromoteDiagnostic {
  readonly code: PromoteCode
  readonly message: string
  /** The nbformat id of the cell, and where in its source (UTF-16 offsets). */
  readonly cell?: string
  readonly span?: { readonly start: number; readonly end: number }
}
