/**
 * A pipeline on disk: `pipeline.json` (the manifest: what runs) and `pipeline.lock.json` (the lock: on what content).
 *
 * The schemas here are the only declaration of both shapes; types and validation come from them. Nothing is read
 * or written here.
 */
import Type, { type Static } from 'typebox'
import Value from 'typebox/value'
import type { FeaturePlan, SourcePlan } from '../language/index.ts'
import { PromoteError } from './errors.ts'

/** The version of both formats. A reader refuses another one. */
export const pipelineFormat = 1
export const manifestFile = 'pipeline.json'
export const lockFile = 'pipeline.lock.json'

/** How a value crosses a boundary: Parquet, JSON with the documented encoding, raw bytes, or a model folder. */
export const CodecSchema = Type.Union([
  Type.Literal('table'),
  Type.Literal('json'),
  Type.Literal('bytes'),
  Type.Literal('model'),
])
export type Codec = Static<typeof CodecSchema>

const identifier = Type.String({ pattern: '^[\\p{ID_Start}$_][\\p{ID_Continue}$]*$' })
const stepName = Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*$' })
const digest = Type.String({ pattern: '^[0-9a-f]{64}$' })
/** Forward slashes, inside the folder it is relative to. */
const relativePath = Type.String({ pattern: '^(?!/)(?!.*(^|/)\\.\\.(/|$))(?!.*\\\\).+$' })

export const ParameterSchema = Type.Object({
  name: identifier,
  /** JSON Schema of the values it takes. */
  schema: Type.Record(Type.String(), Type.Unknown()),
  default: Type.Unknown(),
  description: Type.Optional(Type.String()),
})
export type Parameter = Static<typeof ParameterSchema>

export const StepSchema = Type.Object({
  name: stepName,
  /** The heading it was named from. */
  title: Type.Optional(Type.String()),
  /** Relative to the pipeline's folder. */
  file: relativePath,
  /** The exported async function: takes inputs and parameters in one object, returns its outputs in one. */
  function: identifier,
  inputs: Type.Array(
    Type.Object({ name: identifier, from: Type.Object({ step: stepName, output: identifier }) }),
  ),
  /** Names of the pipeline's parameters which it uses. */
  parameters: Type.Array(identifier),
  outputs: Type.Array(Type.Object({ name: identifier, codec: CodecSchema })),
  /** The nbformat ids of the cells it was made from. */
  cells: Type.Array(Type.String()),
})
export type Step = Static<typeof StepSchema>

export const ManifestSchema = Type.Object({
  format: Type.Literal(pipelineFormat),
  name: stepName,
  /** `sha256:` and 64 hexadecimal digits (version.ts). */
  version: Type.String({ pattern: '^sha256:[0-9a-f]{64}$' }),
  /** Where steps run, from the project's root: the notebook's folder. Absent: the root. */
  workingFolder: Type.Optional(relativePath),
  parameters: Type.Array(ParameterSchema),
  /** In an order in which they can run. */
  steps: Type.Array(StepSchema),
  outputs: Type.Array(
    Type.Object({
      name: Type.String({ minLength: 1 }),
      step: stepName,
      output: identifier,
      codec: CodecSchema,
    }),
  ),
})
export type Manifest = Static<typeof ManifestSchema>

const LockSchema = Type.Object({
  format: Type.Literal(pipelineFormat),
  /** Data files, project-relative, with the content that was there at promotion. */
  data: Type.Array(
    Type.Object({ path: relativePath, sha256: digest, sizeBytes: Type.Integer({ minimum: 0 }) }),
  ),
  /** `.slip` files by project-relative path; the pipeline's copy lies at `models/<path>`. */
  models: Type.Array(Type.Object({ path: relativePath, sha256: digest })),
  /** Catalog features the models use, by `name@version`, complete. */
  features: Type.Record(
    Type.String(),
    Type.Object({ feature: Type.Unknown(), source: Type.Optional(Type.Unknown()) }),
  ),
  /** Packages that step code imports. */
  packages: Type.Record(
    Type.String(),
    Type.Object({
      version: Type.String(),
      integrity: Type.Optional(Type.String()),
      /** SHA-256 over names and versions of all that it depends on. */
      dependencies: Type.Optional(digest),
    }),
  ),
  seed: Type.Integer({ minimum: 0 }),
  /** File below `tests/` -> SHA-256 of what verification recorded. Not part of the version. */
  fixtures: Type.Record(relativePath, digest),
})

