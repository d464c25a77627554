/** What a hyperparameter may be: its type, default and limits. */
import type { Scalar } from '../types.ts'

interface Described {
  readonly doc: string
}

export interface NumberHyperparameter extends Described {
  readonly kind: 'int' | 'float'
  readonly default: number
  /** Allowed from here on. */
  readonly min: number
  /** Whether `min` itself is not allowed. */
  readonly aboveMin?: boolean
  readonly max?: number
  /** Whether `max` itself is not allowed. */
  readonly belowMax?: boolean
}

export interface BoolHyperparameter extends Described {
  readonly kind: 'bool'
  readonly default: boolean
}

/** One of a few words. */
export interface ChoiceHyperparameter extends Described {
  readonly kind: 'choice'
  readonly default: string
  readonly choices: readonly string[]
}

/** A list of whole numbers. */
export interface ListHyperparameter extends Described {
  readonly kind: 'list'
  readonly default: readonly number[]
  /** Limits of each number. */
  readonly min: number
  readonly max: number
  /** At most so many numbers; at least one. */
  readonly maxLength: number
}

export type HyperparameterEntry =
  NumberHyperparameter | BoolHyperparameter | ChoiceHyperparameter | ListHyperparameter

export type Hyperparameters = Readonly<Record<string, HyperparameterEntry>>

/** Whether a number is within the limits. */
export function isAllowed(
  {
    min,
    max = Infinity,
    aboveMin,
    belowMax,
  }: NumberHyperparameter | (ListHyperparameter & { aboveMin?: false; belowMax?: false }),
  value: number,
): boolean {
  return (aboveMin ? value > min : value >= min) && (belowMax ? value < max : value <= max)
}

/** The limits of a hyperparameter in words, e.g. `at least 0`. */
export function describeLimits(entry: HyperparameterEntry): string {
  if (entry.kind === 'bool') return '`true` or `false`'
  if (entry.kind === 'choice') return entry.choices.map(choice => `\`${choice}\``).join(', ')
  if (entry.kind === 'list')
    return `1 to ${entry.maxLength} whole numbers, each at least ${entry.min} and at most ${entry.max}`
  const { min, max, aboveMin, belowMax } = entry
  const low = aboveMin ? `above ${min}` : `at least ${min}`
  if (max === undefined) return low
  return `${low} and ${belowMax ? 'below' : 'at most'} ${max}`
}

/** The default as the language writes it. */
export function writeDefault({ default: value }: HyperparameterEntry): string {
  return typeof value === 'object' ? `[${value.join(', ')}]` : String(value)
}

/** The hyperparameters that are not given, by their defaults. */
export function withDefaults(
  entries: Hyperparameters,
  given: ReadonlyMap<string, Scalar | readonly number[]>,
): Record<string, Scalar | readonly number[]> {
  return Object.fromEntries(
    Object.entries(entries).map(([name, entry]) => [name, given.get(name) ?? entry.default]),
  )
}
