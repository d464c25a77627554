import { readFileSync } from 'node:fs'
import { euros, type Offer } from './shared.ts'

export async function load(): Promise<{ cheap: Offer[] }> {
  const file = 'data/offers.json' // the export of Monday
  const offers: Offer[] = JSON.parse(readFileSync(file, 'utf8'))

  const cheap = offers.filter(offer => euros(offer.price) < 50)

  return { cheap }
}
