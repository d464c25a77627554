/**
 * Whether a pipeline may do without what a session saw do nothing: its outputs are the notebook's to the bit, and no
 * clean replay saw otherwise. Replays count for the pipeline with all of it too, so that trying costs no replay.
 */
import { isContradicted } from '../evidence/harmless.ts'
import type { Proposal, ReplayRequest } from '../propose.ts'
import type { Replay, RunResult, Verification } from './types.ts'

export interface KeptReplays {
  readonly replay: Replay
  /** Of what ran, so far. */
  readonly results: () => readonly RunResult[]
}

/** Runs each replay once for both proposals: what ran is the same, and only what of it is needed differs. */
export function keepReplays(replay: Replay, { replay: request, untrimmed }: Proposal): KeptReplays {
  const known = new Map<ReplayRequest | undefined, RunResult[]>([[request, []]])
  if (request.document) known.set(request.document, [])
  const same = new Map<ReplayRequest | undefined, RunResult[]>()
  return {
    results: () => known.get(request) ?? [],
    async replay(asked, options) {
      const first = known.get(asked)
      if (first) {
        const result = await replay(asked, options)
        first.push(result)
        return result
      }
      const of = asked === untrimmed?.replay.document ? request.document : request
      const left = same.get(asked) ?? [...(known.get(of) ?? [])]
      same.set(asked, left)
      const next = left.shift()
      // A failure may be of a run that only the one of both can do without.
      return next && (next.failures ?? []).length === 0 ? next : await replay(asked, options)
    },
  }
}

/** Whether what was left out stays out. */
export function passesTrimmed(
  { trims }: Pick<Proposal, 'trims'>,
  { outputs, blocked }: Verification,
  replays: readonly RunResult[],
): boolean {
  if (blocked || outputs.length === 0 || outputs.some(({ verdict }) => verdict !== 'exact')) return false
  const relied = trims.filter(({ state }) => state === 'left-out').flatMap(({ relied }) => relied)
  return !relied.some(({ run, harmless }) =>
    replays.some(({ seen = [] }) => isContradicted(harmless, run, seen)),
  )
}
