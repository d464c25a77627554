/** Assembles the service on a state folder. Everything that runs code or serves models arrives by argument. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createBlobStore } from './blobs.ts'
import { createEndpointHost } from './endpoints/host.ts'
import type { Serving } from './endpoints/serving.ts'
import { emptyFolder } from './files.ts'
import { createApp } from './http/app.ts'
import { lockState } from './lock.ts'
import { createExecutor, type ExecutorOptions } from './runs/execute-run.ts'
import { killOrphans } from './runs/orphans.ts'
import { createScheduler } from './runs/scheduler.ts'
import { now, openDatabase } from './store/database.ts'
import { createEndpointStore } from './store/endpoints.ts'
import { createModelStore } from './store/models.ts'
import { createPipelineStore } from './store/pipelines.ts'
import { openPredictionLog } from './store/predictions.ts'
import { createRunStore } from './store/runs.ts'
import { loadToken } from './token.ts'

export interface ServiceOptions {
  /** Absolute; made when absent. */
  readonly state: string
  readonly runStep: ExecutorOptions['runStep']
  readonly serving: Serving
  /** How many runs are executed at a time. Default 1: a step may use the whole machine. */
  readonly concurrency?: number
  readonly logFault: (context: string, error: unknown) => void
}

export type Service = Awaited<ReturnType<typeof createService>>

/**
 * Takes the state folder, recovers what a killed predecessor left, and goes on with its runs.
 * @throws BCK014 when another service has the folder
 */
export async function createService(options: ServiceOptions) {
  const { state, serving, runStep, logFault } = options
  await mkdir(state, { recursive: true, mode: 0o700 })
  const lock = lockState(state)
  const runFolder = join(state, 'runs')
  const temporary = join(state, 'temporary')
  await killOrphans(runFolder)
  await emptyFolder(runFolder)
  await emptyFolder(temporary)

  const startedAt = now()
  const token = await loadToken(state)
  const database = openDatabase(join(state, 'backend.db'))
  const predictions = openPredictionLog(join(state, 'predictions.db'))
  const blobs = createBlobStore(join(state, 'blobs'), temporary)
  const pipelines = createPipelineStore(database)
  const runs = createRunStore(database)
  const models = createModelStore(database)
  const endpoints = createEndpointHost({
    endpoints: createEndpointStore(database),
    models,
    pipelines,
    blobs,
    predictions,
    serving,
    folder: join(state, 'endpoints'),
  })
  const execute = createExecutor({ pipelines, runs, models, blobs, folder: runFolder, runStep })
  const scheduler = createScheduler({ runs, execute, concurrency: options.concurrency ?? 1, logFault })
  const closing = new AbortController()
  const app = await createApp({
    pipelines,
    runs,
    models,
    blobs,
    scheduler,
    endpoints,
    token,
    startedAt,
    closing: closing.signal,
    logFault,
  })
  await endpoints.start()
  scheduler.wake()

  return {
    app,
    token,
    /** Ends the steps under way; their runs go on at the next start. */
    close: async (): Promise<void> => {
      closing.abort()
      await scheduler.close()
      await app.close()
      await endpoints.close()
      predictions.close()
      database.close()
      lock.release()
    },
  }
}
