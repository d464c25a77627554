import assert from 'node:assert/strict'
import test from 'node:test'
import { fingerprint } from './fingerprint.ts'

const hash = (value: unknown) => fingerprint('x', value).hash

test('equal values have equal fingerprints, changed ones others', () => {
  const values = [
    1,
    -1,
    0.5,
    NaN,
    '',
    'a',
    'b',
    true,
    null,
    undefined,
    5n,
    [],
    [1],
    [1, 2],
    {},
    { a: 1 },
    { b: 1 },
  ]
  const more = [
    new Map([[1, 2]]),
    new Set([1]),
    new Date(5),
    /a/,
    new Float64Array([1]),
    () => 1,
    class A {},
    [[1]],
  ]
  const hashes = [...values, ...more].map(hash)
  assert.equal(new Set(hashes).size, hashes.length)
  assert.equal(hash({ a: [1, { b: 'x' }] }), hash({ a: [1, { b: 'x' }] }))
  const array = Array.from({ length: 100 }, (_, i) => i)
  const before = hash(array)
  array[99] = 0
  assert.notEqual(hash(array), before)
})

test('types and shapes', () => {
  assert.deepEqual(fingerprint('x', 'abc').shape, [3])
  assert.deepEqual(fingerprint('x', new Float32Array(7)).shape, [7])
  assert.equal(fingerprint('x', new (class Foo {})()).type, 'Foo')
  assert.equal(fingerprint('x', new Proxy({}, {})).type, 'Proxy')
})

test('no code of the value runs, and nothing is thrown', () => {
  const trap = () => {
    throw new Error('ran')
  }
  const evil = {
    get a() {
      return trap()
    },
    toJSON: trap,
    [Symbol.toPrimitive]: trap,
  }
  assert.ok(fingerprint('x', evil).hash)
  assert.ok(fingerprint('x', new Proxy({}, { get: trap, ownKeys: trap, getPrototypeOf: trap })).type)
  const cycle: Record<string, unknown> = {}
  cycle['self'] = cycle
  assert.ok(fingerprint('x', cycle).hash)
})

test('what looks like a secret has no hash', () => {
  assert.equal(fingerprint('apiKey', 'abc').hash, undefined)
  assert.equal(fingerprint('DB_PASSWORD', 'abc').hash, undefined)
  assert.equal(fingerprint('x', `ghp_${'a1'.repeat(18)}`).hash, undefined)
  assert.equal(fingerprint('options', { user: 'a', password: 'hunter2' }).hash, undefined)
  assert.ok(fingerprint('tokens', 5).type)
  assert.ok(fingerprint('keyCount', 5).hash)
})

test('a look costs the same however large the value is', () => {
  const large = Array.from({ length: 2_000_000 }, (_, i) => ({ i }))
  const text = Buffer.alloc(50_000_000, 'x').toString('latin1')
  const bytes = new Uint8Array(100_000_000)
  const start = performance.now()
  for (const value of [large, text, bytes]) fingerprint('x', value)
  assert.ok(performance.now() - start < 300)
})

test('what is looked at whole says so, and nothing else does', () => {
  const whole = (value: unknown) => fingerprint('x', value).whole === true
  const cyclic: Record<string, unknown> = { a: 1 }
  cyclic['self'] = cyclic
  const plain = [1, 'a', null, [1, { b: [2] }], new Map([[1, { c: 2 }]]), new Set(['x']), new Date(0)]
  for (const value of [...plain, cyclic, new Uint8Array(9), 5n])
    assert.equal(whole(value), true, String(value))
  const many = Array.from({ length: 400 }, (_, i) => i)
  const parts = [() => 1, new (class Foo {})(), many, 'x'.repeat(5000), new Proxy({}, {}), new WeakMap()]
  const hidden = { get now() { return 1 } } // prettier-ignore
  for (const value of [...parts, { f() {} }, hidden, new Uint8Array(9000), [[[[[[[1]]]]]]], 2n ** 99n])
    assert.equal(whole(value), false, typeof value)
})

test('a name that is added to an object that was looked at last is seen', () => {
  const value: Record<string, number> = { a: 1 }
  const before = hash(value)
  value['b'] = 2
  assert.notEqual(hash(value), before)
})
