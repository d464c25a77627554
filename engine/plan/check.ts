/** What a plan and its options must fulfil before any data is read. */
import type { Plan } from '../../language/index.ts'
import { planVersion } from '../../language/plan.ts'
import { EngineError } from '../errors.ts'
import { checkExecutable } from './executable.ts'
import type { LogisticRegression } from '../estimators/logistic-regression.ts'
import type { TrainOptions } from '../types.ts'

/** @throws ENG007 ENG010 */
export function checkPlan(plan: Plan, options: TrainOptions): void {
  if (plan.planVersion !== planVersion)
    throw new EngineError(
      'ENG007',
      `Expected a plan of version ${planVersion}, got ${plan.planVersion}. Compile the model again.`,
    )
  checkExecutable(plan)
  const columns = new Set(plan.sources[plan.observe.source]!.columns.map(c => c.name))
  for (const { name, value, type, prepare } of plan.features) {
    if (value.kind === 'catalog' && columns.has(name) && isRead(plan, name))
      throw new EngineError(
        'ENG007',
        `Expected the catalog feature \`${name}\` to be named unlike the column \`${name}\`, which the model reads too. Rename the feature.`,
      )
    if (prepare.kind === 'one_hot' && ['float', 'timestamp', 'vector'].includes(type.kind))
      throw new EngineError(
        'ENG007',
        `Expected text, a bool or an int under one_hot, got ${type.kind} for \`${name}\`.`,
      )
    if (prepare.kind === 'numeric' && (type.kind === 'string' || type.kind === 'category'))
      throw new EngineError(
        'ENG007',
        `Expected a number for \`${name}\`, got ${type.kind}. Prepare it with one_hot.`,
      )
  }
  if (
    plan.features.some(f => f.value.kind === 'catalog') &&
    plan.sources[plan.observe.source]!.time === undefined
  )
    throw new EngineError(
      'ENG007',
      `Expected \`${plan.observe.source}\` to have a time, because \`${plan.model}\` reads windowed features.`,
    )
  const { rows } = options
  if (rows !== undefined && rows !== 'all' && !(Number.isInteger(rows) && rows > 0))
    throw new EngineError(
      'ENG010',
      `Expected \`rows\` to be a whole number above 0 or "all", got ${String(rows)}.`,
    )
}

function isRead(plan: Plan, column: string): boolean {
  return plan.features.some(
    f => f.value.kind === 'row' && JSON.stringify(f.value.expr).includes(JSON.stringify(column)),
  )
}

/** @throws ENG008 */
export function estimatorOf(plan: Plan): LogisticRegression {
  const number = (name: string, fallback: number, fits: (x: number) => boolean, range: string): number => {
    const value = plan.algorithm.hyperparameters[name] ?? fallback
    if (typeof value === 'number' && fits(value)) return value
    throw new EngineError('ENG008', `Expected ${name} to be ${range}, got ${String(value)}.`, {
      details: { name },
    })
  }
  return {
    l2: number('l2', 1, x => x >= 0, 'at least 0'),
    l1: number('l1', 0, x => x >= 0, 'at least 0'),
    maxIterations: number('max_iterations', 100, x => x >= 1, 'at least 1'),
    tolerance: number('tolerance', 1e-6, x => x > 0, 'above 0'),
  }
}
