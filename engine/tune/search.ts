/** The three searches, as what they try next. */
import type { TunePlan } from '../../language/index.ts'
import { createRandom } from '../estimators/random.ts'
import { suggestBayesian, type Observed } from './bayesian.ts'
import { maxDimensions, sobolPoint } from './sobol.ts'
import { hyperparametersAt, type Hyperparameters } from './space.ts'

/** What trial `observed.length` tries, from the plan and those before alone: a search that is resumed goes on as it would have. */
export function suggest(plan: TunePlan, observed: readonly Observed[]): Hyperparameters {
  const { search, space, seed } = plan
  const index = observed.length
  switch (search) {
    case 'random': {
      const random = createRandom(seed, index)
      return hyperparametersAt(
        space,
        space.map(() => random.next()),
      )
    }
    case 'sobol':
      return hyperparametersAt(space, sobolPoint(index, space.length, seed))
    case 'bayesian':
      return suggestBayesian(space, observed, { index, seed })
  }
}

/** More dimensions than Sobol' points are known for. */
export function hasTooManyDimensions({ search, space }: TunePlan): boolean {
  return search !== 'random' && space.length > maxDimensions
}
