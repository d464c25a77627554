/**
 * The design matrix of linear models, never written out: columns of numbers, columns of codes that stand for a 0/1 column
 * per category, and a first column of ones for the intercept. Everything goes block by block of rows, so that what is
 * read stays in the processor's cache, and in one order, so that the same rows give the same bits.
 */
import { allocateColumns } from './column-memory.ts'
import { pagesOf, type EncodedRows, type Rows } from './dataset.ts'

/** Where the parameters of one score are: the intercept, one per column of numbers, one block per column of codes. */
export interface Layout {
  readonly nParameters: number
  readonly nNumbers: number
  /** First parameter of every column of codes: that of every other value (code −1), followed by the categories'. */
  readonly bases: readonly number[]
}

/** Of rows that are held, or of rows that come in pages. */
export interface Design<R extends Rows = Rows> {
  readonly rows: R
  readonly layout: Layout
}

export function layoutOf(nNumbers: number, nCategories: readonly number[]): Layout {
  const bases: number[] = []
  let nParameters = 1 + nNumbers
  for (const n of nCategories) {
    bases.push(nParameters)
    nParameters += n + 1
  }
  return { nParameters, nNumbers, bases }
}

/** How many columns of numbers there are. */
export function countNumbers(rows: Rows): number {
  for (const { numbers } of pagesOf(rows)) return numbers.length
  return 0
}

/** About what a core's own cache holds. */
const blockBytes = 1 << 19

/** Rows of a block; depends on the number of columns alone. */
export function blockRows({ layout }: Design): number {
  const rowBytes = 8 * layout.nNumbers + 4 * layout.bases.length + 32
  return Math.min(2048, Math.max(64, 1 << Math.floor(Math.log2(blockBytes / rowBytes))))
}

/** Consecutive rows of a page, which is all rows where they are held. */
export interface Block {
  readonly rows: EncodedRows
  readonly from: number
  readonly n: number
}

export function* blocksOf(design: Design): Generator<Block> {
  const size = blockRows(design)
  for (const rows of pagesOf(design.rows))
    for (let from = 0; from < rows.nRows; from += size)
      yield { rows, from, n: Math.min(size, rows.nRows - from) }
}

interface Scores {
  readonly z: Float64Array
  readonly parameters: Float64Array
  /** Where the score's parameters begin. */
  readonly at: number
}

/** z = offset + row · parameters, of a block's rows. */
export function scoreBlock(design: Pick<Design, 'layout'>, block: Block, to: Scores): void {
  startScores(design, block, to)
  const { from, n } = block
  const { numbers } = block.rows
  const { z, parameters, at } = to
  let j = 0
  for (; j + 4 <= numbers.length; j += 4) addFour(z, numbers, { j, from, n, parameters, at: at + 1 + j })
  for (; j < numbers.length; j++) addOne(z, numbers[j]!, { from, n, factor: parameters[at + 1 + j]! })
}

/** z as it is without the columns of numbers. */
export function startScores(
  { layout }: Pick<Design, 'layout'>,
  { rows, from, n }: Block,
  { z, parameters, at }: Scores,
): void {
  const { codes, offset } = rows
  z.fill(parameters[at]!, 0, n)
  if (offset) for (let i = 0; i < n; i++) z[i]! += offset[from + i]!
  for (let k = 0; k < codes.length; k++) {
    const column = codes[k]!
    const base = at + layout.bases[k]! + 1
    for (let i = 0; i < n; i++) z[i]! += parameters[base + column[from + i]!]!
  }
}

/** Four columns at once, because reading and writing z costs as much as a column. */
function addFour(
  z: Float64Array,
  numbers: readonly Float64Array[],
  of: {
    readonly j: number
    readonly from: number
    readonly n: number
    readonly parameters: Float64Array
    readonly at: number
  },
): void {
  const { j, from, n, parameters, at } = of
  const [a, b, c, d] = [numbers[j]!, numbers[j + 1]!, numbers[j + 2]!, numbers[j + 3]!]
  const [p, q, r, s] = [parameters[at]!, parameters[at + 1]!, parameters[at + 2]!, parameters[at + 3]!]
  for (let i = 0; i < n; i++) {
    const row = from + i
    z[i]! += p * a[row]! + q * b[row]! + (r * c[row]! + s * d[row]!)
  }
}

function addOne(
  z: Float64Array,
  column: Float64Array,
  of: { readonly from: number; readonly n: number; readonly factor: number },
): void {
  const { from, n, factor } = of
  for (let i = 0; i < n; i++) z[i]! += factor * column[from + i]!
}

interface Residuals {
  readonly residual: Float64Array
  readonly gradient: Float64Array
  /** Where the score's part begins. */
  readonly at: number
}

/** Adds Σ residual · row of a block to the score's part of the gradient. */
export function accumulateBlock(design: Pick<Design, 'layout'>, block: Block, to: Residuals): void {
  accumulateRest(design, block, to)
  const { from, n, rows } = block
  dotColumns(to.residual, rows.numbers, { from, n, to: to.gradient, at: to.at + 1 })
}

