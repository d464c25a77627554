/** `slipway promote`: a notebook becomes a pipeline, shown before it is written and verified before it counts. */
import { existsSync, readFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { InvalidArgumentError, Option } from 'commander'
import {
  parseEdits,
  printReport,
  type Pipeline,
  type Proposal,
  shownTrims,
  type TrimMode,
} from '../../promote/index.ts'
import { configFile } from '../../library/config.ts'
import type { CommandContext } from '../context.ts'
import { CliError } from '../errors.ts'
import type { AddCommand } from '../program.ts'
import { isPipelineName, pipelineNameOf, slashes } from '../pipeline.ts'
import { carryBack } from '../promotion/back.ts'
import { cellNames } from '../promotion/cells.ts'
import { proposalOf, verificationFile } from '../promotion/chosen.ts'
import { checkPlace, noteCommand, writePipeline } from '../promotion/folder.ts'
import { promotionRequest } from '../promotion/request.ts'
import { provenanceFile, provenanceOf } from '../promotion/provenance.ts'
import { beginProject, noteRoot, rootOfNotebook } from '../promotion/root.ts'
import { report, showDiffs, showProposal, verificationSummary } from '../promotion/show.ts'
import type { NotebookFile } from '../run-notebook.ts'
import { unverified, verifyPipeline, type Verified } from '../promotion/verify.ts'
import { parseRows } from '../rows.ts'

interface PromoteOptions {
  readonly name?: string
  readonly out?: string
  readonly output?: readonly string[]
  readonly edits?: string
  readonly from?: 'log' | 'document'
  readonly sample?: number
  readonly trim: TrimMode
  readonly verify: boolean
  readonly back?: boolean
  readonly yes?: boolean
}

/** The same for a person. */
const reportFile = 'tests/verification.md'

export const addPromote: AddCommand = (program, run) => {
  program
    .command('promote')
    .argument('<notebook>', 'an .ipynb file')
    .option('--name <name>', 'of the pipeline (default: that of the notebook)', parseName)
    .option('--out <folder>', "where to write it (default: pipelines/<name> in the project's root)")
    .option(
      '--output <name...>',
      'what the pipeline is to give (default: marked outputs, else models, written files and the last value)',
    )
    .option(
      '--edits <file>',
      'changes of steps, names, outputs, parameters and secrets, as a preview makes them',
    )
    .addOption(
      new Option('--from <history>', 'promote what ran, or the document from top to bottom').choices([
        'log',
        'document',
      ]),
    )
    .option('--sample <rows>', 'verify on this many rows of each data file, and say so', parseRows)
    .addOption(
      new Option(
        '--trim <what>',
        'leave out what is kept only for a call that nothing is known of and that the session saw change nothing: ' +
          'none of it, what is safe with other data too, or all; the verification decides',
      )
        .choices(['none', 'safe', 'all'])
        .default('safe'),
    )
    .option('--back', 'instead, carry edits made in the steps back to the cells of the notebook')
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
  const root = context.projectRoot(file, rootOfNotebook)
  const request = promotionRequest({
    root,
    file,
    name: options.name,
    folder: options.out === undefined ? undefined : context.path(options.out),
    outputs: options.output,
    edits: options.edits === undefined ? undefined : parseEdits(readText(context, options.edits)),
    history: options.from,
    // What is left out on the session's word stays out only when a verification agrees.
    trim: options.verify ? options.trim : 'none',
    colors: output.colors,
  })
  const { folder, notebook } = request
  if (options.back)
    return await carryBack(context, { file, folder, mayWrite: () => mayWrite(context, file, options) })
  checkPlace(folder, { root, file })
  output.progress('Slicing the notebook')
  const { proposal, known } = await proposalOf(request, root)
  const pipeline = pipelineOf(proposal, { file, notebook })
  output.endProgress()
  showProposal(context, { proposal, pipeline, nameOf: cellNames(notebook) })
  if (known)
    return report(context, { proposal, pipeline, folder, outputs: known, unchanged: true, written: false })
  if (request.options.previous) showDiffs(context, proposal.preview?.files ?? [])
  if (!(await mayWrite(context, folder, options))) {
    output.text(`\nNothing was written.${process.stdin.isTTY ? '' : ' `--yes` writes it.'}`)
    return report(context, { proposal, pipeline, folder, outputs: unverified(pipeline), written: false })
  }
  const canRun = options.verify && pipeline.conflicts.length === 0
  const found: Verified = canRun
    ? await verifyPipeline(context, { root, file, proposal, notebook, sampleRows: options.sample })
    : { proposal, verified: pipeline, outputs: unverified(pipeline) }
  const { verified, outputs, verification } = found
  const { trims } = found.proposal
  output.progress(`Writing ${relative(context.cwd, folder)}`)
  const provenance = await provenanceOf(root, {
    notebook: slashes(relative(root, file)),
    ...(options.output ? { outputs: options.output } : {}),
    ...(options.from ? { history: options.from } : {}),
  })
  const files = {
    ...verified.files,
    [verificationFile]: json({
      outputs,
      ...(verification ? verificationSummary(verification) : {}),
      ...(trims.length > 0 ? { trims: shownTrims(trims) } : {}),
      ...(found.hasKept ? { notPassed: pipeline.manifest.version } : {}),
    }),
    ...(verification
      ? {
          [reportFile]: printReport({
            ...verified.manifest,
            verification,
            trims,
            cellName: cellNames(notebook),
          }),
        }
      : {}),
    [provenanceFile]: json(provenance),
  }
  writePipeline(folder, files, removedPaths(found.proposal))
  if (beginProject(root))
    output.text(
      `${relative(context.cwd, join(root, configFile))} is new: its folder is a Slipway project now.`,
    )
  noteRoot(folder, root)
  noteCommand(root)
  if (relative(root, folder).startsWith('..')) noteCommand(folder)
  output.endProgress()
  report(context, {
    ...{ proposal: found.proposal, pipeline: verified, folder, outputs, verification },
    written: true,
  })
}

/** @throws InvalidArgumentError of Commander */
function parseName(text: string): string {
  if (isPipelineName(text)) return text
  throw new InvalidArgumentError(
    `Expected lower-case letters, digits and single dashes, as in ${pipelineNameOf(`${text}.`)}, got ${text}.`,
  )
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

function removedPaths({ preview }: Proposal): ReadonlySet<string> {
  const removed = preview?.files.filter(({ state }) => state === 'removed') ?? []
  return new Set(removed.map(({ path }) => path))
}

/** @throws CliError CLI002 */
function readText(context: CommandContext, given: string): string {
  const file = context.path(given)
  if (existsSync(file)) return readFileSync(file, 'utf8')
  throw new CliError('CLI002', `There is no ${file}.`)
}

/** @throws CliError with the code of the first diagnostic */
function pipelineOf(
  { pipeline, diagnostics }: Proposal,
  { file, notebook }: { readonly file: string; readonly notebook: NotebookFile },
): Pipeline {
  if (pipeline) return pipeline
  const nameOf = cellNames(notebook)
  const lines = diagnostics.map(
    d => `${d.code}: ${d.message}${d.cell === undefined ? '' : ` (cell ${nameOf(d.cell)})`}`,
  )
  const language = languageOf(notebook)
  if (language !== undefined && diagnostics.some(({ code }) => code === 'PRO011'))
    lines.unshift(`Its language is ${language}; what is promoted is TypeScript or JavaScript.`)
  const error = new CliError('CLI004', `${basename(file)} cannot be promoted.\n${lines.join('\n')}`, {
    details: { diagnostics },
  })
  throw error
}

/** The language that the notebook says its cells are in, when it is another than ours. */
function languageOf({ metadata }: NotebookFile): string | undefined {
  const { kernelspec, language_info: info } = metadata as {
    readonly kernelspec?: { readonly language?: unknown } | null
    readonly language_info?: { readonly name?: unknown } | null
  }
  const language = info?.name ?? kernelspec?.language
  return typeof language !== 'string' || /script$/i.test(language) ? undefined : language
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
