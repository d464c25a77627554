import assert from 'node:assert/strict'
import test from 'node:test'
import { describe } from './describe.ts'
import { partsOf } from './parts.ts'
import { sizeText } from './size-text.ts'

class Point {
  x = 1
  #secret = 2
  get trap() {
    throw new Error(`a getter was run ${this.#secret}`)
  }
}

const said = (value: unknown) => {
  const { type, shape, preview, category } = describe(value)
  return [type, shape, category, preview]
}

test('simple values', () => {
  assert.deepEqual(said(1), ['number', undefined, 'value', '1'])
  assert.deepEqual(said(-0), ['number', undefined, 'value', '-0'])
  assert.deepEqual(said('grün\n'), ['string', '5', 'value', '"grün\\n"'])
  assert.deepEqual(said(null), ['null', undefined, 'value', 'null'])
  assert.deepEqual(said(undefined), ['undefined', undefined, 'value', 'undefined'])
  assert.deepEqual(said(3n), ['bigint', undefined, 'value', '3n'])
  assert.deepEqual(said(Symbol('s')), ['symbol', undefined, 'value', 'Symbol(s)'])
  assert.equal(said(10n ** 200n)[3], '(more than 100 digits)')
})

test('lists, maps, sets and buffers', () => {
  const holes: unknown[] = [1, 'a']
  holes[3] = null
  assert.deepEqual(said([1, 2]), ['number[]', '2', 'list', '[1, 2]'])
  assert.deepEqual(said(holes), ['(number | string | undefined | null)[]', '4', 'list', '[1, "a", , null]'])
  assert.deepEqual(said([]), ['unknown[]', '0', 'list', '[]'])
  assert.deepEqual(said(new Float64Array(3)), ['Float64Array', '3', 'list', 'Float64Array [0, 0, 0]'])
  assert.deepEqual(said(new Map([['a', [1]]])), ['Map<string, number[]>', '1', 'list', 'Map {"a" => [1]}'])
  assert.deepEqual(said(new Set(['a'])), ['Set<string>', '1', 'list', 'Set {"a"}'])
  assert.equal(describe(new ArrayBuffer(1000)).sizeBytes, 1016)
})

test('objects, classes, functions and promises', () => {
  assert.deepEqual(said({ a: 1, 'b c': { d: 'e' } }), [
    '{ a: number, "b c": { d: string } }',
    undefined,
    'object',
    '{a: 1, "b c": {d: "e"}}',
  ])
  assert.deepEqual(said(new Point()), ['Point', undefined, 'object', 'Point {x: 1}'])
  assert.deepEqual(said(Point), ['class Point', undefined, 'class', 'class Point'])
  assert.equal(said((a: number, b = Math.max(1, 2)) => a + b)[0], '(a, b = Math.max(1, 2)) => …')
  assert.equal(
    said(async function* f(url: string) {
      yield url
    })[0],
    'async function* (url) => …',
  )
  assert.deepEqual(said(new Promise(() => {})), ['Promise', undefined, 'promise', 'Promise, pending'])
  assert.deepEqual(said(Promise.resolve(1)), ['Promise', undefined, 'promise', 'Promise, fulfilled'])
  assert.equal(said(new Date(0))[3], '1970-01-01T00:00:00.000Z')
  assert.equal(said(new RangeError('too far'))[3], 'RangeError: too far')
  assert.equal(said(/a+/g)[3], '/a+/g')
  assert.equal(said(Object.create(null))[0], '{}')
})

test('nothing of a value is run, and nothing throws', () => {
  const fail = () => {
    throw new Error('was run')
  }
  const everything = new Proxy(
    {},
    { get: fail, has: fail, ownKeys: fail, getPrototypeOf: fail, getOwnPropertyDescriptor: fail },
  )
  const hostile = {
    get value() {
      return fail()
    },
    [Symbol.toPrimitive]: fail,
    [Symbol.for('nodejs.util.inspect.custom')]: fail,
    toString: fail,
    toJSON: fail,
    proxy: everything,
    inner: {
      get [Symbol.toStringTag]() {
        return fail()
      },
    },
  }
  class Tagged extends Promise<number> {
    override get [Symbol.toStringTag]() {
      return fail()
    }
  }
  const sized = new Map()
  Object.defineProperty(sized, 'size', { get: fail })
  const withConstructor = Object.create({
    get constructor() {
      return fail()
    },
  }) as object
  for (const value of [
    everything,
    hostile,
    new Tagged(() => {}),
    sized,
    withConstructor,
    [hostile],
    new Map([[everything, hostile]]),
  ]) {
    const { preview, type } = describe(value)
    assert.ok(!preview.includes('cannot be shown') && type !== 'unknown', preview)
    partsOf(value, { path: [] })
  }
  assert.match(describe(hostile).preview, /value: \(computed\)/)
  assert.equal(describe(everything).type, 'Proxy')
  for (const odd of [
    { constructor: { name: 1 } },
    Object.create(Table.prototype),
    Object.create(DataFrame.prototype),
  ])
    describe(odd)
})

class Table {
  getChildAt() {}
  get numRows(): number {
    throw new Error('no rows')
  }
}
class DataFrame {
  get shape(): number[] {
    throw new Error('no shape')
  }
}

test('work is bounded', () => {
  const circle: Record<string, unknown> = {}
  circle['self'] = circle
  const deep = Array.from({ length: 10_000 }).reduce<unknown>(inner => ({ inner }), 1)
  const wide = Object.fromEntries(Array.from({ length: 200_000 }, (_, i) => [`k${i}`, i]))
  const big = Array.from({ length: 1_000_000 }, (_, i) => ({ id: i, name: `name ${i}` }))
  const text = 'x'.repeat(10_000_000)
  const startedMs = performance.now()
  for (const value of [circle, deep, wide, big, text, new Map(big.map(item => [item.id, item]))]) {
    const { preview, type } = describe(value)
    assert.ok(preview.length <= 120 && type.length <= 80)
  }
  assert.ok(performance.now() - startedMs < 1500)
  assert.ok(describe(deep).sizeIsLowerBound)
  const { sizeBytes = 0 } = describe(big)
  assert.ok(sizeBytes > 30e6 && sizeBytes < 120e6, String(sizeBytes))
})

test('parts are given a page at a time', () => {
  const value = { list: Array.from({ length: 250 }, (_, i) => i), map: new Map([[{ a: 1 }, { deep: true }]]) }
  assert.deepEqual(
    partsOf(value, { path: [] }).parts.map(({ label, type }) => [label, type]),
    [
      ['list', 'number[]'],
      ['map', 'Map<{ a: number }, { deep: boolean }>'],
    ],
  )
  const page = partsOf(value, { path: [{ property: 'list' }], offset: 200 })
  assert.equal(page.total, 250)
  assert.deepEqual([page.parts[0]?.label, page.parts.length], ['200', 50])
  const entries = partsOf(value, { path: [{ property: 'map' }] })
  assert.equal(entries.parts[0]?.label, '{a: 1}')
  const [deep] = partsOf(value, { path: [{ property: 'map' }, { entry: 0 }] }).parts
  assert.deepEqual([deep?.label, deep?.preview], ['deep', 'true'])
  assert.throws(() => partsOf(value, { path: [{ property: 'nothing' }, { property: 'x' }] }))
})

test('sizes as people read them', () => {
  assert.deepEqual(
    [8, 999, 1000, 123_456, 34_000_000, undefined].map(bytes => sizeText(bytes)),
    ['8 B', '999 B', '1 kB', '123 kB', '34 MB', ''],
  )
  assert.equal(sizeText(2_000_000, true), '≥ 2 MB')
})
