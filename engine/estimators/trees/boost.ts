/** Gradient boosting: one tree after the other, each fitted to the derivatives of the loss where those before it stand. */
import { categoryBins, numberBins, type ColumnBins } from './bins.ts'
import { binColumns, type BinnedColumn } from './data.ts'
import { createGrower, type GrowOptions, type Grown } from './grow.ts'
import { createArena, type Arena } from './kernel.ts'
import type { GrownTree } from './nodes.ts'
import { losses, type LossName, type Targets } from './loss.ts'
import { addBinned, type Tree } from './tree.ts'

export interface BoostOptions extends GrowOptions {
  readonly loss: LossName
  readonly trees: number
  readonly maxBins: number
  /** Share of the rows, of the columns, that each tree sees. */
  readonly subsample: number
  readonly featureFraction: number
  /** 0: make all trees. */
  readonly earlyStoppingRounds: number
  readonly seed: number
  readonly signal?: AbortSignal
  /** After every round, with the mean loss on the training rows and, where there are any, the held-out ones. */
  readonly onRound?: (round: number, loss: { readonly train: number; readonly validation?: number }) => void
}

/** Columns in one order: numbers (NaN where missing), then codes (−1 for every other value). */
export interface BoostRows {
  readonly nRows: number
  readonly numbers: readonly Float64Array[]
  readonly codes: readonly Int32Array[]
  readonly label: ArrayLike<number>
  readonly weights?: Float64Array | undefined
}

export interface BoostedTrees {
  readonly loss: LossName
  readonly nScores: number
  /** (nScores) */
  readonly initial: readonly number[]
  /** Round after round, in each one tree per score. */
  readonly trees: readonly Tree[]
  readonly trainLoss: number
  readonly validationLoss?: number
}

/** Rounds between which other work of this thread is let in. */
const yieldMs = 20

/** @param shape how many categories every column of codes has, and how many classes the label has (softmax) */
export async function fitBoostedTrees(
  options: BoostOptions,
  { training, validation }: { readonly training: BoostRows; readonly validation?: BoostRows },
  shape: { readonly nCategories: readonly number[]; readonly nClasses?: number },
): Promise<BoostedTrees> {
  const nScores = options.loss === 'softmax' ? shape.nClasses! : 1
  const bins = columnBins(training, shape.nCategories, options.maxBins)
  const arena = createArena()
  const place = { bins, nScores, arena }
  const train = scored(training, place)
  const held = validation && validation.nRows > 0 ? scored(validation, place) : undefined
  const loss = losses[options.loss]
  const initial = loss.initial(train.targets)
  for (const part of held ? [train, held] : [train])
    for (let i = 0; i < part.scores.length; i++) part.scores[i] = initial[i % nScores]!
  const grower = createGrower({ columns: train.columns, nRows: training.nRows, arena }, options)
  const random = createRandom(options.seed)
  const trees: Tree[] = []
  const best = { round: 0, loss: Infinity, train: NaN }
  let latest = { train: loss.mean(train.targets, train.scores) }
  let pausedAt = performance.now()
  for (let round = 1; round <= options.trees; round++) {
    for (let k = 0; k < nScores; k++) {
      loss.derivatives(train.targets, train.scores, { k, pairs: grower.pairs })
      const n = sampleRows(grower.rows, options.subsample, random)
      const grown = grower.grow(n, sampleColumns(bins.length, options.featureFraction, random))
      if (n === training.nRows)
        addLeaves(grown, grower.rows, { scores: train.scores, offset: k, stride: nScores })
      else addTree(grown.tree, train, { k, nScores })
      if (held) addTree(grown.tree, held, { k, nScores })
      trees.push(toTree(grown.tree, bins))
    }
    latest = { train: loss.mean(train.targets, train.scores) }
    const heldLoss = held && loss.mean(held.targets, held.scores)
    options.onRound?.(round, { ...latest, ...(heldLoss !== undefined && { validation: heldLoss }) })
    if (heldLoss !== undefined && heldLoss < best.loss)
      Object.assign(best, { round, loss: heldLoss, ...latest })
    if (held && options.earlyStoppingRounds > 0 && round - best.round >= options.earlyStoppingRounds) break
    if (performance.now() - pausedAt > yieldMs) {
      await new Promise(resolve => setImmediate(resolve))
      options.signal?.throwIfAborted()
      pausedAt = performance.now()
    }
  }
  const stops = held !== undefined && options.earlyStoppingRounds > 0 && best.round > 0
  return {
    loss: options.loss,
    nScores,
    initial: [...initial],
    trees: stops ? trees.slice(0, best.round * nScores) : trees,
    trainLoss: stops ? best.train : latest.train,
    ...(held && { validationLoss: stops ? best.loss : loss.mean(held.targets, held.scores) }),
  }
}

