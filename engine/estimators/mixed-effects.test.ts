import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import type { EncodedRows } from './dataset.ts'
import type { FitRequest, MixedParameters, RandomEffect } from './estimator.ts'
import { fitMixedEffects } from './mixed-effects.ts'

const defaults = { family: 'gaussian', l2: 1, max_iterations: 100, tolerance: 1e-6 }
const perKey = { l2: 1, min_rows: 1, max_rows: 0 }

/** Two crossed keys, one column of numbers, one of codes; labels of a known model of the family. */
function generate(family: string, nRows: number, [nA, nB]: readonly [number, number] = [20, 7]): FitRequest {
  const random = generator(nRows)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const levels = Float64Array.from({ length: nA }, normal)
  const slopes = Float64Array.from({ length: nA }, () => 0.5 * normal())
  const others = Float64Array.from({ length: nB }, () => 0.5 * normal())
  const a = Int32Array.from({ length: nRows }, () => Math.floor(nA * random() ** 2))
  const b = Int32Array.from({ length: nRows }, () => Math.floor(nB * random()))
  const x = Float64Array.from({ length: nRows }, normal)
  const code = Int32Array.from({ length: nRows }, () => Math.floor(4 * random()) - 1)
  const label = Float64Array.from({ length: nRows }, (_, i) => {
    const score = 0.5 * x[i]! + levels[a[i]!]! + slopes[a[i]!]! * x[i]! + others[b[i]!]! + 0.3 * code[i]!
    if (family === 'logistic') return random() < 1 / (1 + Math.exp(-score)) ? 1 : 0
    if (family === 'poisson') return poisson(Math.exp(score), random)
    return score + 0.5 * normal()
  })
  return request(family, { nRows, numbers: [x], codes: [code], label, groups: [], keys: [a, b] }, [
    { nKeys: nA, intercept: true, slopes: [0], hyperparameters: perKey },
    { nKeys: nB, intercept: true, slopes: [], hyperparameters: perKey },
  ])
}

function request(family: string, training: EncodedRows, random: readonly RandomEffect[]): FitRequest {
  return {
    training,
    label: { kind: family === 'logistic' ? 'bool' : 'number' },
    nCategories: training.codes.map(codes => codes.reduce((most, code) => Math.max(most, code), -1) + 1),
    hyperparameters: { ...defaults, family },
    random,
    seed: 0,
    threads: 1,
  }
}

function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

function poisson(mean: number, random: () => number): number {
  let count = 0
  for (let p = random(); p > Math.exp(-mean); p *= random()) count++
  return count
}

async function fit(of: FitRequest) {
  const fitted = await fitMixedEffects(of)
  return { ...fitted, parameters: fitted.parameters as MixedParameters }
}

/** All parameters in one list. */
function flat({ fixed, random }: MixedParameters): number[] {
  return [
    fixed.intercept,
    ...Array.from(fixed.numbers),
    ...fixed.categories.flatMap(weights => Array.from(weights)),
    ...random.flatMap(({ values }) => Array.from(values)),
  ]
}

function assertClose(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  assert.equal(actual.length, expected.length)
  const worst = actual.reduce((most, value, j) => Math.max(most, Math.abs(value - expected[j]!)), 0)
  assert.ok(worst <= tolerance, `differ by ${worst}, more than ${tolerance}`)
}

/** The objective, written down plainly. */
function objective(
  { training, hyperparameters, random }: FitRequest,
  flatParameters: readonly number[],
): number {
  let next = 0
  const take = (n: number) => flatParameters.slice(next, (next += n))
  const [intercept] = take(1) as [number]
  const numbers = take(training.numbers.length)
  const categories = training.codes.map(codes => take(Math.max(...codes) + 2))
  const effects = random!.map(e => take(e.nKeys * (e.slopes.length + (e.intercept ? 1 : 0))))
  let sum = 0
  for (let i = 0; i < training.nRows; i++) {
    let score = intercept + (training.offset?.[i] ?? 0)
    numbers.forEach((w, j) => (score += w * training.numbers[j]![i]!))
    categories.forEach((w, k) => (score += w.at(training.codes[k]![i]!)!))
    random!.forEach((e, k) => {
      const row = [...(e.intercept ? [1] : []), ...e.slopes.map(j => training.numbers[j]![i]!)]
      const key = training.keys![k]![i]!
      if (key >= 0) row.forEach((x, c) => (score += x * effects[k]![key * row.length + c]!))
    })
    const y = training.label[i]!
    const losses: Record<string, number> = {
      gaussian: 0.5 * (y - score) ** 2,
      logistic: Math.log(1 + Math.exp(score)) - y * score,
      poisson: Math.exp(score) - y * score,
    }
    sum += (training.weights?.[i] ?? 1) * losses[hyperparameters['family'] as string]!
  }
  const squares = (values: readonly number[]) => values.reduce((total, v) => total + v * v, 0)
  sum += 0.5 * Number(hyperparameters['l2']) * squares([...numbers, ...categories.flat()])
  random!.forEach((e, k) => (sum += 0.5 * Number(e.hyperparameters['l2']) * squares(effects[k]!)))
  return sum
}

