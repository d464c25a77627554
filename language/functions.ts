/**
 * The functions and operators of row expressions, and the aggregates of windows: what they take, what they give,
 * what they do with missing values and units. Checking, completion, hover and the reference all read this table.
 */
import { categoryFunctions } from './functions/categories.ts'
import { dateFunctions } from './functions/dates.ts'
import type { FunctionEntry } from './functions/entry.ts'
import { logicFunctions } from './functions/logic.ts'
import { numberFunctions } from './functions/numbers.ts'
import { operators } from './functions/operators.ts'
import { textFunctions } from './functions/texts.ts'
import { vectorFunctions } from './functions/vectors.ts'
import type { FunctionName } from './plan.ts'

export { type AggregateEntry, type AggregateName, aggregates } from './functions/aggregates.ts'
export type { ArgumentFacts, Example, FunctionEntry, Parameter, Violation } from './functions/entry.ts'
export { type ForeignName, foreignName } from './functions/foreign.ts'

/** Functions by subject, in the order of the reference. */
export const functionGroups: Readonly<Record<string, readonly FunctionEntry[]>> = {
  Numbers: numberFunctions,
  'Choosing and converting': logicFunctions,
  Categories: categoryFunctions,
  Text: textFunctions,
  'Dates and times': dateFunctions,
  Vectors: vectorFunctions,
}

const calls: readonly FunctionEntry[] = Object.values(functionGroups).flat()

/** Functions that are written as calls, by the name they are called by. */
export const functions: ReadonlyMap<string, FunctionEntry> = new Map(calls.map(entry => [entry.name, entry]))

/** Every entry, operators included. */
export const allFunctions: readonly FunctionEntry[] = [...operators, ...calls]

const byFunction: ReadonlyMap<FunctionName, FunctionEntry> = new Map(
  allFunctions.map(entry => [entry.function, entry]),
)

/** The entry of a function of the plan. */
export function functionEntry(name: FunctionName): FunctionEntry {
  return byFunction.get(name)!
}

const binaryOperators = new Map(operators.filter(e => e.parameters.length === 2).map(e => [e.operator, e]))

/** The entry of a binary operator as it is written. */
export function operatorEntry(operator: string): FunctionEntry | undefined {
  return binaryOperators.get(operator)
}
