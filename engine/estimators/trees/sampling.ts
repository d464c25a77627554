/** What rows and columns a tree sees. */

/** Numbers in [0, 1), the same everywhere (Mulberry32). Streams of different numbers have nothing in common. */
export function createRandom(seed: number, stream: number): () => number {
  let state = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) + Math.imul(stream + 1, 0xc2b2ae35)) >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const shareOf = (n: number, share: number): number => Math.min(n, Math.max(1, Math.round(n * share)))

/**
 * Puts the drawn rows of the first `n` at the front, ascending, and all others behind them, ascending (Knuth's selection
 * sampling). Gives how many were drawn.
 */
export function sampleRows(
  rows: Uint32Array,
  { n, share }: { readonly n: number; readonly share: number },
  random: () => number,
): number {
  const nDrawn = shareOf(n, share)
  let [front, back] = [0, nDrawn]
  for (let i = 0; i < n; i++) {
    const isDrawn = nDrawn === n || random() * (n - i) < nDrawn - front
    if (isDrawn) rows[front++] = i
    else rows[back++] = i
  }
  for (let i = n; i < rows.length; i++) rows[i] = i
  return nDrawn
}

/** Ascending. */
export function sampleColumns(nColumns: number, share: number, random: () => number): number[] {
  const all = Array.from({ length: nColumns }, (_, j) => j)
  if (share >= 1 || nColumns === 0) return all
  for (let j = nColumns - 1; j > 0; j--) {
    const k = Math.floor(random() * (j + 1))
    ;[all[j], all[k]] = [all[k]!, all[j]!]
  }
  return all.slice(0, shareOf(nColumns, share)).sort((a, b) => a - b)
}
