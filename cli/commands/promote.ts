/** `slipway promote`: a notebook becomes a pipeline, shown before it is written and verified before it counts. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { createInterface } from 'node:readline/promises'
import {
  manifestFile,
  propose,
  verifyProposal,
  type OutputVerdict,
  type Pipeline,
  type Proposal,
} from '../../promote/index.ts'
import type { CommandContext } from '../context.ts'
import { CliError } from '../errors.ts'
import type { AddCommand } from '../main.ts'
import { shortVersion } from '../output.ts'
import { pipelineNameOf, pipelinesFolder, readPipeline, slashes } from '../pipeline.ts'
import { createProjectView, installedTypes } from '../project-view.ts'
import { replay } from '../replay.ts'
import { liveOutputs } from '../live-outputs.ts'
import { readNotebookFile, type NotebookFile } from '../run-notebook.ts'
import { withSessionLog } from '../session-log.ts'
import { pipelineOutputs } from '../outputs.ts'

interface PromoteOptions {
  readonly name?: string
  readonly out?: string
  readonly output?: readonly string[]
  readonly verify: boolean
  readonly yes?: boolean
}

/** What is kept beside a pipeline's tests about its verification. Not part of the version. */
const verificationFile = 'tests/verification.json'

export const addPromote: AddCommand = (program, run) => {
  program
    .command('promote')
    .argument('<notebook>', 'an .ipynb file')
    .option('--name <name>', 'of the pipeline (default: that of the notebook)')
    .option('--out <folder>', "where to write it (default: pipelines/<name> in the project's root)")
    .option('--output <name...>', 'what the pipeline is to give (default: marked outputs, else models)')
    .option('--no-verify', 'write it without running it')
    .option('--yes', 'write without asking')
    .description('make a pipeline of a notebook')
    .action(run(promoteCommand))
}

async function promoteCommand(
  context: CommandContext,
  given: string,
  options: PromoteOptions,
): Promise<void> {
  const { output } = context
  const file = context.path(given)
  const root = context.projectRoot(dirname(file))
  const notebook = readNotebookFile(file)
  const name = options.name ?? pipelineNameOf(file)
  const folder = options.out === undefined ? join(pipelinesFolder(root), name) : context.path(options.out)
  const request = {
    notebook: withSessionLog(file, readFileSync(file, 'utf8'), notebook),
    notebookName: slashes(relative(root, file)),
    name,
    ...(options.output ? { outputs: options.output } : {}),
    folder: dirname(file),
    typesOf: installedTypes,
    project: createProjectView(root, dirname(file), output.colors),
  }
  output.progress('Slicing the notebook')
  const proposal = await propose(request)
  const pipeline = pipelineOf(proposal, file)
  const known = verifiedBefore(root, folder, pipeline)
  output.endProgress()
  showProposal(context, proposal, pipeline)
  if (known)
    return report(context, { proposal, pipeline, folder, outputs: known, unchanged: true, written: false })
  if (!(await mayWrite(context, folder, options))) {
    output.text('\nNothing was written.')
    return report(context, { proposal, pipeline, folder, outputs: unverified(pipeline), written: false })
  }
  const { verified, outputs } = options.verify
    ? await verifyPipeline(context, { root, file, proposal, notebook })
    : { verified: pipeline, outputs: unverified(pipeline) }
  output.progress(`Writing ${relative(context.cwd, folder)}`)
  writePipeline(folder, {
    ...verified.files,
    [verificationFile]: `${JSON.stringify({ outputs }, null, 2)}\n`,
  })
  output.endProgress()
  report(context, { proposal, pipeline: verified, folder, outputs, written: true })
}

/** @throws CliError with the code of the first diagnostic */
function pipelineOf({ pipeline, diagnostics }: Proposal, file: string): Pipeline {
  if (pipeline) return pipeline
  const lines = diagnostics.map(
    d => `${d.code}: ${d.message}${d.cell === undefined ? '' : ` (cell ${d.cell})`}`,
  )
  const error = new CliError('CLI004', `${basename(file)} cannot be promoted.\n${lines.join('\n')}`, {
    details: { diagnostics },
  })
  throw error
}

interface VerifyRequest {
  readonly root: string
  readonly file: string
  readonly proposal: Proposal
  readonly notebook: NotebookFile
}

/** @throws CliError CLI012 when the pipeline does not do what the notebook did */
async function verifyPipeline(context: CommandContext, { root, file, proposal, notebook }: VerifyRequest) {
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
        const folder = join(work, 'pipeline')
        writeFiles(folder, pipeline.files)
        return await pipelineOutputs({
          folder,
          root,
          ...pipeline,
          workFolder: join(work, 'steps'),
          ...pass,
          onProgress: output.progress,
        })
      },
    })
    const { verification } = result
    const pipeline = pipelineOf(result, file)
    if (!verification) return { verified: pipeline, outputs: unverified(pipeline) }
    output.endProgress()
    showVerdicts(context, verification.outputs)
    if (verification.blocked)
      throw new CliError(
        'CLI012',
        `The pipeline does not give what the notebook gave. Nothing was written.\n${differences(verification.outputs)}`,
        {
          details: { outputs: verification.outputs },
        },
      )
    return { verified: pipeline, outputs: verification.outputs }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

