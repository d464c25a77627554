import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { coarsen, coarsening, tiesOf } from '../metrics/order.ts'
import { createTieSorter } from './sorted-ties.ts'

let folder: string
before(async () => void (folder = await mkdtemp(join(tmpdir(), 'slipway-ties-'))))
after(async () => await rm(folder, { recursive: true }))

const nRows = 5000
const labels = Float64Array.from({ length: nRows }, (_, i) => (Math.sin(i * i) > 0.3 ? 1 : 0))
const cases: Readonly<Record<string, (i: number) => number>> = {
  'all different': i => Math.abs(Math.sin(i * 1.7)),
  'many ties': i => Math.floor(Math.abs(Math.sin(i * 1.7)) * 37) / 37,
  'one tie': () => 0.25,
  'in order': i => i / nRows,
  'in falling order, 0 and −0 at the end': i => (i > 4000 ? (i % 2 === 0 ? 0 : -0) : 1 - i / nRows),
}

for (const [name, probability] of Object.entries(cases))
  for (const size of [7, 64, 5000])
    test(`ties from parts of ${size} rows are those of all rows: ${name}`, () => {
      const probabilities = Float64Array.from({ length: nRows }, (_, i) => probability(i))
      const sorter = createTieSorter(folder, { nSorted: size, nRead: 5 })
      for (let from = 0; from < nRows; from += 1000)
        sorter.add(probabilities.subarray(from, from + 1000), labels.subarray(from, from + 1000))
      const nTrue: number[] = []
      const nFalse: number[] = []
      const coarse = coarsening(sorter, 50)
      const all = { add: (t: number, f: number) => void (nTrue.push(t), nFalse.push(f)) }
      sorter.visit([all, coarse])
      sorter.dispose()
      const expected = tiesOf(probabilities, labels)
      assert.deepEqual({ nTrue, nFalse }, { nTrue: [...expected.nTrue], nFalse: [...expected.nFalse] })
      assert.deepEqual(coarse.ties(), coarsen(expected, 50))
    })

test('rows of one kind alone, and no rows', () => {
  const sorter = createTieSorter(folder, { nSorted: 2, nRead: 2 })
  sorter.add(Float64Array.of(0.1, 0.9, 0.1), Float64Array.of(1, 1, 1))
  const seen: [number, number][] = []
  sorter.visit([{ add: (t, f) => void seen.push([t, f]) }])
  assert.deepEqual(seen, [
    [1, 0],
    [2, 0],
  ])
  sorter.dispose()
  const none = createTieSorter(folder)
  none.visit([{ add: () => assert.fail('no tie') }])
  none.dispose()
})

test(
  'nothing is left in the folder, even while rows are sorted',
  { skip: process.platform === 'win32' },
  async () => {
    const sorter = createTieSorter(folder, { nSorted: 2, nRead: 2 })
    sorter.add(Float64Array.of(0.1, 0.9, 0.1), Float64Array.of(1, 0, 1))
    assert.deepEqual(await readdir(folder), [])
    sorter.dispose()
  },
)
