/** A copy of a project whose data files are cut: in it a sample is verified, and later tested again. */
import type { Sample } from '../../promote/index.ts'
import { sampleFiles } from './sample.ts'
import { createScratchProject, type ScratchProject } from './scratch-project.ts'

export interface SampledProject {
  readonly project: ScratchProject
  readonly sample: Sample
}

/** @param paths of data files, relative to the root */
export async function createSampledProject(
  root: string,
  paths: readonly string[],
  rows: number,
): Promise<SampledProject> {
  const project = await createScratchProject(root)
  try {
    return { project, sample: await sampleFiles(project.root, paths, rows) }
  } catch (error) {
    project.dispose()
    throw error
  }
}

/** What was found in a copy, said of the project. */
export function saidOf<Document>(document: Document, copy: string, root: string): Document {
  return JSON.parse(JSON.stringify(document).replaceAll(copy, root)) as Document
}
