/** What the routes work on. */
import type { BlobStore } from '../blobs.ts'
import type { EndpointHost } from '../endpoints/host.ts'
import type { Scheduler } from '../runs/scheduler.ts'
import type { ModelStore } from '../store/models.ts'
import type { PipelineStore } from '../store/pipelines.ts'
import type { RunStore } from '../store/runs.ts'
import type { Token } from '../token.ts'

export interface RouteContext {
  readonly pipelines: PipelineStore
  readonly runs: RunStore
  readonly models: ModelStore
  readonly blobs: BlobStore
  readonly scheduler: Scheduler
  readonly endpoints: EndpointHost
  readonly token: Token
  readonly startedAt: string
  /** Aborted when the service ends: open event streams end with it. */
  readonly closing: AbortSignal
  /** Faults of ours, with the request's id. */
  readonly logFault: (requestId: string, error: unknown) => void
}
