/** Endpoints and predictions. */
import { Type, type Static } from 'typebox'
import { Instant, Json, Name } from './common.ts'

export const EndpointRequest = Type.Object(
  {
    name: Name,
    model: Name,
    /** Default: the newest. */
    version: Type.Optional(Type.Integer({ minimum: 1 })),
    /** Deploy although a requirement is not met. */
    force: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
)
export type EndpointRequest = Static<typeof EndpointRequest>

export const EndpointInput = Type.Object({
  name: Type.String(),
  kind: Type.String({ description: 'bool, int, float, string, timestamp, category or vector' }),
  nullable: Type.Boolean(),
  unit: Type.Optional(Type.String()),
  /** How many numbers; of a vector. */
  size: Type.Optional(Type.Integer({ minimum: 1 })),
})
export type EndpointInput = Static<typeof EndpointInput>

export const Endpoint = Type.Object({
  name: Name,
  model: Name,
  version: Type.Integer(),
  state: Type.Union([Type.Literal('starting'), Type.Literal('ready'), Type.Literal('failed')]),
  /** Why it failed. */
  problem: Type.Optional(Type.String()),
  /** Path of the prediction route on this service. */
  path: Type.String(),
  /** The observed columns that a caller sends. */
  inputs: Type.Array(EndpointInput),
  /** Looked up by key, or sent to override. */
  features: Type.Array(EndpointInput),
  outputs: Type.Array(Type.String()),
  deployedAt: Instant,
  nPredictions: Type.Integer(),
})
export type Endpoint = Static<typeof Endpoint>

export const EndpointList = Type.Object({ endpoints: Type.Array(Endpoint) })
export type EndpointList = Static<typeof EndpointList>

export const PredictRequest = Type.Object(
  {
    /** Timestamps as ISO text (UTC when there is no zone) or as integer microseconds since 1970. */
    rows: Type.Array(Type.Record(Type.String(), Json), { minItems: 1, maxItems: 10_000 }),
  },
  { additionalProperties: false },
)
export type PredictRequest = Static<typeof PredictRequest>

export const ServedFeature = Type.Object({
  name: Type.String(),
  /** `name@version` in the catalog. */
  feature: Type.String(),
  key: Type.Array(Json),
  value: Type.Union([Type.Number(), Type.String(), Type.Boolean(), Type.Null()]),
  /** Where the value comes from: looked up, sent by the caller, or the feature's default for an unknown key. */
  source: Type.Union([Type.Literal('online'), Type.Literal('sent'), Type.Literal('default')]),
  asOf: Type.Optional(Instant),
  ageSeconds: Type.Optional(Type.Number()),
})
export type ServedFeature = Static<typeof ServedFeature>

export const PredictResponse = Type.Object({
  predictions: Type.Array(Type.Record(Type.String(), Json)),
  /** One list per row. */
  features: Type.Array(Type.Array(ServedFeature)),
  model: Name,
  modelVersion: Type.Integer(),
  requestId: Type.String(),
})
export type PredictResponse = Static<typeof PredictResponse>
