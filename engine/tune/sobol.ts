/**
 * Sobol' points: a sequence that fills the unit cube evenly from its first points on.
 *
 * The primitive polynomials and initial direction numbers are those of S. Joe and F. Y. Kuo, "Constructing Sobol
 * sequences with better two-dimensional projections" (SIAM J. Sci. Comput. 30, 2008), file new-joe-kuo-6.21201. Points
 * are scrambled as A. B. Owen proposed, by a hash (B. Burley, "Practical hash-based Owen scrambling", 2020).
 */

/** Dimension 2 and on: degree, the polynomial's inner coefficients as bits, initial direction numbers. */
const directions: readonly (readonly [number, number, readonly number[]])[] = [
  [1, 0, [1]],
  [2, 1, [1, 3]],
  [3, 1, [1, 3, 1]],
  [3, 2, [1, 1, 1]],
  [4, 1, [1, 1, 3, 3]],
  [4, 4, [1, 3, 5, 13]],
  [5, 2, [1, 1, 5, 5, 17]],
  [5, 4, [1, 1, 5, 5, 5]],
  [5, 7, [1, 1, 7, 11, 19]],
  [5, 11, [1, 1, 5, 1, 1]],
  [5, 13, [1, 1, 1, 3, 11]],
  [5, 14, [1, 3, 5, 5, 31]],
  [6, 1, [1, 3, 3, 9, 7, 49]],
  [6, 13, [1, 1, 1, 15, 21, 21]],
  [6, 16, [1, 3, 1, 13, 27, 49]],
  [6, 19, [1, 1, 1, 15, 7, 5]],
  [6, 22, [1, 3, 1, 15, 13, 25]],
  [6, 25, [1, 1, 5, 5, 19, 61]],
  [7, 1, [1, 3, 7, 11, 23, 15, 103]],
  [7, 4, [1, 3, 7, 13, 13, 15, 69]],
]

export const maxDimensions = directions.length + 1

/**
 * Point `index` of the sequence, its first being 0; each coordinate is in [0, 1).
 * @param seed of the scrambling; undefined: the points as they are
 * @throws RangeError when there are more than `maxDimensions`
 */
export function sobolPoint(index: number, nDimensions: number, seed?: number): number[] {
  if (nDimensions > maxDimensions)
    throw new RangeError(`Expected at most ${maxDimensions} dimensions, got ${nDimensions}.`)
  return Array.from({ length: nDimensions }, (_, d) => {
    const bits = sobolBits(index, d)
    const scrambled = seed === undefined ? bits : scramble(bits, mix(seed, d))
    return scrambled / 0x1_0000_0000
  })
}

function sobolBits(index: number, dimension: number): number {
  const of = columns(dimension)
  let bits = 0
  for (let k = 0, rest = index; rest > 0; k++, rest >>>= 1) if (rest & 1) bits ^= of[k]!
  return bits >>> 0
}

const known = new Map<number, Uint32Array>()

/** The 32 direction numbers of a dimension, as fractions of 2³². */
function columns(dimension: number): Uint32Array {
  const before = known.get(dimension)
  if (before) return before
  const v = new Uint32Array(32)
  if (dimension === 0) for (let k = 0; k < 32; k++) v[k] = 2 ** (31 - k)
  else {
    const [degree, inner, initial] = directions[dimension - 1]!
    for (let k = 0; k < 32; k++) {
      if (k < degree) {
        v[k] = initial[k]! * 2 ** (31 - k)
        continue
      }
      let bits = v[k - degree]! ^ (v[k - degree]! >>> degree)
      for (let i = 1; i < degree; i++) if ((inner >>> (degree - 1 - i)) & 1) bits ^= v[k - i]!
      v[k] = bits
    }
  }
  known.set(dimension, v)
  return v
}

/** A permutation of each half, of each half of those, and so on: whether a bit flips depends on those before it. */
function scramble(bits: number, seed: number): number {
  let x = reverse(bits)
  x ^= Math.imul(x, 0x3d20adea)
  x = (x + seed) | 0
  x = Math.imul(x, (seed >>> 16) | 1)
  x ^= Math.imul(x, 0x05526c56)
  x ^= Math.imul(x, 0x53a22864)
  return reverse(x)
}

function reverse(bits: number): number {
  let x = bits
  x = ((x >>> 1) & 0x55555555) | ((x & 0x55555555) << 1)
  x = ((x >>> 2) & 0x33333333) | ((x & 0x33333333) << 2)
  x = ((x >>> 4) & 0x0f0f0f0f) | ((x & 0x0f0f0f0f) << 4)
  x = ((x >>> 8) & 0x00ff00ff) | ((x & 0x00ff00ff) << 8)
  return ((x >>> 16) | (x << 16)) >>> 0
}

/** Of seed and dimension, a number whose bits depend on all of theirs (the finalizer of MurmurHash3). */
function mix(seed: number, dimension: number): number {
  let h =
    (Math.imul(seed | 0, 0x9e3779b1) ^
      Math.floor(seed / 0x1_0000_0000) ^
      Math.imul(dimension + 1, 0x85ebca77)) |
    0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
