/**
 * What a running step says, recorded in small batches: each line once and in order, and few enough transactions
 * that a talkative step does not wait for the disk.
 */
import type { SplitIntervals, SplitMetrics, StepEvent } from '../../library/steps/request.ts'
import type { NewRunEvent } from '../api/index.ts'
import type { StepMetric } from '../store/runs.ts'

/** How long an event may wait for company. */
const batchMs = 20
/** A longer line is cut: it is a dump and not a message. */
const maxLineLength = 16_384

export interface StepRecorder {
  onEvent(event: StepEvent): void
  /** Records what is waiting, lines without their end included. To be called when the step has ended. */
  close(): void
  /** The metric events that are still to be told of. */
  untold(metrics: readonly StepMetric[]): readonly NewRunEvent[]
}

export function createStepRecorder(
  step: string,
  append: (events: readonly NewRunEvent[]) => void,
): StepRecorder {
  let waiting: NewRunEvent[] = []
  let timer: NodeJS.Timeout | undefined
  const told = new Set<string>()
  const partial = { stdout: '', stderr: '' }

  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    if (waiting.length === 0) return
    const events = waiting
    waiting = []
    append(events)
  }
  const push = (event: NewRunEvent) => {
    const last = waiting.at(-1)
    // Of progress in the same phase only the newest matters.
    if (event.type === 'progress' && last?.type === 'progress' && last.phase === event.phase) waiting.pop()
    waiting.push(event)
    timer ??= setTimeout(flush, batchMs)
  }
  const pushLine = (stream: 'stdout' | 'stderr', text: string) => {
    const line = text.length > maxLineLength ? `${text.slice(0, maxLineLength)}…` : text
    push({ type: 'log', step, stream, line: line.replace(/\r$/, '') })
  }
  const tell = (metric: StepMetric) => {
    const key = `${metric.name}=${metric.value}`
    if (told.has(key)) return []
    told.add(key)
    return [{ type: 'metric', step, ...metric } as const]
  }

  return {
    onEvent(event) {
      if (event.type === 'progress') push({ ...event, step })
      if (event.type === 'metrics') flattenMetrics(event.metrics, event.intervals).flatMap(tell).forEach(push)
      if (event.type === 'log') {
        const lines = (partial[event.stream] + event.text).split('\n')
        partial[event.stream] = lines.pop()!
        for (const line of lines) pushLine(event.stream, line)
      }
    },
    close() {
      for (const stream of ['stdout', 'stderr'] as const) {
        if (partial[stream] !== '') pushLine(stream, partial[stream])
        partial[stream] = ''
      }
      flush()
    },
    untold: metrics => metrics.flatMap(tell),
  }
}

/** `{ test: { auc: 0.66 } }` → `test.auc`. What is not a number is left out. */
export function flattenMetrics(metrics: SplitMetrics, intervals: SplitIntervals = {}): readonly StepMetric[] {
  return Object.entries(metrics).flatMap(([split, values]) =>
    Object.entries(values).flatMap(([name, value]) =>
      value === null || !Number.isFinite(value)
        ? []
        : [{ name: `${split}.${name}`, value, ...endsOf(intervals[split]?.[name]) }],
    ),
  )
}

function endsOf(interval: readonly [number, number] | null | undefined): Pick<StepMetric, 'low' | 'high'> {
  return interval ? { low: interval[0], high: interval[1] } : {}
}
