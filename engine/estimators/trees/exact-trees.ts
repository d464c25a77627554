/**
 * Gradient boosting as its definition says it: every partition of every leaf is tried on the rows themselves. Shares no
 * code with what it is held against in tests; slow.
 */
export interface ExactData {
  readonly numbers: readonly Float64Array[]
  readonly codes: readonly Int32Array[]
  readonly label: Float64Array
  readonly weights?: Float64Array | undefined
}

export interface ExactOptions {
  readonly loss: 'squared' | 'logistic' | 'poisson'
  readonly trees: number
  readonly learningRate: number
  readonly growth: 'leaf' | 'level'
  readonly maxLeaves: number
  readonly maxDepth: number
  readonly minRows: number
  readonly minGain: number
  readonly l1: number
  readonly l2: number
}

interface ExactLeaf {
  readonly rows: readonly number[]
  readonly depth: number
  readonly split: { readonly gain: number; readonly left: ReadonlySet<number> } | undefined
}

/** The scores of all rows after the last tree. */
export function exactScores(data: ExactData, options: ExactOptions): number[] {
  const { label, weights } = data
  const nRows = label.length
  const w = (i: number) => weights?.[i] ?? 1
  const rows = Array.from({ length: nRows }, (_, i) => i)
  const sum = (of: (i: number) => number, among: Iterable<number> = rows) =>
    [...among].reduce((s, i) => s + of(i), 0)
  const mean = sum(i => w(i) * label[i]!) / sum(w)
  const initial = { squared: mean, poisson: Math.log(mean), logistic: Math.log(mean / (1 - mean)) }
  const scores = rows.map(() => initial[options.loss])
  for (let t = 0; t < options.trees; t++) {
    const g = rows.map(i => w(i) * (meanOf(options.loss, scores[i]!) - label[i]!))
    const h = rows.map(i => w(i) * curvatureOf(options.loss, scores[i]!))
    const value = (among: Iterable<number>) => {
      const G = sum(i => g[i]!, among)
      return (-Math.sign(G) * Math.max(0, Math.abs(G) - options.l1)) / (sum(i => h[i]!, among) + options.l2)
    }
    const half = (among: Iterable<number>) => {
      const G = Math.max(0, Math.abs(sum(i => g[i]!, among)) - options.l1)
      return G ** 2 / (sum(i => h[i]!, among) + options.l2) / 2
    }
    const leafOf = (among: readonly number[], depth: number): ExactLeaf => {
      let split: ExactLeaf['split']
      if (depth < options.maxDepth)
        for (const left of partitions(data, among)) {
          const right = among.filter(i => !left.has(i))
          if (left.size < options.minRows || right.length < options.minRows) continue
          if (
            Math.min(
              sum(i => h[i]!, left),
              sum(i => h[i]!, right),
            ) < 1e-3
          )
            continue
          const gain = half(left) + half(right) - half(among)
          if (gain > (split?.gain ?? options.minGain) + 1e-12) split = { gain, left }
        }
      return { rows: among, depth, split }
    }
    let leaves = [leafOf(rows, 0)]
    while (leaves.length < options.maxLeaves) {
      const open = leaves.filter(({ split }) => split)
      const level = options.growth === 'level' ? Math.min(...open.map(({ depth }) => depth)) : undefined
      const [next] = open
        .filter(({ depth }) => level === undefined || depth === level)
        .toSorted((a, b) => b.split!.gain - a.split!.gain)
      if (!next) break
      const { left } = next.split!
      const children = [next.rows.filter(i => left.has(i)), next.rows.filter(i => !left.has(i))]
      leaves = [
        ...leaves.filter(leaf => leaf !== next),
        ...children.map(child => leafOf(child, next.depth + 1)),
      ]
    }
    for (const leaf of leaves)
      for (const i of leaf.rows) scores[i]! += options.learningRate * value(leaf.rows)
  }
  return scores
}

const meanOf = (loss: ExactOptions['loss'], z: number): number =>
  loss === 'squared' ? z : loss === 'poisson' ? Math.exp(z) : 1 / (1 + Math.exp(-z))

function curvatureOf(loss: ExactOptions['loss'], z: number): number {
  const mean = meanOf(loss, z)
  return loss === 'squared' ? 1 : loss === 'poisson' ? mean * Math.exp(0.7) : mean * (1 - mean)
}

/** The rows on the left of every possible split: numbers at most x, with or without the missing ones; groups of codes. */
function* partitions({ numbers, codes }: ExactData, rows: readonly number[]): Generator<ReadonlySet<number>> {
  for (const column of numbers) {
    const missing = rows.filter(i => Number.isNaN(column[i]!))
    for (const x of new Set(rows.map(i => column[i]!).filter(x => !Number.isNaN(x)))) {
      const left = rows.filter(i => column[i]! <= x)
      yield new Set(left)
      if (missing.length > 0) yield new Set([...left, ...missing])
    }
  }
  for (const column of codes) {
    const used = [...new Set(rows.map(i => column[i]!))]
    for (let subset = 1; subset < 1 << (used.length - 1); subset++)
      yield new Set(rows.filter(i => (subset >> used.indexOf(column[i]!)) & 1))
  }
}
