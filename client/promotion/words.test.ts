import assert from 'node:assert/strict'
import test from 'node:test'
import { cellsText, linkText, needsText, reasonText } from './words.ts'

const nameCell = (id: string): string => `Cell ${id}`
const link = (cell: string, ...names: string[]) => ({ cell, names })

test('what a cell needs names variables first, then where they come from', () => {
  assert.equal(
    needsText([link('2', 'flights'), link('3', 'limit', 'flights')], nameCell),
    'flights, limit (Cell 2, Cell 3)',
  )
  assert.equal(needsText([link('2')], nameCell), 'Cell 2')
})

test('a long list is cut, a list of one more is not', () => {
  assert.equal(
    cellsText(
      ['1', '2', '3', '4'].map(id => link(id)),
      nameCell,
    ),
    'Cell 1, Cell 2, Cell 3, Cell 4',
  )
  assert.equal(
    cellsText(
      ['1', '2', '3', '4', '5'].map(id => link(id)),
      nameCell,
    ),
    'Cell 1, Cell 2, Cell 3 and 2 more',
  )
})

test('links and reasons are sentences', () => {
  assert.equal(linkText(link('2', 'a', 'b'), nameCell), 'a, b from Cell 2')
  assert.equal(linkText(link('2'), nameCell), 'what Cell 2 leaves outside')
  assert.equal(
    reasonText({ kind: 'redefined', cell: '4', names: ['x'] }, nameCell),
    'Cell 4 has declared x anew since.',
  )
})
