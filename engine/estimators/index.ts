/** The estimator of every algorithm. What one needs (a kernel, a library) is loaded by its first fit. */
import type { AlgorithmName } from '../../language/index.ts'
import { EngineError } from '../errors.ts'
import type { Estimator } from './estimator.ts'

const loaders: Readonly<Record<AlgorithmName, () => Promise<Estimator>>> = {
  linear_regression: async () => (await import('./linear.ts')).fitLinear,
  logistic_regression: async () => (await import('./linear.ts')).fitLogistic,
  poisson_regression: async () => (await import('./linear.ts')).fitPoisson,
  mixed_effects: async () => (await import('./mixed-effects.ts')).fitMixedEffects,
  gradient_boosted_trees: async () => (await import('./boosted-trees.ts')).fitTrees,
  neural_network: async () => (await import('./neural-network.ts')).fitNetwork,
}

/** @throws EngineError of the estimator; ENG003 without rows; the signal's reason */
export function estimatorFor(name: AlgorithmName): Estimator {
  return async request => {
    request.signal?.throwIfAborted()
    if (request.training.nRows === 0)
      throw new EngineError('ENG003', 'Expected rows to fit on, found none. Check `where` and `split`.')
    return await (
      await loaders[name]()
    )(request)
  }
}
