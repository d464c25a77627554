/** What the arguments of functions that ask for literals stand for. */
import type { Expr } from '../../language/index.ts'

/** The number that a literal, negated or converted, stands for; missing otherwise. */
export function constantNumber(expr: Expr): number | undefined {
  if (expr.op === 'literal') return typeof expr.value === 'number' ? expr.value : undefined
  if (expr.op !== 'call' || (expr.function !== 'negate' && expr.function !== 'float')) return undefined
  const inner = constantNumber(expr.args[0]!)
  return inner === undefined || expr.function === 'float' ? inner : -inner
}

export interface Bucket {
  /** Values below this and in no bucket before are in it; absent of the last. */
  readonly below?: number
  readonly name: string
}

/** `bucket(x, 10, 20)`: `< 10`, `10 .. 20`, `>= 20`. */
export function bucketsOf(bounds: readonly Expr[]): readonly Bucket[] {
  const numbers = bounds.map(bound => {
    const value = constantNumber(bound)
    if (value === undefined) throw new RangeError('Expected the bounds of `bucket` to be literal numbers.')
    return value
  })
  const named = numbers.map((below, i) => ({
    below,
    name: i === 0 ? `< ${below}` : `${numbers[i - 1]} .. ${below}`,
  }))
  return [...named, { name: `>= ${numbers.at(-1)}` }]
}
