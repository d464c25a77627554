/** Promotion as a whole: propose, verify, record. The caller reads and writes files and runs code. */
import { lockFile, printPipelineJson } from './manifest.ts'
import { readBase } from './merge.ts'
import { propose, type Pipeline, type Proposal, type ProposeOptions } from './propose.ts'
import {
  verify,
  type OutputDocuments,
  type Recorded,
  type RunOptions,
  type RunResult,
  type Verification,
  type VerifyOptions,
} from './verify/verify.ts'
import { keepReplays, passesTrimmed } from './verify/trimmed.ts'
import { sha256 } from './version.ts'
import { expectedFile } from './write/folder.ts'

export interface VerifyProposalOptions extends Omit<VerifyOptions, 'request' | 'runner'> {
  /** Runs a pipeline that is not written to its place yet. */
  readonly runner: (pipeline: Pipeline, options: RunOptions) => Promise<RunResult>
}

export type PromoteOptions = ProposeOptions & VerifyProposalOptions

export interface Promotion extends Proposal {
  /** Absent when there was nothing to verify. */
  readonly verification?: Verification
}

/**
 * The pipeline of a notebook, verified. With diagnostics or a blocked verification there is nothing to write.
 * @throws PromoteError PRO010 for what is no notebook, and what the runner or the replay throws
 */
export async function promote(options: PromoteOptions): Promise<Promotion> {
  options.onProgress?.('Slicing the notebook')
  return await verifyProposal(await propose(options), options)
}

/**
 * A proposal, verified: for who has shown it first. Its pipeline then carries what it gave as its test's expectation.
 * Where the pipeline does without what the session saw do nothing, and does not pass, it is the one with all of it.
 * @throws what the runner or the replay throws
 */
export async function verifyProposal(proposal: Proposal, options: VerifyProposalOptions): Promise<Promotion> {
  const { untrimmed } = proposal
  if (!untrimmed) return await verifyOne(proposal, options)
  const kept = keepReplays(options.replay, proposal)
  const tried = await verifyOne(proposal, { ...options, replay: kept.replay })
  if (tried.verification && passesTrimmed(proposal, tried.verification, kept.results())) return tried
  options.onProgress?.('Running the pipeline with what was left out')
  return await verifyOne(untrimmed, { ...options, replay: kept.replay })
}

async function verifyOne(proposal: Proposal, options: VerifyProposalOptions): Promise<Promotion> {
  const { pipeline } = proposal
  if (!pipeline) return proposal
  const verification = await verify({
    ...options,
    request: proposal.replay,
    runner: pass => options.runner(pipeline, pass),
  })
  const told = await blameEdits(pipeline, verification, generated =>
    verify({ ...options, request: proposal.replay, runner: pass => options.runner(generated, pass) }),
  )
  const { recorded } = told
  return {
    ...proposal,
    verification: told,
    pipeline: recorded ? recordOutputs(pipeline, recorded) : pipeline,
  }
}

/**
 * A pipeline with edits of a person's gives what they wanted, not what the notebook gave: that is told and blocks
 * nothing, as long as the same pipeline without them does give it.
 */
async function blameEdits(
  pipeline: Pipeline,
  verification: Verification,
  verifyGenerated: (pipeline: Pipeline) => Promise<Verification>,
): Promise<Verification> {
  if (!verification.blocked || pipeline.edited.length === 0) return verification
  const files = { ...pipeline.files, ...readBase(pipeline.files) }
  const generated = await verifyGenerated({ ...pipeline, files, edited: [] })
  if (generated.blocked) return verification
  const outputs = verification.outputs.map(output =>
    output.cause === 'slicer' ? { ...output, cause: 'edit' as const } : output,
  )
  const changed = outputs.flatMap(({ cause, name }) => (cause === 'edit' ? [name] : []))
  const message =
    `The edits made in ${pipeline.edited.join(', ')} change what the pipeline gives; without them it gives what the ` +
    'notebook gave. Carry them back to the cells (slipway promote --back), or leave them there.'
  const findings = verification.findings.filter(({ cause }) => cause !== 'slicer')
  return {
    ...verification,
    outputs,
    blocked: false,
    findings: [...findings, { cause: 'edit', message, cells: [], outputs: changed }],
  }
}

/**
 * The pipeline with what it gave as the expectation of its own test. The version stays.
 * @param steps what each step gave, by its name
 */
export function recordOutputs(
  pipeline: Pipeline,
  { outputs, varying, files, sampleRows }: Recorded,
  steps: Readonly<Record<string, OutputDocuments>> = {},
): Pipeline {
  // Where chance is at work, what steps hand on is another thing each time, too.
  const hasSteps = varying.length === 0 && Object.keys(steps).length > 0
  const content = {
    ...(sampleRows === undefined ? {} : { sampleRows }),
    outputs,
    ...(files ? { files } : {}),
    ...(hasSteps ? { steps } : {}),
    ...(varying.length > 0 ? { varying } : {}),
  }
  const expected = `${JSON.stringify(content, null, 2)}\n`
  const lock = { ...pipeline.lock, fixtures: { 'expected.json': sha256(expected) } }
  return {
    ...pipeline,
    lock,
    files: { ...pipeline.files, [lockFile]: printPipelineJson(lock), [expectedFile]: expected },
  }
}
