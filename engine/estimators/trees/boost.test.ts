import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BoostData, type BoostOptions, type BoostRows, fitBoostedTrees, type Round } from './boost.ts'
import { exactScores } from './exact-trees.ts'
import { addTrees } from './predict.ts'
import { defaults, makeRows, type Shape, takeRows } from './testing.ts'
import type { Tree } from './tree.ts'

type Options = Partial<BoostOptions>

async function fit(training: BoostRows, options: Options = {}, data: Partial<BoostData> = {}) {
  const nCategories = training.codes.map(codes => codes.reduce((most, c) => Math.max(most, c), -1) + 1)
  return await fitBoostedTrees({ ...defaults, ...options }, { training, nCategories, ...data })
}

const leavesOf = ({ left }: Tree): number => left.filter(child => child < 0).length

function depthOf({ left, right }: Tree, node = 0): number {
  return left[node]! < 0
    ? 0
    : 1 +
        Math.max(depthOf({ left, right } as Tree, left[node]), depthOf({ left, right } as Tree, right[node]))
}

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-9): void {
  assert.equal(actual.length, expected.length)
  for (let i = 0; i < actual.length; i++)
    assert.ok(
      Math.abs(actual[i]! - expected[i]!) <= tolerance * Math.max(1, Math.abs(expected[i]!)),
      `at ${i}: got ${actual[i]}, expected ${expected[i]}`,
    )
}

const exactCases: readonly (readonly [name: string, shape: Shape, options: Options])[] = [
  ['numbers', { nRows: 60 }, {}],
  ['missing numbers', { nRows: 60, missing: 0.3 }, {}],
  ['few categories', { nRows: 60, nNumbers: 0, nCategories: [3, 2] }, {}],
  ['numbers and categories', { nRows: 70, nCategories: [3], missing: 0.2, weighted: true }, {}],
  ['log loss', { nRows: 80, missing: 0.2, label: 'logistic', weighted: true }, { loss: 'logistic' }],
  ['counts', { nRows: 80, missing: 0.1, label: 'poisson', weighted: true }, { loss: 'poisson' }],
  ['by level', { nRows: 80, missing: 0.1 }, { growth: 'level', maxLeaves: 7 }],
  ['shallow', { nRows: 80 }, { maxDepth: 2, maxLeaves: 31 }],
  ['a stump', { nRows: 40 }, { maxLeaves: 2, trees: 20 }],
  ['large leaves', { nRows: 80, missing: 0.2 }, { minRows: 9, maxLeaves: 31 }],
  ['worthwhile splits', { nRows: 80 }, { minGain: 0.4, maxLeaves: 31 }],
  ['l1', { nRows: 80 }, { l1: 1.5, maxLeaves: 31 }],
  ['no l2', { nRows: 80 }, { l2: 0, minRows: 3 }],
  ['much l2', { nRows: 80 }, { l2: 30 }],
]

for (const [name, shape, options] of exactCases)
  test(`finds the splits of an exhaustive search: ${name}`, async () => {
    for (const seed of [1, 2, 3]) {
      const rows = makeRows({ ...shape, seed })
      const all = { ...defaults, ...options }
      const expected = exactScores(rows, all as BoostOptions & { loss: 'squared' })
      const { scores, trees } = await fit(rows, options)
      assert.ok(trees.some(tree => leavesOf(tree) > 1))
      assertClose(scores, expected)
    }
  })

const shapes: readonly (readonly [name: string, shape: Shape, options: Options])[] = [
  ['squared', { nRows: 400, missing: 0.2, nCategories: [12, 3] }, {}],
  ['logistic', { nRows: 400, missing: 0.2, nCategories: [12], label: 'logistic' }, { loss: 'logistic' }],
  ['softmax', { nRows: 400, missing: 0.1, nCategories: [9], label: 'softmax' }, { loss: 'softmax' }],
  ['poisson', { nRows: 400, nCategories: [9], label: 'poisson' }, { loss: 'poisson' }],
  ['wide bins', { nRows: 900, missing: 0.1, nCategories: [400] }, { maxBins: 5000, minRows: 5 }],
  ['subsampled', { nRows: 400, missing: 0.2, nCategories: [12] }, { subsample: 0.6, featureFraction: 0.5 }],
]

