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

/** What the judging process says: which part of a case it is about to run, and each verdict. */
export type Progress = { readonly runs: string } | { readonly verdict: Verdict }

/** What it is sent. Parts, as `partKey` writes them, that ended a process before count as not working. */
export interface Order {
  readonly jobs: readonly Job[]
  readonly deadly: readonly string[]
}

/** No run takes so long by itself: the time of each cell is limited, except for a loop of promises. */
const silenceMs = 40_000

export function partKey({ name }: HazardCase, part: Iterable<number>): string {
  return `${name} [${[...part].join(' ')}]`
}

/**
 * A part that ends the process, or waits for ever in a loop of promises, as one may that lost the end of its loop,
 * counts as a part that does not work; the judging goes on in a new process.
 * @param log is told of each such part
 */
export async function judge(
  jobs: readonly Job[],
  log: (message: string) => void = () => undefined,
): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = []
  const deadly: string[] = []
  while (verdicts.length < jobs.length) {
    const last = await judgeOn({ jobs: jobs.slice(verdicts.length), deadly }, v => verdicts.push(v))
    if (last === undefined) continue
    log(`a part of a hazard case ends no run: ${last}`)
    deadly.push(last)
  }
  return verdicts
}

/**
 * @returns the part that the process did not come back from; undefined when it gave all verdicts
 * @throws Error when it ends before its first run, or again in the same part
 */
async function judgeOn(order: Order, onVerdict: (verdict: Verdict) => void): Promise<string | undefined> {
  const child = fork(join(import.meta.dirname, 'judge-main.ts'), {
    execArgv: ['--random-seed=42', '--disable-warning=ExperimentalWarning', '--max-old-space-size=2048'],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  let running: string | undefined
  let nLeft = order.jobs.length
  const watch = setTimeout(() => child.kill('SIGKILL'), silenceMs)
  child.on('message', (progress: Progress) => {
    watch.refresh()
    if ('runs' in progress) running = progress.runs
    else {
      onVerdict(progress.verdict)
      if (--nLeft === 0) child.kill()
    }
  })
  child.send(order)
  await once(child, 'exit')
  clearTimeout(watch)
  if (nLeft === 0) return undefined
  if (running === undefined || order.deadly.includes(running))
    throw new Error(`expected a verdict of ${order.jobs[0]?.hazard.name}, its process ended without one`)
  return running
}
