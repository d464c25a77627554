/**
 * Deliveries that never happened, for a first model: what makes one late is the distance, the weather, the evening
 * and the courier. The same rows every time.
 */

const couriers = ['Ada', 'Bram', 'Chen', 'Dalia', 'Emeka', 'Freya']
const weathers = ['clear', 'clear', 'clear', 'rain', 'rain', 'snow']
const delayBy: Readonly<Record<string, number>> = { clear: 0, rain: 4, snow: 10 }
const startMs = Date.UTC(2026, 0, 1)
const days = 120

/** CSV text with a header line and `nRows` rows, in the order of time. */
export function deliveries(nRows: number): string {
  const random = createRandom(7)
  const pick = <T>(values: readonly T[]) => values[Math.floor(random() * values.length)]!
  const row = (i: number) => {
    const day = Math.floor((i / nRows) * days)
    const hour = 9 + Math.floor(random() * 13)
    const at = new Date(startMs + day * 86_400_000 + hour * 3_600_000 + Math.floor(random() * 60) * 60_000)
    const distance = Math.round((0.5 + random() * 11.5) * 10) / 10
    const weather = pick(weathers)
    const courier = pick(couriers)
    const noise = (random() + random() + random() - 1.5) * 12
    const evening = hour >= 17 && hour <= 20 ? 5 : 0
    const late = distance * 0.8 + delayBy[weather]! + evening + couriers.indexOf(courier) - 4 + noise
    return `${at.toISOString().slice(0, 19)},${distance},${weather},${courier},${Math.round(late)}`
  }
  const rows = Array.from({ length: nRows }, (_, i) => row(i)).sort()
  return ['ordered_at,distance_km,weather,courier,minutes_late', ...rows, ''].join('\n')
}

/** Numbers in [0, 1): mulberry32, a public-domain generator by Tommy Ettinger. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