interface Reference {
  readonly rows: { readonly a: number[]; readonly b: number[]; readonly x: number[]; readonly y: number[] }
  readonly fixed: readonly number[]
  readonly l2: readonly number[]
  readonly random: readonly number[][]
}

const references = JSON.parse(
  readFileSync(new URL('mixed-effects/fixtures/mixedlm.json', import.meta.url), 'utf8'),
) as Record<'oneGrouping' | 'slopes' | 'crossed', Reference>

for (const [name, effects] of [
  ['oneGrouping', [{ key: 'a', intercept: true }]],
  [
    'slopes',
    [
      { key: 'a', intercept: true },
      { key: 'a', intercept: false },
    ],
  ],
  [
    'crossed',
    [
      { key: 'a', intercept: true },
      { key: 'b', intercept: true },
    ],
  ],
] as const)
  test(`predicts what MixedLM predicts with its variances: ${name}`, async () => {
    const { rows, fixed, l2, random } = references[name]
    const training: EncodedRows = {
      nRows: rows.y.length,
      numbers: [Float64Array.from(rows.x)],
      codes: [],
      label: Float64Array.from(rows.y),
      groups: [],
      keys: effects.map(({ key }) => Int32Array.from(rows[key])),
    }
    const of = request(
      'gaussian',
      training,
      effects.map(({ intercept }, e) => ({
        nKeys: random[e]!.length,
        intercept,
        slopes: intercept ? [] : [0],
        hyperparameters: { ...perKey, l2: l2[e]! },
      })),
    )
    const { parameters, converged } = await fit({ ...of, hyperparameters: { ...of.hyperparameters, l2: 0 } })
    assert.ok(converged)
    assertClose([parameters.fixed.intercept, ...Array.from(parameters.fixed.numbers)], fixed, 1e-5)
    random.forEach((values, e) => assertClose(Array.from(parameters.random[e]!.values), values, 1e-5))
  })

for (const family of ['gaussian', 'logistic', 'poisson'])
  test(`no step away from a ${family} fit lowers the joint objective`, async () => {
    const of = generate(family, 1500)
    const weights = of.training.label.map((_, i) => 0.5 + (i % 3))
    const offset = of.training.label.map((_, i) => Math.sin(i))
    const weighted = { ...of, training: { ...of.training, weights, offset } }
    const { parameters, objective: value, converged, nParameters } = await fit(weighted)
    assert.ok(converged)
    const at = flat(parameters)
    assert.equal(nParameters, at.length)
    assert.ok(Math.abs(objective(weighted, at) - value) < 1e-9 * Math.abs(value))
    at.forEach((_, j) => {
      const moved = (by: number) => objective(weighted, at.with(j, at[j]! + by))
      const slope = (moved(1e-4) - moved(-1e-4)) / 2e-4
      assert.ok(Math.abs(slope) < 1e-3, `slope ${slope} along parameter ${j}`)
    })
  })

for (const [name, nKeys, nCategories] of [
  ['two large groupings', [700, 650], 3],
  ['one large grouping', [1500, 5], 3],
  ['more columns than are factorized', [40, 30], 1200],
] as const)
  test(`a fit ends at the optimum with ${name}`, async () => {
    const of = generate('logistic', 3000, nKeys)
    const codes = [of.training.codes[0]!.map((code, i) => (nCategories === 3 ? code : (i * 7) % nCategories))]
    const wide = { ...of, nCategories: [nCategories], training: { ...of.training, codes } }
    // Some keys are not fitted.
    const random = of.random!.map(e => ({ ...e, hyperparameters: { ...perKey, min_rows: 2 } }))
    const { parameters, converged } = await fit({ ...wide, random })
    assert.ok(converged)
    const at = flat(parameters)
    for (let j = 0; j < at.length; j += Math.ceil(at.length / 60)) {
      if (at[j] === 0) continue
      const moved = (by: number) => objective(wide, at.with(j, at[j]! + by))
      const slope = (moved(1e-4) - moved(-1e-4)) / 2e-4
      assert.ok(Math.abs(slope) < 1e-3, `slope ${slope} along parameter ${j}`)
    }
  })

