/** What the extension and the page of an endpoint say to each other. */
import type { Endpoint, PredictResponse } from '../../backend/api/index.ts'

export type ToPredictPage =
  | { readonly type: 'endpoint'; readonly endpoint: Endpoint; readonly url: string }
  | { readonly type: 'answer'; readonly answer: PredictResponse; readonly elapsedMs: number }
  | { readonly type: 'problem'; readonly message: string }

export type FromPredictPage =
  { readonly type: 'ready' } | { readonly type: 'predict'; readonly row: Readonly<Record<string, unknown>> }
