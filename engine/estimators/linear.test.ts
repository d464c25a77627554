import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { EncodedRows } from './dataset.ts'
import type { Estimator, Fitted, FitRequest, LinearParameters } from './estimator.ts'
import { fitLinear, fitLogistic, fitPoisson } from './linear.ts'

interface Reference {
  readonly numbers: readonly (readonly number[])[]
  readonly codes: readonly (readonly number[])[]
  readonly nCategories: readonly number[]
  readonly weights: readonly number[]
  readonly offset: readonly number[]
  readonly labels: Readonly<Record<string, readonly number[]>>
  readonly cases: readonly Case[]
}

interface Case {
  readonly name: string
  readonly algorithm: 'linear' | 'logistic' | 'poisson'
  readonly label: 'number' | 'true' | 'count' | 'classes'
  readonly l1: number
  readonly l2: number
  readonly codes: boolean
  readonly weighted?: boolean
  readonly offset?: boolean
  readonly repeated?: boolean
  /** Per score the intercept, then every coefficient. */
  readonly coefficients: readonly (readonly number[])[]
}

/** What scikit-learn and statsmodels fit: fixtures/linear.py. */
const reference = JSON.parse(
  readFileSync(join(import.meta.dirname, 'fixtures', 'linear.json'), 'utf8'),
) as Reference

const estimators: Readonly<Record<Case['algorithm'], Estimator>> = {
  linear: fitLinear,
  logistic: fitLogistic,
  poisson: fitPoisson,
}

function rowsOf(of: Omit<Case, 'name' | 'algorithm' | 'l1' | 'l2' | 'coefficients'>): EncodedRows {
  const numbers = reference.numbers.map(column => Float64Array.from(column))
  const nRows = reference.weights.length
  const extra = of.repeated ? [numbers[0]!.slice(), new Float64Array(nRows).fill(0.1)] : []
  return {
    nRows,
    numbers: [...numbers, ...extra],
    codes: of.codes ? reference.codes.map(column => Int32Array.from(column)) : [],
    label: Float64Array.from(reference.labels[of.label]!),
    groups: [],
    ...(of.weighted && { weights: Float64Array.from(reference.weights) }),
    ...(of.offset && { offset: Float64Array.from(reference.offset) }),
  }
}

function requestOf(training: EncodedRows, options: Partial<FitRequest> & { l1?: number; l2?: number } = {}) {
  const { l1 = 0, l2 = 0, ...rest } = options
  return {
    training,
    label: { kind: 'number' },
    nCategories: training.codes.length ? reference.nCategories : [],
    hyperparameters: { l1, l2, max_iterations: 1000, tolerance: 1e-6 },
    seed: 0,
    threads: 1,
    ...rest,
  } satisfies FitRequest
}

const labelOf = ({ label }: Pick<Case, 'label'>): FitRequest['label'] =>
  label === 'classes'
    ? { kind: 'classes', classes: ['a', 'b', 'c'] }
    : { kind: label === 'true' ? 'bool' : 'number' }

function coefficients({ parameters }: Fitted): readonly (readonly number[])[] {
  return (parameters as LinearParameters).scores.map(({ intercept, numbers, categories }) => [
    intercept,
    ...Array.from(numbers),
    ...categories.flatMap(values => Array.from(values)),
  ])
}

function assertClose(
  actual: readonly (readonly number[])[],
  expected: readonly (readonly number[])[],
  tolerance: number,
): void {
  assert.equal(actual.length, expected.length)
  actual.forEach((row, k) => {
    assert.equal(row.length, expected[k]!.length)
    row.forEach((value, j) =>
      assert.ok(
        Math.abs(value - expected[k]![j]!) <= tolerance * Math.max(1, Math.abs(expected[k]![j]!)),
        `score ${k}, parameter ${j}: ${value}, expected ${expected[k]![j]}`,
      ),
    )
  })
}

for (const of of reference.cases)
  test(`${of.name}: the optimum of others`, async () => {
    const fit = await estimators[of.algorithm](requestOf(rowsOf(of), { ...of, label: labelOf(of) }))
    assert.ok(fit.converged)
    assertClose(coefficients(fit), of.coefficients, 1e-5)
  })

/** Expected value of every row, or the probabilities of its classes, written down plainly. */
function predictions({ parameters }: Fitted, rows: EncodedRows): readonly (readonly number[])[] {
  const { scores, link } = parameters as LinearParameters
  return Array.from({ length: rows.nRows }, (_, i) => {
    const z = scores.map(
      ({ intercept, numbers, categories }) =>
        intercept +
        (rows.offset?.[i] ?? 0) +
        rows.numbers.reduce((sum, column, j) => sum + column[i]! * numbers[j]!, 0) +
        rows.codes.reduce((sum, column, k) => sum + Array.from(categories[k]!).at(column[i]!)!, 0),
    )
    if (link === 'identity') return z
    if (link === 'log') return z.map(Math.exp)
    if (link === 'logistic') return z.map(v => 1 / (1 + Math.exp(-v)))
    const total = z.reduce((sum, v) => sum + Math.exp(v), 0)
    return z.map(v => Math.exp(v) / total)
  })
}

