import assert from 'node:assert/strict'
import { test } from 'node:test'
import { numberAssigner } from './assign-numbers.ts'
import { assignCategories, categoryBins, isWide, numberBins } from './bins.ts'
import { createArena } from './kernel.ts'
import { createPacer } from './pace.ts'
import { createRandom } from './sampling.ts'

const most = Number.MAX_VALUE

async function binned(values: number[], maxBins = 255, weights?: number[]) {
  const column = Float64Array.from(values)
  const bins = numberBins(column, { maxBins, weights: weights && Float64Array.from(weights) })
  const arena = createArena()
  const at = arena.allocate(values.length * 2)
  await numberAssigner(arena, createPacer())(bins, column, at)
  const { buffer } = arena.memory
  const assigned = isWide(bins)
    ? new Uint16Array(buffer, at, values.length)
    : new Uint8Array(buffer, at, values.length)
  return { bins, edges: [...bins.edges], assigned: [...assigned] }
}

test('few values have a bin each, with edges halfway', async () => {
  const { edges, assigned, bins } = await binned([3, 1, 2, 1])
  assert.deepEqual(edges, [1.5, 2.5])
  assert.deepEqual(assigned, [2, 0, 1, 0])
  assert.equal(bins.nBins, 4)
})

test('missing values have the last bin, behind one for what is beyond all finite numbers', async () => {
  const { edges, assigned, bins } = await binned([1, NaN, 2, Infinity])
  assert.deepEqual(edges, [1.5, most])
  assert.deepEqual(assigned, [0, 3, 1, 2])
  assert.equal(bins.nBins, 4)
  assert.deepEqual((await binned([NaN, NaN])).edges, [most])
  assert.deepEqual((await binned([])).edges, [])
})

test('edges are finite and between their neighbours, whatever those are', async () => {
  for (const values of [
    [-Infinity, 0, Infinity],
    [-Infinity, Infinity],
    [-most, most],
    [1, 1 + Number.EPSILON],
    [0, Number.MIN_VALUE],
    [most, Infinity],
    [-0, 0, 1],
  ]) {
    const { edges, assigned } = await binned(values)
    assert.ok(edges.every(Number.isFinite), String(edges))
    values.forEach((x, i) =>
      values.forEach((y, k) => {
        if (x < y) assert.ok(assigned[i]! < assigned[k]!, `${x} and ${y}`)
        if (x === y) assert.equal(assigned[i], assigned[k])
      }),
    )
  }
})

test('many values are put into bins of about equal weight', async () => {
  const random = createRandom(3, 0)
  const values = Array.from({ length: 10_000 }, () => random() ** 3)
  for (const maxBins of [2, 10, 255, 1000]) {
    const { assigned, bins } = await binned(values, maxBins)
    const counts = new Array<number>(bins.nBins).fill(0)
    for (const bin of assigned) counts[bin]! += 1
    assert.equal(counts.pop(), 0)
    assert.equal(counts.length, maxBins)
    assert.ok(Math.max(...counts) <= (1.5 * values.length) / maxBins + 1, String(Math.max(...counts)))
    assert.ok(Math.min(...counts) >= (0.5 * values.length) / maxBins - 1, String(Math.min(...counts)))
  }
})

test('a value of much weight has a bin of its own', async () => {
  const values = Array.from({ length: 1000 }, (_, i) => (i < 600 ? 500 : i))
  const { assigned, edges } = await binned(values, 20)
  const bin = assigned[0]!
  assert.ok(assigned.every((b, i) => (b === bin) === (values[i] === 500)))
  assert.ok(edges.length >= 15)
})

test('a weight of 2 is a row twice', async () => {
  const random = createRandom(4, 0)
  const values = Array.from({ length: 500 }, () => Math.round(random() * 200))
  const weights = values.map((_, i) => 1 + (i % 3))
  const repeated = values.flatMap((x, i) => Array.from({ length: weights[i]! }, () => x))
  assert.deepEqual((await binned(values, 30, weights)).edges, (await binned(repeated, 30)).edges)
})

test('bins fit into a byte unless more are asked for', async () => {
  const values = Array.from({ length: 5000 }, (_, i) => (i % 50 === 0 ? NaN : i))
  assert.equal((await binned(values, 255)).bins.nBins, 256)
  const { bins, assigned } = await binned(values, 5000)
  assert.ok(isWide(bins))
  assert.equal(new Set(assigned).size, 4901)
})

test('at most as many bins as 16 bits can number', async () => {
  const values = Array.from({ length: 150_000 }, (_, i) => (i === 7 ? NaN : i))
  const { bins, assigned } = await binned(values, 65_535)
  assert.ok(bins.nBins <= 65_536 && bins.nBins > 60_000, String(bins.nBins))
  assert.equal(assigned[7], bins.nBins - 1)
})

test('categories: those of none come first', async () => {
  const bins = categoryBins(300)
  assert.equal(bins.nBins, 301)
  const assigned = new Uint16Array(3)
  assignCategories(Int32Array.of(-1, 0, 299), assigned)
  assert.deepEqual([...assigned], [0, 1, 300])
})
