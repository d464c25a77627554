/**
 * Rounds of block descent over the keys and a step over all blocks at once. Block descent alone creeps where groupings cross
 * or nest, because each block answers for what the others have not yet taken over; as the preconditioner of conjugate
 * gradients it needs the root of as many rounds, and memory for the blocks alone, which the factor of the whole system
 * would fill in between. The gaussian objective is its own quadratic: one round ends it.
 */
import type { Design } from './design.ts'
import type { Family } from './families.ts'
import { moveAlong, objectiveOf, slopeOf, solveJointly, type State } from './joint-step.ts'
import { descendKeys } from './key-descent.ts'
import { createPreconditioner } from './preconditioner.ts'

export interface DescentOptions {
  /** Rounds end when one lowers the objective by no larger share. */
  readonly tolerance: number
  readonly maxRounds: number
  /** Called before every round. */
  readonly onRound: (round: number) => void
  /** Called between pieces of work; may throw to cancel. */
  readonly pause: () => Promise<void>
}

/** What a round's system is solved to: of the tolerance where it is the last, else of what the round before it gained. */
const gaussianAccuracy = 1e-4
const leastAccurate = 1e-2
const mostAccurate = 1e-12

/** Changes the state. */
export async function descend(
  design: Design,
  family: Family,
  state: State,
  { tolerance, maxRounds, onRound, pause }: DescentOptions,
): Promise<{ readonly rounds: number; readonly converged: boolean }> {
  const isQuadratic = family.name === 'gaussian'
  let descendsKeys = !isQuadratic
  let accuracy = isQuadratic ? tolerance * gaussianAccuracy : leastAccurate
  for (let round = 1; round <= maxRounds; round++) {
    onRound(round)
    await pause()
    const before = state.objective
    if (descendsKeys) await descendAllKeys(design, family, state, pause)
    const slope = slopeOf(design, family, state)
    const { direction, accurate } = await solveJointly(design, slope, {
      precondition: createPreconditioner(design, slope.curvature),
      accuracy: Math.min(Math.max(accuracy, mostAccurate), leastAccurate),
      onStep: pause,
    })
    const share = moveAlong(design, family, { state, gradient: slope.gradient, direction })
    const gain = (before - state.objective) / Math.max(Math.abs(before), Number.MIN_VALUE)
    if (gain <= tolerance || (isQuadratic && accurate)) return { rounds: round, converged: true }
    if (isQuadratic) continue
    // A step that went all the way was close enough to the minimum for the next one to be better still.
    descendsKeys = share < 1
    accuracy = gain
  }
  return { rounds: maxRounds, converged: false }
}

/** One random effect after the other. */
async function descendAllKeys(
  design: Design,
  family: Family,
  state: State,
  pause: () => Promise<void>,
): Promise<void> {
  for (const effect of design.effects) {
    descendKeys(design, family, effect, state)
    await pause()
  }
  state.objective = objectiveOf(design, family, state)
}
