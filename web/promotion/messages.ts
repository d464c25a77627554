/** What the extension and the page of a promotion say to each other. */
import type {
  Assumption,
  Finding,
  LiteralRef,
  OutputEdit,
  Preview,
  PromoteDiagnostic,
  Sample,
  ShownTrim,
  StatementRef,
  StatementReport,
} from '../../promote/index.ts'

/** One change that a person makes to a proposal. */
export type EditAction =
  | { readonly kind: 'boundary'; readonly before: StatementRef; readonly boundary: boolean }
  | { readonly kind: 'rename'; readonly step: string; readonly name: string }
  | { readonly kind: 'outputs'; readonly outputs: readonly OutputEdit[] }
  | {
      readonly kind: 'lift'
      readonly literal: LiteralRef
      readonly name: string
      readonly description?: string
    }
  /** Takes back what `lift` did. */
  | { readonly kind: 'lower'; readonly literal: LiteralRef }
  /** A constant that would be a parameter stays one. */
  | { readonly kind: 'keep'; readonly name: string }
  /** Takes back what `keep` did. */
  | { readonly kind: 'offer'; readonly name: string }
  | { readonly kind: 'secret'; readonly literal: LiteralRef; readonly name: string }
  | { readonly kind: 'unsecret'; readonly literal: LiteralRef }
  /** Calls that the session saw change nothing, by their statements. */
  | { readonly kind: 'trim'; readonly at: readonly StatementRef[]; readonly leaveOut: boolean }

/** A cell as the notebook has it, for what the page says of it. */
export interface CellName {
  readonly id: string
  /** e.g. `Cell 4`. */
  readonly label: string
}

export interface Shown {
  /** File name of the notebook. */
  readonly notebook: string
  /** Of the pipeline. */
  readonly name: string
  /** Relative to the project. */
  readonly folder: string
  readonly version?: string
  readonly preview?: Preview
  readonly diagnostics: readonly PromoteDiagnostic[]
  readonly kept: readonly StatementReport[]
  readonly dropped: readonly StatementReport[]
  readonly assumptions: readonly Assumption[]
  readonly trims: readonly ShownTrim[]
  /** Files of the pipeline's folder with edits that the notebook does not know. */
  readonly edited: readonly string[]
  readonly cells: readonly CellName[]
  /** Constants that edits keep from being parameters. */
  readonly constants: readonly string[]
  /** What counts: what ran, or the document from top to bottom. */
  readonly history: 'log' | 'document'
  readonly canUndo: boolean
  readonly canRedo: boolean
  /** There are edits at all. */
  readonly isEdited: boolean
  /** Every file is there as it would be written. */
  readonly isUnchanged: boolean
}

export interface ShownVerdict {
  readonly name: string
  readonly verdict: string
  readonly cause?: string
  readonly differences: readonly string[]
}

/** What verification saw beside the outputs. */
export interface ShownVerification {
  readonly passed: boolean
  readonly findings: readonly Finding[]
  readonly sample?: Sample
}

/** What came of writing. */
export interface ShownResult extends Partial<ShownVerification> {
  readonly name: string
  readonly version: string
  readonly folder: string
  readonly outputs: readonly ShownVerdict[]
  readonly written: boolean
  /** Files with conflict markers. */
  readonly conflicts: readonly string[]
  /** Whether there is a report to open. */
  readonly hasReport: boolean
  readonly elapsedMs: number
}

export type ToPromotionPage =
  | { readonly type: 'proposal'; readonly shown: Shown }
  /** The proposal is made anew. */
  | { readonly type: 'reading' }
  | { readonly type: 'running'; readonly message: string }
  | { readonly type: 'result'; readonly result: ShownResult }
  | {
      readonly type: 'problem'
      readonly message: string
      readonly outputs: readonly ShownVerdict[]
      readonly findings: readonly Finding[]
      /** Of what failed: reading the notebook, or writing. */
      readonly during: 'reading' | 'writing'
    }
  | { readonly type: 'cancelled' }

/** All of the data, so many rows of each file, or not at all. */
export type VerifyOn = 'all' | number | 'none'

export type FromPromotionPage =
  | { readonly type: 'ready' }
  | { readonly type: 'edit'; readonly edit: EditAction }
  | { readonly type: 'undo' }
  | { readonly type: 'redo' }
  | { readonly type: 'reset' }
  | { readonly type: 'name'; readonly name: string }
  | {
      readonly type: 'cell'
      readonly cell: string
      readonly span?: { readonly start: number; readonly end: number }
    }
  | { readonly type: 'diff'; readonly path: string }
  | { readonly type: 'diffAll' }
  /** Of a file that was written with conflicts. */
  | { readonly type: 'merge'; readonly path: string }
  | { readonly type: 'write'; readonly verify: VerifyOn }
  | { readonly type: 'history'; readonly history: 'log' | 'document' }
  /** Takes edits made in the steps to their cells. */
  | { readonly type: 'back' }
  | { readonly type: 'cancel' }
  | { readonly type: 'open'; readonly what: 'pipeline' | 'report' | 'submit' }
