/**
 * The two hashes of promotion: the version of a pipeline (its identity) and the key of a step (for caching).
 *
 * SHA-256 over canonical JSON. Pure: same content, same hash, on any machine, at any path, on any day.
 */
import { createHash } from 'node:crypto'
import { canonicalJson } from '../language/canonical-json.ts'
import { PromoteError } from './errors.ts'
import { modelCopyPath, type Lock, type Manifest } from './manifest.ts'

/** Text or bytes by path relative to the pipeline's folder. */
export type PipelineFiles = Readonly<Record<string, string | Uint8Array>>

/**
 * `sha256:` and 64 hexadecimal digits over what the author decided: step code with the modules beside it, edges,
 * parameters and defaults, data references with their content, model files, feature versions, packages, seed and
 * output names. Cells, fixtures, tests, names of files made at promotion and the pipeline's own name are not in it.
 *
 * @param files at least every `steps/` file and every model copy; what else is there does not count
 * @throws PromoteError PRO005 when a file that the manifest or the lock names is missing or differs from the lock
 */
export function pipelineVersion(manifest: Manifest, lock: Lock, files: PipelineFiles): string {
  const decided = {
    format: manifest.format,
    ...(manifest.workingFolder === undefined ? {} : { workingFolder: manifest.workingFolder }),
    code: codeDigests(files),
    parameters: sortBy(
      manifest.parameters.map(p => ({ name: p.name, schema: p.schema, default: p.default })),
      p => p.name,
    ),
    steps: manifest.steps.map(step => ({
      name: step.name,
      code: sha256(fileOf(files, step.file)),
      function: step.function,
      inputs: sortBy(step.inputs, i => i.name),
      parameters: [...step.parameters].sort(),
      outputs: sortBy(step.outputs, o => o.name),
    })),
    outputs: sortBy(manifest.outputs, o => o.name),
    data: sortBy(lock.data, d => d.path),
    models: sortBy(lock.models, m => m.path).map(m => ({ path: m.path, sha256: modelDigest(m, files) })),
    features: lock.features,
    packages: lock.packages,
    seed: lock.seed,
  }
  return `sha256:${sha256(canonicalJson(decided))}`
}

/** @throws PromoteError PRO005 when the manifest's version is not that of its content */
export function checkVersion(manifest: Manifest, lock: Lock, files: PipelineFiles): void {
  const version = pipelineVersion(manifest, lock, files)
  if (version === manifest.version) return
  throw new PromoteError(
    'PRO005',
    `pipeline ${manifest.name} says it is ${manifest.version}, its content is ${version}. ` +
      'Something was edited after promotion: promote the notebook again.',
  )
}

export interface StepKeyInputs {
  /** Text of every module the step's file reaches within the pipeline, by path. */
  readonly code: PipelineFiles
  readonly function: string
  /** The values of the parameters that the step uses. */
  readonly parameters: Readonly<Record<string, unknown>>
  /** Content digests of its inputs, and of the data and model files it reads. */
  readonly inputs: Readonly<Record<string, string>>
  readonly outputs: readonly { readonly name: string; readonly codec: string }[]
  readonly packages: Lock['packages']
  readonly features: Lock['features']
  readonly seed: number
  readonly platform: Platform
}

/** What of the machine a result may depend on. */
export interface Platform {
  readonly node: string
  readonly icu: string
  readonly arch: string
  readonly os: string
}

/** The key under which a step's results may be used again: everything they depend on and nothing else. */
export function stepKey(inputs: StepKeyInputs): string {
  return `sha256:${sha256(
    canonicalJson({
      ...inputs,
      code: codeDigests(inputs.code, ''),
      outputs: sortBy(inputs.outputs, o => o.name),
    }),
  )}`
}

/** This process's platform, as `stepKey` wants it. */
export function currentPlatform(): Platform {
  const { versions, arch, platform } = process
  return { node: versions.node, icu: versions.icu ?? 'none', arch, os: platform }
}

/** Hexadecimal SHA-256. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

function codeDigests(files: PipelineFiles, folder = 'steps/'): readonly { path: string; sha256: string }[] {
  const paths = Object.keys(files).filter(path => path.startsWith(folder))
  return paths.sort().map(path => ({ path, sha256: sha256(fileOf(files, path)) }))
}

function modelDigest(model: Lock['models'][number], files: PipelineFiles): string {
  const digest = sha256(fileOf(files, modelCopyPath(model.path)))
  if (digest === model.sha256) return digest
  throw new PromoteError(
    'PRO005',
    `${modelCopyPath(model.path)} is not the file that was locked. Promote the notebook again.`,
  )
}

function fileOf(files: PipelineFiles, path: string): string | Uint8Array {
  const content = files[path]
  if (content !== undefined) return content
  throw new PromoteError(
    'PRO005',
    `the pipeline has no file ${path}, which it names. Promote the notebook again.`,
  )
}

function sortBy<T>(items: readonly T[], key: (item: T) => string): T[] {
  return [...items].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0))
}
