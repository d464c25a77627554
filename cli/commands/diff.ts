/** `slipway diff`: what makes two versions of a pipeline different, or a pipeline and what promotion would write now. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import { createTwoFilesPatch } from 'diff'
import {
  baseFile,
  diffPipelines,
  lockFile,
  manifestFile,
  parseLock,
  parseManifest,
  pipelineVersion,
  propose,
  type PipelineChange,
  type PipelineContent,
  type Texts,
} from '../../promote/index.ts'
import type { CommandContext } from '../context.ts'
import { CliError } from '../errors.ts'
import type { AddCommand } from '../program.ts'
import { shortVersion } from '../output.ts'
import { findPipeline, slashes } from '../pipeline.ts'
import { readTexts } from '../promotion/folder.ts'
import { readProvenance } from '../promotion/provenance.ts'
import { promotionRequest } from '../promotion/request.ts'

interface DiffOptions {
  readonly since?: string
}

export const addDiff: AddCommand = (program, run) => {
  program
    .command('diff')
    .argument('[pipeline]', "its folder or name (default: the project's only one)")
    .argument('[other]', 'another folder or name; without it: what promotion would write now')
    .option('--since <revision>', 'compare with the pipeline as it was in this revision of git')
    .description('say what makes two versions of a pipeline different')
    .action(run(diffCommand))
}

async function diffCommand(
  context: CommandContext,
  given: string | undefined,
  other: string | undefined,
  { since }: DiffOptions,
): Promise<void> {
  const root = context.projectRoot()
  const folder = findPipeline(root, given, context.path)
  const there = contentOf(readTexts(folder) ?? {}, folder)
  const [before, after] =
    since !== undefined
      ? [await contentAt(folder, since), there]
      : other !== undefined
        ? [there, contentOfFolder(findPipeline(root, other, context.path))]
        : [promoted(there), await contentNow(context, root, folder)]
  const changes = diffPipelines(before, after)
  context.output.document({
    before: before.manifest.version,
    after: after.manifest.version,
    same: changes.length === 0,
    changes,
  })
  show(context, changes, [before.manifest.version, after.manifest.version])
}

function contentOfFolder(folder: string): PipelineContent & { readonly files: Texts } {
  return contentOf(readTexts(folder) ?? {}, folder)
}

/** @throws PromoteError when manifest or lock cannot be used */
function contentOf(files: Texts, place: string): PipelineContent & { readonly files: Texts } {
  if (files[manifestFile] === undefined)
    throw new CliError('CLI007', `Expected ${manifestFile} in ${place}, found none.`)
  return { manifest: parseManifest(files[manifestFile]), lock: parseLock(files[lockFile] ?? ''), files }
}

/** As it was when it got its version; of a folder that was edited since, what was generated. */
function promoted(content: PipelineContent & { readonly files: Texts }): PipelineContent {
  const { manifest, lock, files: now } = content
  if (isVersion(manifest.version, () => pipelineVersion(manifest, lock, now))) return content
  const text = content.files[baseFile]
  if (text === undefined) return content
  const { files } = JSON.parse(text) as { files: Texts }
  return { ...content, files: { ...content.files, ...files } }
}

/** What promotion would write now: from the notebook, the data, the models, the packages and the folder's edits. */
async function contentNow(context: CommandContext, root: string, folder: string): Promise<PipelineContent> {
  const from = readProvenance(folder)
  const file = from && join(root, from.notebook)
  if (!file || !existsSync(file))
    throw new CliError(
      'CLI002',
      `Expected the notebook of ${relative(context.cwd, folder)}, found none` +
        `${file ? ` at ${file}` : ''}. Name another pipeline to compare with, or a revision with --since.`,
    )
  const { manifest } = contentOfFolder(folder)
  const { colors } = context.output
  const { outputs, history } = from
  const request = promotionRequest({ root, file, folder, name: manifest.name, outputs, history, colors })
  const { pipeline, diagnostics } = await propose(request.options)
  if (pipeline) return pipeline
  const lines = diagnostics.map(({ code, message }) => `${code}: ${message}`)
  throw new CliError('CLI004', `${from.notebook} cannot be promoted as it is now.\n${lines.join('\n')}`, {
    details: { diagnostics },
  })
}

function isVersion(version: string, compute: () => string): boolean {
  try {
    return compute() === version
  } catch {
    // A file that the manifest names was removed, or a model is not the locked one.
    return false
  }
}

const run = promisify(execFile)

/** @throws CliError CLI002 when git has no such pipeline there */
async function contentAt(folder: string, revision: string): Promise<PipelineContent> {
  const git = async (...args: string[]) =>
    (await run('git', args, { cwd: folder, maxBuffer: 2 ** 28 })).stdout
  try {
    const listed = await git('ls-tree', '-r', '--name-only', '-z', revision, '--', '.')
    const files: Record<string, string> = {}
    for (const path of listed.split('\0').filter(Boolean)) {
      const content = await git('show', `${revision}:./${path}`)
      if (!content.includes('\0')) files[slashes(path)] = content
    }
    return contentOf(files, `${folder} in ${revision}`)
  } catch (cause) {
    if (cause instanceof CliError) throw cause
    throw new CliError(
      'CLI002',
      `git has no ${folder} in ${revision}: is it a revision, and was the pipeline committed?`,
      { cause },
    )
  }
}

const nouns: Readonly<Record<PipelineChange['part'], string>> = {
  code: 'code',
  step: 'step',
  parameter: 'parameter',
  output: 'output',
  data: 'data',
  model: 'model',
  feature: 'feature',
  package: 'package',
  seed: 'seed',
  folder: 'folder of the steps',
}

function show(
  { output }: CommandContext,
  changes: readonly PipelineChange[],
  [before, after]: readonly [string, string],
): void {
  if (changes.length === 0) return output.text(`The same version: ${shortVersion(before)}.`)
  output.text(`${shortVersion(before)} → ${shortVersion(after)}`)
  for (const { part, name, change, before = '', after = '' } of changes) {
    output.text(`${change} ${nouns[part]} ${name}`)
    if (part === 'code' || part === 'model') {
      const patch = createTwoFilesPatch(name, name, before, after, '', '', { context: 2 })
      output.text(patch.split('\n').slice(2).join('\n').trimEnd())
    } else if (change === 'changed') output.text(`  was ${before}\n  is  ${after}`)
  }
}
