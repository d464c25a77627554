import assert from 'node:assert/strict'
import test from 'node:test'
import { parseEdits, type ProposalEdits } from '../../promote/edits.ts'
import type { EditAction } from '../../web/promotion/messages.ts'
import {
  applyEdit,
  createHistory,
  doEdit,
  isEdited,
  keptConstants,
  present,
  redo,
  resetEdits,
  undo,
} from './edits.ts'

const at = { cell: 'a', statement: 1 }
const literal = { ...at, literal: 0 }
const after = (...actions: EditAction[]): ProposalEdits =>
  actions.reduce<ProposalEdits>(applyEdit, { format: 1 })

test('every edit gives edits that promotion reads', () => {
  const edits = after(
    { kind: 'boundary', before: at, boundary: true },
    { kind: 'rename', step: 'main', name: 'load-data' },
    { kind: 'outputs', outputs: [{ variable: 'model', name: 'late' }, { at }] },
    { kind: 'lift', literal, name: 'limit', description: 'of the delay' },
    { kind: 'keep', name: 'seed' },
    { kind: 'secret', literal: { ...at, literal: 1 }, name: 'TOKEN' },
  )
  assert.deepEqual(parseEdits(JSON.stringify(edits)), edits)
  assert.equal(isEdited(edits), true)
})

test('the last edit of a boundary counts, and stands once', () => {
  const edits = after(
    { kind: 'boundary', before: at, boundary: true },
    { kind: 'boundary', before: { ...at }, boundary: false },
  )
  assert.deepEqual(edits.boundaries, [{ before: at, boundary: false }])
})

test('a step that gets its own name back is not renamed', () => {
  const edits = after(
    { kind: 'rename', step: 'main', name: 'x' },
    { kind: 'rename', step: 'main', name: 'main' },
  )
  assert.equal(isEdited(edits), false)
})

test('what was lifted is lowered, what was kept is offered', () => {
  const edits = after(
    { kind: 'lift', literal, name: 'limit' },
    { kind: 'keep', name: 'seed' },
    { kind: 'lower', literal },
  )
  assert.deepEqual(keptConstants(edits), ['seed'])
  assert.equal(isEdited(applyEdit(edits, { kind: 'offer', name: 'seed' })), false)
})

test('a literal is a parameter or a secret, never both', () => {
  const edits = after({ kind: 'lift', literal, name: 'token' }, { kind: 'secret', literal, name: 'TOKEN' })
  assert.deepEqual(edits.parameters, [])
  assert.deepEqual(edits.secrets, [{ literal, name: 'TOKEN' }])
  assert.equal(isEdited(applyEdit(edits, { kind: 'unsecret', literal })), false)
})

test('no outputs are the marks and defaults again', () => {
  const edits = after({ kind: 'outputs', outputs: [{ variable: 'a' }] }, { kind: 'outputs', outputs: [] })
  assert.equal('outputs' in edits, false)
})

test('undo and redo go back and forth, and a new edit forgets what was undone', () => {
  const start = createHistory({ format: 1 })
  const one = doEdit(start, { kind: 'keep', name: 'a' })
  const two = resetEdits(one)
  assert.equal(isEdited(present(two)), false)
  assert.deepEqual(keptConstants(present(undo(two))), ['a'])
  assert.deepEqual(undo(undo(undo(two))), { done: start.done, undone: [{ format: 1 }, present(one)] })
  assert.deepEqual(redo(undo(two)), two)
  assert.deepEqual(redo(two), two)
  assert.deepEqual(doEdit(undo(two), { kind: 'keep', name: 'b' }).undone, [])
})

test('a later choice about a call replaces the earlier one', () => {
  const at = [
    { cell: 'a', statement: 0 },
    { cell: 'b', statement: 1 },
  ]
  const first = applyEdit({ format: 1 }, { kind: 'trim', at, leaveOut: true })
  assert.deepEqual(
    first.trims,
    at.map(ref => ({ at: ref, leaveOut: true })),
  )
  const second = applyEdit(first, { kind: 'trim', at: at.slice(1), leaveOut: false })
  assert.deepEqual(second.trims, [
    { at: at[0], leaveOut: true },
    { at: at[1], leaveOut: false },
  ])
})
