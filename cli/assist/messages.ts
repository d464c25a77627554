/** What an editor asks `slipway assist` about notebooks, and the answers. JSON-RPC over standard input and output. */
import type {
  Assumption,
  BackEdits,
  CellDependencies,
  Preview,
  PromoteDiagnostic,
  ProposalEdits,
  ShownTrim,
  StatementReport,
} from '../../promote/index.ts'

export interface NotebookText {
  /** Absolute path of the notebook. */
  readonly file: string
  /** As the editor has it, nbformat JSON. Default: what is on disk. */
  readonly text?: string
}

export interface PreviewRequest extends NotebookText {
  /** Of the pipeline. Default: that of the notebook. */
  readonly name?: string
  /** Default: those that the pipeline's folder keeps. */
  readonly edits?: ProposalEdits
  /** What counts: what ran (default), or the document from top to bottom. */
  readonly history?: 'log' | 'document'
}

/** What promotion would do. Nothing was written, nothing was run. */
export interface PreviewAnswer {
  readonly name: string
  /** Absolute; need not be there. */
  readonly folder: string
  /** Those that the preview shows. */
  readonly edits: ProposalEdits
  /** Absent when `diagnostics` says why there is nothing to show. */
  readonly preview?: Preview
  readonly version?: string
  readonly diagnostics: readonly PromoteDiagnostic[]
  readonly kept: readonly StatementReport[]
  readonly dropped: readonly StatementReport[]
  readonly assumptions: readonly Assumption[]
  /** What is kept, or left out, against what the session saw. */
  readonly trims: readonly ShownTrim[]
  /** Files of the pipeline's folder with edits that the notebook does not know. */
  readonly edited: readonly string[]
}

/** Edits made in a pipeline's steps, as edits of the notebook's cells. */
export interface BackRequest extends NotebookText {
  /** Of the pipeline, absolute. */
  readonly folder: string
}

/** Method -> what is asked and answered. */
export interface AssistRequests {
  readonly dependencies: { readonly params: NotebookText; readonly answer: readonly CellDependencies[] }
  readonly preview: { readonly params: PreviewRequest; readonly answer: PreviewAnswer }
  readonly back: { readonly params: BackRequest; readonly answer: BackEdits }
}
