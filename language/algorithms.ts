/** The algorithms that a model may name: what they learn, their hyperparameters, how they want features prepared. */
import {
  linear_regression,
  logistic_regression,
  mixed_effects,
  poisson_regression,
} from './algorithms/linear.ts'
import type { Hyperparameters } from './algorithms/hyperparameter.ts'
import { gradient_boosted_trees, neural_network } from './algorithms/nonlinear.ts'
import type { AlgorithmName, Preparation } from './plan.ts'
import type { ValueKind } from './types.ts'

export {
  type BoolHyperparameter,
  type ChoiceHyperparameter,
  type HyperparameterEntry,
  type Hyperparameters,
  type ListHyperparameter,
  type NumberHyperparameter,
  describeLimits,
  isAllowed,
  withDefaults,
  writeDefault,
} from './algorithms/hyperparameter.ts'

export interface AlgorithmEntry {
  readonly doc: string
  /** Kinds of label it can learn. */
  readonly labels: readonly ValueKind[]
  readonly hyperparameters: Hyperparameters
  /** Of an algorithm with a hyperparameter `family`: the kinds of label of each, the first family that fits is the default. */
  readonly families?: Readonly<Record<string, readonly ValueKind[]>>
  /** Hyperparameters of a random effect, of an algorithm that takes such. */
  readonly random?: Hyperparameters
  /** Whether it splits on categories itself, and so on missing values. */
  readonly nativeCategories: boolean
  /** How features are prepared when the model does not say. */
  readonly preparation: Readonly<Record<'numeric' | 'category', Preparation>>
}

export const algorithms: Readonly<Record<AlgorithmName, AlgorithmEntry>> = {
  linear_regression,
  logistic_regression,
  poisson_regression,
  mixed_effects,
  gradient_boosted_trees,
  neural_network,
}

export const algorithmNames = Object.keys(algorithms) as readonly AlgorithmName[]

/** The algorithm of the name, if there is one. */
export function algorithmNamed(name: string): AlgorithmEntry | undefined {
  return Object.hasOwn(algorithms, name) ? algorithms[name as AlgorithmName] : undefined
}

/** The family that a kind of label asks for, when the model does not say. */
export function familyOf({ families = {} }: AlgorithmEntry, label: string): string | undefined {
  return Object.entries(families).find(([, kinds]) => (kinds as readonly string[]).includes(label))?.[0]
}
