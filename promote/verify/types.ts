/** What verification asks of whoever runs code, and what it says. */
import type { RunEvidence } from '../evidence/read.ts'
import type { ReplayRequest } from '../propose.ts'
import type { Tolerance, Verdict } from './compare/comparison.ts'

/** Output name -> the document that `slipway run --json` prints for it. */
export type OutputDocuments = Readonly<Record<string, unknown>>

/** What one run gave, of a notebook or of a pipeline. */
export interface RunResult {
  readonly outputs: OutputDocuments
  /** Files that it wrote, by path from the project's root: documents with `$slipway: 'file'`. */
  readonly files?: OutputDocuments
  /** What the session showed of its outputs, by name. */
  readonly shown?: Readonly<Record<string, Shown>>
  /** What the kernel saw of each run, in their order. */
  readonly seen?: readonly (RunEvidence | undefined)[]
  /** Runs that failed and that nothing needs, or that had failed the first time too. */
  readonly failures?: readonly RunFailure[]
}

export interface RunFailure {
  readonly cell: string
  readonly message: string
}

/** An output as a session lets it be seen without running anything. */
export interface Shown {
  /** MIME type -> content, of the cell that showed it last. */
  readonly bundle?: Readonly<Record<string, unknown>>
  /** The kernel's hash of a bounded part of the value, of plain data. */
  readonly fingerprint?: string
}

export interface RunOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (message: string) => void
}

/** Runs the pipeline as it would be written, one process per step. */
export type StepRunner = (options: RunOptions) => Promise<RunResult>

/** Runs everything that the notebook ran in a fresh session and gives the outputs at their times. */
export type Replay = (request: ReplayRequest, options: RunOptions) => Promise<RunResult>

/** Verification on a part of the data. */
export interface Sample {
  /** Rows of each data file that were left, at most. */
  readonly rows: number
  readonly files: readonly { readonly path: string; readonly rows: number; readonly of: number }[]
  /** Data files that could not be cut and were read whole. */
  readonly whole: readonly string[]
}

export interface VerifyOptions {
  readonly request: ReplayRequest
  readonly runner: StepRunner
  readonly replay: Replay
  /** What the live session showed of its outputs. */
  readonly live?: Readonly<Record<string, Shown>>
  /** Set when `runner` and `replay` see a part of the data only; then the live session says nothing. */
  readonly sample?: Sample
  readonly tolerance?: Tolerance
  /** How many runs at a time. Default 2. */
  readonly concurrency?: number
  /** How long replays may go on to learn how much an output varies, in milliseconds. Default 60,000. */
  readonly spreadBudgetMs?: number
  readonly signal?: AbortSignal
  readonly onProgress?: (message: string) => void
}

/**
 * - `nondeterminism`: the replay does not agree with itself.
 * - `drift`: the live session showed something else than the replay: the outside changed, or something ran unlogged.
 * - `hidden-state`: the document from top to bottom does not give what ran.
 * - `slicer`: the replay agrees with itself and the pipeline does not agree with it: ours.
 * - `edit`: the same, and it does agree without the edits that a person made in the steps.
 */
export type Cause = 'nondeterminism' | 'drift' | 'hidden-state' | 'slicer' | 'edit'

export interface OutputVerdict {
  /** Of an output, or the path of a file that is written. */
  readonly name: string
  readonly verdict: Verdict
  readonly cause?: Cause
  readonly differences: readonly string[]
}

/**
 * - `live`: what the session showed; `replay` and `again`: two clean replays of what ran; `document`: the cells from
 *   top to bottom; `pipeline`: a process per step.
 */
export type RunName = 'live' | 'replay' | 'again' | 'document' | 'pipeline'

export interface RunSummary {
  readonly run: RunName
  /** `same`: the document is what ran, so that the second replay is its run too. `absent`: there is nothing to see. */
  readonly state: 'ran' | 'failed' | 'same' | 'absent'
  readonly seconds?: number
  /** Why it failed or is absent. */
  readonly message?: string
}

/** Something a person should know beside the verdicts. */
export interface Finding {
  readonly cause: Cause
  readonly message: string
  /** Cells that it comes from. */
  readonly cells: readonly FoundCell[]
  readonly outputs: readonly string[]
  /** What a person can choose instead: `document` promotes the cells from top to bottom. */
  readonly choices?: readonly ('log' | 'document')[]
}

export interface FoundCell {
  readonly cell: string
  readonly message: string
}

export interface Verification {
  readonly outputs: readonly OutputVerdict[]
  /** Every output exact, within the tolerance, or within what the notebook itself gives. */
  readonly passed: boolean
  /** Promotion must not go on: the pipeline is not the notebook. */
  readonly blocked: boolean
  readonly runs: readonly RunSummary[]
  readonly findings: readonly Finding[]
  readonly sample?: Sample
  /** What the pipeline gave: fixtures for its test. Absent when it failed. */
  readonly recorded?: Recorded
}

export interface Recorded {
  readonly outputs: OutputDocuments
  /** Names of outputs that are others each time: a test can only ask for them. */
  readonly varying: readonly string[]
  /** What it wrote, by path from the project's root: what a fixture keeps of each file. */
  readonly files?: Readonly<Record<string, unknown>>
  /** Rows of each data file that were left, at most, when the pipeline saw no more of them. */
  readonly sampleRows?: number
}

const passing: ReadonlySet<Verdict> = new Set(['exact', 'tolerant', 'statistical'])

/** Whether an output counts as verified. */
export function isVerified({ verdict }: Pick<OutputVerdict, 'verdict'>): boolean {
  return passing.has(verdict)
}
