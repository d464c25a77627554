/**
 * Filters and sorts a table in memory into a list of places of rows. Ten million rows take seconds: keys are
 * sorted by radix, in slices that let cells run between them.
 */
import type { TableFilter, TableSort } from '../messages.ts'
import { createPredicate, createSearch, FilterError, resolveFilter } from '../query/filter.ts'
import { compareScalars, compareText, isMissing } from '../query/values.ts'
import { createPause, type Work } from './source.ts'
import { scalarOf, type Bulk, type TableView, type ViewColumn } from './view.ts'

/** Rows that are looked at before the clock is. */
const slice = 16_384
/** So many different texts are sorted; more would hold the process for long. */
const maxTexts = 2_000_000

export interface FilterRequest {
  readonly filter: readonly TableFilter[]
  readonly search: string
}

/** The places of the rows that fulfil all filters, in the table's order; undefined for all. */
export async function filterView(
  view: TableView,
  { filter, search }: FilterRequest,
  work: Work,
): Promise<Uint32Array | undefined> {
  if (filter.length === 0 && search === '') return undefined
  const tests = filter.map(item => filterTest(view, item))
  if (search !== '') tests.push(searchTest(view, search))
  const found = new Uint32Array(view.nRows)
  const pause = createPause(work)
  let n = 0
  for (let row = 0; row < view.nRows; row++) {
    if (row % slice === 0) {
      work.onProgress(row / view.nRows)
      await pause()
    }
    if (tests.every(test => test(row))) found[n++] = row
  }
  return found.slice(0, n)
}

type RowTest = (row: number) => boolean

function filterTest(view: TableView, item: TableFilter): RowTest {
  const column = columnAt(view, item.column)
  const test = createPredicate(resolveFilter(item, column), column.type)
  const bulk = column.bulk?.()
  if (bulk?.kind === 'numbers') return row => test(bulk.values[row]!)
  if (bulk?.kind === 'codes') {
    const passes = Uint8Array.from(bulk.values, value => Number(test(value)))
    const missingPasses = test(null)
    return row => (bulk.codes[row]! < 0 ? missingPasses : passes[bulk.codes[row]!] === 1)
  }
  return row => test(scalarOf(column.value(row), column.type))
}

function searchTest(view: TableView, search: string): RowTest {
  const found = createSearch(search)
  const tests = view.columns.map((column): RowTest => {
    const bulk = column.bulk?.()
    if (bulk?.kind !== 'codes') return row => found(scalarOf(column.value(row), column.type), column.type)
    const passes = Uint8Array.from(bulk.values, value => Number(found(value, column.type)))
    return row => bulk.codes[row]! >= 0 && passes[bulk.codes[row]!] === 1
  })
  return row => tests.some(test => test(row))
}

/** @throws FilterError for a place where there is no column */
export function columnAt<Column>(view: { readonly columns: readonly Column[] }, place: number): Column {
  const column = view.columns[place]
  if (!column) throw new FilterError(`Expected a column from 0 to ${view.columns.length - 1}, got ${place}.`)
  return column
}

/**
 * Sorts places of rows: by the last key first, each time keeping the order of equal rows.
 * @throws FilterError when a column has more different texts than can be sorted here
 */
export async function sortView(
  view: TableView,
  places: Uint32Array,
  { sort, work }: { readonly sort: readonly TableSort[]; readonly work: Work },
): Promise<Uint32Array> {
  let sorted = places
  let nDone = 0
  for (const { column, descending } of sort.toReversed()) {
    const parts: Work = {
      signal: work.signal,
      onProgress: share => work.onProgress((nDone + share) / sort.length),
    }
    const keys = await keysOf(columnAt(view, column), sorted, parts)
    sorted = await radixSort(sorted, keys, { descending, work: parts })
    nDone += 1
  }
  return sorted
}

/** Per place, in the order of the places: an unsigned number of 64 bits, or nothing where the value is missing. */
interface Keys {
  readonly high: Uint32Array
  readonly low: Uint32Array | undefined
  readonly missing: Uint8Array
}