test('finds the effects that made the labels', async () => {
  const nRows = 20_000
  const random = generator(5)
  const a = Int32Array.from({ length: nRows }, () => Math.floor(10 * random()))
  const x = Float64Array.from({ length: nRows }, () => 2 * random() - 1)
  const training: EncodedRows = {
    nRows,
    numbers: [x],
    codes: [],
    label: Float64Array.from(a, (key, i) => 3 + 2 * x[i]! + (key - 4.5) * (1 + x[i]! / 3) + random() - 0.5),
    groups: [],
    keys: [a],
  }
  const { parameters } = await fit(
    request('gaussian', training, [{ nKeys: 10, intercept: true, slopes: [0], hyperparameters: perKey }]),
  )
  const { fixed, random: effects } = parameters
  for (let key = 0; key < 10; key++) {
    const [level, slope] = [0, 1].map(c => effects[0]!.values[2 * key + c]!)
    assert.ok(Math.abs(fixed.intercept + level! - (3 + key - 4.5)) < 0.05)
    assert.ok(Math.abs(fixed.numbers[0]! + slope! - (2 + (key - 4.5) / 3)) < 0.1)
  }
})

test('random effects shrink to 0 as their penalty grows', async () => {
  const of = generate('logistic', 1500)
  const size = async (l2: number) => {
    const random = of.random!.map(e => ({ ...e, hyperparameters: { ...perKey, l2 } }))
    const { parameters } = await fit({ ...of, random })
    return parameters.random.reduce((sum, { values }) => sum + Math.hypot(...Array.from(values)), 0)
  }
  const sizes = await Promise.all([0.1, 1, 10, 100, 1e9].map(size))
  sizes.slice(1).forEach((value, i) => assert.ok(value < sizes[i]!))
  assert.ok(sizes.at(-1)! < 1e-5)
})

for (const family of ['gaussian', 'logistic', 'poisson']) {
  test(`a whole weight is as good as so many rows: ${family}`, async () => {
    const of = generate(family, 400)
    const weights = Float64Array.from(of.training.label, (_, i) => 1 + (i % 3))
    const repeated = rowsAt(of.training, Array.from(weights, (n, i) => new Array<number>(n).fill(i)).flat())
    const weighted = await fit({ ...of, training: { ...of.training, weights } })
    assertClose(flat(weighted.parameters), flat((await fit({ ...of, training: repeated })).parameters), 1e-5)
  })

  test(`the order of rows is irrelevant, and a fit repeats bit for bit: ${family}`, async () => {
    const of = generate(family, 400)
    const order = Array.from({ length: 400 }, (_, i) => (i * 37) % 400)
    const first = flat((await fit(of)).parameters)
    assertClose(flat((await fit({ ...of, training: rowsAt(of.training, order) })).parameters), first, 1e-8)
    assert.deepEqual(flat((await fit({ ...of, threads: 4 })).parameters), first)
  })
}

function rowsAt(rows: EncodedRows, indices: readonly number[]): EncodedRows {
  const floats = (column: Float64Array) => Float64Array.from(indices, i => column[i]!)
  const ints = (column: Int32Array) => Int32Array.from(indices, i => column[i]!)
  return {
    nRows: indices.length,
    numbers: rows.numbers.map(floats),
    codes: rows.codes.map(ints),
    label: floats(rows.label),
    groups: [],
    keys: rows.keys!.map(ints),
  }
}

test('keys with too few rows and keys not seen get 0', async () => {
  const of = generate('gaussian', 300)
  const [a, b] = of.training.keys as [Int32Array, Int32Array]
  // Key 0 keeps four rows, key 21 has none, and the other rows of key 0 have a missing key.
  let kept = 0
  const keys = a.map(key => (key === 0 && ++kept > 4 ? -1 : key))
  const random = [
    { ...of.random![0]!, nKeys: 22, hyperparameters: { ...perKey, min_rows: 5 } },
    of.random![1]!,
  ]
  const { parameters, nParameters } = await fit({
    ...of,
    training: { ...of.training, keys: [keys, b] },
    random,
  })
  const values = Array.from(parameters.random[0]!.values)
  const counts = Array.from({ length: 22 }, (_, key) => keys.filter(k => k === key).length)
  counts.forEach((count, key) => assert.equal(values[2 * key] !== 0, count >= 5))
  assert.equal(nParameters, 6 + 2 * counts.filter(count => count >= 5).length + 7)
})

test('of a large key a sample is fitted, the same for the same seed', async () => {
  const of = generate('gaussian', 4000, [3, 3])
  const bounded = (maxRows: number, seed: number) =>
    fit({
      ...of,
      seed,
      random: [{ ...of.random![0]!, hyperparameters: { ...perKey, max_rows: maxRows } }, of.random![1]!],
    })
  const all = await fit(of)
  assert.deepEqual(flat((await bounded(4000, 0)).parameters), flat(all.parameters))
  const sampled = await bounded(300, 0)
  assert.deepEqual(flat((await bounded(300, 0)).parameters), flat(sampled.parameters))
  assert.notDeepEqual(flat((await bounded(300, 1)).parameters), flat(sampled.parameters))
  assertClose(flat(sampled.parameters), flat(all.parameters), 0.25)
  // Rows that are left out are made up for by the weight of the others.
  assert.ok(Math.abs(sampled.objective / all.objective - 1) < 0.15)
})