for (const [name, shape, options] of shapes) {
  const nClasses = options.loss === 'softmax' ? { nClasses: 3 } : {}

  test(`trees say of raw columns what they said while fitting, bit for bit: ${name}`, async () => {
    const rows = makeRows({ ...shape, weighted: true })
    const offset = Float64Array.from(rows.label, (_, i) => (i % 7) / 10)
    const training = { ...rows, offset }
    const { trees, initial, scores } = await fit(training, { trees: 12, ...options }, nClasses)
    const n = initial.length
    const again = scores.map((_, i) => initial[i % n]! + offset[Math.floor(i / n)]!)
    addTrees(trees, training, { scores: again, nScores: n })
    assert.deepEqual(again, scores)
  })

  test(`the training loss only falls: ${name}`, async () => {
    const losses: number[] = []
    const onRound = async ({ trainLoss }: Round) => void losses.push(await trainLoss())
    await fit(makeRows(shape), { trees: 30, learningRate: 0.1, ...options, subsample: 1, onRound }, nClasses)
    assert.equal(losses.length, 30)
    losses.forEach((loss, i) => assert.ok(i === 0 || loss <= losses[i - 1]! + 1e-12, `round ${i + 1}`))
    assert.ok(losses.at(-1)! < losses[0]! * 0.95)
  })

  test(`a weight of 2 is a row twice: ${name}`, async () => {
    const rows = makeRows(shape)
    const weights = Float64Array.from(rows.label, (_, i) => 1 + (i % 3))
    const indices = [...weights].flatMap((w, i) => Array.from({ length: w }, () => i))
    const all = { ...options, minRows: 1, subsample: 1, featureFraction: 1 }
    const nCategories = shape.nCategories ?? []
    const weighted = await fit({ ...rows, weights }, all, { ...nClasses, nCategories })
    const repeated = await fit(takeRows(rows, indices), all, { ...nClasses, nCategories })
    const n = weighted.initial.length
    const expected = indices.flatMap(i => [...weighted.scores.subarray(i * n, i * n + n)])
    assertClose(repeated.scores, expected)
  })

  test(`goes on from trees as if there had been no break: ${name}`, async () => {
    const rows = makeRows(shape)
    const whole = await fit(rows, { ...options, trees: 8 }, nClasses)
    const start = await fit(rows, { ...options, trees: 3 }, nClasses)
    assert.deepEqual(await fit(rows, { ...options, trees: 8 }, { ...nClasses, start }), whole)
  })

  test(`memory for two leaves only gives the same trees: ${name}`, async () => {
    const rows = makeRows(shape)
    const all = { ...options, maxLeaves: 31 }
    assert.deepEqual(await fit(rows, { ...all, maxSumsBytes: 1 }, nClasses), await fit(rows, all, nClasses))
  })
}

test('sees the limits of a tree', async () => {
  const rows = makeRows({ nRows: 500, nNumbers: 4, nCategories: [30] })
  const { trees } = await fit(rows, { maxLeaves: 10, maxDepth: 5, minRows: 15 })
  for (const tree of trees) {
    assert.ok(leavesOf(tree) <= 10 && leavesOf(tree) > 1)
    assert.ok(depthOf(tree) <= 5)
    tree.nRows.forEach((n, node) => {
      assert.ok(n >= 15)
      if (tree.left[node]! >= 0)
        assert.equal(n, tree.nRows[tree.left[node]!]! + tree.nRows[tree.right[node]!]!)
    })
  }
  const [stump] = (await fit(rows, { maxDepth: 1 })).trees
  assert.equal(leavesOf(stump!), 2)
})

test('a level is full before the next one is begun', async () => {
  const rows = makeRows({ nRows: 500, nNumbers: 3 })
  const { trees } = await fit(rows, { growth: 'level', maxLeaves: 8 })
  for (const tree of trees) assert.equal(depthOf(tree), 3)
})

test('a tree sees its share of rows and columns, others than the next', async () => {
  const rows = makeRows({ nRows: 400, nNumbers: 10 })
  const { trees } = await fit(rows, { subsample: 0.25, featureFraction: 0.2, trees: 20, maxLeaves: 31 })
  for (const tree of trees) {
    assert.equal(tree.nRows[0], 100)
    const columns = new Set(tree.column.filter((_, node) => tree.left[node]! >= 0))
    assert.ok(columns.size <= 2)
  }
  assert.ok(new Set(trees.flatMap(({ column }) => column)).size > 5)
})