async function keysOf(column: ViewColumn, places: Uint32Array, work: Work): Promise<Keys> {
  const bulk = column.bulk?.()
  if (bulk?.kind === 'numbers') return numberKeys(places.length, i => bulk.values[places[i]!]!, work)
  if (bulk?.kind === 'codes') return codeKeys(bulk, places)
  return scalarKeys(column, places, work)
}

async function numberKeys(n: number, value: (i: number) => number, work: Work): Promise<Keys> {
  const high = new Uint32Array(n)
  const low = new Uint32Array(n)
  const missing = new Uint8Array(n)
  const pause = createPause(work)
  const double = new Float64Array(1)
  const words = new Uint32Array(double.buffer)
  for (let i = 0; i < n; i++) {
    if (i % slice === 0) await pause()
    const number = value(i)
    if (Number.isNaN(number)) {
      missing[i] = 1
      continue
    }
    // Minus zero equals zero.
    double[0] = number + 0
    // The bits of doubles are in order for the positive; the negative are turned round.
    const negative = words[1]! >>> 31 === 1
    high[i] = negative ? ~words[1]! : words[1]! | 0x8000_0000
    low[i] = negative ? ~words[0]! : words[0]!
  }
  return { high, low, missing }
}

function codeKeys({ codes, values }: Bulk & { kind: 'codes' }, places: Uint32Array): Keys {
  const ranks = rankTexts(values)
  const high = new Uint32Array(places.length)
  const missing = new Uint8Array(places.length)
  for (let i = 0; i < places.length; i++) {
    const code = codes[places[i]!]!
    if (code < 0) missing[i] = 1
    else high[i] = ranks[code]!
  }
  return { high, low: undefined, missing }
}

/** Equal texts have equal ranks. */
function rankTexts(values: readonly string[]): Uint32Array {
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => compareText(values[a]!, values[b]!))
  const ranks = new Uint32Array(values.length)
  let rank = 0
  order.forEach((place, i) => {
    if (i > 0 && values[order[i - 1]!] !== values[place]) rank += 1
    ranks[place] = rank
  })
  return ranks
}

/** Of values that have to be asked for one by one: numbers as they are, all else by rank among the different ones. */
async function scalarKeys(column: ViewColumn, places: Uint32Array, work: Work): Promise<Keys> {
  const pause = createPause(work)
  const n = places.length
  const numbers = new Float64Array(n)
  let i = 0
  for (; i < n; i++) {
    if (i % slice === 0) {
      work.onProgress((0.5 * i) / n)
      await pause()
    }
    const value = scalarOf(column.value(places[i]!), column.type)
    if (isMissing(value)) numbers[i] = Number.NaN
    else if (typeof value === 'number') numbers[i] = value
    else break
  }
  if (i === n) return numberKeys(n, at => numbers[at]!, work)
  return await rankedKeys(column, places, work)
}

async function rankedKeys(column: ViewColumn, places: Uint32Array, work: Work): Promise<Keys> {
  const pause = createPause(work)
  const n = places.length
  const ids = new Map<string | number | bigint | boolean, number>()
  const high = new Uint32Array(n)
  const missing = new Uint8Array(n)
  for (let i = 0; i < n; i++) {
    if (i % slice === 0) {
      work.onProgress((0.5 * i) / n)
      await pause()
    }
    const value = scalarOf(column.value(places[i]!), column.type)
    if (isMissing(value)) {
      missing[i] = 1
      continue
    }
    let id = ids.get(value)
    if (id === undefined) {
      id = ids.size
      ids.set(value, id)
      if (id >= maxTexts) throw tooManyTexts(column)
    }
    high[i] = id
  }
  await pause()
  const values = [...ids.keys()]
  const order = Uint32Array.from(values, (_, at) => at).sort((a, b) => compareScalars(values[a]!, values[b]!))
  const ranks = new Uint32Array(values.length)
  let rank = 0
  order.forEach((place, at) => {
    if (at > 0 && compareScalars(values[order[at - 1]!]!, values[place]!) !== 0) rank += 1
    ranks[place] = rank
  })
  for (let i = 0; i < n; i++) high[i] = ranks[high[i]!]!
  return { high, low: undefined, missing }
}

