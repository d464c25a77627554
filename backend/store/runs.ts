/**
 * Runs, their steps and their events. Every change of state and the event that tells of it are one transaction;
 * listeners hear of an event only once it is on the disk.
 */
import { createHash } from 'node:crypto'
import { canonicalJson } from '../../language/canonical-json.ts'
import type * as api from '../api/index.ts'
import { BackendError, notFound } from '../errors.ts'
import { now, type Database } from './database.ts'
import type { StoredPipeline } from './pipelines.ts'

export interface StoredStep {
  readonly name: string
  readonly state: api.StepState
  /** How often it was started; 0 when never. */
  readonly attempt: number
  readonly reused: boolean
  readonly outputs: readonly api.StepOutput[]
}

export interface StepMetric {
  readonly name: string
  readonly value: number
  /** The ends of its 95 % interval. */
  readonly low?: number
  readonly high?: number
}

/** What a finished step left; also what is kept under its key. */
export interface StepProduct {
  readonly outputs: readonly api.StepOutput[]
  readonly metrics: readonly StepMetric[]
}

export type RunStore = ReturnType<typeof createRunStore>

const finished: readonly api.RunState[] = ['succeeded', 'failed', 'cancelled']
export const isFinished = (state: api.RunState): boolean => finished.includes(state)

