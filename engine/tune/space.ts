/** The space of hyperparameters as a unit cube: one coordinate from 0 to 1 per dimension. */
import type { Scalar, TuneDimension } from '../../language/index.ts'

export type Space = readonly TuneDimension[]
export type Hyperparameters = Readonly<Record<string, Scalar>>

/** What a coordinate means. Values are as even over the cube as the scale says; a float has six digits. */
export function valueAt(dimension: TuneDimension, u: number): Scalar {
  if (dimension.kind === 'choice') {
    const n = dimension.values.length
    return dimension.values[Math.min(n - 1, Math.floor(u * n))]!
  }
  const { kind, low, high, scale } = dimension
  // Each whole number has the share of the cube between itself and the next.
  const until = kind === 'int' ? high + 1 : high
  const value =
    scale === 'log'
      ? Math.exp(Math.log(low) + u * (Math.log(until) - Math.log(low)))
      : low + u * (until - low)
  const short = kind === 'int' ? Math.floor(value) : Number(value.toPrecision(6))
  return Math.min(high, Math.max(low, short))
}

export function hyperparametersAt(space: Space, point: readonly number[]): Hyperparameters {
  return Object.fromEntries(
    space.map((dimension, d) => [dimension.hyperparameter, valueAt(dimension, point[d]!)]),
  )
}

/**
 * The place of hyperparameters among others, by which they are near or far: a number by its scale, a choice by a
 * coordinate of its own per value, so that any two are as far apart as the ends of a number's range.
 */
export function locate(space: Space, hyperparameters: Hyperparameters): number[] {
  return space.flatMap(dimension => {
    const value = hyperparameters[dimension.hyperparameter]
    if (dimension.kind === 'choice')
      return dimension.values.map(choice => (choice === value ? Math.SQRT1_2 : 0))
    const { low, high, scale } = dimension
    const x = value as number
    return scale === 'log' ? [Math.log(x / low) / Math.log(high / low)] : [(x - low) / (high - low)]
  })
}

/** Per coordinate of a place, the index of its dimension. */
export function dimensionsOfPlace(space: Space): number[] {
  return space.flatMap((dimension, d) =>
    new Array<number>(dimension.kind === 'choice' ? dimension.values.length : 1).fill(d),
  )
}

/** How many hyperparameters there are to choose from; infinite with a float among them. */
export function sizeOf(space: Space): number {
  return space.reduce((size, dimension) => {
    if (dimension.kind === 'choice') return size * dimension.values.length
    return dimension.kind === 'int' ? size * (dimension.high - dimension.low + 1) : Infinity
  }, 1)
}
