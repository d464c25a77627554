import assert from 'node:assert/strict'
import test from 'node:test'
import type { TableFilter } from '../messages.ts'
import { createPredicate, FilterError, resolveFilter } from './filter.ts'
import { queryRows } from './rows.ts'
import { compareText, scalarOfCell, timeText, type Scalar } from './values.ts'

const holds = (type: string, filter: Omit<TableFilter, 'column'>, values: readonly Scalar[]) => {
  const test = createPredicate(resolveFilter({ column: 0, ...filter }, { name: 'x', type }), type)
  return values.filter(test)
}

test('missing values fulfil null only; NaN is missing', () => {
  const values = [1, null, Number.NaN, 2]
  assert.deepEqual(holds('float', { operator: 'null' }, values), [null, Number.NaN])
  assert.deepEqual(holds('float', { operator: 'not null' }, values), [1, 2])
  assert.deepEqual(holds('float', { operator: '!=', values: [1] }, values), [2])
  assert.deepEqual(holds('string', { operator: 'not contains', values: ['a'] }, ['b', null, 'A']), ['b'])
})

test('empty text is no missing value', () => {
  assert.deepEqual(holds('string', { operator: '=', values: [''] }, ['', null, 'a']), [''])
})

test('numbers compare as numbers, large integers exactly', () => {
  assert.deepEqual(holds('int', { operator: '>=', values: ['9007199254740993'] }, [1, 9007199254740992n, 9007199254740993n]), [9007199254740993n]) // prettier-ignore
  assert.deepEqual(holds('float', { operator: 'between', values: [1, '2'] }, [0.9, 1, 2, 2.1]), [1, 2])
  assert.deepEqual(holds('int', { operator: 'in', values: [1, 3] }, [1, 2, 3n]), [1, 3n])
})

test('a day means all of it', () => {
  const [midnight, noon, next] = ['2001-02-03', '2001-02-03T12:00:00Z', '2001-02-04'].map(text =>
    Date.parse(text),
  )
  const times = [midnight!, noon!, next!]
  const of = (operator: TableFilter['operator'], ...values: string[]) =>
    holds('timestamp', { operator, values }, times)
  assert.deepEqual(of('=', '2001-02-03'), [midnight, noon])
  assert.deepEqual(of('<=', '2001-02-03'), [midnight, noon])
  assert.deepEqual(of('>', '2001-02-03'), [next])
  assert.deepEqual(of('between', '2001-02-03', '2001-02-03'), [midnight, noon])
  assert.deepEqual(of('=', '2001-02-03 12:00'), [noon])
})

test('what cannot be meant is told in a sentence', () => {
  const bad = (type: string, filter: Omit<TableFilter, 'column'>, message: RegExp) =>
    assert.throws(() => holds(type, filter, []), (error: Error) => error instanceof FilterError && message.test(error.message)) // prettier-ignore
  bad('int', { operator: '<', values: ['many'] }, /Expected a number to compare x with, got "many"/)
  bad('timestamp', { operator: '=', values: ['soon'] }, /Expected a date/)
  bad('string', { operator: 'regex', values: ['('] }, /Expected a regular expression/)
  bad('int', { operator: 'between', values: [1] }, /Expected two values/)
})

test('rows of a page: filter, search, several sort keys, stable', () => {
  const columns = [
    { name: 'n', type: 'int' },
    { name: 's', type: 'string' },
  ]
  const rows = [[2, 'b'], [null, 'a'], [10, null], [2, 'a'], ['9007199254740993', 'B']] as const // prettier-ignore
  const sort = [{ column: 0, descending: true }]
  assert.deepEqual(queryRows(rows, columns, { sort }), [4, 2, 0, 3, 1])
  assert.deepEqual(
    queryRows(rows, columns, { sort: [...sort, { column: 1, descending: false }] }),
    [4, 2, 3, 0, 1],
  )
  assert.deepEqual(queryRows(rows, columns, { search: 'b' }), [0, 4])
  assert.deepEqual(queryRows(rows, columns, { filter: [{ column: 1, operator: 'null' }] }), [2])
})

test('text is ordered by code points, times are written without what is zero', () => {
  assert.ok(compareText('\u{1f600}', '\uffee') > 0)
  assert.ok(compareText('a', 'ab') < 0)
  assert.equal(timeText(scalarOfCell('2001-02-03T04:05:06.700Z', 'timestamp') as number, 'timestamp'), '2001-02-03 04:05:06.7') // prettier-ignore
  assert.equal(timeText(0, 'timestamp'), '1970-01-01 00:00:00')
})
