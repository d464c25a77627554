/**
 * What a person decides about a proposal (`ProposalEdits`) and what a preview shows them so that they can (`Preview`).
 *
 * Edits are data: a client writes them as JSON (`slipway promote --edits FILE`), `propose` takes them, and the
 * pipeline's folder keeps them (`edits.json`), so that promoting the notebook again starts from them. They name
 * statements by cell and position in it, never by text, and hold no value of the notebook: no secret can get into them.
 * Nothing here touches TypeScript or the disk.
 */
import Type, { type Static } from 'typebox'
import Value from 'typebox/value'
import { PromoteError } from './errors.ts'
import type { Codec, Parameter } from './manifest.ts'

const identifier = Type.String({ pattern: '^[\\p{ID_Start}$_][\\p{ID_Continue}$]*$' })
const position = Type.Integer({ minimum: 0 })

export const StatementRefSchema = Type.Object({
  /** The nbformat id. */
  cell: Type.String(),
  /** Which top-level statement of the cell as it ran, from 0. */
  statement: position,
  /** Which execution of this cell, from 0, when it ran more than once. Default: the last. */
  run: Type.Optional(position),
})
/** A top-level statement of the notebook. */
export type StatementRef = Static<typeof StatementRefSchema>

export const LiteralRefSchema = Type.Object({
  ...StatementRefSchema.properties,
  /** Which literal (number, text, true or false, with its sign) of the statement, from 0 in the order of the text. */
  literal: position,
})
/** A literal in a statement. */
export type LiteralRef = Static<typeof LiteralRefSchema>

export const BoundaryEditSchema = Type.Object({
  /** The statement that comes after the boundary. */
  before: StatementRefSchema,
  /** True: a step begins here. False: none does, whatever stands in the notebook. */
  boundary: Type.Boolean(),
})
export type BoundaryEdit = Static<typeof BoundaryEditSchema>

export const StepNameEditSchema = Type.Object({
  /** The name that promotion gave it: `PreviewStep.proposedName`. */
  step: Type.String(),
  /** Lower-case letters, digits and dashes. */
  name: Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*$' }),
})
export type StepNameEdit = Static<typeof StepNameEditSchema>

export const OutputEditSchema = Type.Union([
  /** What a variable holds when everything has run. `name` defaults to the variable's. */
  Type.Object({ variable: identifier, name: Type.Optional(Type.String({ minLength: 1 })) }),
  /** The value of a statement; without a name it is kept for what it does: a file that it writes. */
  Type.Object({ at: StatementRefSchema, name: Type.Optional(Type.String({ minLength: 1 })) }),
])
export type OutputEdit = Static<typeof OutputEditSchema>

export const ParameterEditSchema = Type.Union([
  /** A literal becomes a parameter; its value is the default. */
  Type.Object({ lift: LiteralRefSchema, name: identifier, description: Type.Optional(Type.String()) }),
  /** A constant that promotion made a parameter of stays a constant. */
  Type.Object({ keep: identifier }),
])
export type ParameterEdit = Static<typeof ParameterEditSchema>

export const SecretEditSchema = Type.Object({
  /** The literal that stands in the notebook: `secret('NAME')` in the pipeline. */
  literal: LiteralRefSchema,
  name: Type.String({ pattern: '^[A-Za-z_][\\w.-]*$' }),
})
export type SecretEdit = Static<typeof SecretEditSchema>

export const TrimEditSchema = Type.Object({
  /** A statement with a call of which nothing is known, and which the session saw change nothing. */
  at: StatementRefSchema,
  /** True: the pipeline does without it, if it then gives the same. False: it stays. */
  leaveOut: Type.Boolean(),
})
export type TrimEdit = Static<typeof TrimEditSchema>

export const ProposalEditsSchema = Type.Object({
  format: Type.Literal(1),
  /** The last one for a statement counts. */
  boundaries: Type.Optional(Type.Array(BoundaryEditSchema)),
  steps: Type.Optional(Type.Array(StepNameEditSchema)),
  /** All that the pipeline is to give, in place of marks and defaults. Absent: marks and defaults. */
  outputs: Type.Optional(Type.Array(OutputEditSchema, { minItems: 1 })),
  parameters: Type.Optional(Type.Array(ParameterEditSchema)),
  secrets: Type.Optional(Type.Array(SecretEditSchema)),
  /** The last one for a statement counts. */
  trims: Type.Optional(Type.Array(TrimEditSchema)),
})
/** Everything a person changed in a preview. All but `format` may be absent; `{ format: 1 }` changes nothing. */
export type ProposalEdits = Static<typeof ProposalEditsSchema>

