/**
 * Executes a run: its steps in order, each in a process of its own, from wherever it was left. What a step made
 * becomes content-addressed before the step counts as finished; a step that was under way when the service ended
 * is started again in a new folder.
 */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { CodecName } from '../../library/codecs/codec.ts'
import type { JsonValue, StepRequest, StepResult } from '../../library/steps/request.ts'
import type { RunStepOptions } from '../../library/steps/run-step.ts'
import { lockedFeatures } from '../../promote/lock.ts'
import type { Step } from '../../promote/manifest.ts'
import type { PipelineFiles } from '../../promote/version.ts'
import type * as api from '../api/index.ts'
import type { BlobStore } from '../blobs.ts'
import { linkOf } from '../files.ts'
import { modelVersionsOf } from '../models/register.ts'
import type { ModelStore } from '../store/models.ts'
import type { PipelineStore, StoredPipeline } from '../store/pipelines.ts'
import type { RunStore, StepProduct } from '../store/runs.ts'
import { failureOfRun, failureOfStep } from './failure.ts'
import { layOutProject, pipelinePrefix } from './layout.ts'
import { RunStopped } from './scheduler.ts'
import { createStepRecorder, flattenMetrics } from './step-events.ts'
import { keyOfStep, parametersOf, readModules } from './step-key.ts'

export interface ExecutorOptions {
  readonly pipelines: PipelineStore
  readonly runs: RunStore
  readonly models: ModelStore
  readonly blobs: BlobStore
  /** Working folders of runs, one each; may be lost with no harm. */
  readonly folder: string
  readonly runStep: (request: StepRequest, options: RunStepOptions) => Promise<StepResult>
}

/** One run under way. */
interface Execution extends ExecutorOptions {
  readonly run: api.Run
  readonly pipeline: StoredPipeline
  readonly modules: PipelineFiles
  /** The project as the steps see it. */
  readonly project: string
  readonly outputs: Map<string, readonly api.StepOutput[]>
  readonly signal: AbortSignal
}

class StepFailed extends Error {
  readonly failure: api.RunFailure

  constructor(failure: api.RunFailure) {
    super(failure.message)
    this.name = 'StepFailed'
    this.failure = failure
  }
}

/** Every way it can end is recorded in the store; it never rejects. */
export function createExecutor(options: ExecutorOptions) {
  const { runs, folder } = options
  return async (id: string, signal: AbortSignal): Promise<void> => {
    const project = join(folder, id, 'project')
    let current: string | undefined
    try {
      if (runs.isCancelRequested(id)) throw new RunStopped('cancel')
      runs.start(id)
      resetInterrupted(runs, id)
      const execution = await prepare(options, id, project, signal)
      for (const step of execution.pipeline.manifest.steps) {
        if (execution.outputs.has(step.name)) continue
        signal.throwIfAborted()
        current = step.name
        execution.outputs.set(step.name, await executeStep(execution, step))
        current = undefined
      }
      // Before the end is told: who hears of it finds nothing left over.
      await clear(options, id)
      await succeed(execution)
    } catch (error) {
      await clear(options, id)
      stop(runs, id, current, error, project)
    }
  }
}

async function clear({ folder }: ExecutorOptions, id: string): Promise<void> {
  await rm(join(folder, id), { recursive: true, force: true })
}

/** Steps that were under way when the service last ended. */
function resetInterrupted(runs: RunStore, id: string): void {
  for (const step of runs.steps(id))
    if (step.state === 'running') runs.stopStep(id, step.name, 'pending', 'The backend was restarted.')
}

async function prepare(
  options: ExecutorOptions,
  id: string,
  project: string,
  signal: AbortSignal,
): Promise<Execution> {
  const { runs, pipelines, blobs } = options
  const run = runs.get(id)
  const pipeline = pipelines.get(run.pipeline, run.version)
  await clear(options, id)
  await layOutProject(blobs, pipeline, project)
  const done = runs.steps(id).filter(step => step.state === 'succeeded')
  const outputs = new Map(done.map(step => [step.name, step.outputs]))
  return { ...options, run, pipeline, modules: await readModules(blobs, pipeline), project, outputs, signal }
}

