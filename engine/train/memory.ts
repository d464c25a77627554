/** Whether rows fit into memory, for algorithms that go through all of them again and again in any order. */
import type { Plan } from '../../language/index.ts'
import { EngineError } from '../errors.ts'

export interface HeldSize {
  readonly nRows: number
  /** Of the encoded rows. */
  readonly sizeBytes: number
}

/** What such an algorithm makes of the rows for itself: its own copy of them, and scores, gradients and places per row. */
const copies = 2
const bytesPerRow = 64

/**
 * Before they are read.
 * @param availableBytes default: what the process can still get
 * @throws EngineError ENG013
 */
export function checkMemory(
  plan: Plan,
  { nRows, sizeBytes }: HeldSize,
  availableBytes = process.availableMemory(),
): void {
  const neededBytes = copies * sizeBytes + bytesPerRow * nRows
  if (neededBytes <= availableBytes) return
  const { name } = plan.algorithm
  const sample = Math.max(1, Math.floor((nRows * availableBytes) / neededBytes / 2))
  throw new EngineError(
    'ENG013',
    `Expected about ${gibibytes(neededBytes)} of memory for ${name} on ${nRows} rows of ${Math.round(sizeBytes / Math.max(nRows, 1))} bytes, got ${gibibytes(availableBytes)}. Train on a sample (\`rows\`, up to about ${sample}), leave out features, or take an algorithm that reads rows from disk: linear, logistic or Poisson regression.`,
    {
      details: {
        name,
        expected: gibibytes(neededBytes),
        got: gibibytes(availableBytes),
      },
    },
  )
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`
}