export function createRunStore(database: Database) {
  const { sql, transaction } = database
  const listeners = new Map<string, Set<() => void>>()
  const findRun = sql.prepare('select * from runs where id = ?')
  const findSteps = sql.prepare('select * from steps where run = ? order by place')
  const findMetrics = sql.prepare(
    'select step, name, value, low, high from metrics where run = ? order by step, name',
  )
  const insertEvent = sql.prepare('insert into events values (?, ?, ?, ?)')
  const findEvents = sql.prepare(
    'select seq, at, body from events where run = ? and seq > ? order by seq limit ?',
  )
  const moveLast = sql.prepare('update runs set last_event = ? where id = ?')
  const setStep = sql.prepare(
    'update steps set state = ?, started_at = ?, finished_at = ? where run = ? and name = ?',
  )
  const insertMetric = sql.prepare('insert or replace into metrics values (?, ?, ?, ?, ?, ?)')

  const row = (id: string): RunRow => {
    const found = findRun.get(id) as unknown as RunRow | undefined
    if (found === undefined) throw notFound('run', id, recentIds())
    return found
  }
  const recentIds = () =>
    (sql.prepare('select id from runs order by created_at desc limit 50').all() as { id: string }[]).map(
      r => r.id,
    )
  const steps = (id: string) => findSteps.all(id) as unknown as StepRow[]

  /** Changes and their events in one transaction, then the listeners. */
  const record = <T>(id: string, change: () => readonly [T, readonly api.NewRunEvent[]]): T => {
    const result = transaction(() => {
      const [value, events] = change()
      append(id, events)
      return value
    })
    for (const listener of listeners.get(id) ?? []) listener()
    return result
  }
  const append = (id: string, events: readonly api.NewRunEvent[]): void => {
    if (events.length === 0) return
    let seq = row(id).last_event
    const at = now()
    for (const event of events) insertEvent.run(id, ++seq, at, JSON.stringify(event))
    moveLast.run(seq, id)
  }

  const get = (id: string): api.Run => {
    const metrics = (findMetrics.all(id) as unknown as MetricRow[]).map(describeMetric)
    return describeRun(row(id), steps(id), metrics)
  }

  const moveRun = (id: string, state: api.RunState, failure?: api.RunFailure): api.NewRunEvent => {
    const time = isFinished(state) ? 'finished_at' : 'started_at'
    sql
      .prepare(`update runs set state = ?, failure = ?, ${time} = ? where id = ?`)
      .run(state, failure ? JSON.stringify(failure) : null, now(), id)
    return failure ? { type: 'run', state, failure } : { type: 'run', state }
  }

  return {
    get,
    list: (pipeline?: string): readonly api.Run[] => {
      const where = pipeline === undefined ? '' : 'where pipeline = ?'
      const rows = sql
        .prepare(`select id from runs ${where} order by created_at desc, rowid desc limit 200`)
        .all(...(pipeline === undefined ? [] : [pipeline])) as { id: string }[]
      return rows.map(({ id }) => get(id))
    },
    steps: (id: string): readonly StoredStep[] => steps(id).map(toStep),
    /** Runs that are to go on, oldest first. */
    unfinished: (): readonly string[] =>
      (
        sql
          .prepare(`select id from runs where state in ('queued', 'running') order by created_at, rowid`)
          .all() as { id: string }[]
      ).map(r => r.id),

    /** The run of this content: a new one, or the one there is. */
    submit: (pipeline: StoredPipeline, parameters: api.Parameters): api.SubmittedRun => {
      const id = runId(pipeline, parameters)
      if (findRun.get(id) !== undefined) return { run: get(id), created: false }
      record(id, () => {
        sql
          .prepare(
            `insert into runs (id, pipeline, version, parameters, state, attempt, created_at)
             values (?, ?, ?, ?, 'queued', 1, ?)`,
          )
          .run(id, pipeline.name, pipeline.version, JSON.stringify(parameters), now())
        const insertStep = sql.prepare(
          `insert into steps (run, place, name, state) values (?, ?, ?, 'pending')`,
        )
        pipeline.manifest.steps.forEach((step, place) => insertStep.run(id, place, step.name))
        return [undefined, [{ type: 'run', state: 'queued' }]]
      })
      return { run: get(id), created: true }
    },

    isCancelRequested: (id: string): boolean => row(id).cancel_requested === 1,
    /** A queued run ends at once; of a running one its executor hears through the scheduler. @throws BCK010 */
    requestCancel: (id: string): void =>
      record(id, () => {
        const { state } = row(id)
        if (isFinished(state)) throw wrongState(id, state, 'queued or running', 'cancel')
        sql.prepare('update runs set cancel_requested = 1 where id = ?').run(id)
        return [undefined, state === 'queued' ? [moveRun(id, 'cancelled')] : []]
      }),
    /** A failed or cancelled run goes on from its last finished step. @throws BCK010 */
    retry: (id: string): void =>
      record(id, () => {
        const { state } = row(id)
        if (state !== 'failed' && state !== 'cancelled')
          throw wrongState(id, state, 'failed or cancelled', 'retry')
        sql
          .prepare(
            `update runs set state = 'queued', attempt = attempt + 1, cancel_requested = 0, failure = null,
             finished_at = null where id = ?`,
          )
          .run(id)
        sql
          .prepare(
            `update steps set state = 'pending', started_at = null, finished_at = null
             where run = ? and state <> 'succeeded'`,
          )
          .run(id)
        return [undefined, [{ type: 'run', state: 'queued' }]]
      }),

    start: (id: string): void => {
      if (row(id).state === 'running') return
      record(id, () => [undefined, [moveRun(id, 'running')]])
    },
    /** `extra` runs in the same transaction, e.g. to register models; its events come before the end. */
    finish: (
      id: string,
      state: api.RunState,
      options: { failure?: api.RunFailure; extra?: () => readonly api.NewRunEvent[] } = {},
    ): void =>
      record(id, () => {
        const events = options.extra?.() ?? []
        for (const event of events) {
          if (event.type !== 'model') continue
          sql.prepare('update runs set model = ? where id = ?').run(JSON.stringify(event.model), id)
        }
        return [undefined, [...events, moveRun(id, state, options.failure)]]
      }),

    /** The number of this start of the step. */
    startStep: (id: string, step: string): number =>
      record(id, () => {
        setStep.run('running', now(), null, id, step)
        sql
          .prepare('update steps set attempt = attempt + 1, reused = 0 where run = ? and name = ?')
          .run(id, step)
        const { attempt } = sql
          .prepare('select attempt from steps where run = ? and name = ?')
          .get(id, step) as {
          attempt: number
        }
        return [attempt, [{ type: 'step', step, state: 'running' }]]
      }),
    /** `pending` again after the service was ended, `failed` or `cancelled`. */
    stopStep: (id: string, step: string, state: api.StepState, reason?: string): void =>
      record(id, () => {
        setStep.run(state, null, state === 'pending' ? null : now(), id, step)
        return [undefined, [{ type: 'step', step, state, ...(reason !== undefined && { reason }) }]]
      }),
    finishStep: (
      id: string,
      step: string,
      product: StepProduct,
      options: { key: string; reused: boolean; events: readonly api.NewRunEvent[] },
    ): void =>
      record(id, () => {
        sql
          .prepare(
            `update steps set state = 'succeeded', outputs = ?, key = ?, reused = ?, finished_at = ?,
             started_at = coalesce(started_at, ?) where run = ? and name = ?`,
          )
          .run(JSON.stringify(product.outputs), options.key, options.reused ? 1 : 0, now(), now(), id, step)
        for (const { name, value, low, high } of product.metrics)
          insertMetric.run(id, step, name, value, low ?? null, high ?? null)
        if (!options.reused) {
          sql
            .prepare('insert or ignore into step_cache values (?, ?, ?, ?, ?)')
            .run(options.key, JSON.stringify(product.outputs), JSON.stringify(product.metrics), id, now())
        }
        const done = {
          type: 'step',
          step,
          state: 'succeeded',
          ...(options.reused && { reused: true }),
        } as const
        return [undefined, [...options.events, done]]
      }),
    /** What an earlier step with this key left. */
    cached: (key: string): StepProduct | undefined => {
      const found = sql.prepare('select outputs, metrics from step_cache where key = ?').get(key) as
        { outputs: string; metrics: string } | undefined
      if (found === undefined) return undefined
      return {
        outputs: JSON.parse(found.outputs) as api.StepOutput[],
        metrics: JSON.parse(found.metrics) as StepMetric[],
      }
    },
    forgetCached: (key: string): void => void sql.prepare('delete from step_cache where key = ?').run(key),

    append: (id: string, events: readonly api.NewRunEvent[]): void => record(id, () => [undefined, events]),
    events: (id: string, after: number, limit: number): readonly api.RunEvent[] =>
      (findEvents.all(id, after, limit) as { seq: number; at: string; body: string }[]).map(
        ({ seq, at, body }) => ({ seq, at, ...(JSON.parse(body) as api.NewRunEvent) }) as api.RunEvent,
      ),
    /** `listener` is called after something new was recorded. Returns the way to stop. */
    listen: (id: string, listener: () => void): (() => void) => {
      const set = listeners.get(id) ?? new Set()
      listeners.set(id, set.add(listener))
      return () => {
        set.delete(listener)
        if (set.size === 0) listeners.delete(id)
      }
    },
  }
}

