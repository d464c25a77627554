/**
 * The columns of a mixed-effects model as one sparse matrix X of (nRows, nParameters), never written out: those of the fixed
 * effect, then those of every random effect. Products with it go over blocks of rows that fit the processor's cache.
 */
import {
  accumulateBlock,
  blockRows,
  blocksOf,
  layoutOf,
  scoreBlock,
  type Block,
  type Design as FixedDesign,
} from '../design.ts'
import type { EncodedRows } from '../dataset.ts'

export interface KeyedEffect {
  /** Per row, the index of its key among those that are fitted; `nKeys` for every other. */
  readonly keys: Int32Array
  /** Keys that are fitted. */
  readonly nKeys: number
  /** Per fitted key, its code in the rows that were given. */
  readonly codes: Int32Array
  readonly intercept: boolean
  readonly slopes: readonly Float64Array[]
  readonly nCoefficients: number
  /** Its first parameter. They go key after key; those of the key `nKeys` stay 0. */
  readonly offset: number
  readonly l2: number
}

export interface Design {
  /** Its parameters come first; the rows' offset is none of its business. */
  readonly fixed: FixedDesign<EncodedRows>
  readonly effects: readonly KeyedEffect[]
  readonly nRows: number
  readonly nParameters: number
  /** Weight of half the square of each parameter. */
  readonly penalty: Float64Array
  readonly label: Float64Array
  readonly weights: Float64Array | undefined
  readonly offset: Float64Array | undefined
}

export type PlacedEffect = Omit<KeyedEffect, 'offset' | 'nCoefficients'>

export function createDesign(
  rows: EncodedRows,
  options: {
    readonly nCategories: readonly number[]
    readonly l2: number
    readonly effects: readonly PlacedEffect[]
  },
): Design {
  const { offset, ...fixedRows } = rows
  const layout = layoutOf(rows.numbers.length, options.nCategories)
  let next = layout.nParameters
  const effects = options.effects.map((effect): KeyedEffect => {
    const nCoefficients = effect.slopes.length + (effect.intercept ? 1 : 0)
    const first = next
    next += (effect.nKeys + 1) * nCoefficients
    return { ...effect, nCoefficients, offset: first }
  })
  const penalty = new Float64Array(next).fill(options.l2, 1, layout.nParameters)
  for (const effect of effects) penalty.fill(effect.l2, effect.offset, endOf(effect))
  return {
    fixed: { rows: fixedRows, layout },
    effects,
    nRows: rows.nRows,
    nParameters: next,
    penalty,
    label: rows.label,
    weights: rows.weights,
    offset,
  }
}

/** One past the effect's last fitted parameter. */
export function endOf({ offset, nKeys, nCoefficients }: KeyedEffect): number {
  return offset + nKeys * nCoefficients
}

/** The columns that vary by key; undefined is the intercept's, 1 on every row. */
export function columnsOf(effect: KeyedEffect): readonly (Float64Array | undefined)[] {
  return effect.intercept ? [undefined, ...effect.slopes] : effect.slopes
}

/** Calls with X·x of one block after the other, in a buffer that is used again. */
export function multiply(
  design: Design,
  x: Float64Array,
  visit: (product: Float64Array, block: Block) => void,
): void {
  const z = new Float64Array(blockRows(design.fixed))
  for (const block of blocksOf(design.fixed)) {
    scoreBlock(design.fixed, block, { z, parameters: x, at: 0 })
    for (const effect of design.effects) addEffect(effect, x, z, block)
    visit(z, block)
  }
}

function addEffect(effect: KeyedEffect, x: Float64Array, z: Float64Array, { from, n }: Block): void {
  const { keys, nCoefficients } = effect
  let first = effect.offset
  for (const column of columnsOf(effect)) {
    if (column)
      for (let i = 0; i < n; i++) z[i]! += x[first + keys[from + i]! * nCoefficients]! * column[from + i]!
    else for (let i = 0; i < n; i++) z[i]! += x[first + keys[from + i]! * nCoefficients]!
    first++
  }
}

/** target += Xᵀ·values of a block. What it adds for keys that are not fitted is meaningless. */
export function addTransposed(
  design: Design,
  values: Float64Array,
  block: Block,
  target: Float64Array,
): void {
  accumulateBlock(design.fixed, block, { residual: values, gradient: target, at: 0 })
  for (const effect of design.effects) addEffectTransposed(effect, values, block, target)
}

function addEffectTransposed(
  effect: KeyedEffect,
  values: Float64Array,
  { from, n }: Block,
  target: Float64Array,
): void {
  const { keys, nCoefficients } = effect
  let first = effect.offset
  for (const column of columnsOf(effect)) {
    if (column)
      for (let i = 0; i < n; i++)
        target[first + keys[from + i]! * nCoefficients]! += values[i]! * column[from + i]!
    else for (let i = 0; i < n; i++) target[first + keys[from + i]! * nCoefficients]! += values[i]!
    first++
  }
}

/** Sets to 0 what `addTransposed` left at keys that are not fitted. */
export function clearUnfitted(design: Design, target: Float64Array): void {
  for (const effect of design.effects) target.fill(0, endOf(effect), endOf(effect) + effect.nCoefficients)
}