function unverified(pipeline: Pipeline): readonly OutputVerdict[] {
  return pipeline.manifest.outputs.map(({ name }) => ({ name, verdict: 'unverified', differences: [] }))
}

/** The verdicts of the pipeline that is there already, when it is this very version and was verified. */
function verifiedBefore(
  root: string,
  folder: string,
  pipeline: Pipeline,
): readonly OutputVerdict[] | undefined {
  if (!existsSync(join(folder, manifestFile))) return undefined
  try {
    const there = readPipeline(root, folder)
    const text = there.files[verificationFile]?.toString('utf8')
    if (there.manifest.version !== pipeline.manifest.version || text === undefined) return undefined
    const { outputs } = JSON.parse(text) as { outputs: readonly OutputVerdict[] }
    return outputs.every(({ verdict }) => verdict === 'exact' || verdict === 'tolerant') ? outputs : undefined
  } catch {
    // What is there was edited or is of another format: it is written anew.
    return undefined
  }
}

function showProposal(
  { output }: CommandContext,
  proposal: Proposal,
  { manifest, lock, files }: Pipeline,
): void {
  const { colors } = output
  output.text(`Pipeline ${manifest.name} ${shortVersion(manifest.version)}`)
  for (const step of manifest.steps) {
    const takes = [...step.inputs.map(input => input.name), ...step.parameters].join(', ') || 'nothing'
    const gives = step.outputs.map(({ name, codec }) => `${name} (${codec})`).join(', ')
    output.text(`  ${step.name.padEnd(16)} ${takes} → ${gives}`)
  }
  for (const { name, default: value } of manifest.parameters)
    output.text(`  parameter ${name} = ${JSON.stringify(value)}`)
  for (const { path, sizeBytes } of lock.data)
    output.text(`  data ${path} (${(sizeBytes / 1e6).toFixed(1)} MB, by content)`)
  const { kept, dropped, assumptions } = proposal
  output.text(
    `  keeps ${kept.length} of ${kept.length + dropped.length} statements; ${Object.keys(files).length} files`,
  )
  for (const { message, cell } of assumptions)
    output.text(colors.yellow(`  assumes: ${message}${cell === undefined ? '' : ` (cell ${cell})`}`))
}

function showVerdicts({ output }: CommandContext, outputs: readonly OutputVerdict[]): void {
  for (const { name, verdict, cause } of outputs)
    output.text(
      `  ${verdict === 'exact' || verdict === 'tolerant' ? '✓' : '!'} ${name}: ${verdict}${cause ? ` (${cause})` : ''}`,
    )
}

function differences(outputs: readonly OutputVerdict[]): string {
  return outputs.flatMap(({ name, differences }) => differences.map(d => `  ${name} ${d}`)).join('\n')
}

async function mayWrite(context: CommandContext, folder: string, { yes }: PromoteOptions): Promise<boolean> {
  if (yes) return true
  if (context.output.json || !process.stdin.isTTY) return false
  const prompt = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const what = existsSync(folder) ? 'Replace' : 'Write'
    const answer = await prompt.question(`${what} ${relative(context.cwd, folder)}? [y/N] `, {
      signal: context.signal,
    })
    return /^y(es)?$/i.test(answer.trim())
  } finally {
    prompt.close()
  }
}

/** In one piece: a reader sees the old folder or the new one. */
function writePipeline(folder: string, files: Readonly<Record<string, string>>): void {
  const next = `${folder}.${process.pid}.new`
  const old = `${folder}.${process.pid}.old`
  writeFiles(next, files)
  if (existsSync(folder)) renameSync(folder, old)
  renameSync(next, folder)
  rmSync(old, { recursive: true, force: true })
}

function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

interface Report {
  readonly proposal: Proposal
  readonly pipeline: Pipeline
  readonly folder: string
  readonly outputs: readonly OutputVerdict[]
  readonly unchanged?: boolean
  readonly written: boolean
}

function report(
  context: CommandContext,
  { proposal, pipeline, folder, outputs, unchanged = false, written }: Report,
): void {
  const { kept, dropped, assumptions } = proposal
  const { name, version, steps, parameters } = pipeline.manifest
  context.output.document({
    name,
    version,
    folder,
    steps: steps.map(({ name, file, cells }) => ({ name, file, cells })),
    parameters,
    outputs,
    kept,
    dropped,
    assumptions,
    unchanged,
    written,
  })
  if (unchanged)
    context.output.text(
      `\n${relative(context.cwd, folder)} is this version already, verified: nothing to do.`,
    )
  if (written)
    context.output.text(`\nWrote ${relative(context.cwd, folder)}. Next: \`slipway submit ${name}\`.`)
  const doubtful = outputs.filter(({ verdict }) => verdict !== 'exact' && verdict !== 'tolerant')
  if (written && doubtful.length)
    context.output.warn(
      `Not verified: ${doubtful.map(o => `${o.name} (${o.cause ?? o.verdict})`).join(', ')}.`,
    )
}
