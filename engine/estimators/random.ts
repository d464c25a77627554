/** Random numbers that are the same for a seed on every machine. */

export interface Random {
  /** Evenly from 0 (included) to 1 (not), of 2³² steps. */
  next(): number
  /** Of mean 0 and variance 1. */
  normal(): number
  /** Shuffles in place, every order as likely as any other. */
  shuffle(values: Int32Array): void
}

/**
 * The generator is sfc32 (Chris Doty-Humphrey, PractRand). Parts of one work that are seeded alike take streams of their
 * own: the seed and the stream together make the state.
 */
export function createRandom(seed: number, stream = 0): Random {
  const step = sfc32(seed, stream)
  const next = () => step() / 0x1_0000_0000
  return {
    next,
    // Box and Muller. One of the two is left away, so that a number depends on no call before the last.
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    shuffle(values) {
      for (let i = values.length - 1; i > 0; i--) {
        const j = Math.floor(next() * (i + 1))
        const other = values[j]!
        values[j] = values[i]!
        values[i] = other
      }
    },
  }
}

function sfc32(seed: number, stream: number): () => number {
  let a = seed | 0
  let b = Math.floor(seed / 0x1_0000_0000) | 0
  let c = stream | 0
  let counter = 1
  const step = () => {
    const t = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return t >>> 0
  }
  for (let i = 0; i < 16; i++) step()
  return step
}
