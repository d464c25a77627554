/** Small dense systems, their lower triangles packed row after row: (0,0), (1,0), (1,1), (2,0) … */

/** A pivot that cancellation has left so little of is none. */
const smallestPivot = 1e-13

export function packedLength(n: number): number {
  return (n * (n + 1)) / 2
}

/**
 * L with L·Lᵀ = matrix, in place, of the positive semidefinite (n, n) matrix at `at`. A column that depends on those before
 * it gets pivot 0, which `solvePacked` takes as: this unknown is 0. `scale` has what a pivot is measured against, when
 * the diagonal is itself a difference.
 */
export function factorizePacked(
  matrix: Float64Array,
  n: number,
  { at = 0, scale }: { readonly at?: number; readonly scale?: Float64Array } = {},
): void {
  for (let i = 0; i < n; i++) {
    const rowI = at + packedLength(i)
    const least = smallestPivot * (scale ? scale[i]! : matrix[rowI + i]!)
    let rest = matrix[rowI + i]!
    for (let j = 0; j < i; j++) {
      const rowJ = at + packedLength(j)
      let sum = matrix[rowI + j]!
      for (let k = 0; k < j; k++) sum -= matrix[rowI + k]! * matrix[rowJ + k]!
      const pivot = matrix[rowJ + j]!
      const value = pivot > 0 ? sum / pivot : 0
      matrix[rowI + j] = value
      rest -= value * value
    }
    matrix[rowI + i] = rest > least ? Math.sqrt(rest) : 0
  }
}

/** Where a factor and a right-hand side begin in their buffers. */
export interface Places {
  readonly at?: number
  readonly bAt?: number
}

/** Replaces b by the solution of L·x = b. */
export function solveLower(
  factor: Float64Array,
  n: number,
  b: Float64Array,
  { at = 0, bAt = 0 }: Places = {},
): void {
  for (let i = 0; i < n; i++) {
    const row = at + packedLength(i)
    let sum = b[bAt + i]!
    for (let k = 0; k < i; k++) sum -= factor[row + k]! * b[bAt + k]!
    const pivot = factor[row + i]!
    b[bAt + i] = pivot > 0 ? sum / pivot : 0
  }
}

/** Replaces b by the solution of L·Lᵀ·x = b. */
export function solvePacked(factor: Float64Array, n: number, b: Float64Array, places: Places = {}): void {
  solveLower(factor, n, b, places)
  const { at = 0, bAt = 0 } = places
  for (let i = n - 1; i >= 0; i--) {
    const row = at + packedLength(i)
    const pivot = factor[row + i]!
    const value = pivot > 0 ? b[bAt + i]! / pivot : 0
    b[bAt + i] = value
    for (let k = 0; k < i; k++) b[bAt + k]! -= factor[row + k]! * value
  }
}
