/** Memory for the sums of the leaves that may still be split. */
import type { Arena } from './kernel.ts'

interface Holder {
  sums: number | undefined
  readonly split: { readonly gain: number } | undefined
}

/** Of one tree. */
export interface Slots {
  /** A free one, or that of the leaf that gains least: its split is known, only the sums of its children cost more. */
  take(): number
  give(slot: number): void
}

export function createSlots({
  arena,
  size,
  most,
}: {
  readonly arena: Arena
  /** Bytes of a leaf's sums. */
  readonly size: number
  /** How many there are, at least 2. */
  readonly most: number
}): { open(holders: () => Iterable<Holder>): Slots } {
  const slots: number[] = []
  return {
    open(holders) {
      const free = slots.slice()
      return {
        take() {
          const slot = free.pop()
          if (slot !== undefined) return slot
          if (slots.length < most) return slots[slots.push(arena.allocate(size)) - 1]!
          return takeFrom(holders())
        },
        give: slot => void free.push(slot),
      }
    },
  }
}

function takeFrom(holders: Iterable<Holder>): number {
  let least: Holder | undefined
  for (const holder of holders)
    if (holder.sums !== undefined && !(least && least.split!.gain <= holder.split!.gain)) least = holder
  const { sums } = least!
  least!.sums = undefined
  return sums!
}
