/** What cells need of each other, and which of them are stale. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { notebookDependencies } from './dependencies.ts'
import { createTestCache, notebookText, testFolder, testTypes } from './testing/types.ts'

const cache = createTestCache()

/** Cells by their ids, then what ran: `id` for the text that the cell has now, `id: text` for another one. */
function look(cells: Readonly<Record<string, string>>, ran?: readonly string[]) {
  const log = ran?.map(entry => {
    const [cell = '', ...text] = entry.split(': ')
    return { cell, source: text.length > 0 ? text.join(': ') : (cells[cell] ?? '') }
  })
  const list = Object.entries(cells).map(([id, source]) => ({ id, source }))
  const options = { notebook: notebookText(list, log), folder: testFolder, typesOf: testTypes, cache }
  return new Map(notebookDependencies(options).map(each => [each.cell, each]))
}

/** `a(x,y) b` for what comes from cell a by the names x and y, and from b by none. */
const links = (list: readonly { cell: string; names: readonly string[] }[] | undefined): string =>
  (list ?? []).map(({ cell, names }) => (names.length > 0 ? `${cell}(${names.join()})` : cell)).join(' ')

const reasons = (list: readonly { kind: string; cell: string }[] | undefined): string =>
  (list ?? []).map(({ kind, cell }) => `${kind} ${cell}`).join(', ')

const chain = { a: 'const rows = [3, 1, 2]', b: 'const sorted = rows.toSorted()', c: 'sorted.join()' }

test('without a log cells are looked at from top to bottom, and nothing is said to be stale', () => {
  const found = look(chain)
  assert.equal(links(found.get('b')?.needs), 'a(rows)')
  assert.equal(links(found.get('c')?.needs), 'b(sorted)')
  assert.equal(links(found.get('a')?.neededBy), 'b(rows)')
  assert.equal(found.get('c')?.state, 'unknown')
})

test('what changes a value is needed too', () => {
  const found = look({ a: 'const rows = [3]', b: 'rows.push(4)', c: 'rows.length' })
  assert.equal(links(found.get('c')?.needs), 'a(rows) b(rows)')
})

test('what a function uses is needed where it is called', () => {
  const found = look({ a: 'let scale = 2', b: 'const twice = (x: number) => x * scale', c: 'twice(4)' })
  assert.match(links(found.get('c')?.needs), /^a\(scale\) b\(twice\)$/)
})

test('all that ran as it stands is current', () => {
  const found = look(chain, ['a', 'b', 'c'])
  assert.deepEqual(
    [...found.values()].map(({ state }) => state),
    ['current', 'current', 'current'],
  )
})

test('an edit makes stale whatever came of the cell, and a new cell has not run', () => {
  const found = look({ ...chain, d: 'rows.length' }, ['a: const rows = [1]', 'b', 'c'])
  assert.equal(found.get('a')?.state, 'edited')
  assert.equal(reasons(found.get('b')?.reasons), 'edited a')
  assert.equal(reasons(found.get('c')?.reasons), 'stale b')
  assert.equal(found.get('d')?.state, 'new')
  assert.equal(links(found.get('d')?.needs), 'a(rows)')
})

test('a cell that ran again makes stale what had used it before', () => {
  const found = look(chain, ['a', 'b', 'c', 'a'])
  assert.equal(reasons(found.get('b')?.reasons), 'ran-again a')
  const mended = look(chain, ['a', 'b', 'c', 'a', 'b', 'c'])
  assert.equal(mended.get('c')?.state, 'current')
})

test('a counter that was run twice is current', () => {
  const found = look({ a: 'let n = 0', b: 'n += 1', c: 'n' }, ['a', 'b', 'b', 'c'])
  assert.equal(found.get('c')?.state, 'current')
  assert.equal(links(found.get('c')?.needs), 'b(n)')
})

test('a result of a cell that was deleted says so', () => {
  const found = look({ b: chain.b }, ['a: const rows = [1]', 'b'])
  assert.equal(reasons(found.get('b')?.reasons), 'deleted a')
})

test('a name that a cell above declares anew makes stale, one that a cell below does not', () => {
  const cells = { a: 'var x = 1', b: 'var x = 2', c: 'x + 1', d: 'var x = 3' }
  const found = look(cells, ['a', 'c', 'b', 'd'])
  assert.equal(reasons(found.get('c')?.reasons), 'redefined b')
})

test('a cell that does not parse yet leaves the others as they are', () => {
  const found = look({ ...chain, d: 'const broken = rows.map(' })
  assert.equal(links(found.get('c')?.needs), 'b(sorted)')
  assert.equal(links(found.get('d')?.needs), 'a(rows)')
})

test('the value in which a cell ends is what a pipeline could give', () => {
  const found = look({
    a: 'const n = 1\nconst m = 2',
    b: 'm',
    c: 'const k = n\nk + m',
    d: 'for (const x of [n]) x',
  })
  assert.deepEqual(found.get('a')?.result, { variable: 'm' })
  assert.deepEqual(found.get('b')?.result, { variable: 'm' })
  assert.deepEqual(found.get('c')?.result, { at: { cell: 'c', statement: 1 }, name: 'result' })
  assert.equal(found.get('d')?.result, undefined)
})

test('a loop over what nobody declares comes to an end', () => {
  const found = look({
    a: "const days = parse('a')",
    b: 'for (const day of days) { const year = day.date.slice(0, 4) }',
  })
  assert.equal(links(found.get('b')?.needs), 'a(days)')
})
