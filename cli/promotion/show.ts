/** What `slipway promote` says on a terminal, and as one JSON document. */
import { relative } from 'node:path'
import {
  isVerified,
  shownTrims,
  type FileDiff,
  type OutputVerdict,
  type Pipeline,
  type Proposal,
  type Verification,
} from '../../promote/index.ts'
import { createTwoFilesPatch } from 'diff'
import type { CommandContext } from '../context.ts'
import { shortVersion } from '../output.ts'
import { sizeText } from '../pipeline.ts'

export interface ShownProposal {
  readonly proposal: Proposal
  readonly pipeline: Pipeline
  /** What people are told of a cell, by its id. */
  readonly nameOf: (cell: string) => string
}

export function showProposal(
  { output }: CommandContext,
  { proposal, pipeline: { manifest, lock, files }, nameOf }: ShownProposal,
): void {
  const { colors } = output
  output.text(`Pipeline ${manifest.name} ${shortVersion(manifest.version)}`)
  for (const step of manifest.steps) {
    const takes = [...step.inputs.map(input => input.name), ...step.parameters].join(', ') || 'nothing'
    const gives = step.outputs.map(({ name, codec }) => `${name} (${codec})`).join(', ') || 'files alone'
    output.text(`  ${step.name.padEnd(16)} ${takes} → ${gives}`)
  }
  for (const { name, default: value } of manifest.parameters)
    output.text(`  parameter ${name} = ${JSON.stringify(value)}`)
  for (const { name } of proposal.preview?.secrets ?? []) output.text(`  secret ${name}`)
  for (const { path, sizeBytes } of lock.data)
    output.text(`  data ${path} (${sizeText(sizeBytes)}, by content)`)
  const { kept, dropped, assumptions } = proposal
  output.text(
    `  keeps ${kept.length} of ${kept.length + dropped.length} statements; ${Object.keys(files).length} files`,
  )
  for (const { message, cell, stub } of assumptions)
    output.text(
      colors.yellow(
        `  assumes: ${message}${cell === undefined ? '' : ` (cell ${nameOf(cell)})`}` +
          (stub === undefined ? '' : ` A stub for ${stub} would remove this.`),
      ),
    )
  for (const { message, at } of proposal.trims)
    output.text(
      colors.yellow(`  seen otherwise: ${message} (cell ${at.map(({ cell }) => nameOf(cell)).join(', ')})`),
    )
  if (proposal.trims.some(({ state }) => state === 'kept'))
    output.text(
      '  `--trim all` leaves out what the session saw change nothing, if the verification passes without it.',
    )
  for (const { message } of proposal.preview?.problems ?? []) output.text(colors.yellow(`  note: ${message}`))
  for (const path of proposal.pipeline?.edited ?? [])
    output.text(`  keeps the edits made in ${path}${conflictNote(proposal, path)}`)
}

function conflictNote({ pipeline }: Proposal, path: string): string {
  return pipeline?.conflicts.includes(path) ? ', with conflicts to resolve' : ''
}

/** How files that are there would change: unified diffs of what a person reads. */
export function showDiffs({ output }: CommandContext, files: readonly FileDiff[]): void {
  for (const { path, state, before, after } of files) {
    if (state === 'unchanged' || state === 'kept' || !/\.(ts|slip|md)$|^package\.json$/.test(path)) continue
    if (before === undefined || after === undefined) output.text(`  ${state}: ${path}`)
    else output.text(createTwoFilesPatch(path, path, before, after, 'there', 'new', { context: 2 }))
  }
}

export function showVerdicts(
  { output }: CommandContext,
  { outputs, findings, sample }: Verification,
  nameOf: (cell: string) => string,
): void {
  for (const verdict of outputs) {
    const { name, cause } = verdict
    output.text(
      `  ${isVerified(verdict) ? '✓' : '!'} ${name}: ${verdict.verdict}${cause ? ` (${cause})` : ''}`,
    )
  }
  if (sample) output.text(`  on at most ${sample.rows} rows of each data file`)
  for (const { message, cells } of findings) {
    output.text(output.colors.yellow(`  ${message}`))
    for (const { cell, message } of cells)
      output.text(output.colors.yellow(`    cell ${nameOf(cell)} │ ${message}`))
  }
}

export function differences(outputs: readonly OutputVerdict[]): string {
  return outputs.flatMap(({ name, differences }) => differences.map(d => `  ${name} ${d}`)).join('\n')
}

export interface Report {
  readonly proposal: Proposal
  readonly pipeline: Pipeline
  readonly folder: string
  readonly outputs: readonly OutputVerdict[]
  readonly verification?: Verification
  readonly unchanged?: boolean
  readonly written: boolean
}

export function report(
  context: CommandContext,
  { proposal, pipeline, folder, outputs, verification, unchanged = false, written }: Report,
): void {
  const { kept, dropped, assumptions, preview, trims } = proposal
  const { name, version, steps, parameters } = pipeline.manifest
  const { edited, conflicts } = pipeline
  context.output.document({
    name,
    version,
    folder,
    steps: steps.map(({ name, file, cells }) => ({ name, file, cells })),
    parameters,
    outputs,
    ...(verification ? { verification: verificationSummary(verification) } : {}),
    kept,
    dropped,
    assumptions,
    trims: shownTrims(trims),
    unchanged,
    written,
    edited,
    conflicts,
    // What was written lies in the folder; what would be written is looked at here.
    ...(written || unchanged ? {} : { preview }),
  })
  const place = relative(context.cwd, folder) || '.'
  if (unchanged) context.output.text(`\n${place} is this version already, verified: nothing to do.`)
  if (!written) return
  if (conflicts.length > 0) {
    context.output.warn(
      `Wrote ${place} with conflicts in ${conflicts.join(', ')}: resolve them, then promote again.`,
    )
    process.exitCode = 1
    return
  }
  context.output.text(`\nWrote ${place}. Next: \`slipway submit ${name}\`.`)
  const doubtful = outputs.filter(output => !isVerified(output))
  if (doubtful.length)
    context.output.warn(
      `Not verified: ${doubtful.map(o => `${o.name} (${o.cause ?? o.verdict})`).join(', ')}.`,
    )
}

/** What a client shows beside the outputs' verdicts: recorded values stay out. */
export function verificationSummary({ passed, runs, findings, sample }: Verification) {
  return { passed, runs, findings, ...(sample ? { sample } : {}) }
}
