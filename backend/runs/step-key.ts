/** The key of a step of a run: equal keys, equal results. */
import { posix } from 'node:path'
import type { Manifest, Step } from '../../promote/manifest.ts'
import { currentPlatform, stepKey, type PipelineFiles } from '../../promote/version.ts'
import type { BlobStore } from '../blobs.ts'
import type { StoredPipeline } from '../store/pipelines.ts'
import { pipelinePrefix } from './layout.ts'

export interface StepKeyContext {
  readonly pipeline: StoredPipeline
  /** The pipeline's modules by path relative to its folder. */
  readonly modules: PipelineFiles
  readonly step: Step
  readonly parameters: Readonly<Record<string, unknown>>
  /** Digest of every input, by name. */
  readonly inputs: Readonly<Record<string, string>>
}

/** Which data and models a step reads is not known before it runs: all of the pipeline's count. */
export function keyOfStep({ pipeline, modules, step, parameters, inputs }: StepKeyContext): string {
  const { lock } = pipeline
  const read = [...lock.data, ...lock.models].map(file => [`file:${file.path}`, file.sha256] as const)
  return stepKey({
    code: reachableModules(step.file, modules),
    function: step.function,
    parameters,
    inputs: { ...Object.fromEntries(read), ...inputs },
    outputs: step.outputs,
    packages: lock.packages,
    features: lock.features,
    seed: lock.seed,
    platform: currentPlatform(),
  })
}

/** The text of every module below `steps/`. */
export async function readModules(blobs: BlobStore, pipeline: StoredPipeline): Promise<PipelineFiles> {
  const prefix = pipelinePrefix(pipeline.name)
  const modules: Record<string, string> = {}
  for (const { path, digest } of pipeline.files) {
    if (!path.startsWith(`${prefix}steps/`)) continue
    modules[path.slice(prefix.length)] = (await blobs.read(digest)).toString('utf8')
  }
  return modules
}

/** Only the values that the step uses. */
export function parametersOf(
  step: Step,
  manifest: Manifest,
  values: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const used = manifest.parameters.filter(parameter => step.parameters.includes(parameter.name))
  return Object.fromEntries(used.map(({ name, default: value }) => [name, values[name] ?? value]))
}

const relativeImport = /\b(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g

function reachableModules(entry: string, modules: PipelineFiles): PipelineFiles {
  const reached: Record<string, string | Uint8Array> = {}
  const pending = [entry]
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const text = modules[path]
    if (text === undefined || path in reached) continue
    reached[path] = text
    for (const [, specifier] of String(text).matchAll(relativeImport))
      pending.push(posix.join(posix.dirname(path), specifier!))
  }
  return reached
}
