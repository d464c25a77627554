/** The model registry: immutable versions, each with its artifact. */
import { Type, type Static } from 'typebox'
import { Digest, Instant, Name, PipelineVersionId } from './common.ts'
import { Metric } from './runs.ts'

export const ModelRequirement = Type.Object({
  /** As written, e.g. `auc >= 0.64 on test`. */
  text: Type.String(),
  met: Type.Boolean(),
  value: Type.Optional(Type.Number()),
})
export type ModelRequirement = Static<typeof ModelRequirement>

export const ModelVersion = Type.Object({
  name: Name,
  version: Type.Integer({ minimum: 1 }),
  digest: Digest,
  createdAt: Instant,
  run: Type.String(),
  pipeline: Name,
  pipelineVersion: PipelineVersionId,
  metrics: Type.Array(Metric),
  requirements: Type.Array(ModelRequirement),
  files: Type.Array(Type.Object({ path: Type.String(), digest: Digest, sizeBytes: Type.Integer() })),
})
export type ModelVersion = Static<typeof ModelVersion>

export const ModelVersionWithCard = Type.Object({ model: ModelVersion, card: Type.Unknown() })
export type ModelVersionWithCard = Static<typeof ModelVersionWithCard>

export const ModelList = Type.Object({ models: Type.Array(ModelVersion) })
export type ModelList = Static<typeof ModelList>
