/** Shapes that several routes share. Schemas only: nothing here does IO. */
import { Type, type Static } from 'typebox'

/** SHA-256 of a blob's bytes, lower-case hex. */
export const Digest = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 in lower-case hex' })

/** `sha256:` over the canonical JSON of what the pipeline's author decided. */
export const PipelineVersionId = Type.String({ pattern: '^sha256:[0-9a-f]{64}$' })

export const Name = Type.String({
  pattern: '^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$',
  description: 'Letters, digits, dot, dash and underscore; at most 128',
})

/** Relative to the project's root, forward slashes, never climbing out of it. */
export const ProjectPath = Type.String({
  minLength: 1,
  maxLength: 1024,
  pattern: '^(?!/)(?!.*(^|/)\\.{1,2}(/|$))[^\\\\\\0]+$',
})

export const Instant = Type.String({ description: 'ISO 8601, UTC' })

/** Any JSON value. */
export const Json = Type.Unknown()

export const Parameters = Type.Record(Type.String(), Json)
export type Parameters = Static<typeof Parameters>

export const ErrorBody = Type.Object({
  error: Type.Object({
    /** Stable, e.g. `BCK004`. */
    code: Type.String(),
    message: Type.String(),
    expected: Type.Optional(Type.String()),
    got: Type.Optional(Type.String()),
    /** What to do about it. */
    action: Type.Optional(Type.String()),
    /** One entry per place that is wrong, when there are several. */
    details: Type.Optional(
      Type.Array(
        Type.Object({
          row: Type.Optional(Type.Integer()),
          column: Type.Optional(Type.String()),
          path: Type.Optional(Type.String()),
          expected: Type.Optional(Type.String()),
          got: Type.Optional(Type.String()),
        }),
      ),
    ),
    requestId: Type.String(),
  }),
})
export type ErrorBody = Static<typeof ErrorBody>
export type ErrorDetail = NonNullable<ErrorBody['error']['details']>[number]

export const Health = Type.Object({
  status: Type.Literal('ok'),
  version: Type.String(),
  pid: Type.Integer(),
  startedAt: Instant,
})
export type Health = Static<typeof Health>
