/** Runs a pipeline's folder here and now, one process per step, without a backend. */
import { join } from 'node:path'
import type { StepEvent, StepOutput } from '../library/steps/request.ts'
import { runStep } from '../library/steps/run-step.ts'
import type { JsonValue } from '../library/steps/request.ts'
import { lockedFeatures, type Lock, type Manifest } from '../promote/index.ts'
import { CliError } from './errors.ts'

export interface RunPipelineOptions {
  /** The pipeline's folder, absolute. */
  readonly folder: string
  /** Data paths start here. */
  readonly root: string
  readonly manifest: Manifest
  readonly lock: Lock
  /** Values that replace defaults. */
  readonly parameters?: Readonly<Record<string, unknown>>
  /** Values for secrets that are not in the environment, by name. Never written. */
  readonly secrets?: Readonly<Record<string, string>>
  /** Where values are written; the caller removes it. */
  readonly workFolder: string
  readonly signal?: AbortSignal
  readonly onEvent?: (step: string, event: StepEvent) => void
}

/** What `secret('NAME')` reads. What is set already goes first. */
function secretEnvironment({ secrets = {} }: RunPipelineOptions): Record<string, string> {
  const missing = Object.entries(secrets).filter(
    ([name]) => process.env[`SLIPWAY_SECRET_${name}`] === undefined && process.env[name] === undefined,
  )
  return Object.fromEntries(missing.map(([name, value]) => [`SLIPWAY_SECRET_${name}`, value]))
}

/** The stored outputs of every step, by `step.output`. @throws CliError CLI011 with the step's own error */
export async function runPipeline(options: RunPipelineOptions): Promise<ReadonlyMap<string, StepOutput>> {
  const { folder, root, manifest, lock, workFolder, signal } = options
  const stored = new Map<string, StepOutput>()
  const parameters = new Map(
    manifest.parameters.map(({ name, default: value }) => [
      name,
      { [name]: value, ...options.parameters }[name],
    ]),
  )
  for (const step of manifest.steps) {
    signal?.throwIfAborted()
    const result = await runStep(
      {
        step: step.name,
        module: join(folder, step.file),
        function: step.function,
        inputs: Object.fromEntries(
          step.inputs.map(({ name, from }) => {
            const { codec, path } = stored.get(`${from.step}.${from.output}`)!
            return [name, { codec, path }]
          }),
        ),
        parameters: Object.fromEntries(
          step.parameters.map(name => [name, parameters.get(name) as JsonValue]),
        ),
        outputs: Object.fromEntries(step.outputs.map(({ name, codec }) => [name, { codec }])),
        outputFolder: join(workFolder, step.name),
        projectRoot: root,
        ...(manifest.workingFolder === undefined
          ? {}
          : { workingFolder: join(root, manifest.workingFolder) }),
        modelFolder: join(folder, 'models'),
        catalogFeatures: lockedFeatures(lock),
        seed: lock.seed,
      },
      { signal, onEvent: event => options.onEvent?.(step.name, event), env: secretEnvironment(options) },
    )
    if (result.state === 'failed') {
      const { code, message, stack } = result.error
      throw new CliError(
        'CLI011',
        `Step ${step.name} failed: ${code === 'THROWN' ? '' : `${code} `}${message}`,
        {
          details: { step: step.name, code, message, stack },
        },
      )
    }
    for (const [name, output] of Object.entries(result.outputs)) stored.set(`${step.name}.${name}`, output)
  }
  return stored
}
