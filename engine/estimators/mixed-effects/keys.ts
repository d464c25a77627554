/** Which rows belong to which key, which keys are fitted, and which rows of a large key. */
import type { EncodedRows } from '../dataset.ts'
import type { RandomEffect } from '../estimator.ts'
import { createRandom } from '../random.ts'

/** The rows of every key in compressed form: those of key k are `order[starts[k]]` … `order[starts[k + 1] − 1]`, ascending. */
export interface KeyIndex {
  /** (nKeys + 1) */
  readonly starts: Int32Array
  /** Rows without a key (out of 0 … nKeys − 1) are not in it. */
  readonly order: Int32Array
}

export function indexKeys(keys: Int32Array, nKeys: number): KeyIndex {
  const starts = new Int32Array(nKeys + 1)
  for (const key of keys) if (key >= 0 && key < nKeys) starts[key + 1]!++
  for (let k = 0; k < nKeys; k++) starts[k + 1]! += starts[k]!
  const next = starts.slice(0, nKeys)
  const order = new Int32Array(starts[nKeys]!)
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!
    if (key >= 0 && key < nKeys) order[next[key]!++] = i
  }
  return { starts, order }
}

/** The keys of 0 … nKeys − 1 that have at least `minRows` rows. */
export function keysWithRows(
  keys: Int32Array,
  { nKeys, minRows }: { readonly nKeys: number; readonly minRows: number },
): Int32Array {
  const counts = new Int32Array(nKeys)
  for (const key of keys) if (key >= 0) counts[key]!++
  return indicesWhere(nKeys, key => counts[key]! >= Math.max(minRows, 1))
}

/** Per row, the place of its key among `fitted`, `fitted.length` for every other. */
export function numberKeys(keys: Int32Array, fitted: Int32Array, nKeys: number): Int32Array {
  if (fitted.length === nKeys && keys.every(key => key >= 0)) return keys
  const numbers = new Int32Array(nKeys).fill(fitted.length)
  fitted.forEach((key, k) => (numbers[key] = k))
  return keys.map(key => (key < 0 ? fitted.length : numbers[key]!))
}

/**
 * At most `maxRows` rows of every key, drawn without replacement; each weighs as much more as there are fewer of them. One
 * effect after the other, so that a single weighted objective is left. The draw depends on the seed and on the places of
 * the rows.
 */
export function sampleKeys(
  rows: EncodedRows,
  options: {
    readonly random: readonly RandomEffect[]
    /** Per effect; 0 for all rows. */
    readonly maxRows: readonly number[]
    readonly seed: number
  },
): EncodedRows {
  return options.random.reduce(
    (sampled, effect, e) =>
      options.maxRows[e]! > 0
        ? sampleKey(sampled, e, { nKeys: effect.nKeys, maxRows: options.maxRows[e]!, seed: options.seed })
        : sampled,
    rows,
  )
}

function sampleKey(
  rows: EncodedRows,
  effect: number,
  { nKeys, maxRows, seed }: { readonly nKeys: number; readonly maxRows: number; readonly seed: number },
): EncodedRows {
  const { starts, order } = indexKeys(rows.keys![effect]!, nKeys)
  const factor = new Float64Array(rows.nRows).fill(1)
  const random = createRandom(seed, effect)
  for (let key = 0; key < nKeys; key++) {
    const members = order.subarray(starts[key]!, starts[key + 1]!)
    if (members.length <= maxRows) continue
    // Fisher and Yates' shuffle, as far as it is needed.
    for (let i = 0; i < maxRows; i++) {
      const j = i + Math.floor(random.next() * (members.length - i))
      ;[members[i], members[j]] = [members[j]!, members[i]!]
    }
    for (const row of members.subarray(0, maxRows)) factor[row] = members.length / maxRows
    for (const row of members.subarray(maxRows)) factor[row] = 0
  }
  const kept = indicesWhere(rows.nRows, i => factor[i]! > 0)
  return kept.length === rows.nRows ? rows : rowsAt(rows, kept, factor)
}

function rowsAt(rows: EncodedRows, kept: Int32Array, factor: Float64Array): EncodedRows {
  const floats = (column: Float64Array) => Float64Array.from(kept, i => column[i]!)
  const ints = (column: Int32Array) => kept.map(i => column[i]!)
  return {
    nRows: kept.length,
    numbers: rows.numbers.map(floats),
    codes: rows.codes.map(ints),
    groups: rows.groups.map(ints),
    label: floats(rows.label),
    ...(rows.keys && { keys: rows.keys.map(ints) }),
    ...(rows.offset && { offset: floats(rows.offset) }),
    weights: Float64Array.from(kept, i => factor[i]! * (rows.weights?.[i] ?? 1)),
  }
}

function indicesWhere(n: number, keep: (i: number) => boolean): Int32Array {
  const indices = new Int32Array(n)
  let length = 0
  for (let i = 0; i < n; i++) if (keep(i)) indices[length++] = i
  return indices.slice(0, length)
}
