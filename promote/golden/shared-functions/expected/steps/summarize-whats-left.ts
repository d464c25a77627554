import { euros, type Offer } from './shared.ts'

/** Summarize: what's left? */
export async function summarizeWhatsLeft({
  cheap,
  most,
}: {
  cheap: Offer[]
  most: number
}): Promise<{ summary: { name: string; euros: number }[]; howMany: number }> {
  const top = cheap.slice(0, most)
  const summary = top.map(offer => ({ name: offer.name, euros: euros(offer.price) }))

  const howMany = cheap.length

  return { summary, howMany }
}
