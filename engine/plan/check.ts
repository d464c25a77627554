/** What a plan and its options must fulfil before any data is read. */
import type {
  AlgorithmPlan,
  HyperparameterEntry,
  Hyperparameters,
  Plan,
  Scalar,
} from '../../language/index.ts'
import { algorithms, describeLimits, familyOf, isAllowed, withDefaults } from '../../language/algorithms.ts'
import { planVersion } from '../../language/plan.ts'
import { EngineError } from '../errors.ts'
import { checkExecutable } from './executable.ts'
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
    if (prepare.kind !== 'numeric' && ['float', 'timestamp', 'vector'].includes(type.kind))
      throw new EngineError(
        'ENG007',
        `Expected text, a bool or an int under ${prepare.kind}, got ${type.kind} for \`${name}\`.`,
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

/** Every hyperparameter of the algorithm, defaults filled in. @throws ENG008 */
export function hyperparametersOf({ algorithm, label }: Pick<Plan, 'algorithm' | 'label'>): Values {
  const entry = algorithms[algorithm.name]
  const family = familyOf(entry, label.type.kind)
  const given = family === undefined ? algorithm.hyperparameters : { family, ...algorithm.hyperparameters }
  return checked(entry.hyperparameters, given)
}

/** The same of a random effect. @throws ENG008 */
export function effectHyperparametersOf(
  { algorithm }: Pick<Plan, 'algorithm'>,
  given: Readonly<Record<string, Scalar>>,
): Readonly<Record<string, Scalar>> {
  return checked(algorithms[algorithm.name].random ?? {}, given) as Readonly<Record<string, Scalar>>
}

type Values = AlgorithmPlan['hyperparameters']

function checked(entries: Hyperparameters, given: Values): Values {
  const unknown = Object.keys(given).find(name => !Object.hasOwn(entries, name))
  if (unknown !== undefined)
    throw new EngineError(
      'ENG008',
      `Expected ${Object.keys(entries).join(', ')}, got the hyperparameter ${unknown}. Leave it out.`,
      { details: { name: unknown } },
    )
  const values = withDefaults(entries, new Map(Object.entries(given)))
  for (const [name, value] of Object.entries(values))
    if (!fits(entries[name]!, value)) {
      const got = Array.isArray(value) ? `[${value.join(', ')}]` : String(value)
      const message = `Expected ${name} to be ${describeLimits(entries[name]!)}, got ${got}.`
      throw new EngineError('ENG008', message, { details: { name } })
    }
  return values
}

function fits(entry: HyperparameterEntry, value: Scalar | readonly number[]): boolean {
  switch (entry.kind) {
    case 'bool':
      return typeof value === 'boolean'
    case 'choice':
      return entry.choices.includes(String(value))
    case 'list': {
      if (!Array.isArray(value)) return false
      const numbers = value as readonly number[]
      const isInside = numbers.every(x => Number.isInteger(x) && isAllowed(entry, x))
      return isInside && numbers.length > 0 && numbers.length <= entry.maxLength
    }
    case 'int':
    case 'float':
      return (
        typeof value === 'number' &&
        isAllowed(entry, value) &&
        (entry.kind === 'float' || Number.isInteger(value))
      )
  }
}
