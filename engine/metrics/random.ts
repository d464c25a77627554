/** Chance that is the same everywhere: from a seed, in 32-bit integers and doubles that every machine computes alike. */

export interface Random {
  /** From 0 to 2³² − 1, all alike. */
  bits(): number
  /** From 0 inclusive to 1 exclusive. */
  uniform(): number
  /** From 0 to n − 1, all alike. */
  below(n: number): number
  /** Of a Poisson distribution with mean 1. */
  poisson1(): number
  /** Of a Poisson distribution with the mean; above 32 of the normal distribution with its mean and variance, not below 0. */
  poisson(mean: number): number
}

/** Marsaglia's xorshift128, filled from the seed by splitmix32. */
export function createRandom(seed: number): Random {
  let fill = seed | 0
  const next = () => mix((fill = (fill + 0x9e3779b9) | 0))
  let [x, y, z, w] = [next() | 1, next(), next(), next()]
  const bits = () => {
    const t = x ^ (x << 11)
    x = y
    y = z
    z = w
    w = w ^ (w >>> 19) ^ t ^ (t >>> 8)
    return w >>> 0
  }
  const uniform = () => bits() / 2 ** 32
  const poisson1 = () => {
    const u = bits()
    let n = 0
    while (n < poisson1Table.length && u >= poisson1Table[n]!) n++
    return n
  }
  const poisson = (mean: number) => {
    if (mean <= 0) return 0
    if (mean === 1) return poisson1()
    if (mean > largestCounted) return Math.max(mean + Math.sqrt(mean) * normal(uniform), 0)
    let share = Math.exp(-mean)
    let u = uniform()
    let n = 0
    for (; u >= share && n < 200; n++) {
      u -= share
      share *= mean / (n + 1)
    }
    return n
  }
  return { bits, uniform, poisson1, poisson, below: n => Math.floor(uniform() * n) }
}

/** An integer whose bits all depend on all bits of the given one. */
export function mix(value: number): number {
  let h = value | 0
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad)
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97)
  return (h ^ (h >>> 15)) >>> 0
}

/** The numbers 0 … n−1 in an arbitrary order. */
export function permutation(n: number, random: Random): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i)
  for (let i = n - 1; i > 0; i--) {
    const j = random.below(i + 1)
    const kept = order[i]!
    order[i] = order[j]!
    order[j] = kept
  }
  return order
}

const largestCounted = 32

/** 2³² times the chance of at most n. */
const poisson1Table = (() => {
  const table: number[] = []
  let share = Math.exp(-1)
  let sum = 0
  for (let n = 0; n < 13; n++) {
    sum += share
    table.push(sum * 2 ** 32)
    share /= n + 1
  }
  return table
})()

/** Box and Muller's first. */
function normal(uniform: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
}
