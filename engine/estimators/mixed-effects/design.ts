/**
 * The columns of a mixed-effects model as one sparse matrix X of (nRows, nParameters), never written out: products with
 * it go over blocks of rows that fit the processor's cache.
 */
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
  readonly nRows: number
  readonly label: Float64Array
  readonly weights: Float64Array | undefined
  readonly scoreOffset: Float64Array | undefined
  readonly numbers: readonly Float64Array[]
  readonly codes: readonly Int32Array[]
  /** First parameter of every column of codes. Before those come the numbers', after them the intercept. */
  readonly codeOffsets: readonly number[]
  /** Per column of codes, its categories and one for every other value. */
  readonly codeSizes: readonly number[]
  readonly intercept: number
  /** The fixed parameters come first. */
  readonly nFixed: number
  readonly effects: readonly KeyedEffect[]
  readonly nParameters: number
  /** Weight of half the square of each parameter. */
  readonly penalty: Float64Array
}

export const blockSize = 2048

export type PlacedEffect = Omit<KeyedEffect, 'offset' | 'nCoefficients'>

export function createDesign(
  rows: EncodedRows,
  options: {
    readonly nCategories: readonly number[]
    readonly l2: number
    readonly effects: readonly PlacedEffect[]
  },
): Design {
  const codeOffsets: number[] = []
  const codeSizes = options.nCategories.map(n => n + 1)
  let next = rows.numbers.length
  for (const size of codeSizes) {
    codeOffsets.push(next)
    next += size
  }
  const intercept = next++
  const nFixed = next
  const effects = options.effects.map((effect): KeyedEffect => {
    const nCoefficients = effect.slopes.length + (effect.intercept ? 1 : 0)
    const offset = next
    next += (effect.nKeys + 1) * nCoefficients
    return { ...effect, nCoefficients, offset }
  })
  const penalty = new Float64Array(next).fill(options.l2, 0, intercept)
  for (const effect of effects) penalty.fill(effect.l2, effect.offset, endOf(effect))
  return {
    nRows: rows.nRows,
    label: rows.label,
    weights: rows.weights,
    scoreOffset: rows.offset,
    numbers: rows.numbers,
    codes: rows.codes,
    codeOffsets,
    codeSizes,
    intercept,
    nFixed,
    effects,
    nParameters: next,
    penalty,
  }
}

/** One past the effect's last fitted parameter. */
export function endOf({ offset, nKeys, nCoefficients }: KeyedEffect): number {
  return offset + nKeys * nCoefficients
}

/** target[0 …] = X·x of the rows from … until. */
export function multiply(
  design: Design,
  x: Float64Array,
  target: Float64Array,
  from: number,
  until: number,
): void {
  const n = until - from
  target.fill(x[design.intercept]!, 0, n)
  for (let j = 0; j < design.numbers.length; j++) {
    const column = design.numbers[j]!
    const weight = x[j]!
    for (let i = 0; i < n; i++) target[i]! += weight * column[from + i]!
  }
  for (let k = 0; k < design.codes.length; k++) {
    const column = design.codes[k]!
    const offset = design.codeOffsets[k]!
    const other = offset + design.codeSizes[k]! - 1
    for (let i = 0; i < n; i++) {
      const code = column[from + i]!
      target[i]! += x[code < 0 ? other : offset + code]!
    }
  }
  for (const effect of design.effects) multiplyEffect(effect, x, target, from, until)
}

function multiplyEffect(
  effect: KeyedEffect,
  x: Float64Array,
  target: Float64Array,
  from: number,
  until: number,
): void {
  const { keys, offset, nCoefficients } = effect
  const n = until - from
  let first = offset
  if (effect.intercept) {
    for (let i = 0; i < n; i++) target[i]! += x[first + keys[from + i]! * nCoefficients]!
    first++
  }
  for (const column of effect.slopes) {
    for (let i = 0; i < n; i++) target[i]! += x[first + keys[from + i]! * nCoefficients]! * column[from + i]!
    first++
  }
}

/** target += Xᵀ·values of the rows from … until. What it adds for keys that are not fitted is meaningless. */
export function addTransposed(
  design: Design,
  values: Float64Array,
  target: Float64Array,
  from: number,
  until: number,
): void {
  const n = until - from
  let total = 0
  for (let i = 0; i < n; i++) total += values[i]!
  target[design.intercept]! += total
  for (let j = 0; j < design.numbers.length; j++) {
    const column = design.numbers[j]!
    let sum = 0
    for (let i = 0; i < n; i++) sum += values[i]! * column[from + i]!
    target[j]! += sum
  }
  for (let k = 0; k < design.codes.length; k++) {
    const column = design.codes[k]!
    const offset = design.codeOffsets[k]!
    const other = offset + design.codeSizes[k]! - 1
    for (let i = 0; i < n; i++) {
      const code = column[from + i]!
      target[code < 0 ? other : offset + code]! += values[i]!
    }
  }
  for (const effect of design.effects) addEffectTransposed(effect, values, target, from, until)
}

function addEffectTransposed(
  effect: KeyedEffect,
  values: Float64Array,
  target: Float64Array,
  from: number,
  until: number,
): void {
  const { keys, offset, nCoefficients } = effect
  const n = until - from
  let first = offset
  if (effect.intercept) {
    for (let i = 0; i < n; i++) target[first + keys[from + i]! * nCoefficients]! += values[i]!
    first++
  }
  for (const column of effect.slopes) {
    for (let i = 0; i < n; i++)
      target[first + keys[from + i]! * nCoefficients]! += values[i]! * column[from + i]!
    first++
  }
}

/** Sets to 0 what `addTransposed` left at keys that are not fitted. */
export function clearUnfitted(design: Design, target: Float64Array): void {
  for (const effect of design.effects) target.fill(0, endOf(effect), endOf(effect) + effect.nCoefficients)
}

/** Calls with the bounds of one block of rows after the other. */
export function forBlocks(nRows: number, visit: (from: number, until: number) => void): void {
  for (let from = 0; from < nRows; from += blockSize) visit(from, Math.min(from + blockSize, nRows))
}
