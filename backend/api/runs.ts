/** Runs, their steps and their events. */
import { Type, type Static } from 'typebox'
import { Digest, Instant, Name, Parameters, PipelineVersionId } from './common.ts'

export const RunState = Type.Enum(['queued', 'running', 'succeeded', 'failed', 'cancelled'])
export type RunState = Static<typeof RunState>

export const StepState = Type.Enum(['pending', 'running', 'succeeded', 'failed', 'cancelled'])
export type StepState = Static<typeof StepState>

export const RunFailure = Type.Object({
  code: Type.String(),
  message: Type.String(),
  step: Type.Optional(Type.String()),
  /** Lines of the pipeline's own code, outermost last, project-relative. */
  stack: Type.Optional(Type.Array(Type.String())),
  action: Type.Optional(Type.String()),
})
export type RunFailure = Static<typeof RunFailure>

export const StepOutput = Type.Object({
  name: Type.String(),
  codec: Type.String(),
  /** Of the bytes, or of the listing when the output is a folder. */
  digest: Digest,
  sizeBytes: Type.Integer(),
})
export type StepOutput = Static<typeof StepOutput>

export const RunStep = Type.Object({
  name: Type.String(),
  state: StepState,
  /** The outputs come from an earlier run with the same step key. */
  reused: Type.Boolean(),
  startedAt: Type.Optional(Instant),
  finishedAt: Type.Optional(Instant),
  outputs: Type.Array(StepOutput),
})
export type RunStep = Static<typeof RunStep>

export const ModelRef = Type.Object({ name: Name, version: Type.Integer() })
export type ModelRef = Static<typeof ModelRef>

export const Metric = Type.Object({
  name: Type.String({ description: 'e.g. test.auc' }),
  value: Type.Number(),
  low: Type.Optional(Type.Number({ description: 'With `high`, the ends of its 95 % bootstrap interval' })),
  high: Type.Optional(Type.Number()),
  step: Type.Optional(Type.String()),
})
export type Metric = Static<typeof Metric>

export const Run = Type.Object({
  id: Type.String(),
  pipeline: Name,
  version: PipelineVersionId,
  parameters: Parameters,
  state: RunState,
  /** 1, and one more for each retry. */
  attempt: Type.Integer(),
  createdAt: Instant,
  startedAt: Type.Optional(Instant),
  finishedAt: Type.Optional(Instant),
  steps: Type.Array(RunStep),
  metrics: Type.Array(Metric),
  /** The last model version that the run registered. */
  model: Type.Optional(ModelRef),
  failure: Type.Optional(RunFailure),
  /** Sequence number of the newest event; 0 when there is none. */
  lastEvent: Type.Integer(),
})
export type Run = Static<typeof Run>

export const SubmittedRun = Type.Object({
  run: Run,
  /** False when the same version and parameters were submitted before: `run` is that run. */
  created: Type.Boolean(),
})
export type SubmittedRun = Static<typeof SubmittedRun>

export const RunList = Type.Object({ runs: Type.Array(Run) })
export type RunList = Static<typeof RunList>

/**
 * What happened in a run, in order. `seq` counts from 1 within the run without gaps, so that a reader that was cut
 * off goes on with `after=<last seq>`.
 */
const event = { seq: Type.Integer(), at: Instant }
export const RunEvent = Type.Union([
  Type.Object({ ...event, type: Type.Literal('run'), state: RunState, failure: Type.Optional(RunFailure) }),
  Type.Object({
    ...event,
    type: Type.Literal('step'),
    step: Type.String(),
    state: StepState,
    reused: Type.Optional(Type.Boolean()),
    reason: Type.Optional(Type.String()),
  }),
  Type.Object({
    ...event,
    type: Type.Literal('log'),
    step: Type.String(),
    stream: Type.Union([Type.Literal('stdout'), Type.Literal('stderr')]),
    line: Type.String(),
  }),
  Type.Object({
    ...event,
    type: Type.Literal('progress'),
    step: Type.String(),
    phase: Type.String(),
    done: Type.Number(),
    total: Type.Optional(Type.Number()),
    message: Type.Optional(Type.String()),
  }),
  Type.Object({
    ...event,
    type: Type.Literal('metric'),
    step: Type.String(),
    name: Type.String(),
    value: Type.Number(),
    low: Type.Optional(Type.Number()),
    high: Type.Optional(Type.Number()),
  }),
  Type.Object({ ...event, type: Type.Literal('model'), step: Type.String(), model: ModelRef }),
])

type EventHead = { readonly seq: number; readonly at: string }
/** An event before it has its place in the run. */
export type NewRunEvent =
  | { readonly type: 'run'; readonly state: RunState; readonly failure?: RunFailure }
  | {
      readonly type: 'step'
      readonly step: string
      readonly state: StepState
      readonly reused?: boolean
      readonly reason?: string
    }
  | {
      readonly type: 'log'
      readonly step: string
      readonly stream: 'stdout' | 'stderr'
      readonly line: string
    }
  | {
      readonly type: 'progress'
      readonly step: string
      readonly phase: string
      readonly done: number
      readonly total?: number
      readonly message?: string
    }
  | ({ readonly type: 'metric'; readonly step: string } & Omit<Metric, 'step'>)
  | { readonly type: 'model'; readonly step: string; readonly model: ModelRef }
export type RunEvent = EventHead & NewRunEvent
