import assert from 'node:assert/strict'
import test from 'node:test'
import { readCases } from './cases.ts'
import { differences } from './compare.ts'
import { parseCase } from './format.ts'
import { lastValue } from './session.ts'

const text = `title: A case
data: cars.json, stocks.csv
expect: differs nondeterminism
live: total = rows.length
=== # intro
# Heading
=== a
const x = 1
=== a@2
const x = 2
=== b -> y = x * 3
x * 3
=== file lib/f.ts
export const f = 1
=== session
a b !a@2 edit:a@1 b*2 restart delete:a
`

test('a case is read with its cells, their texts, and what happens to them', () => {
  const { cells, session, data, expect, live, projectFiles } = parseCase('case', text)
  assert.deepEqual(
    cells.map(({ id, kind, output, value }) => [id, kind, output, value]),
    [
      ['intro', 'markdown', undefined, undefined],
      ['a', 'code', undefined, undefined],
      ['b', 'code', 'y', 'x * 3'],
    ],
  )
  assert.deepEqual(
    [...cells[1]!.texts],
    [
      [1, 'const x = 1'],
      [2, 'const x = 2'],
    ],
  )
  assert.deepEqual(session, [
    { do: 'run', cell: 'a', mayFail: false },
    { do: 'run', cell: 'b', mayFail: false },
    { do: 'edit', cell: 'a', version: 2 },
    { do: 'run', cell: 'a', mayFail: true },
    { do: 'edit', cell: 'a', version: 1 },
    { do: 'run', cell: 'b', mayFail: false },
    { do: 'run', cell: 'b', mayFail: false },
    { do: 'restart' },
    { do: 'delete', cell: 'a' },
  ])
  assert.deepEqual(data, ['cars.json', 'stocks.csv'])
  assert.deepEqual(expect, { kind: 'differs', cause: 'nondeterminism' })
  assert.deepEqual(live, { total: 'rows.length' })
  assert.deepEqual(projectFiles, { 'lib/f.ts': 'export const f = 1\n' })
})

test('what a case gets wrong is said', () => {
  assert.throws(() => parseCase('x', '=== a\n1\n=== session\na b\n'), /names b, and there is no such cell/)
  assert.throws(() => parseCase('x', '=== a\n1\n=== session\na@2\n'), /no text 2 of the cell a/)
  assert.throws(() => parseCase('x', '=== a\n1\n=== a\n2\n'), /each text once/)
  assert.throws(() => parseCase('x', 'expect: maybe\n'), /expected equal, differs CAUSE or refused CODE/)
})

test('there are at least sixty notebooks, and six for every test run', () => {
  const cases = readCases()
  assert.ok(cases.length >= 60, `${cases.length}`)
  assert.equal(cases.filter(({ quick }) => quick).length, 6)
  for (const { name, cells, live, files } of cases)
    assert.ok(
      cells.some(({ output }) => output !== undefined) || Object.keys(live).length + files.length > 0,
      `${name} compares nothing`,
    )
})

test("a cell's value is that of its last statement", () => {
  assert.equal(lastValue('const a = 1\na + 1;'), 'a + 1')
  assert.equal(lastValue('const [b, c] = list'), 'c')
  assert.equal(lastValue('x = list.map(\n  y => y,\n)'), 'x')
  assert.throws(() => lastValue('for (const x of y) f(x)'), /ends in no value/)
})

test('the own comparison sees what differs', () => {
  const plain = (value: unknown) => ({ kind: 'plain', value }) as const
  assert.deepEqual(
    differences(plain({ a: [1, '#number NaN'] }), { a: [1, { $slipway: 'number', value: 'NaN' }] }),
    [],
  )
  assert.equal(differences(plain({ a: [1, 2] }), { a: [1, 3] }).length, 1)
  assert.equal(
    differences(plain('#date 2001-06-12T07:10:00.000Z'), { $slipway: 'date', value: 'x' }).length,
    1,
  )
  const rows = [
    ['b', 2.0000000001],
    ['a', null],
  ]
  const document = {
    $slipway: 'table',
    columns: [{ name: 'k' }, { name: 'v' }],
    nRows: 2,
    rows: [
      ['a', null],
      ['b', 2],
    ],
  }
  const table = { kind: 'table', columns: ['k', 'v'], nRows: 2, rows } as const
  assert.deepEqual(differences(table, document), [])
  assert.equal(differences({ ...table, nRows: 3 }, document).length, 1)
  assert.equal(
    differences(
      {
        ...table,
        rows: [
          ['b', 2.1],
          ['a', null],
        ],
      },
      document,
    ).length,
    1,
  )
  const model = { kind: 'model', model: 'm', metrics: { test: { auc: 0.7 } }, rows: { train: 1 } } as const
  assert.equal(differences(model, { $slipway: 'model', ...model, metrics: { test: { auc: 0.8 } } }).length, 1)
  assert.equal(differences(model, { $slipway: 'table' }).length, 1)
})