interface Scored {
  readonly columns: readonly BinnedColumn[]
  readonly targets: Targets
  /** (nRows, nScores) */
  readonly scores: Float64Array
}

function scored(
  rows: BoostRows,
  { bins, nScores, arena }: { bins: readonly ColumnBins[]; nScores: number; arena: Arena },
): Scored {
  const columns = binColumns(rows, { bins, nRows: rows.nRows, arena })
  const targets = { label: rows.label, weights: rows.weights, nScores }
  return { columns, targets, scores: new Float64Array(rows.nRows * nScores) }
}

function addTree(
  tree: GrownTree,
  { columns, scores }: Scored,
  { k, nScores }: { k: number; nScores: number },
): void {
  addBinned(
    tree,
    columns.map(({ values }) => values),
    { scores, offset: k, stride: nScores },
  )
}

/** The rows of every leaf are at hand: no tree has to be walked down. */
function addLeaves(
  { tree, leaves }: Grown,
  rows: Uint32Array,
  { scores, offset, stride }: { scores: Float64Array; offset: number; stride: number },
): void {
  for (const { node, from, to } of leaves) {
    const value = tree.value[node]!
    for (let i = from; i < to; i++) scores[offset + rows[i]! * stride]! += value
  }
}

function columnBins(rows: BoostRows, nCategories: readonly number[], maxBins: number): ColumnBins[] {
  return [
    ...rows.numbers.map(values => numberBins(values, { maxBins, weights: rows.weights })),
    ...nCategories.map(n => categoryBins(n)),
  ]
}

/** Gives how many rows were drawn. */
function sampleRows(rows: Uint32Array, share: number, random: () => number): number {
  let n = 0
  for (let i = 0; i < rows.length; i++) if (share >= 1 || random() < share) rows[n++] = i
  return n
}

function sampleColumns(nColumns: number, share: number, random: () => number): number[] {
  const all = Array.from({ length: nColumns }, (_, j) => j)
  if (share >= 1) return all
  for (let j = nColumns - 1; j > 0; j--) {
    const k = Math.floor(random() * (j + 1))
    ;[all[j], all[k]] = [all[k]!, all[j]!]
  }
  return all.slice(0, Math.max(1, Math.round(share * nColumns))).sort((a, b) => a - b)
}

/** xorshift128+ of Vigna, by 32-bit halves: the same numbers everywhere. */
function createRandom(seed: number): () => number {
  let state = (seed ^ 0x9e3779b9) >>> 0
  return () => {
    // Mulberry32: one word of state is enough for drawing samples.
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

function toTree(grown: GrownTree, bins: readonly ColumnBins[]): Tree {
  const { nNodes } = grown
  const nodes = Array.from({ length: nNodes }, (_, i) => i)
  const of = (values: ArrayLike<number>) => nodes.map(i => values[i]!)
  return {
    column: of(grown.column),
    threshold: nodes.map(i => {
      const column = bins[grown.column[i]!]!
      if (grown.left[i]! < 0 || column.kind !== 'number') return 0
      // Beyond the last edge are only missing values on the other side.
      return column.edges[grown.bin[i]!] ?? Number.MAX_VALUE
    }),
    members: nodes.map(i => {
      if (grown.left[i]! < 0 || bins[grown.column[i]!]!.kind !== 'category') return null
      const members: number[] = []
      grown.goesLeft[i]!.forEach((side, bin) => {
        if (side === 1) members.push(bin)
      })
      return members
    }),
    missingLeft: nodes.map(i => grown.missingLeft[i] === 1),
    left: of(grown.left),
    right: of(grown.right),
    value: of(grown.value),
    gain: of(grown.gain),
    nRows: of(grown.nRows),
  }
}
