/**
 * Outputs that differ each time the notebook runs. What is the same in all replays must be the same in the pipeline;
 * a number that varies must lie within the replays' range, widened on both sides by its own width; long lists and
 * tables are held to this by length, mean and standard deviation. What varies and is no number cannot be compared.
 */
import {
  different,
  isBranch,
  isClose,
  side,
  tagOf,
  unverified,
  type Comparison,
  type Limits,
} from './compare/comparison.ts'
import { numberOf, numbersOf } from './compare/values.ts'
import type { TableDocument } from './compare/tables.ts'

/** Fewer replays than this say too little of how much an output varies. */
export const fewestSamples = 5

export interface Spread extends Comparison {
  /** Something that never varies is another in the pipeline: no chance. */
  readonly isFault: boolean
}

/** @param samples what replays gave, @param actual what the pipeline gave */
export function compareWithSpread(samples: readonly unknown[], actual: unknown, limits: Limits): Spread {
  if (actual === undefined) return { ...unverified(`${limits.sides[1]} gave nothing`), isFault: false }
  if (samples.length < fewestSamples)
    return {
      ...unverified(`it varies, and ${samples.length} replays are too few to tell by how much`),
      isFault: false,
    }
  const leaves = samples.map(sample => leavesOf(sample))
  const found = leavesOf(actual)
  const paths = new Set([...leaves, found].flatMap(each => [...each.keys()]))
  const faults: string[] = []
  const outside: string[] = []
  const unknown: string[] = []
  for (const path of paths) {
    const values = leaves.map(each => each.get(path))
    const value = found.get(path)
    const judged = judge(values, value, limits.relative)
    if (judged === 'fault') faults.push(side(path, [values[0], value], limits))
    if (judged === 'outside') outside.push(rangeText(path, values as number[], value, limits))
    if (judged === 'unknown') unknown.push(`${path} varies and cannot be compared`)
  }
  if (faults.length > 0) return { ...different(faults), isFault: true }
  if (outside.length > 0) return { ...different(outside), isFault: false }
  if (unknown.length > 0) return { verdict: 'unverified', differences: unknown.slice(0, 20), isFault: false }
  return { verdict: 'statistical', differences: [], isFault: false }
}

function judge(
  values: readonly unknown[],
  value: unknown,
  relative: number,
): 'ok' | 'fault' | 'outside' | 'unknown' {
  const same = (a: unknown, b: unknown) =>
    Object.is(a, b) || (typeof a === 'number' && typeof b === 'number' && isClose(a, b, relative))
  if (values.every(each => same(each, values[0]))) return same(values[0], value) ? 'ok' : 'fault'
  if (![...values, value].every(each => typeof each === 'number' && Number.isFinite(each))) return 'unknown'
  const [low, high] = rangeOf(values as number[])
  return (value as number) >= low && (value as number) <= high ? 'ok' : 'outside'
}

function rangeOf(values: readonly number[]): readonly [number, number] {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  return [least - (most - least), most + (most - least)]
}

function rangeText(path: string, values: readonly number[], value: unknown, { sides }: Limits): string {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  return `${path}: ${least} to ${most} in ${values.length} replays, ${String(value)} in ${sides[1]}`
}

type Leaf = string | number | boolean | null | undefined
type Leaves = ReadonlyMap<string, Leaf>

/** Lists of numbers this long are compared by what they are as a whole. */
const longList = 8
/** What follows from the rest, and would vary with it. */
const derived = new Set(['digest', 'rowsDigest', 'columnDigests', 'sha256'])

function leavesOf(document: unknown): Leaves {
  const leaves = new Map<string, Leaf>()
  const walk = (value: unknown, path: string): void => {
    const number = numberOf(value)
    if (number !== undefined) return void leaves.set(path, number)
    const list = numbersOf(value) ?? (isLongNumbers(value) ? value : undefined)
    if (list) return addMoments(list, path)
    if (tagOf(value) === 'table') return walkTable(value as TableDocument, path, walk)
    if (!isBranch(value)) return void leaves.set(path, value as Leaf)
    if (Array.isArray(value)) leaves.set(`${path}.length`, value.length)
    for (const [key, each] of Object.entries(value))
      if (!derived.has(key)) walk(each, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`)
  }
  const addMoments = (list: readonly number[], path: string): void => {
    const mean = list.reduce((sum, x) => sum + x, 0) / list.length
    const variance = list.reduce((sum, x) => sum + (x - mean) ** 2, 0) / list.length
    leaves.set(`${path}.length`, list.length)
    leaves.set(`${path}.mean`, mean)
    leaves.set(`${path}.standardDeviation`, Math.sqrt(variance))
  }
  const walkTable = ({ columns, nRows, rows = [] }: TableDocument, path: string, go: typeof walk): void => {
    leaves.set(`${path}.nRows`, nRows)
    go(columns, `${path}.columns`)
    for (const [i, { name }] of columns.entries()) {
      const column = rows.map(row => row[i])
      const at = `${path}.${name}`
      if (isNumbers(column) && column.length > 0) addMoments(column, at)
      else for (const [value, share] of sharesOf(column)) leaves.set(`${at} = ${value}`, share)
    }
  }
  walk(document, '$')
  return leaves
}

/** How often each value occurs; of many different ones, how many there are. */
function sharesOf(values: readonly unknown[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const value of values) {
    const text = JSON.stringify(value) ?? 'undefined'
    counts.set(text, (counts.get(text) ?? 0) + 1 / values.length)
  }
  return counts.size <= 20 ? counts : new Map([['(different values)', counts.size]])
}

function isNumbers(values: readonly unknown[]): values is readonly number[] {
  return values.every(value => typeof value === 'number' && Number.isFinite(value))
}

function isLongNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length >= longList && isNumbers(value)
}
