/** Runs hazard cases, whole and sliced, in a process of their own. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { HazardCase } from './corpus.ts'
import type { Outcome } from './run.ts'

export interface Job {
  readonly hazard: HazardCase
  /** The statements that the slicer kept. */
  readonly kept: readonly number[]
  /** Whether to look for a one-minimal part of them. */
  readonly reduces?: boolean
}

export interface Verdict {
  readonly name: string
  /** What the whole case gives. */
  readonly whole: Outcome
  /** Whether the slice written by hand gives the same, and whether the slicer's does. */
  readonly isHandEqual: boolean
  readonly isKeptEqual: boolean
  readonly oneMinimal?: readonly number[]
}

/**
 * A case that ends the process, as a part of a slice that fills the memory in a loop does, is found by halves and
 * judged without being reduced.
 * @throws Error when a case ends the process all the same
 */
export async function judge(jobs: readonly Job[]): Promise<readonly Verdict[]> {
  const verdicts = await judgeAtOnce(jobs)
  if (verdicts) return verdicts
  const [first] = jobs
  if (jobs.length > 1) {
    const middle = jobs.length >> 1
    return [...(await judge(jobs.slice(0, middle))), ...(await judge(jobs.slice(middle)))]
  }
  if (first?.reduces) return await judge([{ ...first, reduces: false }])
  throw new Error(`expected a verdict of ${first?.hazard.name}, its process ended without one`)
}

/** Undefined when the process ends without an answer. */
async function judgeAtOnce(jobs: readonly Job[]): Promise<readonly Verdict[] | undefined> {
  const child = fork(join(import.meta.dirname, 'judge-main.ts'), {
    execArgv: ['--random-seed=42', '--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  child.send(jobs)
  const end = once(child, 'exit').then(() => [undefined])
  const [verdicts] = (await Promise.race([once(child, 'message'), end])) as [readonly Verdict[] | undefined]
  child.kill()
  return verdicts
}
