/** The model versions that a run's outputs become. */
import type { Manifest } from '../../promote/manifest.ts'
import type * as api from '../api/index.ts'
import type { BlobStore } from '../blobs.ts'
import { flattenMetrics } from '../runs/step-events.ts'
import type { NewModelVersion } from '../store/models.ts'
import type { StoredPipeline } from '../store/pipelines.ts'
import { readCard, requirementText } from './card.ts'

/** Splits that are not there are absent, never undefined. */
type Metrics = Parameters<typeof flattenMetrics>[0]
type Intervals = Parameters<typeof flattenMetrics>[1]

export interface FinishedRun {
  readonly run: api.Run
  readonly pipeline: StoredPipeline
  readonly blobs: BlobStore
  /** Of every step, by its name. */
  readonly outputs: ReadonlyMap<string, readonly api.StepOutput[]>
}

/** One for each of the pipeline's outputs that is a model, in the manifest's order. */
export async function modelVersionsOf(
  finished: FinishedRun,
): Promise<readonly { readonly step: string; readonly model: NewModelVersion }[]> {
  const made: { step: string; model: NewModelVersion }[] = []
  for (const output of finished.pipeline.manifest.outputs) {
    if (output.codec === 'model')
      made.push({ step: output.step, model: await modelVersionOf(finished, output) })
  }
  return made
}

async function modelVersionOf(
  { run, pipeline, blobs, outputs }: FinishedRun,
  { step, output }: Manifest['outputs'][number],
): Promise<NewModelVersion> {
  const stored = outputs.get(step)?.find(candidate => candidate.name === output)
  if (!stored) throw new Error(`step ${step} has no output ${output}`)
  const files = await blobs.folderEntries(stored.digest)
  const card = await readCard(blobs, files)
  return {
    name: card.plan.model,
    digest: stored.digest,
    run: run.id,
    pipeline: pipeline.name,
    pipelineVersion: pipeline.version,
    metrics: flattenMetrics(card.metrics as Metrics, card.intervals as Intervals).map(metric => ({
      ...metric,
    })),
    requirements: card.requirements.map(requirement => ({
      text: requirementText(requirement),
      met: requirement.met,
      ...(requirement.actual !== null && { value: requirement.actual }),
    })),
    files: files.map(file => ({ ...file })),
  }
}
