/** Which of two proposals counts: the one that leaves something out on a session's word, or the one with all of it. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  isVerified,
  manifestFile,
  propose,
  type OutputVerdict,
  type Pipeline,
  type Proposal,
  type Verification,
} from '../../promote/index.ts'
import { readPipeline } from '../pipeline.ts'
import type { PromotionRequest } from './request.ts'

/** What is kept beside a pipeline's tests about its verification. Not part of the version. */
export const verificationFile = 'tests/verification.json'

export interface Chosen {
  readonly proposal: Proposal
  /** The verdicts of the pipeline that is there already, when it is the proposed one and was verified. */
  readonly known: readonly OutputVerdict[] | undefined
}

/** The proposal, or the one with all that it leaves out, where that cannot be verified or did not pass before. */
export async function proposalOf({ options, folder }: PromotionRequest, root: string): Promise<Chosen> {
  const proposal = await propose(options)
  const { pipeline, untrimmed } = proposal
  const before = pipeline && verifiedBefore(root, folder, pipeline)
  if (before || !untrimmed?.pipeline) return { proposal, known: before?.outputs }
  const known = verifiedBefore(root, folder, untrimmed.pipeline)
  if (known && known.notPassed === pipeline?.manifest.version)
    return { proposal: untrimmed, known: known.outputs }
  const canRun = pipeline?.conflicts.length === 0
  return { proposal: canRun ? proposal : untrimmed, known: undefined }
}

interface VerifiedBefore {
  readonly outputs: readonly OutputVerdict[]
  /** The version without some of it that did not pass. */
  readonly notPassed?: string
}

/** The verdicts of the pipeline that is there already, when it is this very version and was verified. */
function verifiedBefore(root: string, folder: string, pipeline: Pipeline): VerifiedBefore | undefined {
  if (!existsSync(join(folder, manifestFile))) return undefined
  try {
    const there = readPipeline(root, folder)
    const text = there.files[verificationFile]?.toString('utf8')
    if (there.manifest.version !== pipeline.manifest.version || text === undefined) return undefined
    const { outputs, sample, notPassed } = JSON.parse(text) as VerifiedBefore & Pick<Verification, 'sample'>
    // A sample vouches for itself alone.
    if (sample || !outputs.every(isVerified)) return undefined
    return { outputs, ...(notPassed === undefined ? {} : { notPassed }) }
  } catch {
    // What is there was edited or is of another format: it is written anew.
    return undefined
  }
}