export interface LockedFeature {
  readonly feature: FeaturePlan
  /** Of a window. */
  readonly source?: SourcePlan
}
export type Lock = Omit<Static<typeof LockSchema>, 'features'> & {
  readonly features: Readonly<Record<string, LockedFeature>>
}

/** @throws PromoteError PRO001–PRO004 */
export function parseManifest(text: string): Manifest {
  return validateManifest(parseJson(text, manifestFile))
}

/** @throws PromoteError PRO001–PRO003 */
export function parseLock(text: string): Lock {
  return validateLock(parseJson(text, lockFile))
}

/** @throws PromoteError PRO002–PRO004 */
export function validateManifest(value: unknown): Manifest {
  checkFormat(value, manifestFile)
  if (!Value.Check(ManifestSchema, value)) throw shapeError(ManifestSchema, value, manifestFile)
  checkEdges(value)
  return value
}

/** @throws PromoteError PRO002, PRO003 */
export function validateLock(value: unknown): Lock {
  checkFormat(value, lockFile)
  if (!Value.Check(LockSchema, value)) throw shapeError(LockSchema, value, lockFile)
  return value as Lock
}

/** Both files as text: two spaces, a newline at the end. */
export function printPipelineJson(value: Manifest | Lock): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

/** Where the pipeline keeps its copy of a project's `.slip` file. */
export function modelCopyPath(path: string): string {
  return `models/${path}`
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new PromoteError('PRO001', `${file} is not JSON (${(cause as Error).message}). Promote again.`, {
      cause,
    })
  }
}

function checkFormat(value: unknown, file: string): void {
  const format =
    typeof value === 'object' && value !== null ? (value as { format?: unknown }).format : undefined
  if (format === undefined || format === pipelineFormat) return
  throw new PromoteError(
    'PRO003',
    `${file} has format ${JSON.stringify(format)}, this Slipway reads format ${pipelineFormat}. ` +
      'Promote the notebook again, or use the Slipway that wrote it.',
  )
}

function shapeError(
  schema: typeof ManifestSchema | typeof LockSchema,
  value: unknown,
  file: string,
): PromoteError {
  const first = [...Value.Errors(schema, value)][0]
  const where = first?.instancePath || '/'
  return new PromoteError(
    'PRO002',
    `${file} at ${where}: ${first?.message ?? 'has the wrong shape'}. Promote again.`,
  )
}

/** Steps come after what they need, and nothing names what does not exist. */
function checkEdges(manifest: Manifest): void {
  const parameters = new Set(manifest.parameters.map(p => p.name))
  const outputsOf = new Map<string, ReadonlyMap<string, Codec>>()
  for (const step of manifest.steps) {
    if (outputsOf.has(step.name)) throw contradiction(`two steps are called ${step.name}`)
    for (const { name, from } of step.inputs) {
      if (!outputsOf.get(from.step)?.has(from.output))
        throw contradiction(
          `input ${name} of step ${step.name} comes from ${from.step}.${from.output}, which no earlier step gives`,
        )
    }
    for (const name of step.parameters)
      if (!parameters.has(name))
        throw contradiction(`step ${step.name} uses parameter ${name}, which is not declared`)
    outputsOf.set(step.name, new Map(step.outputs.map(o => [o.name, o.codec])))
  }
  for (const output of manifest.outputs) {
    const codec = outputsOf.get(output.step)?.get(output.output)
    if (codec !== output.codec)
      throw contradiction(
        `output ${output.name} is ${output.step}.${output.output} as ${output.codec}, ` +
          `the step gives ${codec ?? 'no such output'}`,
      )
  }
}

function contradiction(what: string): PromoteError {
  return new PromoteError('PRO004', `${manifestFile}: ${what}. Promote the notebook again.`)
}