async function executeStep(execution: Execution, step: Step): Promise<readonly api.StepOutput[]> {
  const { run, runs, pipeline, modules } = execution
  const inputs = inputsOf(execution, step)
  const parameters = parametersOf(step, pipeline.manifest, run.parameters)
  const digests = Object.fromEntries(inputs.map(({ name, output }) => [name, output.digest]))
  const key = keyOfStep({ pipeline, modules, step, parameters, inputs: digests })

  const known = runs.cached(key)
  if (known && (await isComplete(execution.blobs, known))) {
    const events = known.metrics.map(metric => ({ type: 'metric', step: step.name, ...metric }) as const)
    runs.finishStep(run.id, step.name, known, { key, reused: true, events })
    return known.outputs
  }
  if (known) runs.forgetCached(key)

  const attempt = runs.startStep(run.id, step.name)
  const folder = join(execution.folder, run.id, `${step.name}-${attempt}`)
  await mkdir(folder, { recursive: true })
  const recorder = createStepRecorder(step.name, events => runs.append(run.id, events))
  try {
    const request = await requestOf(execution, { step, folder, inputs, parameters })
    const result = await execution.runStep(request, { signal: execution.signal, onEvent: recorder.onEvent })
    recorder.close()
    if (result.state === 'failed')
      throw new StepFailed(failureOfStep(step.name, result.error, execution.project))
    const product = await adopt(execution.blobs, step, result)
    const events = recorder.untold(product.metrics)
    runs.finishStep(run.id, step.name, product, { key, reused: false, events })
    return product.outputs
  } finally {
    recorder.close()
    await rm(folder, { recursive: true, force: true })
  }
}

interface StepInput {
  readonly name: string
  readonly output: api.StepOutput
}

function inputsOf({ outputs }: Execution, step: Step): readonly StepInput[] {
  return step.inputs.map(({ name, from }) => {
    const output = outputs.get(from.step)?.find(candidate => candidate.name === from.output)
    if (!output) throw new Error(`step ${step.name} needs ${from.step}.${from.output}, which was not made`)
    return { name, output }
  })
}

/** Every blob is still there, those of folders included. */
async function isComplete(blobs: BlobStore, product: StepProduct): Promise<boolean> {
  for (const { codec, digest } of product.outputs) {
    if (!blobs.has(digest)) return false
    if (codec !== 'model') continue
    if (!(await blobs.folderEntries(digest)).every(entry => blobs.has(entry.digest))) return false
  }
  return true
}

interface StepCall {
  readonly step: Step
  readonly folder: string
  readonly inputs: readonly StepInput[]
  readonly parameters: Readonly<Record<string, unknown>>
}

const extensions: Readonly<Record<CodecName, string>> = {
  table: '.parquet',
  json: '.json',
  bytes: '',
  model: '',
}

async function requestOf(execution: Execution, call: StepCall): Promise<StepRequest> {
  const { blobs, pipeline, project } = execution
  const inputs: Record<string, { codec: CodecName; path: string }> = {}
  for (const { name, output } of call.inputs) {
    const codec = output.codec as CodecName
    const path = join(call.folder, 'inputs', `${name}${extensions[codec]}`)
    await (codec === 'model' ? blobs.layFolder(output.digest, path) : linkOf(blobs.path(output.digest), path))
    inputs[name] = { codec, path }
  }
  const own = join(project, pipelinePrefix(pipeline.name))
  const { workingFolder } = pipeline.manifest
  return {
    step: call.step.name,
    module: join(own, call.step.file),
    function: call.step.function,
    inputs,
    parameters: call.parameters as Readonly<Record<string, JsonValue>>,
    outputs: Object.fromEntries(call.step.outputs.map(({ name, codec }) => [name, { codec }])),
    outputFolder: join(call.folder, 'outputs'),
    projectRoot: project,
    ...(workingFolder === undefined ? {} : { workingFolder: join(project, workingFolder) }),
    modelFolder: join(own, 'models'),
    catalogFeatures: lockedFeatures(pipeline.lock),
    seed: pipeline.lock.seed,
  }
}

async function adopt(
  blobs: BlobStore,
  step: Step,
  result: StepResult & { readonly state: 'succeeded' },
): Promise<StepProduct> {
  const outputs: api.StepOutput[] = []
  for (const { name, codec } of step.outputs) {
    const made = result.outputs[name]
    if (!made) throw new Error(`step ${step.name} gave no output ${name}`)
    const blob = await (codec === 'model' ? blobs.adoptFolder(made.path) : blobs.adoptFile(made.path))
    outputs.push({ name, codec, ...blob })
  }
  const metrics = Object.values(result.outputs).flatMap(output =>
    flattenMetrics(output.metrics ?? {}, output.intervals),
  )
  return { outputs, metrics }
}

async function succeed(execution: Execution): Promise<void> {
  const { run, runs, models } = execution
  const made = await modelVersionsOf(execution)
  runs.finish(run.id, 'succeeded', {
    extra: () => made.map(({ step, model }) => ({ type: 'model', step, model: models.register(model) })),
  })
}

function stop(runs: RunStore, id: string, step: string | undefined, error: unknown, project: string): void {
  // The store keeps the run as running: the next start goes on with it.
  if (error instanceof RunStopped && error.reason === 'shutdown') return
  const cancelled = error instanceof RunStopped
  const started = runs.steps(id).find(s => s.name === step)?.state === 'running'
  if (step !== undefined && started) runs.stopStep(id, step, cancelled ? 'cancelled' : 'failed')
  if (cancelled) return runs.finish(id, 'cancelled')
  const failure = error instanceof StepFailed ? error.failure : failureOfRun(step, error, project)
  runs.finish(id, 'failed', { failure })
}