test('another seed draws others; the same seed the same', async () => {
  const rows = makeRows({ nRows: 300 })
  const [a, b, c] = await Promise.all([1, 1, 2].map(seed => fit(rows, { subsample: 0.5, seed })))
  assert.deepEqual(a, b)
  assert.notDeepEqual(a!.trees, c!.trees)
})

test('any number of threads gives the same bits', async () => {
  const rows = makeRows({ nRows: 30_000, nNumbers: 18, nCategories: [20, 300], missing: 0.05 })
  const options = { trees: 4, maxLeaves: 31 }
  const one = await fit(rows, options)
  for (const threads of [2, 3]) assert.deepEqual(await fit(rows, { ...options, threads }), one)
})

test('no more trees when the held-out rows gain nothing', async () => {
  const rows = makeRows({ nRows: 300 })
  const noise = makeRows({ nRows: 200, seed: 9 })
  const losses: number[] = []
  const options = {
    trees: 200,
    earlyStoppingRounds: 5,
    onRound: (round: Round) => void losses.push(round.validationLoss!),
  }
  const stopped = await fit(rows, options, { validation: noise })
  const best = losses.indexOf(Math.min(...losses)) + 1
  assert.equal(losses.length, best + 5)
  assert.equal(stopped.trees.length, best)
  assert.equal(stopped.validationLoss, Math.min(...losses))
  assert.ok(stopped.stoppedEarly)
  assert.deepEqual(stopped.trees, (await fit(rows, { trees: best })).trees)
  const unstopped = await fit(rows, { trees: 30 }, { validation: noise })
  assert.equal(unstopped.trees.length, 30)
})

test('the loss of held-out rows is that of their predictions', async () => {
  const validation = makeRows({ nRows: 150, seed: 4, missing: 0.3, nCategories: [9] })
  // Values outside what was seen in training, and codes of none.
  validation.numbers[0]!.set([Infinity, -Infinity, 1e9, -1e9])
  const training = makeRows({ nRows: 300, missing: 0.1, nCategories: [9] })
  const { trees, initial, validationLoss } = await fit(training, { trees: 9 }, { validation })
  const scores = validation.label.map(() => initial[0]!)
  addTrees(trees, validation, { scores, nScores: 1 })
  const loss = scores.reduce((sum, z, i) => sum + (z - validation.label[i]!) ** 2 / 2, 0) / 150
  assertClose([validationLoss!], [loss])
})

test('columns that say nothing are never split', async () => {
  const rows = makeRows({ nRows: 100 })
  const numbers = [new Float64Array(100).fill(3), new Float64Array(100).fill(NaN), ...rows.numbers]
  const codes = [new Int32Array(100), new Int32Array(100).fill(-1)]
  const { trees } = await fit({ ...rows, numbers, codes })
  const used = trees.flatMap(({ column, left }) => column.filter((_, node) => left[node]! >= 0))
  assert.deepEqual(new Set(used), new Set([2, 3]))
})

test('with nothing to split on, all rows get the mean', async () => {
  const label = Float64Array.of(1, 2, 6)
  for (const numbers of [[], [new Float64Array(3).fill(NaN)], [new Float64Array(3).fill(1)]]) {
    const { scores, trees } = await fit({ nRows: 3, numbers, codes: [], label })
    assertClose(scores, [3, 3, 3])
    assert.equal(trees.length, 5)
  }
})

test('one row is learned as it is', async () => {
  const row = {
    nRows: 1,
    numbers: [Float64Array.of(2)],
    codes: [Int32Array.of(0)],
    label: Float64Array.of(7),
  }
  const { scores } = await fit(row, { subsample: 0.1, featureFraction: 0.1 })
  assert.deepEqual([...scores], [7])
})

