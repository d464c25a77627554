/** Gradients and curvatures as whole numbers, so that their sums are exact. */
import type { Arena, Kernel } from './kernel.ts'
import type { Units } from './split.ts'

/** Sums of gradients stay below 2 to this, with room for what is rounded up. */
const sumBits = 61

/**
 * The units are powers of two, as small as the sums over all rows allow: a gradient has some 60 bits less those of the
 * number of rows; a curvature, which shares its 64 bits with the count, so many less again.
 */
export function quantizer(
  kernel: Kernel,
  arena: Arena,
  { pairs, n }: { readonly pairs: number; readonly n: number },
): () => Units {
  const out = arena.allocate(16)
  const totals = new Float64Array(arena.memory.buffer, out, 2)
  const countBits = Math.ceil(Math.log2(n + 2))
  return () => {
    kernel.totals(pairs, n, out)
    const gradient = 2 ** (exponentAbove(totals[0]!) - sumBits)
    const curvature = 2 ** (exponentAbove(totals[1]!) + countBits - sumBits)
    kernel.quantize(pairs, n, 1 / gradient, 1 / curvature, countBits)
    return { gradient, curvature, countBits }
  }
}

/** The least whole number that 2 to it is above a sum; within what a double can divide one by. */
function exponentAbove(sum: number): number {
  return sum > 0 ? Math.min(960, Math.max(-900, Math.floor(Math.log2(sum)) + 1)) : 0
}
