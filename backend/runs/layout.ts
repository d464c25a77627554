/** The folder in which a run's steps see the project: the pipeline's files laid out from blobs, and nothing else. */
import { stat, writeFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { BlobStore } from '../blobs.ts'
import { copyOf, linkOf } from '../files.ts'
import type { StoredPipeline } from '../store/pipelines.ts'

/** Above this a file is linked, not copied. */
const copyLimitBytes = 64 * 2 ** 20

/** Idempotent. The project file is always the same, so that the pipeline's version alone decides what a step sees. */
export async function layOutProject(
  blobs: BlobStore,
  pipeline: StoredPipeline,
  folder: string,
): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const { path, digest } of pipeline.files) {
    const blob = blobs.path(digest)
    const { size } = await stat(blob)
    await (size > copyLimitBytes ? linkOf : copyOf)(blob, join(folder, path))
  }
  await writeFile(join(folder, 'slipway.json'), '{ "language": 1 }\n')
}

/** Where the pipeline's own folder lies in the project, with a slash at the end. */
export function pipelinePrefix(name: string): string {
  return `pipelines/${name}/`
}
