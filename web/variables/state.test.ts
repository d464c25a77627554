import assert from 'node:assert/strict'
import test from 'node:test'
import type { Variable } from '../../kernel/variables/variable.ts'
import { keyOf, nextSort, rowsOf, toggled, withParts, type State } from './state.ts'

const variable = (name: string, rest: Partial<Variable> = {}): Variable => ({
  name,
  kind: 'const',
  category: 'value',
  type: 'number',
  preview: '1',
  expandable: false,
  file: 'Cell[1]',
  ...rest,
})
const state: State = {
  variables: [
    variable('df', { category: 'table', type: 'DataFrame', shape: '1,000 × 3', sizeBytes: 24000 }),
    variable('a', { sizeBytes: 8 }),
    variable('list', { category: 'list', type: 'number[]', shape: '4', expandable: true }),
  ],
  filter: '',
  open: new Map(),
}
const names = (given: State) => rowsOf(given).map(row => (row.kind === 'part' ? row.part.label : row.name))

test('variables are filtered by words and sorted by a column', () => {
  assert.deepEqual(names(state), ['df', 'a', 'list'])
  assert.deepEqual(names({ ...state, filter: 'TABLE d' }), ['df'])
  assert.deepEqual(names({ ...state, sort: { column: 'name', descending: false } }), ['a', 'df', 'list'])
  assert.deepEqual(names({ ...state, sort: { column: 'size', descending: true } }), ['df', 'a', 'list'])
  assert.deepEqual(names({ ...state, sort: { column: 'shape', descending: true } }), ['df', 'list', 'a'])
  assert.deepEqual(nextSort(undefined, 'size'), { column: 'size', descending: true })
  assert.deepEqual(nextSort({ column: 'size', descending: true }, 'size'), {
    column: 'size',
    descending: false,
  })
  assert.equal(nextSort({ column: 'size', descending: false }, 'size'), undefined)
})

test('an opened value has its parts below it, and says how many more there are', () => {
  const part = (label: string) => ({
    label,
    key: { property: label },
    category: 'value' as const,
    type: 'number',
    preview: label,
    expandable: false,
  })
  const key = keyOf('list', [])
  const opened = toggled(state, key)
  assert.deepEqual(names(opened), ['df', 'a', 'list'])
  const first = withParts(opened, key, { parts: [part('0'), part('1')], total: 4 }, 0)
  assert.deepEqual(
    rowsOf(first).map(row => [row.kind, row.level]),
    [
      ['variable', 1],
      ['variable', 1],
      ['variable', 1],
      ['part', 2],
      ['part', 2],
      ['more', 2],
    ],
  )
  const all = withParts(first, key, { parts: [part('2'), part('3')], total: 4 }, 2)
  assert.deepEqual(names(all).slice(3), ['0', '1', '2', '3'])
  assert.deepEqual(names(toggled(all, key)), ['df', 'a', 'list'])
  assert.equal(
    withParts(state, key, { parts: [], total: 0 }, 0),
    state,
    'an answer to what was closed meanwhile',
  )
})
