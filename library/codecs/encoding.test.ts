import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { decodeJson, encodeJson } from './encoding.ts'

const roundTrip = (value: unknown) => decodeJson(JSON.parse(JSON.stringify(encodeJson(value))))

test('what JSON cannot say comes back as what it was', () => {
  const values = [
    NaN,
    Infinity,
    -Infinity,
    -0,
    undefined,
    12345678901234567890n,
    new Date('2001-06-12T07:10:00.123Z'),
    new Date(NaN),
    new Map<unknown, unknown>([
      ['a', 1],
      [{ key: NaN }, new Set([1n])],
    ]),
    new Set([new Date(0), 'x']),
    new Uint8Array([0, 255, 3]),
    new Float64Array([NaN, -0, 1.5]),
    { $slipway: 'map', entries: 'mine' },
    { a: undefined, b: [undefined, { c: null }] },
    JSON.parse('{"__proto__": {"x": 1}}') as unknown,
  ]
  for (const value of values) assert.deepEqual(roundTrip(value), value)
})

test('any value of these kinds comes back equal', () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: false,
    withNullPrototype: false,
    withSparseArray: false,
  })
  fc.assert(
    fc.property(anything, value => assert.deepEqual(roundTrip(value), value)),
    { numRuns: 500 },
  )
})

test('plain JSON stays as it is', () => {
  const value = { a: [1, 'x', null, true, { b: 0.5 }] }
  assert.deepEqual(encodeJson(value), value)
})

test('what cannot come back as what it was is refused with its place', () => {
  class Point {
    x = 1
  }
  const loop: { self?: unknown } = {}
  loop.self = loop
  for (const [value, place] of [
    [{ a: [() => 1] }, '$.a[0]'],
    [{ p: new Point() }, '$.p'],
    [loop, '$.self'],
    [new Map([['k', Symbol('s')]]), '$.value(0)'],
  ] as const)
    assert.throws(
      () => encodeJson(value),
      (e: Error & { code?: string }) => e.code === 'LIB201' && e.message.includes(`at ${place} `),
    )
})

test('an unknown tag is refused', () => {
  assert.throws(() => decodeJson({ $slipway: 'quaternion' }), { code: 'LIB202' })
})
