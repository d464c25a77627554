/** The runs that are compared, a few at a time; the first failure that counts ends the others. */
import type { ReplayRequest } from '../propose.ts'
import type { RunName, RunOptions, RunResult, RunSummary, VerifyOptions } from './types.ts'

export interface Runs {
  readonly replay: RunResult
  readonly again: Ended
  /** Undefined when the document is what ran. */
  readonly document: Ended | undefined
  readonly pipeline: Ended
  readonly summaries: readonly RunSummary[]
  /** Of one replay. */
  readonly replayMs: number
}

/** A run's result, or why there is none. */
export type Ended =
  | { readonly result: RunResult; readonly seconds: number }
  | { readonly failure: string; readonly cell?: string; readonly seconds: number }

/** @throws what the first replay throws, and the signal's reason */
export async function runAll(options: VerifyOptions): Promise<Runs> {
  const { request, replay, runner, concurrency = 2 } = options
  const stop = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal
  const pass: RunOptions = { signal, ...(options.onProgress ? { onProgress: options.onProgress } : {}) }
  const queue = createQueue(concurrency)
  const run = (start: () => Promise<RunResult>) => queue(() => ended(start, signal))
  const first = queue(() => timed(() => replay(request, pass))).catch((thrown: unknown) => {
    stop.abort(thrown)
    throw thrown
  })
  const others = Promise.all([
    run(() => runner(pass)),
    run(() => replay(request, pass)),
    request.document ? run(() => replay(request.document as ReplayRequest, pass)) : undefined,
  ])
  const [firstRun, [pipeline, again, document]] = await settle(first, others)
  options.signal?.throwIfAborted()
  return {
    replay: firstRun.result,
    pipeline,
    again,
    document,
    summaries: [
      summary('replay', firstRun),
      summary('again', again),
      document ? summary('document', document) : { run: 'document', state: 'same' },
      summary('pipeline', pipeline),
    ],
    replayMs: firstRun.seconds * 1000,
  }
}

/** More replays, a few at a time, until there are enough or the time is up. */
export async function moreReplays(
  { request, replay, signal, onProgress, concurrency = 2 }: VerifyOptions,
  { count, of, budgetMs }: { readonly count: number; readonly of: number; readonly budgetMs: number },
): Promise<readonly RunResult[]> {
  const results: RunResult[] = []
  const end = performance.now() + budgetMs
  const pass: RunOptions = { ...(signal ? { signal } : {}), ...(onProgress ? { onProgress } : {}) }
  let begun = 0
  const go = async (): Promise<void> => {
    while (begun < count && performance.now() < end) {
      begun++
      onProgress?.(`Replaying the notebook to see how much its outputs vary (${of - count + begun} of ${of})`)
      const one = await ended(() => replay(request, pass), signal)
      if ('result' in one) results.push(one.result)
      else begun = count
    }
  }
  await Promise.all(Array.from({ length: concurrency }, go))
  return results
}

/** Both, or the first's failure once all have ended: nothing goes on behind the caller's back. */
async function settle<A, B>(first: Promise<A>, others: Promise<B>): Promise<[A, B]> {
  const [a, b] = await Promise.allSettled([first, others])
  if (a.status === 'rejected') throw a.reason
  if (b.status === 'rejected') throw b.reason
  return [a.value, b.value]
}

async function timed(start: () => Promise<RunResult>): Promise<{ result: RunResult; seconds: number }> {
  const startedMs = performance.now()
  const result = await start()
  return { result, seconds: (performance.now() - startedMs) / 1000 }
}

async function ended(start: () => Promise<RunResult>, signal?: AbortSignal): Promise<Ended> {
  const startedMs = performance.now()
  try {
    signal?.throwIfAborted()
    return await timed(start)
  } catch (thrown) {
    signal?.throwIfAborted()
    const cell = (thrown as { details?: { cell?: unknown } } | undefined)?.details?.cell
    return {
      failure: thrown instanceof Error ? thrown.message : String(thrown),
      ...(typeof cell === 'string' ? { cell } : {}),
      seconds: (performance.now() - startedMs) / 1000,
    }
  }
}

function summary(run: RunName, ended: Ended): RunSummary {
  if ('result' in ended) return { run, state: 'ran', seconds: ended.seconds }
  return { run, state: 'failed', seconds: ended.seconds, message: ended.failure }
}

/** As many tasks at a time as the limit; one that ends hands its place to the next. */
function createQueue(limit: number): <T>(task: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let free = limit
  return async task => {
    if (free > 0) free--
    else await new Promise<void>(resolve => waiting.push(resolve))
    try {
      return await task()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free++
    }
  }
}