test('infinities are values beyond all others', async () => {
  const x = Float64Array.of(-Infinity, -1, 0, 1, Infinity, NaN)
  const training = { nRows: 6, numbers: [x], codes: [], label: Float64Array.of(5, 1, 2, 3, 9, -4) }
  const { trees, initial, scores } = await fit(training, { trees: 40, l2: 0, learningRate: 1, maxLeaves: 31 })
  assertClose(scores, training.label)
  const again = training.label.map(() => initial[0]!)
  const stored = JSON.parse(JSON.stringify(trees)) as Tree[]
  assert.deepEqual(stored, trees)
  addTrees(stored, training, { scores: again, nScores: 1 })
  assert.deepEqual(again, scores)
})

test('missing values go where they fit, each way', async () => {
  for (const [label, side] of [
    [[0, 0, 5, 5, 5], false],
    [[0, 0, 5, 5, 0], true],
  ] as const) {
    const numbers = [Float64Array.of(1, 2, 3, 4, NaN)]
    const training = { nRows: 5, numbers, codes: [], label: Float64Array.from(label) }
    const { trees } = await fit(training, { trees: 1, maxLeaves: 2 })
    assert.equal(trees[0]!.missingLeft[0], side)
    assert.equal(trees[0]!.threshold[0], 2.5)
  }
})

test('present against missing is a split', async () => {
  const numbers = [Float64Array.of(1, 2, NaN, NaN)]
  const training = { nRows: 4, numbers, codes: [], label: Float64Array.of(1, 1, 0, 0) }
  const { trees, scores } = await fit(training, { trees: 1, l2: 0, learningRate: 1 })
  assert.deepEqual([...scores], [1, 1, 0, 0])
  assert.equal(trees[0]!.threshold[0], Number.MAX_VALUE)
})

test('where nothing was missing, missing values go with the larger side', async () => {
  for (const [label, missingLeft] of [
    [[0, 5, 5, 5], false],
    [[0, 0, 0, 5], true],
  ] as const) {
    const training = {
      nRows: 4,
      numbers: [Float64Array.of(1, 2, 3, 4)],
      codes: [],
      label: Float64Array.from(label),
    }
    const { trees } = await fit(training, { trees: 1, maxLeaves: 2 })
    assert.equal(trees[0]!.missingLeft[0], missingLeft)
  }
})

test('thousands of categories are told apart, those never seen go with the larger side', async () => {
  const nRows = 20_000
  const codes = Int32Array.from({ length: nRows }, (_, i) => (i * 7919) % 3000)
  const label = Float64Array.from(codes, c => (c % 10 === 0 ? 1 : 0))
  const data = { nCategories: [3100] }
  const training = { nRows, numbers: [], codes: [codes], label }
  const { trees, scores, initial } = await fit(training, { trees: 60, minRows: 20, maxLeaves: 31 }, data)
  const error = scores.reduce((most, z, i) => Math.max(most, Math.abs(z - label[i]!)), 0)
  assert.ok(error < 0.2, String(error))
  const unseen = { nRows: 2, numbers: [], codes: [Int32Array.of(-1, 3050)] }
  const of = new Float64Array(2).fill(initial[0]!)
  addTrees(trees, unseen, { scores: of, nScores: 1 })
  assert.ok(of.every(z => z < 0.1))
})

test('sums are exact where doubles would round: huge beside small gradients', async () => {
  const nRows = 2000
  const x = Float64Array.from({ length: nRows }, (_, i) => i)
  const label = x.map(i => (i === 0 ? 1e12 : i % 2))
  const { trees } = await fit(
    { nRows, numbers: [x], codes: [], label },
    { trees: 1, maxLeaves: 2, l2: 0, maxBins: 4000 },
  )
  assert.equal(trees[0]!.threshold[0], 0.5)
  assertClose([trees[0]!.value[1]!], [(1e12 - 1e12 / nRows) * 0.3], 1e-9)
})

test('ends within 100 ms of being asked to, with the reason', async () => {
  const rows = makeRows({ nRows: 150_000, nNumbers: 10 })
  for (const delay of [5, 150]) {
    const abort = new AbortController()
    let askedAt = 0
    setTimeout(() => {
      askedAt = performance.now()
      abort.abort(new Error('enough'))
    }, delay)
    await assert.rejects(fit(rows, { trees: 10_000, maxLeaves: 255, signal: abort.signal }), /enough/)
    // Room for a machine that does other things too.
    assert.ok(performance.now() - askedAt < 300)
  }
})
