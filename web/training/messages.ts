/** What the extension and the page of a training on a sample say to each other. */
import type { ModelMessage } from '../../library/display/messages.ts'

/** A place in a model file that a problem is about; line and column count from 1. */
export interface ProblemPlace {
  readonly path: string
  readonly line: number
  readonly column: number
  readonly code: string
  readonly message: string
}

export type ToTrainingPage =
  | { readonly type: 'begun'; readonly model: string; readonly file: string; readonly rows: number | 'all' }
  | { readonly type: 'progress'; readonly message: string }
  | { readonly type: 'trained'; readonly result: ModelMessage; readonly elapsedMs: number }
  | { readonly type: 'problem'; readonly message: string; readonly places: readonly ProblemPlace[] }
  | { readonly type: 'cancelled' }

export type FromTrainingPage =
  | { readonly type: 'ready' }
  | { readonly type: 'cancel' }
  | { readonly type: 'train'; readonly rows: 'sample' | 'all' }
  | { readonly type: 'open'; readonly place: ProblemPlace }
