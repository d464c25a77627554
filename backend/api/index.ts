/**
 * What crosses the wire to and from the training service: schemas (validation and OpenAPI are made of them) and
 * their types. A client that only talks to the service needs nothing else of `backend/`.
 */
export * from './blobs.ts'
export * from './common.ts'
export * from './endpoints.ts'
export * from './models.ts'
export * from './pipelines.ts'
export * from './runs.ts'

/** Path prefix of every route but `/healthz` and `/openapi.json`. */
export const apiPrefix = '/api/v1'

/** What `server.json` in the state folder says. */
export interface ServerInfo {
  readonly url: string
  readonly pid: number
  /** The bearer token lies in this file, readable by its user only. */
  readonly tokenFile: string
}