/** In the pipeline's folder. Not part of the version: what they do to code and manifest is. */
export const editsFile = 'edits.json'

export const noEdits: ProposalEdits = { format: 1 }

/** @throws PromoteError PRO024 for text that holds no edits */
export function parseEdits(text: string): ProposalEdits {
  const value = parseJson(text)
  if (Value.Check(ProposalEditsSchema, value)) return value
  const first = [...Value.Errors(ProposalEditsSchema, value)][0]
  throw new PromoteError(
    'PRO024',
    `expected the edits of a proposal ({"format": 1, …}), at ${first?.instancePath || '/'}: ${first?.message}.`,
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new PromoteError('PRO024', 'expected the edits of a proposal as JSON, got other text.', { cause })
  }
}

/** What promotion would do, as a person looks at it and changes it. */
export interface Preview {
  readonly steps: readonly PreviewStep[]
  readonly parameters: readonly PreviewParameter[]
  readonly outputs: readonly PreviewOutput[]
  readonly secrets: readonly PreviewSecret[]
  /** Literals that could become a parameter, or a secret, by an edit. */
  readonly literals: readonly PreviewLiteral[]
  /** Variables that could become an output by an edit, with the last statement that declares them. */
  readonly variables: readonly { readonly name: string; readonly at: StatementRef }[]
  /** Edits that could not be done, and why: the statement is gone, or something cannot cross there. */
  readonly problems: readonly EditProblem[]
  /** What would be written, by path in the pipeline's folder, against what is there. Sorted by path. */
  readonly files: readonly FileDiff[]
}

export interface PreviewStep {
  readonly name: string
  /** Before it was renamed by an edit: what `StepNameEdit.step` names. */
  readonly proposedName: string
  /** The heading it is named from. */
  readonly title?: string
  /** Its module, relative to the pipeline's folder. */
  readonly file: string
  readonly statements: readonly PreviewStatement[]
  readonly inputs: readonly {
    readonly name: string
    /** The step that gives it. */
    readonly from: string
    readonly codec: Codec
    readonly type: string
  }[]
  readonly parameters: readonly string[]
  readonly outputs: readonly { readonly name: string; readonly codec: Codec; readonly type: string }[]
  readonly cells: readonly string[]
  /** Boundaries inside it that a heading or an edit asked for and that cannot be, with the reason. */
  readonly joined: readonly { readonly before: StatementRef; readonly reason: string }[]
}

export interface PreviewStatement {
  readonly at: StatementRef
  readonly text: string
  /** In the cell's source as it ran: UTF-16 offsets, half-open. */
  readonly span: { readonly start: number; readonly end: number }
}

export interface PreviewParameter extends Parameter {
  /** The literal that it was. */
  readonly from: LiteralRef
  /** Steps that use it. */
  readonly steps: readonly string[]
  /** Made by an edit: taking it back means taking the edit back; else `{ keep: name }` does it. */
  readonly isLifted: boolean
}

export interface PreviewOutput {
  /** Empty for a statement that is kept for what it does: it writes a file. */
  readonly name: string
  /** As `ProposalEdits.outputs` would say it: the list of all of them, less one or with one more, is an edit. */
  readonly source: OutputEdit
  readonly step: string
  /** Absent without a name. */
  readonly codec?: Codec
}

export interface PreviewSecret {
  readonly name: string
  /** Absent where the notebook itself says `secret('NAME')`. */
  readonly literal?: LiteralRef
}

export interface PreviewLiteral {
  readonly at: LiteralRef
  /** As it stands in the cell; of one that looks like a secret only its first letters. */
  readonly text: string
  /** A name for it, free among those used. */
  readonly suggestedName: string
  readonly looksSecret: boolean
  /** In the cell's source as it ran. */
  readonly span: { readonly start: number; readonly end: number }
}

export interface EditProblem {
  readonly message: string
  readonly cell?: string
}

/** - `conflict`: the merged text has conflict markers; `kept`: a file of the person's own, left as it is. */
export type FileState = 'added' | 'changed' | 'removed' | 'unchanged' | 'conflict' | 'kept'

export interface FileDiff {
  readonly path: string
  readonly state: FileState
  /** What is there now; absent when nothing is. */
  readonly before?: string
  /** What would be there; absent when it is removed. With conflict markers (diff3) in the state `conflict`. */
  readonly after?: string
  /** For a merge editor, when the file was edited since it was generated: the last generated text and the new one. */
  readonly merge?: { readonly base: string; readonly generated: string }
}