/** Same content, same run. */
function runId(pipeline: StoredPipeline, parameters: api.Parameters): string {
  const content = canonicalJson({ pipeline: pipeline.name, version: pipeline.version, parameters })
  return `run-${createHash('sha256').update(content).digest('hex').slice(0, 16)}`
}

function wrongState(id: string, got: string, expected: string, verb: string): BackendError {
  return new BackendError('BCK010', `Run ${id} cannot be ${verb === 'cancel' ? 'cancelled' : 'retried'}.`, {
    expected: `a run that is ${expected}`,
    got,
  })
}

interface RunRow {
  id: string
  pipeline: string
  version: string
  parameters: string
  state: api.RunState
  attempt: number
  created_at: string
  started_at: string | null
  finished_at: string | null
  failure: string | null
  model: string | null
  cancel_requested: number
  last_event: number
}

interface StepRow {
  name: string
  state: api.StepState
  attempt: number
  reused: number
  started_at: string | null
  finished_at: string | null
  outputs: string
}

function toStep(row: StepRow): StoredStep {
  const { name, state, attempt } = row
  return {
    name,
    state,
    attempt,
    reused: row.reused === 1,
    outputs: JSON.parse(row.outputs) as api.StepOutput[],
  }
}

interface MetricRow {
  readonly step: string
  readonly name: string
  readonly value: number
  readonly low: number | null
  readonly high: number | null
}

function describeMetric({ step, name, value, low, high }: MetricRow): api.Metric {
  return { step, name, value, ...(low !== null && high !== null && { low, high }) }
}

function describeRun(row: RunRow, steps: readonly StepRow[], metrics: readonly api.Metric[]): api.Run {
  return {
    id: row.id,
    pipeline: row.pipeline,
    version: row.version,
    parameters: JSON.parse(row.parameters) as api.Parameters,
    state: row.state,
    attempt: row.attempt,
    createdAt: row.created_at,
    ...(row.started_at !== null && { startedAt: row.started_at }),
    ...(row.finished_at !== null && { finishedAt: row.finished_at }),
    steps: steps.map(step => {
      const { name, state, reused, outputs } = toStep(step)
      return {
        name,
        state,
        reused,
        ...(step.started_at !== null && { startedAt: step.started_at }),
        ...(step.finished_at !== null && { finishedAt: step.finished_at }),
        outputs: [...outputs],
      }
    }),
    metrics: metrics.map(metric => ({ ...metric })),
    ...(row.model !== null && { model: JSON.parse(row.model) as api.ModelRef }),
    ...(row.failure !== null && { failure: JSON.parse(row.failure) as api.RunFailure }),
    lastEvent: row.last_event,
  }
}
