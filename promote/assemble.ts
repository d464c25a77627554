/** The pipeline's folder of its parts: manifest, lock and files, merged with what is in the folder. */
import { editsFile, type EditProblem, type FileDiff, type ProposalEdits } from './edits.ts'
import { relockModels, type LockResult } from './lock.ts'
import {
  lockFile,
  manifestFile,
  pipelineFormat,
  printPipelineJson,
  validateManifest,
  type Manifest,
  type Parameter,
} from './manifest.ts'
import { baseFile, mergeFolder, printBase, type Merged, type Texts } from './merge.ts'
import type { Pipeline } from './propose.ts'
import type { PipelinePlan } from './steps/plan.ts'
import { pipelineVersion } from './version.ts'
import { mapFile, printMap, printPackageJson, printReadme, printTest, testFile } from './write/folder.ts'
import { createRemap } from './write/remap.ts'
import { stepPath, type GeneratedFile, type SpanMapping } from './write/step-file.ts'

export interface AssembleOptions {
  readonly name: string
  readonly notebookName: string
  readonly workingFolder?: string
  readonly plan: PipelinePlan
  readonly generated: readonly GeneratedFile[]
  /** Copies of the project's modules, by path in the pipeline. */
  readonly modules: Texts
  /** Model files that came of cells; the lock has them too. */
  readonly cells: readonly GeneratedFile[]
  readonly locked: LockResult
  readonly edits: ProposalEdits
  readonly previous?: Texts
}

export interface Assembled {
  readonly pipeline: Pipeline
  readonly diffs: readonly FileDiff[]
  readonly problems: readonly EditProblem[]
}

export function assemble(options: AssembleOptions): Assembled {
  const { generated, modules, locked, edits, plan } = options
  const code = { ...Object.fromEntries(generated.map(file => [file.path, file.text])), ...modules }
  const unversioned = manifestOf(options)
  const content: Texts = {
    ...code,
    ...locked.files,
    [testFile]: printTest(),
    'package.json': printPackageJson(unversioned),
    'README.md': printReadme(unversioned, locked.lock, options.notebookName),
  }
  // What is merged decides the version; manifest and lock follow from it.
  const merged = mergeFolder(content, options.previous)
  const lock = relockModels(locked.lock, merged.files)
  const version = pipelineVersion(unversioned, lock, merged.files)
  const manifest = validateManifest({ ...unversioned, version })
  const hasEdits = Object.values(edits).some(value => Array.isArray(value) && value.length > 0)
  const made: Texts = {
    [manifestFile]: printPipelineJson(manifest),
    [lockFile]: printPipelineJson(lock),
    [mapFile]: printMap(remapped([...generated, ...options.cells], merged)),
    [baseFile]: printBase(content),
    ...(hasEdits ? { [editsFile]: `${JSON.stringify(edits, null, 2)}\n` } : {}),
  }
  const all = mergeFolder({ ...content, ...made }, options.previous)
  const secrets = [...plan.decisions.secrets.values()].flat()
  return {
    pipeline: {
      manifest,
      lock,
      files: all.files,
      edited: all.edited,
      conflicts: all.conflicts,
      secrets: Object.fromEntries(secrets.map(({ name, value }) => [name, value])),
    },
    diffs: all.diffs,
    problems: all.problems,
  }
}

function manifestOf({ name, plan, workingFolder }: AssembleOptions): Manifest {
  return {
    format: pipelineFormat,
    name,
    version: `sha256:${'0'.repeat(64)}`,
    ...(workingFolder ? { workingFolder } : {}),
    parameters: parametersOf(plan),
    steps: plan.steps.map(step => ({
      name: step.name,
      ...(step.title === undefined ? {} : { title: step.title }),
      file: stepPath(step),
      function: step.function,
      inputs: step.inputs.map(({ name, step }) => ({ name, from: { step, output: name } })),
      parameters: [...step.parameters],
      outputs: step.outputs.map(({ name, codec }) => ({ name, codec })),
      cells: [...step.cells],
    })),
    outputs: plan.outputs.map(output => ({ ...output })),
  }
}

function parametersOf({ roles, steps, decisions }: PipelinePlan): Parameter[] {
  const used = new Set(steps.flatMap(step => step.parameters))
  const constants = [...roles.values()].flatMap(role =>
    role.kind === 'parameter' && used.has(role.parameter.name) ? [role.parameter] : [],
  )
  const lifted = new Map(
    [...decisions.lifts.values()].flat().map(({ parameter }) => [parameter.name, parameter]),
  )
  return [...constants, ...[...lifted.values()].filter(({ name }) => used.has(name))]
}

/** Spans in the texts as they are merged. */
function remapped(generated: readonly GeneratedFile[], merged: Merged): readonly SpanMapping[] {
  return generated.flatMap(({ path, text, map }) => {
    const now = merged.files[path] ?? text
    if (now === text) return map
    const remap = createRemap(text, now)
    return map.map(mapping => ({ ...mapping, span: remap.span(mapping.span), base: mapping.span }))
  })
}
