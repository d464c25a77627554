/** The estimator of every algorithm. What one needs (a kernel, a library) is loaded by its first fit. */
import type { AlgorithmName } from '../../language/index.ts'
import { EngineError } from '../errors.ts'
import { isPaged, type EncodedRows, type Rows } from './dataset.ts'
import type { Estimator } from './estimator.ts'

/** Those that go through rows page by page. */
const paged: Readonly<Partial<Record<AlgorithmName, () => Promise<Estimator<Rows>>>>> = {
  linear_regression: async () => (await import('./linear.ts')).fitLinear,
  logistic_regression: async () => (await import('./linear.ts')).fitLogistic,
  poisson_regression: async () => (await import('./linear.ts')).fitPoisson,
}

type Held = 'mixed_effects' | 'gradient_boosted_trees' | 'neural_network'

const held: Readonly<Record<Held, () => Promise<Estimator>>> = {
  mixed_effects: async () => (await import('./mixed-effects.ts')).fitMixedEffects,
  gradient_boosted_trees: async () => (await import('./boosted-trees.ts')).fitTrees,
  neural_network: async () => (await import('./neural-network.ts')).fitNetwork,
}

/** Whether its rows may come in pages. */
export function takesPages(name: AlgorithmName): boolean {
  return paged[name] !== undefined
}

/** @throws EngineError of the estimator; ENG003 without rows; the signal's reason */
export function estimatorFor(name: AlgorithmName): Estimator<Rows> {
  return async request => {
    request.signal?.throwIfAborted()
    if (request.training.nRows === 0)
      throw new EngineError('ENG003', 'Expected rows to fit on, found none. Check `where` and `split`.')
    const load = paged[name]
    if (load) return await (await load())(request)
    const { training, validation, ...rest } = request
    const fit = await held[name as Held]()
    return await fit({
      ...rest,
      training: heldRows(training),
      ...(validation && { validation: heldRows(validation) }),
    })
  }
}

function heldRows(rows: Rows): EncodedRows {
  if (isPaged(rows)) throw new TypeError('Expected rows that are held')
  return rows
}
