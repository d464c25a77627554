/** The bins of numbers, by the kernel. */
import { isWide, maxBinsOfColumn, type NumberBins } from './bins.ts'
import { type Arena, instantiateKernel } from './kernel.ts'
import type { Pacer } from './pace.ts'

/** Values that are copied to the kernel at once. */
const chunk = 1 << 14

export type AssignNumbers = (of: NumberBins, values: Float64Array, bins: number) => Promise<void>

/** The result writes the bin of every value at an address: in 16 bits where the column is wide, else in a byte. */
export function numberAssigner(arena: Arena, pacer: Pacer): AssignNumbers {
  const kernel = instantiateKernel(arena.memory)
  const valuesAt = arena.allocate(chunk * 8)
  const edgesAt = arena.allocate(maxBinsOfColumn * 8)
  const { buffer } = arena.memory
  const copied = new Float64Array(buffer, valuesAt, chunk)
  return async (of, values, bins) => {
    const { edges, nBins } = of
    const wide = isWide(of) ? 1 : 0
    new Float64Array(buffer, edgesAt, edges.length).set(edges)
    for (let from = 0; from < values.length; from += chunk) {
      const part = values.subarray(from, from + chunk)
      copied.set(part)
      kernel.assign(valuesAt, part.length, edgesAt, edges.length, nBins - 1, bins + (from << wide), wide)
      await pacer.pause()
    }
  }
}