test('crossed and nested groupings with hardly a penalty end', async () => {
  const of = generate('gaussian', 3000, [200, 150])
  const nested = of.training.keys![0]!.map(key => key % 10)
  const training = { ...of.training, keys: [of.training.keys![0]!, nested] }
  const random = of.random!.map((e, k) => ({
    ...e,
    nKeys: [200, 10][k]!,
    hyperparameters: { ...perKey, l2: 1e-3 },
  }))
  const weak = { ...of, training, random, hyperparameters: { ...of.hyperparameters, l2: 0 } }
  const { converged, parameters } = await fit(weak)
  assert.ok(converged)
  const at = flat(parameters)
  const rest = objective(weak, at)
  for (const j of [0, 1, 10, 100, 300, at.length - 1])
    for (const by of [-1e-3, 1e-3]) assert.ok(objective(weak, at.with(j, at[j]! + by)) > rest - 1e-9)
})

for (const family of ['gaussian', 'logistic', 'poisson'])
  test(`without any penalty a ${family} fit still ends`, async () => {
    const of = generate(family, 500)
    const random = of.random!.map(e => ({ ...e, hyperparameters: { ...perKey, l2: 0 } }))
    const { parameters, objective: value } = await fit({
      ...of,
      random,
      hyperparameters: { ...of.hyperparameters, l2: 0 },
    })
    assert.ok(flat(parameters).every(Number.isFinite))
    assert.ok(value <= (await fit(of)).objective)
  })

test('counts of very different size per key are fitted', async () => {
  const nRows = 600
  const a = Int32Array.from({ length: nRows }, (_, i) => i % 6)
  const label = Float64Array.from(a, (key, i) => 10 ** key * (1 + (i % 5)) - 1)
  const training: EncodedRows = { nRows, numbers: [], codes: [], label, groups: [], keys: [a] }
  const { parameters, converged } = await fit(
    request('poisson', training, [
      { nKeys: 6, intercept: true, slopes: [], hyperparameters: { ...perKey, l2: 1e-3 } },
    ]),
  )
  assert.ok(converged)
  for (let key = 0; key < 6; key++) {
    const rate = Math.exp(parameters.fixed.intercept + parameters.random[0]!.values[key]!)
    assert.ok(Math.abs(rate / (3 * 10 ** key - 1) - 1) < 1e-2, `key ${key}: ${rate}`)
  }
})

test('a fit goes on from where another ended', async () => {
  const of = generate('poisson', 1500)
  const cold = await fit(of)
  const warm = await fit({ ...of, start: cold.parameters })
  assert.equal(warm.iterations, 1)
  assertClose(flat(warm.parameters), flat(cold.parameters), 1e-5)
  const shorter = of.random!.slice(0, 1)
  await assert.rejects(
    fit({ ...of, random: shorter, start: { ...cold.parameters, random: cold.parameters.random.slice(1) } }),
    /of a fit to the same columns and keys/,
  )
})

test('rounds are told of, and at most so many are made', async () => {
  const of = generate('logistic', 500)
  const told: number[] = []
  const hyperparameters = { ...of.hyperparameters, max_iterations: 2, tolerance: 1e-15 }
  const { iterations, converged } = await fit({
    ...of,
    hyperparameters,
    onProgress: ({ done, total }) => told.push(done / total),
  })
  assert.deepEqual([iterations, converged, told], [2, false, [0, 0.5]])
})

test('a fit can be cancelled before and while it runs', async () => {
  const of = generate('logistic', 500)
  await assert.rejects(fit({ ...of, signal: AbortSignal.abort(new Error('enough')) }), /enough/)
  const controller = new AbortController()
  const late = fit({
    ...of,
    signal: controller.signal,
    onProgress: ({ done }) => done === 1 && controller.abort(new Error('enough')),
  })
  await assert.rejects(late, /enough/)
})

test('labels that cannot be learned are refused', async () => {
  const logistic = generate('logistic', 100)
  const poisson = generate('poisson', 100)
  const labelled = (of: FitRequest, label: Float64Array) =>
    fit({ ...of, training: { ...of.training, label } })
  await assert.rejects(labelled(logistic, new Float64Array(100)), { code: 'ENG005' })
  await assert.rejects(labelled(logistic, new Float64Array(100).fill(1)), { code: 'ENG005' })
  await assert.rejects(labelled(poisson, new Float64Array(100)), { code: 'ENG005' })
  await assert.rejects(labelled(poisson, new Float64Array(100).fill(1).with(7, -1)), { code: 'ENG005' })
})
