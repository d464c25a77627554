/** `slipway run`: a notebook through the kernel, or a pipeline's folder step by step. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import type { StepEvent } from '../../library/steps/request.ts'
import type { CellOutput } from '../../kernel/client.ts'
import { manifestFile, summaryOfFile, type FileDocument } from '../../promote/index.ts'
import type { CommandContext } from '../context.ts'
import { CliError, exitCodes } from '../errors.ts'
import type { AddCommand } from '../program.ts'
import { pipelineDocuments, pipelineOutputs } from '../outputs.ts'
import { changedData, parseParameters, readPipeline } from '../pipeline.ts'
import { rootOfPipeline } from '../promotion/root.ts'
import { fileDocuments } from '../promotion/file-documents.ts'
import { createSampledProject, saidOf } from '../promotion/sampled-project.ts'
import { parseRows } from '../rows.ts'
import { readNotebookFile, runNotebook, writeNotebookFile, type RanCell } from '../run-notebook.ts'

interface RunOptions {
  readonly save?: boolean
  readonly param?: readonly string[]
  readonly steps?: boolean
  readonly sample?: number
  readonly file?: readonly string[]
}

export const addRun: AddCommand = (program, run) => {
  program
    .command('run')
    .argument('<path>', "a notebook, or a pipeline's folder")
    .option('--save', 'write outputs and the log of what ran into the notebook')
    .option('--param <name=value...>', 'set a parameter of the pipeline; the value is JSON or plain text')
    .option('--steps', "say also what each of the pipeline's steps gives")
    .option('--file <path...>', "say also what is then in this file (from the project's root)")
    .option(
      '--sample <rows>',
      'run a pipeline on this many rows of each data file, in a copy of the project',
      parseRows,
    )
    .description('run a notebook through the kernel, or a pipeline here and now')
    .action(
      run(async (context, given: string, options: RunOptions) => {
        const path = context.path(given)
        if (!existsSync(path)) throw new CliError('CLI002', `There is no ${path}.`)
        if (path.endsWith('.ipynb')) return await runNotebookCommand(context, path, options)
        if (existsSync(join(path, manifestFile))) return await runPipelineCommand(context, path, options)
        throw new CliError(
          'CLI007',
          `Expected a notebook (.ipynb) or a folder with ${manifestFile}, got ${path}.`,
          {
            exitCode: exitCodes.usage,
          },
        )
      }),
    )
}

async function runNotebookCommand(
  context: CommandContext,
  file: string,
  { save }: RunOptions,
): Promise<void> {
  const { output, signal } = context
  const notebook = readNotebookFile(file)
  const ran = await runNotebook(file, notebook, {
    signal,
    onCell: ({ index, nCells, source }) =>
      output.progress(`Cell ${index + 1} of ${nCells}: ${firstLine(source)}`),
    onOutput: cellOutput => output.text(textOf(cellOutput)),
  })
  output.endProgress()
  const failed = ran.find(cell => cell.status !== 'ok')
  // What ran is kept, also when a later cell failed.
  if (save) writeNotebookFile(file, notebook)
  if (failed) throw cellError(file, failed)
  output.document({ notebook: file, saved: Boolean(save), cells: ran.map(({ outputs: _, ...cell }) => cell) })
}

function cellError(file: string, cell: RanCell): CliError {
  const { ename = 'Error', evalue = '', traceback = [] } = cell.error ?? {}
  const text = traceback.length ? traceback.join('\n') : `${ename}: ${evalue}`
  return new CliError(
    'CLI005',
    `Cell ${cell.executionCount} (${cell.id}) of ${relative(process.cwd(), file)} failed.\n${text}`,
    {
      details: { cell: cell.id, ename, evalue, traceback },
    },
  )
}

function firstLine(source: string): string {
  return source.split('\n').find(line => line.trim() && !line.trim().startsWith('//')) ?? ''
}

/** What a terminal can show of an output. */
function textOf(output: CellOutput): string {
  if (output.output_type === 'stream') return output.text.replace(/\n$/, '')
  if (output.output_type === 'error') return output.traceback.join('\n')
  const text = output.data['text/plain'] ?? ''
  return Array.isArray(text) ? text.join('') : String(text)
}

async function runPipelineCommand(
  context: CommandContext,
  folder: string,
  { param = [], steps: withSteps = false, sample, file = [] }: RunOptions,
): Promise<void> {
  const { output, signal } = context
  const root = context.projectRoot(folder, rootOfPipeline)
  const pipeline = readPipeline(root, folder)
  const workFolder = mkdtempSync(join(tmpdir(), 'slipway-run-'))
  const paths = pipeline.lock.data.map(({ path }) => path)
  const sampled = sample === undefined ? undefined : await createSampledProject(root, paths, sample)
  try {
    // Before the run, which may write what it reads.
    const dataChanged = (await changedData(pipeline)).map(({ path }) => path)
    const options = {
      ...pipeline,
      root: sampled?.project.root ?? root,
      parameters: parseParameters(pipeline, param),
      workFolder,
      signal,
      onProgress: output.progress,
      onEvent: (step: string, event: StepEvent) => {
        if (event.type === 'log') output.warn(`${step} │ ${event.text.trimEnd()}`)
      },
    }
    const found = {
      ...(withSteps ? await pipelineDocuments(options) : { outputs: await pipelineOutputs(options) }),
      ...(file.length > 0 ? { files: await summariesOf(options.root, file) } : {}),
    }
    const given = sampled ? saidOf(found, sampled.project.root, root) : found
    output.endProgress()
    for (const path of dataChanged)
      output.warn(
        `${path} is not what ${pipeline.manifest.name} was promoted with: this is not its version's result.`,
      )
    output.document({
      version: pipeline.manifest.version,
      ...(dataChanged.length > 0 ? { dataChanged } : {}),
      ...(sampled ? { sample: sampled.sample } : {}),
      ...given,
    })
    output.text(JSON.stringify(given, null, 2))
  } finally {
    sampled?.project.dispose()
    rmSync(workFolder, { recursive: true, force: true })
  }
}

/** By path; null for a file that is not there. */
async function summariesOf(root: string, paths: readonly string[]): Promise<Record<string, unknown>> {
  const documents = await fileDocuments(
    root,
    paths.filter(path => existsSync(join(root, path))),
  )
  return Object.fromEntries(
    paths.map(path => [path, documents[path] ? summaryOfFile(documents[path] as FileDocument) : null]),
  )
}
