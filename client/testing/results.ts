/** What `slipway test --json` prints, as far as the Test Explorer shows it. Knows nothing of VS Code. */

/** Line and column count from 1. */
export interface Place {
  readonly line: number
  readonly column: number
}

export interface Expectation {
  /** As it stands in the file. */
  readonly text: string
  readonly met: boolean
  readonly actual: string
  readonly expected: string
  readonly start: Place
  readonly end: Place
}

export interface TestOutcome {
  readonly model: string
  readonly name: string
  readonly state: 'passed' | 'failed' | 'errored'
  readonly durationMs?: number
  readonly expectations: readonly Expectation[]
  /** Why it could not be judged. */
  readonly problem?: string
}

export interface TestDocument {
  readonly tests: readonly TestOutcome[]
}