/** How far the parameters are from fulfilling the conditions of an optimum, by the derivatives of the sum over rows. */
function violation(fit: Fitted, rows: EncodedRows, { l1, l2 }: { l1: number; l2: number }): number {
  const expected = predictions(fit, rows)
  const { scores } = fit.parameters as LinearParameters
  let worst = 0
  scores.forEach((score, k) => {
    const derivative = (x: (i: number) => number) =>
      expected.reduce((sum, row, i) => {
        const y = scores.length > 1 ? Number(rows.label[i] === k) : rows.label[i]!
        return sum + (rows.weights?.[i] ?? 1) * (row[k]! - y) * x(i)
      }, 0)
    const check = (beta: number, x: (i: number) => number) => {
      const g = derivative(x) + l2 * beta
      worst = Math.max(worst, beta === 0 ? Math.abs(g) - l1 : Math.abs(g + l1 * Math.sign(beta)))
    }
    worst = Math.max(worst, Math.abs(derivative(() => 1)))
    rows.numbers.forEach((column, j) => check(score.numbers[j]!, i => column[i]!))
    rows.codes.forEach((column, c) => {
      const values = Array.from(score.categories[c]!)
      values.forEach((beta, v) => check(beta, i => Number(column[i] === (v === values.length - 1 ? -1 : v))))
    })
  })
  return worst
}

const kinds: readonly Pick<Case, 'algorithm' | 'label'>[] = [
  { algorithm: 'linear', label: 'number' },
  { algorithm: 'logistic', label: 'true' },
  { algorithm: 'logistic', label: 'classes' },
  { algorithm: 'poisson', label: 'count' },
]

for (const kind of kinds) {
  const name = `${kind.algorithm} of ${kind.label}`
  const estimator = estimators[kind.algorithm]
  const rows = rowsOf({ ...kind, codes: true, weighted: true, offset: true })
  const label = labelOf(kind)

  for (const [l1, l2] of [
    [0, 0],
    [0, 0.01],
    [0.5, 0],
    [4, 1],
  ] as const)
    test(`${name}: derivatives vanish at the fit (l1 ${l1}, l2 ${l2})`, async () => {
      const fit = await estimator(requestOf(rows, { label, l1, l2 }))
      assert.ok(fit.converged)
      assert.ok(violation(fit, rows, { l1, l2 }) < 1e-3 * reference.weights.length ** 0.5)
    })

  for (const l1 of [0, 2])
    test(`${name}: a whole weight is as good as so many rows (l1 ${l1})`, async () => {
      const weights = Float64Array.from(rows.label, (_, i) => 1 + (i % 3))
      const indices = Array.from(weights).flatMap((w, i) => new Array<number>(w).fill(i))
      const repeated: EncodedRows = {
        nRows: indices.length,
        numbers: rows.numbers.map(column => Float64Array.from(indices, i => column[i]!)),
        codes: rows.codes.map(column => Int32Array.from(indices, i => column[i]!)),
        label: Float64Array.from(indices, i => rows.label[i]!),
        offset: Float64Array.from(indices, i => rows.offset![i]!),
        groups: [],
      }
      const options = { label, l1, l2: 1 }
      const weighted = await estimator(requestOf({ ...rows, weights }, options))
      const plain = await estimator(requestOf(repeated, options))
      assertClose(coefficients(weighted), coefficients(plain), 1e-5)
      assert.ok(Math.abs(weighted.objective - plain.objective) < 1e-8 * Math.abs(plain.objective))
    })

  test(`${name}: the same bits again, for any number of threads`, async () => {
    const [one, two] = [
      await estimator(requestOf(rows, { label, l2: 1, threads: 1 })),
      await estimator(requestOf(rows, { label, l2: 1, threads: 4 })),
    ]
    assert.deepEqual(one, two)
  })

  test(`${name}: a fit that starts from its own result is done at once`, async () => {
    const options = { label, l1: 1, l2: 1 }
    const { parameters, iterations } = await estimator(requestOf(rows, options))
    assert.ok(iterations > 0)
    const again = await estimator(requestOf(rows, { ...options, start: parameters }))
    assert.ok(again.iterations <= 1, `${again.iterations} iterations`)
  })

  test(`${name}: a fit can be cancelled and says how far it is`, async () => {
    const controller = new AbortController()
    const onProgress = ({ done, total }: { done: number; total: number }) => {
      assert.equal(total, 1000)
      if (done === 0) controller.abort(new Error('enough'))
    }
    await assert.rejects(
      async () => await estimator(requestOf(rows, { label, l1: 1, signal: controller.signal, onProgress })),
      /enough/,
    )
  })

  test(`${name}: columns of any size and place, constant, repeated`, async () => {
    const [a, b, c] = rows.numbers as [Float64Array, Float64Array, Float64Array]
    const numbers = [
      a.map(x => 1e9 * x),
      b.map(x => 1e-9 * x),
      c.map(x => 2001 + x),
      a,
      new Float64Array(a.length),
    ]
    const strange = { ...rows, codes: [], numbers: [...numbers, a.map(() => 1e6)] }
    const plain = { ...rows, codes: [] }
    const fit = await estimator(requestOf(strange, { label }))
    const expected = await estimator(requestOf(plain, { label }))
    assert.ok(fit.converged)
    assertClose(predictions(fit, strange), predictions(expected, plain), 1e-5)
    for (const score of coefficients(fit)) assert.deepEqual(score.slice(-2), [0, 0])
  })
}

