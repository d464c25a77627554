/** The algorithms that a model may name, with their hyperparameters, limits and defaults. */
import type { AlgorithmPlan } from './plan.ts'
import type { ScalarKind } from './types.ts'

export interface HyperparameterEntry {
  readonly kind: 'int' | 'float'
  readonly default: number
  /** Allowed from here on. */
  readonly min: number
  /** Whether `min` itself is not allowed. */
  readonly aboveMin?: boolean
  readonly max?: number
  readonly doc: string
}

export interface AlgorithmEntry {
  readonly doc: string
  /** Kinds of label it can learn. */
  readonly labels: readonly ScalarKind[]
  readonly hyperparameters: Readonly<Record<string, HyperparameterEntry>>
}

export const algorithms: Readonly<Record<AlgorithmPlan['name'], AlgorithmEntry>> = {
  logistic_regression: {
    doc: 'A linear model of the log odds that the label is true, fitted by maximum likelihood with L-BFGS.',
    labels: ['bool'],
    hyperparameters: {
      l2: {
        kind: 'float',
        default: 1,
        min: 0,
        doc: 'Strength of the squared penalty on the coefficients; 0 for none. The intercept is not penalized.',
      },
      l1: {
        kind: 'float',
        default: 0,
        min: 0,
        doc: 'Strength of the absolute penalty on the coefficients, which makes some exactly 0; 0 for none.',
      },
      max_iterations: {
        kind: 'int',
        default: 100,
        min: 1,
        max: 100_000,
        doc: 'At most so many steps of the optimizer.',
      },
      tolerance: {
        kind: 'float',
        default: 1e-6,
        min: 0,
        aboveMin: true,
        max: 1,
        doc: 'The optimizer stops when no component of the gradient exceeds it.',
      },
    },
  },
}

/** The limits of a hyperparameter in words, e.g. `at least 0`. */
export function describeLimits({ min, max, aboveMin }: HyperparameterEntry): string {
  const low = aboveMin ? `above ${min}` : `at least ${min}`
  return max === undefined ? low : `${low} and at most ${max}`
}
