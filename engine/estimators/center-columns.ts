/** Columns far from 0, such as years, say almost the same as the intercept: they are centered in a copy for the fit. */
import { EngineError } from '../errors.ts'
import { isPaged, mapPages, type EncodedRows, type Rows } from './dataset.ts'
import { addRestMoments, blocksOf, secondMoments, type Design } from './design.ts'
import { createMomentBlocks, type NumberMoments } from './linear-kernel/moments.ts'

/** A mean of more than so many standard deviations is far. */
const far = 4
/** Share of Σ w d² that is left of it when the mean is taken off, below which too few digits are. */
const inexact = 1e-6

export interface CenteredDesign<R extends Rows> {
  readonly design: Design<R>
  /** What was taken off, per column of numbers. */
  readonly shifts: Float64Array
  /** Per parameter Σ weight · x² of the centered columns: for the intercept the sum of the weights. */
  readonly moments: Float64Array
}

/** @throws EngineError ENG006 where a number is missing or not finite */
export function centerColumns<R extends Rows>(design: Design<R>): CenteredDesign<R>
export function centerColumns(design: Design): CenteredDesign<Rows> {
  const { rows, layout } = design
  const moments = new Float64Array(layout.nParameters)
  const blocks = createMomentBlocks(design)
  for (const block of blocksOf(design)) {
    blocks.add(block)
    addRestMoments(block, layout, moments)
  }
  const numbers = blocks.finish()
  const shifts = shiftsOf(numbers, moments[0]!)
  if (shifts.every(shift => shift === 0)) {
    moments.set(numbers.plain, 1)
    return { design, shifts, moments }
  }
  const centered = { rows: withoutShifts(rows, shifts), layout }
  const squares = centeredSquares(numbers, { shifts, total: moments[0]! })
  if (!squares) return { design: centered, shifts, moments: secondMoments(centered) }
  moments.set(squares, 1)
  return { design: centered, shifts, moments }
}

/** The means of columns that are far from 0. */
function shiftsOf({ firsts, sums, squares }: NumberMoments, total: number): Float64Array {
  return firsts.map((first, j) => {
    const mean = sums[j]! / total
    const deviation = Math.sqrt(Math.max(0, squares[j]! / total - mean * mean))
    if (!Number.isFinite(deviation))
      throw new EngineError(
        'ENG006',
        'Expected a finite number in every column on every training row, got a missing or an infinite one. Impute it, or leave those rows out with `where`.',
      )
    return Math.abs(first + mean) <= far * deviation ? 0 : first + mean
  })
}

/** Σ w x² per column, or nothing where rounding has left too little of one. */
function centeredSquares(
  { sums, squares, plain }: NumberMoments,
  { shifts, total }: { readonly shifts: Float64Array; readonly total: number },
): Float64Array | undefined {
  const centered = plain.map((square, j) =>
    shifts[j] === 0 ? square : squares[j]! - (sums[j]! / total) * sums[j]!,
  )
  const isExact = centered.every((square, j) => shifts[j] === 0 || square >= inexact * squares[j]!)
  return isExact ? centered : undefined
}

function withoutShifts(rows: Rows, shifts: Float64Array): Rows {
  if (isPaged(rows)) return mapPages(rows, page => (shiftColumns(page, shifts), page))
  const numbers = rows.numbers.map((column, j) => (shifts[j] === 0 ? column : column.slice()))
  const centered = { ...rows, numbers }
  shiftColumns(centered, shifts)
  return centered
}

/** In place. */
function shiftColumns({ numbers }: EncodedRows, shifts: Float64Array): void {
  shifts.forEach((shift, j) => {
    const column = numbers[j]!
    if (shift !== 0) for (let i = 0; i < column.length; i++) column[i]! -= shift
  })
}

/** Turns parameters of columns less their shifts into those of the columns as they are, in place. */
export function uncenter(
  parameters: Float64Array,
  { width, shifts }: { readonly width: number; readonly shifts: Float64Array },
): void {
  for (let at = 0; at < parameters.length; at += width)
    shifts.forEach((shift, j) => (parameters[at]! -= shift * parameters[at + 1 + j]!))
}
