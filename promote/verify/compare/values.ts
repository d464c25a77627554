/** Plain values: JSON in the documented encoding, number by number; texts that hold numbers. */
import {
  different,
  exact,
  isBranch,
  isClose,
  side,
  tagOf,
  tolerant,
  type Comparison,
  type Document,
  type Limits,
} from './comparison.ts'

/** Everything must be equal but numbers, which may differ by the tolerance. */
export function compareValues(
  expected: unknown,
  actual: unknown,
  limits: Limits,
  root: string = '$',
): Comparison {
  const differences: string[] = []
  let isExact = true
  const walk = (a: unknown, b: unknown, path: string): void => {
    if (Object.is(a, b)) return
    const [x, y] = [numberOf(a), numberOf(b)]
    if (x !== undefined && y !== undefined) {
      if (Object.is(x, y)) return
      isExact = false
      if (!isClose(x, y, limits.relative)) differences.push(side(path, [a, b], limits))
      return
    }
    if (isTypedArray(a) && isTypedArray(b) && a.type === b.type) {
      const [one, other] = [numbersOf(a), numbersOf(b)]
      if (one && other) return walk(one, other, path)
    }
    if (isBranch(a) && isBranch(b) && Array.isArray(a) === Array.isArray(b)) {
      for (const key of new Set([...Object.keys(a), ...Object.keys(b)]))
        walk(a[key], b[key], Array.isArray(a) ? `${path}[${key}]` : `${path}.${key}`)
      return
    }
    isExact = false
    differences.push(side(path, [a, b], limits))
  }
  walk(expected, actual, root)
  if (differences.length > 0) return different(differences)
  return isExact ? exact : tolerant
}

/** A number as it is, or as the encoding writes those that JSON has not. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  if (tagOf(value) !== 'number') return undefined
  return Number((value as Document)['value'])
}

interface TypedArray {
  readonly type: string
  readonly base64: string
}

function isTypedArray(value: unknown): value is TypedArray {
  return tagOf(value) === 'bytes' && typeof (value as Document)['base64'] === 'string'
}

/** The numbers of an encoded Float32Array or Float64Array; other types have no last digits to forgive. */
export function numbersOf(value: unknown): readonly number[] | undefined {
  if (!isTypedArray(value) || !/^Float(32|64)Array$/.test(value.type)) return undefined
  const bytes = Buffer.from(value.base64, 'base64')
  const size = value.type === 'Float32Array' ? 4 : 8
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, i) =>
    size === 4 ? bytes.readFloatLE(i * 4) : bytes.readDoubleLE(i * 8),
  )
}

const number = /[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/g

/** Line by line: the words must be equal, the numbers in them close. For CSV, SVG and what cells print. */
export function compareTexts(expected: string, actual: string, limits: Limits): Comparison {
  if (expected === actual) return exact
  const [a, b] = [expected.split(/\r?\n/), actual.split(/\r?\n/)]
  const differences: string[] = []
  if (a.length !== b.length)
    differences.push(`${a.length} lines in ${limits.sides[0]}, ${b.length} in ${limits.sides[1]}`)
  for (let i = 0; i < Math.min(a.length, b.length); i++)
    if (!sameLine(a[i] as string, b[i] as string, limits.relative))
      differences.push(side(`line ${i + 1}`, [a[i], b[i]], limits))
  return differences.length > 0 ? different(differences) : tolerant
}

function sameLine(a: string, b: string, relative: number): boolean {
  if (a === b) return true
  if (a.replace(number, '#') !== b.replace(number, '#')) return false
  const [x, y] = [a.match(number) ?? [], b.match(number) ?? []]
  return x.every((text, i) => isClose(Number(text), Number(y[i]), relative))
}
