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
  /** Of a Poisson distribution with the mean; above 128 of the normal distribution with its mean and variance, not below 0. */
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
  const drawn = ({ chances, first }: PoissonTable) => {
    const u = bits()
    let n = first[u >>> 24]!
    while (u >= chances[n]!) n++
    return n
  }
  const poisson = (mean: number) => {
    if (mean <= 0) return 0
    if (mean <= largestCounted && Number.isInteger(mean)) return drawn(tableOf(mean))
    if (mean > largestCounted) return Math.max(mean + Math.sqrt(mean) * normal(uniform), 0)
    let share = Math.exp(-mean)
    let u = uniform()
    let n = 0
    for (; u >= share && n < largestDrawn; n++) {
      u -= share
      share *= mean / (n + 1)
    }
    return n
  }
  const poisson1 = () => drawn(tableOf(1))
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

const largestCounted = 128
/** Of a distribution with such a mean, no number in 10²⁰ is greater. */
const largestDrawn = 255

/** Of a whole mean, looked up rather than added up: resampling draws millions. */
interface PoissonTable {
  /** 2³² times the chance of at most n; the last is 2³² itself. */
  readonly chances: Float64Array
  /** The least number that bits beginning with this byte may stand for. */
  readonly first: Uint8Array
}

function poissonTable(mean: number): PoissonTable {
  const chances: number[] = []
  let share = Math.exp(-mean)
  for (let sum = share; sum * 2 ** 32 < 2 ** 32 - 1 && chances.length < largestDrawn; sum += share) {
    chances.push(sum * 2 ** 32)
    share *= mean / chances.length
  }
  chances.push(2 ** 32)
  const first = Uint8Array.from({ length: 256 }, (_, byte) => chances.findIndex(c => byte * 2 ** 24 < c))
  return { chances: Float64Array.from(chances), first }
}

/** By the mean, made when first drawn from. */
const poissonTables: PoissonTable[] = []

function tableOf(mean: number): PoissonTable {
  return (poissonTables[mean] ??= poissonTable(mean))
}

/** Box and Muller's first. */
function normal(uniform: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
}
