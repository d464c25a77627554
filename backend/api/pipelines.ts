/** Pipelines and their immutable versions. */
import { Type, type Static } from 'typebox'
import { Digest, Instant, Name, Parameters, PipelineVersionId, ProjectPath } from './common.ts'

export const PipelineFile = Type.Object(
  { path: ProjectPath, digest: Digest },
  { additionalProperties: false, description: 'A file of the project and the blob that holds its bytes' },
)
export type PipelineFile = Static<typeof PipelineFile>

/** `files` holds everything a run needs: `pipelines/<name>/…`, `.slip` files, `slipway.json`, data. */
export const PipelineRegistration = Type.Object(
  {
    name: Name,
    version: PipelineVersionId,
    files: Type.Array(PipelineFile, { minItems: 1, maxItems: 10_000 }),
  },
  { additionalProperties: false },
)
export type PipelineRegistration = Static<typeof PipelineRegistration>

export const PipelineStep = Type.Object({
  name: Type.String(),
  inputs: Type.Array(Type.String()),
  outputs: Type.Array(Type.Object({ name: Type.String(), codec: Type.String() })),
})

export const PipelineParameter = Type.Object({
  name: Type.String(),
  schema: Type.Unknown({ description: 'JSON schema' }),
  default: Type.Unknown(),
})

export const PipelineVersion = Type.Object({
  name: Name,
  version: PipelineVersionId,
  createdAt: Instant,
  parameters: Type.Array(PipelineParameter),
  steps: Type.Array(PipelineStep),
  files: Type.Array(PipelineFile),
})
export type PipelineVersion = Static<typeof PipelineVersion>

export const RegisteredPipeline = Type.Object({
  pipeline: PipelineVersion,
  /** False when this version was registered before. */
  created: Type.Boolean(),
})
export type RegisteredPipeline = Static<typeof RegisteredPipeline>

export const PipelineSummary = Type.Object({
  name: Name,
  /** Newest first. */
  versions: Type.Array(Type.Object({ version: PipelineVersionId, createdAt: Instant })),
})
export type PipelineSummary = Static<typeof PipelineSummary>

export const PipelineList = Type.Object({ pipelines: Type.Array(PipelineSummary) })
export type PipelineList = Static<typeof PipelineList>

export const RunRequest = Type.Object(
  { pipeline: Name, version: PipelineVersionId, parameters: Type.Optional(Parameters) },
  { additionalProperties: false },
)
export type RunRequest = Static<typeof RunRequest>
