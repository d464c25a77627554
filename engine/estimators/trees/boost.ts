/** Gradient boosting: one tree after the other, each fitted to the derivatives of the loss where those before it stand. */
import { binColumns, type ColumnRows } from './data.ts'
import { createGrower, type Grown, type GrowOptions, type Range } from './grow.ts'
import { createArena } from './kernel.ts'
import { type Loss, type LossName, losses, type Targets } from './loss.ts'
import { createPacer, type Pacer } from './pace.ts'
import { addTrees } from './predict.ts'
import { createRandom, sampleColumns, sampleRows } from './sampling.ts'
import type { Tree } from './tree.ts'

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
  readonly signal?: AbortSignal | undefined
  /** After every round. */
  readonly onRound?: (round: Round) => void | Promise<void>
}

export interface Round {
  /** From 1. */
  readonly round: number
  /** Mean loss of the held-out rows, where there are any. */
  readonly validationLoss?: number
  /** Mean loss of the training rows: goes over all of them. */
  trainLoss(): Promise<number>
}

export interface BoostRows extends ColumnRows {
  readonly label: Float64Array
  readonly offset?: Float64Array | undefined
}

export interface BoostedTrees {
  /** (nScores) */
  readonly initial: readonly number[]
  /** Round after round, in each one tree per score. */
  readonly trees: readonly Tree[]
  /** Of every training row after the last round, (nRows, nScores). */
  readonly scores: Float64Array
  readonly trainLoss: number
  readonly validationLoss?: number
  readonly stoppedEarly: boolean
}

export interface BoostData {
  readonly training: BoostRows
  /** At the end of every round, the loss of these rows is looked at. */
  readonly validation?: BoostRows | undefined
  /** Per column of codes. */
  readonly nCategories: readonly number[]
  /** Of the softmax loss. */
  readonly nClasses?: number
  /** Trees to go on from, grown with the same options on the same rows: the same model comes out as without a break. */
  readonly start?: Pick<BoostedTrees, 'initial' | 'trees'> | undefined
}

/** @throws {RangeError} when the rows need more than 4 GiB; the signal's reason */
export async function fitBoostedTrees(options: BoostOptions, data: BoostData): Promise<BoostedTrees> {
  const { training } = data
  const loss = losses[options.loss]
  const nScores = options.loss === 'softmax' ? data.nClasses! : 1
  const held = data.validation && data.validation.nRows > 0 ? [data.validation] : []
  const parts = [training, ...held]
  const nRows = parts.reduce((sum, part) => sum + part.nRows, 0)
  const pacer = createPacer(options.signal)
  const arena = createArena()
  const columns = await binColumns(parts, { ...data, maxBins: options.maxBins }, { arena, pacer })
  const grower = createGrower({ columns, nRows, nTraining: training.nRows }, options, { arena, pacer })
  try {
    const targets = parts.map(part => ({ ...part, nScores }))
    const initial = data.start?.initial ?? [...loss.initial(targets[0]!)]
    const trees: Tree[] = data.start ? data.start.trees.slice(0, options.trees * nScores) : []
    const state = createScores(loss, { parts: targets, nRows, initial, pacer })
    state.begin(trees, parts)
    const best = { round: 0, loss: Infinity }
    const stops = held.length > 0 && options.earlyStoppingRounds > 0
    let round = trees.length / nScores
    while (round < options.trees) {
      round += 1
      state.normalize()
      for (let k = 0; k < nScores; k++) {
        const random = createRandom(options.seed, trees.length)
        await inParts(training.nRows, pacer, range =>
          loss.derivatives(targets[0]!, state.points, { k, pairs: grower.pairs, ...range }),
        )
        const n = sampleRows(grower.rows, { n: training.nRows, share: options.subsample }, random)
        const grown = await grower.grow(n, sampleColumns(columns.length, options.featureFraction, random))
        state.add(grown, grower.rows, k)
        trees.push(grown.tree)
      }
      const validationLoss = held.length > 0 ? await state.mean(1) : undefined
      if (validationLoss !== undefined && validationLoss < best.loss)
        Object.assign(best, { round, loss: validationLoss })
      await options.onRound?.({
        round,
        trainLoss: () => state.mean(0),
        ...(validationLoss !== undefined && { validationLoss }),
      })
      await pacer.pause()
      if (stops && round - best.round >= options.earlyStoppingRounds) break
    }
    const taken = stops && best.round > 0 ? best.round * nScores : trees.length
    if (taken < trees.length) state.begin(trees.slice(0, taken), parts)
    return {
      initial,
      trees: trees.slice(0, taken),
      scores: state.scores.subarray(0, training.nRows * nScores),
      trainLoss: await state.mean(0),
      ...(held.length > 0 && { validationLoss: await state.mean(1) }),
      stoppedEarly: taken < options.trees * nScores,
    }
  } finally {
    grower.dispose()
  }
}

/** Rows that are gone over in a few milliseconds. */
const rowsAtOnce = 1 << 18

async function inParts(nRows: number, pacer: Pacer, work: (range: Range) => void): Promise<void> {
  for (let from = 0; from < nRows; from += rowsAtOnce) {
    work({ from, to: Math.min(nRows, from + rowsAtOnce) })
    await pacer.pause()
  }
}

/** The scores of all parts' rows, (nRows, nScores), part after part. */
interface Scores {
  readonly scores: Float64Array
  /** Where derivatives are taken; `normalize` brings it up to date. */
  readonly points: Float64Array
  normalize(): void
  /** Initial scores, offsets and some trees. */
  begin(trees: readonly Tree[], parts: readonly BoostRows[]): void
  /** The rows of every leaf are at hand: no tree has to be walked down. */
  add(grown: Grown, rows: Uint32Array, k: number): void
  /** Mean loss of a part. */
  mean(part: number): Promise<number>
}

function createScores(
  loss: Loss,
  {
    parts,
    nRows,
    initial,
    pacer,
  }: {
    readonly parts: readonly Targets[]
    readonly nRows: number
    readonly initial: readonly number[]
    readonly pacer: Pacer
  },
): Scores {
  const nScores = initial.length
  const scores = new Float64Array(nRows * nScores)
  const points = loss.normalize ? new Float64Array(parts[0]!.label.length * nScores) : scores
  let from = 0
  const views = parts.map(({ label }) => scores.subarray(from, (from += label.length * nScores)))
  return {
    scores,
    points,
    normalize: () => loss.normalize?.(views[0]!, nScores, points),
    begin(trees, rows) {
      views.forEach((view, part) => {
        const { offset } = parts[part]!
        for (let i = 0; i < view.length; i++)
          view[i] = initial[i % nScores]! + (offset ? offset[Math.floor(i / nScores)]! : 0)
        addTrees(trees, rows[part]!, { scores: view, nScores })
      })
    },
    add({ tree, leaves }, rows, k) {
      for (const { node, fitted, others } of leaves)
        for (const { from, to } of [fitted, others]) {
          const value = tree.value[node]!
          for (let i = from; i < to; i++) scores[rows[i]! * nScores + k]! += value
        }
    },
    async mean(part) {
      const targets = parts[part]!
      const { label, weights } = targets
      const total = { loss: 0, weight: 0 }
      await inParts(label.length, pacer, ({ from, to }) => {
        for (let i = from; i < to; i++) {
          const weight = weights ? weights[i]! : 1
          total.loss += weight * loss.at(targets, views[part]!, i)
          total.weight += weight
        }
      })
      return total.loss / total.weight
    },
  }
}
