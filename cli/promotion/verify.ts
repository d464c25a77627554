/** Verification of a proposal as the command line does it: in scratch folders of the project, removed at the end. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { verifyProposal, type OutputVerdict, type Pipeline, type Proposal } from '../../promote/index.ts'
import type { CommandContext } from '../context.ts'
import { CliError } from '../errors.ts'
import { liveOutputs } from '../live-outputs.ts'
import { pipelineOutputs } from '../outputs.ts'
import { replay } from '../replay.ts'
import type { NotebookFile } from '../run-notebook.ts'
import { writeFiles } from './folder.ts'
import { differences, showVerdicts } from './show.ts'

export interface VerifyRequest {
  readonly root: string
  readonly file: string
  readonly proposal: Proposal
  readonly notebook: NotebookFile
}

export interface Verified {
  readonly verified: Pipeline
  readonly outputs: readonly OutputVerdict[]
}

/** @throws CliError CLI012 when the pipeline does not do what the notebook did */
export async function verifyPipeline(
  context: CommandContext,
  { root, file, proposal, notebook }: VerifyRequest,
): Promise<Verified> {
  const { output, signal } = context
  const scratch = join(root, '.slipway')
  mkdirSync(scratch, { recursive: true })
  const work = mkdtempSync(join(scratch, 'promote-'))
  try {
    const result = await verifyProposal(proposal, {
      signal,
      live: liveOutputs(notebook, proposal.replay),
      onProgress: output.progress,
      replay: (asked, pass) =>
        replay(asked, {
          root,
          folder: dirname(file),
          workFolder: mkdtempSync(join(work, 'replay-')),
          ...pass,
          onProgress: output.progress,
        }),
      runner: async (pipeline, pass) => {
        const folder = mkdtempSync(join(work, 'pipeline-'))
        writeFiles(folder, pipeline.files)
        return await pipelineOutputs({
          folder,
          root,
          ...pipeline,
          workFolder: join(folder, '.slipway', 'steps'),
          ...pass,
          onProgress: output.progress,
        })
      },
    })
    const { verification, pipeline = proposal.pipeline! } = result
    if (!verification) return { verified: pipeline, outputs: unverified(pipeline) }
    output.endProgress()
    showVerdicts(context, verification.outputs)
    if (verification.blocked)
      throw new CliError(
        'CLI012',
        `The pipeline does not give what the notebook gave. Nothing was written.\n${differences(verification.outputs)}`,
        { details: { outputs: verification.outputs } },
      )
    return { verified: pipeline, outputs: verification.outputs }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

export function unverified(pipeline: Pipeline): readonly OutputVerdict[] {
  return pipeline.manifest.outputs.map(({ name }) => ({ name, verdict: 'unverified', differences: [] }))
}
