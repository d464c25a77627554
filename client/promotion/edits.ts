/** The edits of a proposal as a person makes them, one after the other, with a way back. Pure. */
import type { LiteralRef, ProposalEdits, StatementRef } from '../../promote/index.ts'
import type { EditAction } from '../../web/promotion/messages.ts'

/** What was, what is, and what was taken back. The present one is the last of `done`. */
export interface EditHistory {
  readonly done: readonly [ProposalEdits, ...ProposalEdits[]]
  readonly undone: readonly ProposalEdits[]
}

export function createHistory(edits: ProposalEdits): EditHistory {
  return { done: [edits], undone: [] }
}

export function present({ done }: EditHistory): ProposalEdits {
  return done.at(-1) ?? done[0]
}

/** The next state; what was undone is gone. */
export function doEdit(history: EditHistory, action: EditAction): EditHistory {
  return { done: [...history.done, applyEdit(present(history), action)], undone: [] }
}

/** Nothing edited, as one more step that can be undone. */
export function resetEdits(history: EditHistory): EditHistory {
  return { done: [...history.done, { format: 1 }], undone: [] }
}

export function undo(history: EditHistory): EditHistory {
  const [first, ...rest] = history.done
  const last = rest.at(-1)
  return last ? { done: [first, ...rest.slice(0, -1)], undone: [...history.undone, last] } : history
}

export function redo({ done, undone }: EditHistory): EditHistory {
  const next = undone.at(-1)
  return next ? { done: [...done, next], undone: undone.slice(0, -1) } : { done, undone }
}

export function isEdited(edits: ProposalEdits): boolean {
  const { format: _, ...lists } = edits
  return Object.values(lists).some(list => list !== undefined && list.length > 0)
}

/** Constants that stay ones although promotion would make parameters of them. */
export function keptConstants({ parameters = [] }: ProposalEdits): readonly string[] {
  return parameters.flatMap(edit => ('keep' in edit ? [edit.keep] : []))
}

/** A later edit of a thing replaces the earlier one. */
export function applyEdit(edits: ProposalEdits, action: EditAction): ProposalEdits {
  const { boundaries = [], steps = [], parameters = [], secrets = [], trims = [] } = edits
  switch (action.kind) {
    case 'boundary': {
      const { before, boundary } = action
      const others = boundaries.filter(edit => !isSame(edit.before, before))
      return { ...edits, boundaries: [...others, { before, boundary }] }
    }
    case 'rename': {
      const others = steps.filter(({ step }) => step !== action.step)
      const same = action.name === action.step
      return { ...edits, steps: same ? others : [...others, { step: action.step, name: action.name }] }
    }
    case 'outputs': {
      const { outputs: _, ...rest } = edits
      return action.outputs.length > 0 ? { ...rest, outputs: [...action.outputs] } : rest
    }
    case 'lift': {
      const { literal, name, description } = action
      const lift = { lift: literal, name, ...(description ? { description } : {}) }
      return { ...edits, parameters: [...withoutLift(parameters, literal), lift] }
    }
    case 'lower':
      return { ...edits, parameters: withoutLift(parameters, action.literal) }
    case 'keep':
      return { ...edits, parameters: [...withoutKeep(parameters, action.name), { keep: action.name }] }
    case 'offer':
      return { ...edits, parameters: withoutKeep(parameters, action.name) }
    case 'secret': {
      const { literal, name } = action
      const lifts = withoutLift(parameters, literal)
      return { ...edits, parameters: lifts, secrets: [...withoutSecret(secrets, literal), { literal, name }] }
    }
    case 'unsecret':
      return { ...edits, secrets: withoutSecret(secrets, action.literal) }
    case 'trim': {
      const { at, leaveOut } = action
      const others = trims.filter(edit => !at.some(ref => isSame(ref, edit.at)))
      return { ...edits, trims: [...others, ...at.map(ref => ({ at: ref, leaveOut }))] }
    }
  }
}

type ParameterEdits = NonNullable<ProposalEdits['parameters']>
type SecretEdits = NonNullable<ProposalEdits['secrets']>

function withoutLift(edits: ParameterEdits, literal: LiteralRef): ParameterEdits {
  return edits.filter(edit => !('lift' in edit && isSameLiteral(edit.lift, literal)))
}

function withoutKeep(edits: ParameterEdits, name: string): ParameterEdits {
  return edits.filter(edit => !('keep' in edit && edit.keep === name))
}

function withoutSecret(edits: SecretEdits, literal: LiteralRef): SecretEdits {
  return edits.filter(edit => !isSameLiteral(edit.literal, literal))
}

function isSame(a: StatementRef, b: StatementRef): boolean {
  return a.cell === b.cell && a.statement === b.statement && a.run === b.run
}

function isSameLiteral(a: LiteralRef, b: LiteralRef): boolean {
  return isSame(a, b) && a.literal === b.literal
}
