/** Verification of a proposal as the command line does it: every run in a copy of the project of its own. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import {
  recordOutputs,
  verifyProposal,
  type OutputVerdict,
  type Pipeline,
  type Proposal,
  type ReplayRequest,
  type RunOptions,
  type RunResult,
  type Verification,
} from '../../promote/index.ts'
import type { CommandContext } from '../context.ts'
import { CliError } from '../errors.ts'
import { liveSession, shownOutputs } from '../live-outputs.ts'
import { pipelineDocuments, type PipelineDocuments } from '../outputs.ts'
import { slashes } from '../pipeline.ts'
import { replay } from '../replay.ts'
import type { NotebookFile } from '../run-notebook.ts'
import { cellNames } from './cells.ts'
import { fileDocuments } from './file-documents.ts'
import { writeFiles } from './folder.ts'
import { createSampledProject, saidOf } from './sampled-project.ts'
import { createScratchProject, type ScratchProject } from './scratch-project.ts'
import { differences, showVerdicts } from './show.ts'

export interface VerifyRequest {
  readonly root: string
  readonly file: string
  readonly proposal: Proposal
  readonly notebook: NotebookFile
  /** Verifies on this many rows of each data file. Default: on all. */
  readonly sampleRows?: number | undefined
}

export interface Verified {
  /** The one that was asked for, or, when that did not pass, the one with all that it leaves out. */
  readonly proposal: Proposal
  /** It is the one with all of it. */
  readonly hasKept?: boolean
  readonly verified: Pipeline
  readonly outputs: readonly OutputVerdict[]
  readonly verification?: Verification
}

/** @throws CliError CLI012 when the pipeline does not do what the notebook did */
export async function verifyPipeline(context: CommandContext, request: VerifyRequest): Promise<Verified> {
  const { output, signal } = context
  const { proposal, notebook, sampleRows } = request
  const work = mkdtempSync(join(tmpdir(), 'slipway-verify-'))
  const sampled = sampleRows === undefined ? undefined : await sampledProject(request, sampleRows)
  try {
    let steps: PipelineDocuments['steps'] = {}
    const place: Place = {
      root: sampled?.project.root ?? request.root,
      folder: slashes(relative(request.root, dirname(request.file))),
      proposal,
      work,
      onSteps: given => (steps = given),
    }
    const result = await verifyProposal(proposal, {
      signal,
      live: shownOutputs(proposal.replay, liveSession(notebook, proposal.replay)),
      ...(sampled ? { sample: sampled.sample } : {}),
      concurrency: atOnce(request),
      onProgress: output.progress,
      replay: async (asked, pass) => await replayIn(place, asked, pass),
      runner: async (pipeline, pass) => await runIn(place, pipeline, pass),
    })
    const { verification, pipeline = proposal.pipeline! } = result
    if (!verification) return { proposal, verified: pipeline, outputs: unverified(pipeline) }
    output.endProgress()
    showVerdicts(context, verification, cellNames(notebook))
    if (verification.blocked)
      throw new CliError(
        'CLI012',
        `The pipeline does not give what the notebook gave. Nothing was written.\n${differences(verification.outputs)}`,
        { details: { outputs: verification.outputs, verification } },
      )
    const { recorded } = verification
    // What a sampled copy gave is said of the project.
    const inProject = <T>(said: T): T => (sampled ? saidOf(said, sampled.project.root, request.root) : said)
    const verified = recorded ? recordOutputs(pipeline, inProject(recorded), inProject(steps)) : pipeline
    const hasKept = result.replay === proposal.untrimmed?.replay
    return { proposal: result, hasKept, verified, outputs: verification.outputs, verification }
  } finally {
    sampled?.project.dispose()
    rmSync(work, { recursive: true, force: true })
  }
}

interface Place {
  /** What is copied for each run. */
  readonly root: string
  /** Of the notebook, from the project's root. */
  readonly folder: string
  readonly proposal: Proposal
  readonly work: string
  /** What the steps of the proposed pipeline gave. */
  readonly onSteps: (steps: PipelineDocuments['steps']) => void
}

/** More data than this is not held in memory three times. */
const mostHeldBytes = 2 ** 26

/** How many runs there are at a time: both replays and the pipeline, where they are small. */
function atOnce({ proposal, sampleRows }: VerifyRequest): number {
  const bytes = proposal.pipeline?.lock.data.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) ?? 0
  return sampleRows !== undefined || bytes <= mostHeldBytes ? 3 : 2
}

async function sampledProject({ root, proposal }: VerifyRequest, rows: number) {
  const paths = (proposal.untrimmed ?? proposal).pipeline?.lock.data.map(({ path }) => path) ?? []
  return await createSampledProject(root, paths, rows)
}

async function replayIn(place: Place, asked: ReplayRequest, pass: RunOptions): Promise<RunResult> {
  return await inScratch(place, async project => {
    const found = await replay(asked, {
      root: project.root,
      folder: place.folder,
      workFolder: mkdtempSync(join(place.work, 'replay-')),
      onProgress: pass.onProgress ?? (() => undefined),
      ...(pass.signal ? { signal: pass.signal } : {}),
    })
    return { ...found, files: await fileDocuments(project.root, await project.written()) }
  })
}

/** Where the pipeline would lie, so that it finds the project's packages. */
async function runIn(place: Place, pipeline: Pipeline, pass: RunOptions): Promise<RunResult> {
  return await inScratch(place, async project => {
    const folder = join(project.root, '.slipway', 'pipelines', pipeline.manifest.name)
    writeFiles(folder, pipeline.files)
    const { outputs, steps } = await pipelineDocuments({
      ...pipeline,
      folder,
      root: project.root,
      full: true,
      workFolder: mkdtempSync(join(place.work, 'pipeline-')),
      onProgress: pass.onProgress ?? (() => undefined),
      ...(pass.signal ? { signal: pass.signal } : {}),
    })
    const { proposal } = place
    if (pipeline === proposal.pipeline || pipeline === proposal.untrimmed?.pipeline)
      place.onSteps(saidOf(steps, project.root, place.root))
    return { outputs, files: await fileDocuments(project.root, await project.written()) }
  })
}

/** What a run says of its folder is said of the project's. */
async function inScratch(
  { root, proposal }: Place,
  run: (project: ScratchProject) => Promise<RunResult>,
): Promise<RunResult> {
  const writable = new Set(
    proposal.replay.runs.flatMap(({ seen }) => seen?.files.filter(f => f.written).map(f => f.path) ?? []),
  )
  const project = await createScratchProject(root, { writable })
  try {
    const result = await run(project)
    const { outputs, shown } = saidOf({ outputs: result.outputs, shown: result.shown }, project.root, root)
    return { ...result, outputs, ...(shown ? { shown } : {}) }
  } catch (thrown) {
    // Nobody knows the copy: what failed there is told of the project.
    if (!(thrown instanceof CliError)) throw thrown
    const { code, message, exitCode, details } = thrown
    throw new CliError(code, message.replaceAll(project.root, root), { exitCode, details, cause: thrown })
  } finally {
    project.dispose()
  }
}

export function unverified(pipeline: Pipeline): readonly OutputVerdict[] {
  return pipeline.manifest.outputs.map(({ name }) => ({ name, verdict: 'unverified', differences: [] }))
}
