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

/** @throws Error when the process ends without an answer */
export async function judge(jobs: readonly Job[]): Promise<readonly Verdict[]> {
  const child = fork(join(import.meta.dirname, 'judge-main.ts'), {
    execArgv: ['--random-seed=42', '--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  child.send(jobs)
  const end = once(child, 'exit').then(([code]: unknown[]) => {
    throw new Error(`expected verdicts of ${jobs.length} cases, the process ended with ${String(code)}`)
  })
  const [verdicts] = (await Promise.race([once(child, 'message'), end])) as [readonly Verdict[]]
  child.kill()
  end.catch(() => undefined)
  return verdicts
}