function tooManyTexts({ name }: ViewColumn): FilterError {
  return new FilterError(
    `${name} has more than ${maxTexts.toLocaleString('en')} different values: too many to sort here. ` +
      'Filter first, or sort with a query: sql`select * from … order by …`.',
  )
}

const digitBits = 11
const nDigits = 1 << digitBits
/** Of the low and of the high half: where a digit begins in it. The halves have 32 bits, so the last digit is short. */
const shifts = [0, 11, 22]

interface RadixOptions {
  readonly descending: boolean
  readonly work: Work
}

/** What is sorted, moved together: keys are read in order, which costs a tenth of reading them by place. */
interface Moved {
  readonly place: Uint32Array
  readonly high: Uint32Array
  readonly low: Uint32Array | undefined
}

/** Stable; what is missing goes to the end in its old order. Digits that all rows share cost nothing. */
async function radixSort(
  places: Uint32Array,
  keys: Keys,
  { descending, work }: RadixOptions,
): Promise<Uint32Array> {
  const pause = createPause(work)
  const { moved, nPresent, absent } = present(places, keys)
  let from: Moved = moved
  let to: Moved = {
    place: new Uint32Array(nPresent),
    high: new Uint32Array(nPresent),
    low: from.low && new Uint32Array(nPresent),
  }
  for (const half of ['low', 'high'] as const)
    for (const shift of shifts) {
      const words = from[half]
      if (!words) continue
      work.onProgress(half === 'low' ? 0.5 + shift / 88 : 0.75 + shift / 88)
      await pause()
      const starts = digitStarts(words, shift, descending)
      if (!starts) continue
      scatter({ from, to, words, shift, starts })
      ;[from, to] = [to, from]
    }
  const sorted = new Uint32Array(places.length)
  sorted.set(from.place)
  sorted.set(absent, nPresent)
  return sorted
}

/** The rows that have a value, with their keys; the places of the others. */
function present(places: Uint32Array, { high, low, missing }: Keys) {
  const n = places.length
  const nAbsent = missing.reduce((sum, flag) => sum + flag, 0)
  if (nAbsent === 0)
    return { moved: { place: places.slice(), high, low }, nPresent: n, absent: new Uint32Array(0) }
  const nPresent = n - nAbsent
  const moved = {
    place: new Uint32Array(nPresent),
    high: new Uint32Array(nPresent),
    low: low && new Uint32Array(nPresent),
  }
  const absent = new Uint32Array(nAbsent)
  let at = 0
  for (let i = 0; i < n; i++)
    if (missing[i] === 1) absent[i - at] = places[i]!
    else {
      moved.place[at] = places[i]!
      moved.high[at] = high[i]!
      if (moved.low) moved.low[at] = low![i]!
      at += 1
    }
  return { moved, nPresent, absent }
}

/** Where the rows of each digit begin; undefined when all have the same. */
function digitStarts(words: Uint32Array, shift: number, descending: boolean): Uint32Array | undefined {
  const counts = new Uint32Array(nDigits)
  const mask = nDigits - 1
  for (let i = 0; i < words.length; i++) counts[(words[i]! >>> shift) & mask]! += 1
  if (words.length === 0 || counts[(words[0]! >>> shift) & mask] === words.length) return undefined
  let start = 0
  for (let i = 0; i < nDigits; i++) {
    const digit = descending ? mask - i : i
    const count = counts[digit]!
    counts[digit] = start
    start += count
  }
  return counts
}

interface Scatter {
  readonly from: Moved
  readonly to: Moved
  readonly words: Uint32Array
  readonly shift: number
  readonly starts: Uint32Array
}

function scatter({ from, to, words, shift, starts }: Scatter): void {
  const { place, high, low } = from
  const mask = nDigits - 1
  for (let i = 0; i < words.length; i++) {
    const digit = (words[i]! >>> shift) & mask
    const target = starts[digit]!
    starts[digit] = target + 1
    to.place[target] = place[i]!
    to.high[target] = high[i]!
    if (low) to.low![target] = low[i]!
  }
}
