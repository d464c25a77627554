/** What the table says of one function or operator, and the pieces that entries are made of. */
import type { FunctionName } from '../plan.ts'
import type { Type } from '../type-rules.ts'
import type { Scalar, ValueKind } from '../types.ts'

export interface Parameter {
  readonly name: string
  readonly kinds: readonly ValueKind[]
  /** Whether the argument has to be a plain value: a number, a text, `true`. */
  readonly literal?: true
  /** Whether an int or a bool is taken too, as the text that it is as a category. */
  readonly asText?: true
}

/** An argument as a constraint sees it. */
export interface ArgumentFacts {
  readonly type: Type
  /** What it is, when it is a plain value. */
  readonly value?: Scalar
}

/** An argument that the function does not take though its type fits. */
export interface Violation {
  /** Which argument, from 0. */
  readonly argument: number
  /** What it should be, as a message goes on after `Expected`. */
  readonly expected: string
  readonly hint?: string
}

export interface FunctionEntry {
  /** As a call writes it; of an operator its name in plans. */
  readonly name: string
  /** As a plan writes it. */
  readonly function: FunctionName
  /** How it is written when it is no call: `+`, `and`. */
  readonly operator?: string
  readonly parameters: readonly Parameter[]
  /** Whether the last parameter may be repeated. */
  readonly variadic?: boolean
  /** Positions of arguments that must be of one type and one unit; `all` of them. */
  readonly unify?: 'all' | readonly number[]
  /** Whether arguments that unify are converted to their common type first. */
  readonly convert?: boolean
  /** What the arguments have to fulfil beyond their types. */
  readonly constraint?: (args: readonly ArgumentFacts[]) => Violation | undefined
  /** The result's type; `common` is the type of the arguments that unify, `values` are those of plain values. */
  readonly result: (args: readonly Type[], common: Type, values: readonly (Scalar | undefined)[]) => Type
  /** Readable signature. */
  readonly signature: string
  /** What a missing argument does, and what else gives a missing value. */
  readonly missing: string
  readonly doc: string
  readonly example: Example
}

/**
 * An expression with what it gives, both as the language writes them; numbers to seven digits. `v` is the vector
 * (3, 4) and `w` the vector (4, 3).
 */
export interface Example {
  readonly expression: string
  readonly value: string
}

export const example = (expression: string, value: string): Example => ({ expression, value })

export const numeric = ['int', 'float'] as const
export const text = ['string', 'category'] as const
/** Every kind but vectors. */
export const scalar = ['bool', 'int', 'float', 'string', 'timestamp', 'category'] as const

export const parameter = (name: string, kinds: readonly ValueKind[]): Parameter => ({ name, kinds })
export const anyNullable = (args: readonly Type[]): boolean => args.some(arg => arg.nullable)
export const withUnit = (type: Type, unit: string | undefined): Type =>
  unit === undefined ? type : { ...type, unit }

export const ifAny = 'Missing if any argument is.'

/** A result of a fixed kind that is missing if any argument is. */
export const of =
  (kind: ValueKind, unit?: string) =>
  (args: readonly Type[]): Type =>
    withUnit({ kind, nullable: anyNullable(args) }, unit)
/** The type of the first argument, unit included. */
export const same = (args: readonly Type[]): Type => args[0] ?? { kind: 'unknown', nullable: true }
/** A float that is missing outside the function's domain. */
export const partial = (): Type => ({ kind: 'float', nullable: true })