/** The same without the columns of numbers. */
export function accumulateRest(
  { layout }: Pick<Design, 'layout'>,
  { rows, from, n }: Block,
  { residual, gradient, at }: Residuals,
): void {
  const { codes } = rows
  let total = 0
  for (let i = 0; i < n; i++) total += residual[i]!
  gradient[at]! += total
  for (let k = 0; k < codes.length; k++) {
    const column = codes[k]!
    const base = at + layout.bases[k]! + 1
    for (let i = 0; i < n; i++) gradient[base + column[from + i]!]! += residual[i]!
  }
}

/** Adds Σ v · column, per column, to `to` from `at` on. Four at once, so that no addition waits for the one before. */
export function dotColumns(
  v: Float64Array,
  columns: readonly Float64Array[],
  of: { readonly from: number; readonly n: number; readonly to: Float64Array; readonly at: number },
): void {
  const { from, n, to, at } = of
  let j = 0
  for (; j + 4 <= columns.length; j += 4) {
    const [a, b, c, d] = [columns[j]!, columns[j + 1]!, columns[j + 2]!, columns[j + 3]!]
    let [p, q, r, s] = [0, 0, 0, 0]
    for (let i = 0; i < n; i++) {
      const x = v[i]!
      p += x * a[from + i]!
      q += x * b[from + i]!
      r += x * c[from + i]!
      s += x * d[from + i]!
    }
    to[at + j]! += p
    to[at + j + 1]! += q
    to[at + j + 2]! += r
    to[at + j + 3]! += s
  }
  for (; j < columns.length; j++) {
    const a = columns[j]!
    let p = 0
    for (let i = 0; i < n; i++) p += v[i]! * a[from + i]!
    to[at + j]! += p
  }
}

/** Per parameter Σ weight · x², of all rows: for the intercept the sum of the weights. */
export function secondMoments({ rows, layout }: Design): Float64Array {
  const moments = new Float64Array(layout.nParameters)
  for (const page of pagesOf(rows)) {
    addNumberMoments(page, moments)
    addRestMoments({ rows: page, from: 0, n: page.nRows }, layout, moments)
  }
  return moments
}

function addNumberMoments({ nRows, weights, numbers }: EncodedRows, moments: Float64Array): void {
  numbers.forEach((column, j) => {
    let sum = moments[1 + j]!
    if (weights) for (let i = 0; i < nRows; i++) sum += weights[i]! * column[i]! * column[i]!
    else for (let i = 0; i < nRows; i++) sum += column[i]! * column[i]!
    moments[1 + j] = sum
  })
}

/** Of all but the columns of numbers. */
export function addRestMoments({ rows, from, n }: Block, layout: Layout, moments: Float64Array): void {
  const { weights, codes } = rows
  if (weights) for (let i = 0; i < n; i++) moments[0]! += weights[from + i]!
  else moments[0]! += n
  codes.forEach((column, k) => {
    const base = layout.bases[k]! + 1
    if (weights) for (let i = 0; i < n; i++) moments[base + column[from + i]!]! += weights[from + i]!
    else for (let i = 0; i < n; i++) moments[base + column[from + i]!]!++
  })
}

/** A design of at most so many rows; the same one again for as many. */
export type Sampler = (nRows: number) => Design

/** Rows are evenly spaced; all of them when there are no more. */
export function createSampler(design: Design): Sampler {
  let last: Design | undefined
  return nRows => {
    if (design.rows.nRows <= nRows) return design
    if (last?.rows.nRows !== nRows) last = { ...design, rows: sampleRows(design.rows, nRows) }
    return last
  }
}

function sampleRows(rows: Rows, nRows: number): EncodedRows {
  const stride = rows.nRows / nRows
  let sample: EncodedRows | undefined
  let [first, taken] = [0, 0]
  for (const page of pagesOf(rows)) {
    sample ??= emptySample(page, nRows)
    const from = taken
    const places: number[] = []
    for (; taken < nRows; taken++) {
      const place = Math.floor(taken * stride) - first
      if (place >= page.nRows) break
      places.push(place)
    }
    takeRows(page, sample, { from, places: Int32Array.from(places) })
    first += page.nRows
  }
  return sample!
}

function emptySample({ numbers, codes, offset, weights }: EncodedRows, nRows: number): EncodedRows {
  const floats = () => new Float64Array(nRows)
  return {
    nRows,
    numbers: allocateColumns(nRows, numbers.length),
    codes: codes.map(() => new Int32Array(nRows)),
    label: floats(),
    groups: [],
    ...(offset && { offset: floats() }),
    ...(weights && { weights: floats() }),
  }
}

/** The page's rows at the places become the sample's from `from` on. */
function takeRows(
  page: EncodedRows,
  sample: EncodedRows,
  of: { readonly from: number; readonly places: Int32Array },
): void {
  const { from, places } = of
  const takeNumbers = (column: Float64Array, target: Float64Array): void => {
    for (let i = 0; i < places.length; i++) target[from + i] = column[places[i]!]!
  }
  const takeCodes = (column: Int32Array, target: Int32Array): void => {
    for (let i = 0; i < places.length; i++) target[from + i] = column[places[i]!]!
  }
  sample.numbers.forEach((target, j) => takeNumbers(page.numbers[j]!, target))
  sample.codes.forEach((target, k) => takeCodes(page.codes[k]!, target))
  takeNumbers(page.label, sample.label)
  if (sample.offset) takeNumbers(page.offset!, sample.offset)
  if (sample.weights) takeNumbers(page.weights!, sample.weights)
}
