/**
 * Verification: the extracted pipeline (one process per step) against a clean replay of what the notebook ran, and,
 * where there is one, against what the live session holds. Whatever runs code comes in as functions.
 */
import type { ReplayRequest } from '../propose.ts'
import { compareOutputs, type Comparison, type Tolerance, type Verdict } from './compare.ts'

/** Output name -> the document that `slipway run --json` prints for it. */
export type OutputDocuments = Readonly<Record<string, unknown>>

/** Runs the pipeline as it would be written, one process per step. */
export type StepRunner = (options: { readonly signal?: AbortSignal }) => Promise<OutputDocuments>

/** Runs everything that the notebook ran in a fresh session and gives the outputs at their times. */
export type Replay = (
  request: ReplayRequest,
  options: { readonly signal?: AbortSignal },
) => Promise<OutputDocuments>

export interface VerifyOptions {
  readonly request: ReplayRequest
  readonly runner: StepRunner
  readonly replay: Replay
  /** What the live session holds, when it can be asked. */
  readonly live?: OutputDocuments
  readonly tolerance?: Tolerance
  readonly signal?: AbortSignal
  readonly onProgress?: (message: string) => void
}

export interface Verification {
  readonly outputs: readonly OutputVerdict[]
  /** Every output exact or within the tolerance. */
  readonly passed: boolean
  /** Promotion must not go on: the pipeline is not the notebook. */
  readonly blocked: boolean
  /** What the pipeline gave: fixtures for its test. */
  readonly recorded: OutputDocuments
}

/**
 * - `nondeterminism`: the replay does not agree with itself.
 * - `drift`: the live session holds something else than the replay: outside data changed, or something ran unlogged.
 * - `slicer`: the replay agrees with itself and the pipeline does not agree with it.
 */
export type Cause = 'nondeterminism' | 'drift' | 'slicer'

export interface OutputVerdict {
  readonly name: string
  readonly verdict: Verdict
  readonly cause?: Cause
  readonly differences: readonly string[]
}

/** @throws what the runner or the replay throws */
export async function verify(options: VerifyOptions): Promise<Verification> {
  const { request, runner, replay, signal, onProgress } = options
  const pass = signal ? { signal } : {}
  onProgress?.('Replaying the notebook')
  const replayed = await replay(request, pass)
  signal?.throwIfAborted()
  onProgress?.('Running the pipeline')
  const recorded = await runner(pass)
  signal?.throwIfAborted()
  const names = request.outputs.map(output => output.name)
  const compare = (a: OutputDocuments, b: OutputDocuments, name: string) =>
    compareOutputs(a[name], b[name], options.tolerance)
  const compared = new Map(names.map(name => [name, compare(replayed, recorded, name)]))
  const isDoubtful = [...compared.values()].some(c => c.verdict === 'different')
  // A second replay tells chance from fault; it is not needed where all agree.
  if (isDoubtful) onProgress?.('Replaying the notebook again')
  const again = isDoubtful ? await replay(request, pass) : replayed
  signal?.throwIfAborted()
  const outputs = names.map((name): OutputVerdict => {
    const comparison = compared.get(name) as Comparison
    if (comparison.verdict === 'different') {
      const isChance = compare(replayed, again, name).verdict === 'different'
      return { name, ...comparison, cause: isChance ? 'nondeterminism' : 'slicer' }
    }
    const { live } = options
    const drift = live && Object.hasOwn(live, name) ? compare(live, replayed, name) : undefined
    if (drift?.verdict === 'different')
      return { name, verdict: 'different', cause: 'drift', differences: drift.differences }
    return { name, ...comparison }
  })
  return {
    outputs,
    passed: outputs.every(({ verdict }) => verdict === 'exact' || verdict === 'tolerant'),
    blocked: outputs.some(({ cause }) => cause === 'slicer'),
    recorded,
  }
}
