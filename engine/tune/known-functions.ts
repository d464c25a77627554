/** Functions with known minima that searches are tried on. */
import type { Space } from './space.ts'

const float = (hyperparameter: string, low: number, high: number): Space[number] => ({
  hyperparameter,
  kind: 'float',
  low,
  high,
  scale: 'linear',
})

type Point = Readonly<Record<string, unknown>>

export interface KnownFunction {
  readonly space: Space
  readonly minimum: number
  readonly value: (point: Point) => number
}

export const branin: KnownFunction = {
  space: [float('x', -5, 10), float('y', 0, 15)],
  minimum: 0.397887,
  value: point => {
    const [x, y] = [point['x'] as number, point['y'] as number]
    const valley = y - (5.1 / (4 * Math.PI ** 2)) * x * x + (5 / Math.PI) * x - 6
    return valley ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10
  },
}

const heights = [1, 1.2, 3, 3.2]
const widths = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
]
const centers = [
  [1312, 1696, 5569, 124, 8283, 5886],
  [2329, 4135, 8307, 3736, 1004, 9991],
  [2348, 1451, 3522, 2883, 3047, 6650],
  [4047, 8828, 8732, 5743, 1091, 381],
]

/** Hartmann's function of six dimensions. */
export const hartmann: KnownFunction = {
  space: [1, 2, 3, 4, 5, 6].map(d => float(`x${d}`, 0, 1)),
  minimum: -3.32237,
  value: point =>
    -heights.reduce((sum, height, i) => {
      const exponent = widths[i]!.reduce(
        (s, width, d) => s + width * ((point[`x${d + 1}`] as number) - centers[i]![d]! / 1e4) ** 2,
        0,
      )
      return sum + height * Math.exp(-exponent)
    }, 0),
}

/** Mixed dimensions: a float on a logarithmic scale, a whole number and a choice that shifts where the best of them is. */
export const mixed: KnownFunction = {
  space: [
    { hyperparameter: 'rate', kind: 'float', low: 1e-4, high: 1, scale: 'log' },
    { hyperparameter: 'depth', kind: 'int', low: 1, high: 12, scale: 'linear' },
    { hyperparameter: 'growth', kind: 'choice', values: ['leaf', 'level', 'none'] },
  ],
  minimum: 0,
  value: ({ rate, depth, growth }) => {
    const shift = growth === 'leaf' ? 0 : 1
    return (
      (Math.log10(rate as number) + 2 - shift) ** 2 +
      (((depth as number) - 6 - shift) / 4) ** 2 +
      (growth === 'none' ? 1.5 : shift * 0.4)
    )
  },
}
