/** Parsed JSON without a type: its methods are those of lists and texts, unless something else was put into it. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { check, slice } from '../testing/check-slice.ts'

check(
  'methods of lists and texts within parsed JSON change nothing else',
  `
  const all = JSON.parse('{"rows": [{"name": "a", "tags": ["x"]}]}') //!
  const seen: number[] = []
  all.rows.filter(row => row.name.trim() !== '').map(row => row.tags.join()).forEach(text => seen.push(text.length))
  const names = all.rows.map(row => row.name.toUpperCase()) //!
  names.slice().sort()
  const out = names.filter(name => name.startsWith('A')) //!
`,
)
check(
  'what changes parsed JSON is kept',
  `
  const rows = JSON.parse('[{"n": 2, "of": [1]}]') //!
  rows.push({ n: 1, of: [] }) //!
  rows.sort((a, b) => a.n - b.n) //!
  rows[0].of.push(3) //!
  rows.filter(row => row.n > 1)
  rows.forEach(row => { row.n += 1 }) //!
  const some = rows.filter(row => row.n > 2) //!
  some[0].n = 7 //!
  const out = rows.length + rows[0].n //!
`,
)
check(
  'a reviver, and what was put in, bring methods of their own',
  `
  class Row { constructor(readonly n: number[]) {} filter(by: number) { this.n.push(by) } } //!
  const revived = JSON.parse('[1]', (_, value) => (Array.isArray(value) ? new Row(value) : value)) //!
  revived.filter(1) //!
  const out = revived.n //!
`,
)

check(
  'what a reviver makes may stand anywhere in the data',
  `
  class Row { constructor(readonly n: number[]) {} filter(by: number) { this.n.push(by) } } //!
  const all = JSON.parse('{"row": [1]}', (_, value) => (Array.isArray(value) ? new Row(value) : value)) //!
  const kept = all.row //!
  kept.filter(1) //!
  const out = all.row.n.length //!
`,
)

test('methods that data does not have are still unknown', () => {
  const found = slice(["const data = JSON.parse('{}')", 'data.run()', 'const out = data.x'], 'out')
  assert.deepEqual([...found.kept].sort(), [0, 1, 2])
})

test('a date of something reads no clock, a date of nothing does', () => {
  const reads = (text: string) => slice([`const out = ${text}`], 'out').outsideUses.map(({ kind }) => kind)
  assert.ok(!reads("new Date('2001-02-03').getTime()").includes('clock'))
  assert.ok(reads('new Date().getTime()').includes('clock'))
  assert.ok(reads('new Date').includes('clock'))
})
