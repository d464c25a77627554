/** A run's events as server-sent events (WHATWG HTML): from any offset, live, until the run has ended. */
import { isFinished, type RunStore } from '../store/runs.ts'

/** Something to send while nothing happens, so that a dead connection is noticed. */
const heartbeatMs = 15_000
const batchSize = 500

export interface EventStreamOptions {
  readonly after: number
  readonly closing: AbortSignal
}

export async function* eventStream(
  runs: RunStore,
  id: string,
  options: EventStreamOptions,
): AsyncGenerator<string> {
  let { after } = options
  for (;;) {
    // The bell is hung up before looking, so that nothing recorded in between is missed.
    const bell = createBell(runs, id, options.closing)
    try {
      const events = runs.events(id, after, batchSize)
      if (events.length > 0) {
        after = events.at(-1)!.seq
        yield events.map(event => `id: ${event.seq}\ndata: ${JSON.stringify(event)}\n\n`).join('')
        continue
      }
      if (isFinished(runs.get(id).state)) return yield 'event: end\ndata: {}\n\n'
      if ((await bell.rings) === 'closing') return
      if ((await bell.rings) === 'silence') yield ': still here\n\n'
    } finally {
      bell.dispose()
    }
  }
}

function createBell(runs: RunStore, id: string, closing: AbortSignal) {
  const { promise: rings, resolve } = Promise.withResolvers<'event' | 'silence' | 'closing'>()
  const silence = setTimeout(() => resolve('silence'), heartbeatMs)
  const stopListening = runs.listen(id, () => resolve('event'))
  const close = () => resolve('closing')
  closing.addEventListener('abort', close, { once: true })
  if (closing.aborted) close()
  return {
    rings,
    dispose() {
      clearTimeout(silence)
      stopListening()
      closing.removeEventListener('abort', close)
    },
  }
}
