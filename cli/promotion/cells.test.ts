import assert from 'node:assert/strict'
import test from 'node:test'
import { cellNames } from './cells.ts'

test('a cell is told by its place and its first line of code', () => {
  const cell = (source: string, id?: string) => ({ cell_type: 'code', source, ...(id ? { id } : {}) })
  const nameOf = cellNames({
    cells: [
      cell('# Cars', 'a1'),
      cell('// all of them\n\n  const cars = 1'),
      cell('const aVeryLongNameOfSomething = andWhatItIsMadeOf(1)', 'a3'),
      cell('\n', 'a4'),
    ],
  })
  assert.deepEqual(['a1', 'cell-1', 'a3', 'a4', 'gone'].map(nameOf), [
    '1: # Cars',
    '2: const cars = 1',
    '3: const aVeryLongNameOfSomething = andWha…',
    '4',
    'gone',
  ])
})
