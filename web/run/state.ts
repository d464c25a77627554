/** What the page of a run shows, computed from the run and its events: pure, so that it can be tested. */
import type { Run, RunEvent } from '../../backend/api/index.ts'

export interface LogLine {
  readonly at: string
  readonly step: string
  readonly text: string
  readonly kind: 'out' | 'err' | 'note' | 'failure'
}

export interface Progress {
  readonly message: string
  /** 0 to 1; undefined when the end is not known. */
  readonly share?: number
}

export interface RunState {
  readonly run: Run
  readonly log: readonly LogLine[]
  /** Of the steps that run now. */
  readonly progress: Readonly<Record<string, Progress>>
  readonly metrics: Readonly<Record<string, number>>
  /** The ends of the metrics' 95 % intervals, where they have some. */
  readonly intervals: Readonly<Record<string, Interval>>
}

export type Interval = readonly [low: number, high: number]

const maxLines = 5000

export function initialState(run: Run): RunState {
  return { run, log: [], progress: {}, ...measured(run.metrics) }
}

/** The newest word of the backend about the run itself; what the events said stays. */
export function withRun(state: RunState, run: Run): RunState {
  const { metrics, intervals } = measured(run.metrics)
  return {
    ...state,
    run,
    metrics: { ...state.metrics, ...metrics },
    intervals: { ...state.intervals, ...intervals },
  }
}

function measured(metrics: readonly Pick<Run['metrics'][number], 'name' | 'value' | 'low' | 'high'>[]) {
  const intervals = metrics.flatMap(({ name, low, high }): [string, Interval][] =>
    low === undefined || high === undefined ? [] : [[name, [low, high]]],
  )
  return {
    metrics: Object.fromEntries(metrics.map(({ name, value }) => [name, value])),
    intervals: Object.fromEntries(intervals),
  }
}

export function withEvent(state: RunState, event: RunEvent): RunState {
  const line = lineOf(event)
  const log = line ? [...state.log, line].slice(-maxLines) : state.log
  switch (event.type) {
    case 'run':
      return { ...state, log, run: { ...state.run, state: event.state, failure: event.failure } }
    case 'step': {
      const { [event.step]: _, ...progress } = state.progress
      const steps = state.run.steps.map(step =>
        step.name === event.step ? { ...step, ...timesOf(step, event), state: event.state } : step,
      )
      return { ...state, log, progress, run: { ...state.run, steps } }
    }
    case 'progress': {
      const share = event.total ? Math.min(1, event.done / event.total) : undefined
      const now = { message: event.message ?? event.phase, share }
      return { ...state, log, progress: { ...state.progress, [event.step]: now } }
    }
    case 'metric': {
      const { metrics, intervals } = measured([event])
      return {
        ...state,
        log,
        metrics: { ...state.metrics, ...metrics },
        intervals: { ...state.intervals, ...intervals },
      }
    }
    case 'model':
      return { ...state, log, run: { ...state.run, model: event.model } }
    case 'log':
      return { ...state, log }
  }
}

type Step = Run['steps'][number]

function timesOf(step: Step, event: RunEvent & { type: 'step' }): Partial<Step> {
  const reused = event.reused ?? step.reused
  if (event.state === 'running') return { startedAt: event.at, finishedAt: undefined, reused }
  if (event.state === 'pending') return { startedAt: undefined, finishedAt: undefined, reused }
  return { finishedAt: event.at, reused }
}

function lineOf(event: RunEvent): LogLine | undefined {
  const { at } = event
  switch (event.type) {
    case 'log':
      return { at, step: event.step, text: event.line, kind: event.stream === 'stderr' ? 'err' : 'out' }
    case 'step': {
      const state = event.reused ? 'reused from an earlier run' : event.state
      const reason = event.reason === undefined ? '' : ` (${event.reason})`
      return {
        at,
        step: event.step,
        text: `${state}${reason}`,
        kind: event.state === 'failed' ? 'failure' : 'note',
      }
    }
    case 'run':
      return event.failure
        ? { at, step: '', text: `${event.failure.code} ${event.failure.message}`, kind: 'failure' }
        : { at, step: '', text: `run ${event.state}`, kind: 'note' }
    case 'model':
      return {
        at,
        step: event.step,
        text: `registered ${event.model.name} version ${event.model.version}`,
        kind: 'note',
      }
    case 'metric':
      return { at, step: event.step, text: `${event.name} = ${event.value.toPrecision(4)}`, kind: 'note' }
    case 'progress':
      return undefined
  }
}

/** `train.auc` and `test.auc` as a table: one row per split, one column per metric. */
export function metricTable(metrics: Readonly<Record<string, number>>): {
  readonly names: readonly string[]
  readonly rows: readonly { readonly split: string; readonly values: readonly (number | undefined)[] }[]
} {
  const split = (key: string): string => key.slice(0, Math.max(0, key.indexOf('.')))
  const name = (key: string): string => key.slice(key.indexOf('.') + 1)
  const keys = Object.keys(metrics)
  const names = [...new Set(keys.map(name))].sort()
  const order = ['train', 'validation', 'test']
  const splits = [...new Set(keys.map(split))].sort((a, b) => order.indexOf(a) - order.indexOf(b))
  const key = (s: string, n: string): string => (s === '' ? n : `${s}.${n}`)
  return { names, rows: splits.map(s => ({ split: s, values: names.map(n => metrics[key(s, n)]) })) }
}