test('rows that a column separates give finite parameters', async () => {
  const x = Float64Array.from({ length: 50 }, (_, i) => i - 24.5)
  const training = { nRows: 50, numbers: [x], codes: [], label: x.map(v => Number(v > 0)), groups: [] }
  const fit = await fitLogistic(requestOf(training, { label: { kind: 'bool' } }))
  assert.ok(coefficients(fit)[0]!.every(Number.isFinite))
  assert.ok(predictions(fit, training).every(([p], i) => Math.abs(p! - training.label[i]!) < 1e-3))
})

test('a class that no row is of is hardly ever likely', async () => {
  const training = rowsOf({ label: 'classes', codes: false })
  const label = { kind: 'classes', classes: ['a', 'b', 'c', 'd'] } as const
  const fit = await fitLogistic(requestOf(training, { label, l2: 1 }))
  assert.equal(coefficients(fit).length, 4)
  assert.ok(predictions(fit, training).every(row => row[3]! < 1e-3))
})

test('two classes take one score, for the second', async () => {
  const training = rowsOf({ label: 'true', codes: true })
  const classes = { kind: 'classes', classes: ['no', 'yes'] } as const
  const fit = await fitLogistic(requestOf(training, { label: classes, l2: 1 }))
  assert.deepEqual(fit, await fitLogistic(requestOf(training, { label: { kind: 'bool' }, l2: 1 })))
})

test('a label that cannot be learned is an error', async () => {
  const rows = rowsOf({ label: 'true', codes: false })
  const labelled = (of: (i: number) => number) =>
    requestOf({ ...rows, label: rows.label.map((_, i) => of(i)) })
  const code = (expected: string) => (error: unknown) => (error as { code?: string }).code === expected
  await assert.rejects(
    async () => await fitLogistic({ ...labelled(() => 1), label: { kind: 'bool' } }),
    code('ENG005'),
  )
  await assert.rejects(async () => await fitPoisson(labelled(i => i - 1)), code('ENG005'))
  await assert.rejects(async () => await fitPoisson(labelled(() => 0)), code('ENG005'))
  const missing = { ...rows, numbers: [rows.label.map(() => NaN)] }
  await assert.rejects(async () => await fitLinear(requestOf(missing)), code('ENG006'))
  const none = { nRows: 0, numbers: [], codes: [], label: new Float64Array(), groups: [] }
  for (const fit of Object.values(estimators))
    await assert.rejects(async () => await fit(requestOf(none)), code('ENG003'))
})

test('a constant number is learned as it is', async () => {
  const rows = rowsOf({ label: 'number', codes: true })
  const fit = await fitLinear(requestOf({ ...rows, label: rows.label.map(() => 0.3) }))
  assertClose(
    predictions(fit, rows),
    Array.from(rows.label, () => [0.3]),
    1e-12,
  )
})

test('classes with l1 are done in some steps, though columns nearly repeat each other', async () => {
  const nRows = 3000
  const u = (i: number, k: number) => (Math.imul(i + 1, 2654435761 + k * 40503) >>> 0) / 2 ** 32
  const numbers = Array.from({ length: 8 }, (_, j) =>
    Float64Array.from({ length: nRows }, (_, i) => u(i, 1) + 0.05 * u(i, 2 + j)),
  )
  const noisy = (i: number) => 2 * numbers[0]![i]! - 20 * (numbers[1]![i]! - numbers[2]![i]!) + u(i, 20)
  const label = Float64Array.from({ length: nRows }, (_, i) => (noisy(i) < 1 ? 0 : noisy(i) < 2 ? 1 : 2))
  const training = { nRows, numbers, codes: [], label, groups: [] }
  const classes = { kind: 'classes', classes: ['a', 'b', 'c'] } as const
  const fit = await fitLogistic(requestOf(training, { label: classes, l1: 1 }))
  assert.ok(fit.converged)
  assert.ok(fit.iterations <= 20, `${fit.iterations} iterations`)
  assert.ok(violation(fit, training, { l1: 1, l2: 0 }) < 1e-3 * nRows ** 0.5)
})
