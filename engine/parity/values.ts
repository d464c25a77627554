/** Values that engines are likely to see differently, and others. */
import fc from 'fast-check'
import type { Value, ValueKind } from '../../language/index.ts'

export const vectorSize = 3

const extremes = [
  ...[0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 0.49999999999999994, 1000, 0.001, 1e-5],
  ...[1e-30, 1e300, -1e300, 1e308, -1e308, Number.MAX_VALUE, 1e-17, 2 ** 53, -(2 ** 53)],
  ...[NaN, Infinity, -Infinity],
]
const intExtremes = [
  ...[0, 1, -1, 10, 1000, 2 ** 31, -(2 ** 31), Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER],
  ...[2 ** 53, -(2 ** 53), 2 ** 60, -(2 ** 60)],
]
const texts = [
  ...['', ' ', 'BOI', 'boi', 'Ärger', 'ß', 'İ', '日本', '𝒳', '😀 e\u0301', "it's", '"', 'a\\b', 'a|b'],
  ...['true', '17', '\u{ffff}', '\u{10000}', 'null', 'a\nb', '\t x \r\n', '%s;--', 'aaaa', '𝒳𝒳a'],
]
const dates = [
  ...['2000-02-29T23:59:59.999999Z', '1900-02-28T23:59:59Z', '1900-03-01T00:00:00Z', '2100-02-28T12:00Z'],
  ...['2096-02-29T00:00Z', '1969-12-31T23:59:59.999Z', '1970-01-01T00:00Z', '2024-12-30T00:00Z'],
  ...['2001-01-01T00:00Z', '2021-01-03T23:59:59Z', '2020-12-31T00:00Z', '1700-01-01T00:00Z'],
  ...['2250-12-31T23:59Z', '2016-02-29T12:34:56Z', '9999-12-31T23:59:59Z', '1000-03-01T00:00Z'],
].map(text => Date.parse(text) * 1000)

const dayUs = 86_400e6
/** What is below the range of 32-bit floats is none: onnxruntime passes over a constant of that size when it is added. */
const moderate = fc.double({ min: -1e4, max: 1e4, noNaN: true }).map(x => (Math.abs(x) < 1e-30 ? 0 : x))

/** As others write instants: with a zone, and digits as they please. */
export const zonedTimes = fc
  .record({
    seconds: fc.integer({ min: -2_000_000_000, max: 4_000_000_000 }),
    digits: fc.constantFrom('', '.5', '.123456', '.000001', '.999'),
    zone: fc.constantFrom('Z', '+00:00', '+05:30', '-08:00', '-03:30', '+14:00', '-12:00', ''),
  })
  .map(
    ({ seconds, digits, zone }) => `${new Date(seconds * 1000).toISOString().slice(0, 19)}${digits}${zone}`,
  )

export const parityValues: Readonly<Record<ValueKind, fc.Arbitrary<Value>>> = {
  bool: fc.boolean(),
  int: fc.oneof(fc.integer({ min: -100, max: 100 }), fc.constantFrom(...intExtremes)),
  float: fc.oneof(
    moderate,
    fc.integer({ min: -8, max: 8 }).map(x => x / 2),
    fc.constantFrom(...extremes),
  ),
  string: fc.oneof(
    fc.constantFrom(...texts),
    fc.string({ unit: fc.constantFrom('a', 'b', 'A', ' ', '|', '\\', 'é', '𝒳', '\u0301'), maxLength: 8 }),
    fc.string({ unit: 'binary', maxLength: 5 }).map(text => text.replaceAll('\0', '')),
  ),
  category: fc.constantFrom(...texts),
  timestamp: fc.oneof(
    fc.constantFrom(...dates),
    fc.integer({ min: -98_000, max: 100_000 }).map(day => day * dayUs),
    fc.maxSafeInteger(),
  ),
  vector: fc.oneof(
    { weight: 8, arbitrary: fc.array(moderate, { minLength: vectorSize, maxLength: vectorSize }) },
    { weight: 1, arbitrary: fc.constant(new Array<number>(vectorSize).fill(0)) },
    { weight: 1, arbitrary: fc.constant([NaN, ...new Array<number>(vectorSize - 1).fill(1)]) },
  ),
}
