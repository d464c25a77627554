/** Why a fitted model predicts what it does: plain data, in the names of the plan. */
export { backgroundOf } from './background.ts'
export { explainRow } from './row.ts'
export { type Contribution, type Explanation } from './contributions.ts'
export type { Examples, ExampleRow } from './examples.ts'
export { gainImportance, type GainImportance } from './gain.ts'
export {
  partialDependence,
  type DependenceOptions,
  type DependencePoint,
  type PartialDependence,
} from './partial-dependence.ts'
export {
  permutationImportance,
  type FeatureImportance,
  type Importance,
  type ImportanceOptions,
} from './permutation.ts'
