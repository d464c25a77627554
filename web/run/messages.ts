/** What the extension and the page of a run say to each other. */
import type { Run, RunEvent } from '../../backend/api/index.ts'

export type ToRunPage =
  | { readonly type: 'run'; readonly run: Run }
  | { readonly type: 'events'; readonly events: readonly RunEvent[] }
  | { readonly type: 'problem'; readonly message: string }

export type FromRunPage =
  | { readonly type: 'ready' }
  | { readonly type: 'cancel' }
  | { readonly type: 'retry' }
  | { readonly type: 'deploy'; readonly model: string; readonly version: number }
