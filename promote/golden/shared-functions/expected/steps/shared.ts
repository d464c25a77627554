// One offer, as the shop says it.
export interface Offer {
  name: string
  price: number // in cents
}

/** Rounds to whole euros. */
export function euros(cents: number): number {
  return Math.round(cents / 100)
}
