/** Functions of numbers. */
import type { FunctionName } from '../plan.ts'
import type { Type } from '../type-rules.ts'
import {
  type Example,
  type FunctionEntry,
  anyNullable,
  example,
  ifAny,
  numeric,
  of,
  parameter,
  partial,
  same,
  withUnit,
} from './entry.ts'

const rounded = (args: readonly Type[]): Type =>
  withUnit({ kind: 'int', nullable: anyNullable(args) }, args[0]?.unit)

export const numberFunctions: readonly FunctionEntry[] = [
  ofNumber('abs', {
    result: same,
    to: 'the type of x',
    doc: 'The number without its sign. Keeps the unit.',
    example: example('abs(-3)', '3'),
  }),
  ofNumber('sign', {
    result: of('int'),
    to: 'int',
    doc: '−1, 0 or 1, as the number is below, at or above 0.',
    example: example('sign(-2.5)', '-1'),
  }),
  extreme('least', {
    doc: 'The least of the numbers. All have the same unit.',
    example: example('least(3, 1, 2)', '1'),
  }),
  extreme('greatest', {
    doc: 'The greatest of the numbers. All have the same unit.',
    example: example('greatest(3, 1, 2.5)', '3'),
  }),
  {
    name: 'clip',
    function: 'clip',
    parameters: [parameter('x', numeric), parameter('low', numeric), parameter('high', numeric)],
    unify: 'all',
    convert: true,
    constraint: ([, low, high]) =>
      typeof low?.value === 'number' && typeof high?.value === 'number' && low.value > high.value
        ? { argument: 2, expected: `at least \`low\`, which is ${low.value}` }
        : undefined,
    result: (_, common) => common,
    signature: 'clip(x, low, high): int when all are, else float',
    missing: ifAny,
    doc: 'x, but not below low and not above high. All have the same unit.',
    example: example('clip(12, 0, 10)', '10'),
  },
  ofNumber('floor', {
    result: rounded,
    to: 'int',
    doc: 'The greatest whole number that is not above x. Keeps the unit.',
    example: example('floor(-2.5)', '-3'),
  }),
  ofNumber('ceil', {
    result: rounded,
    to: 'int',
    doc: 'The least whole number that is not below x. Keeps the unit.',
    example: example('ceil(-2.5)', '-2'),
  }),
  ofNumber('round', {
    result: rounded,
    to: 'int',
    doc: 'The nearest whole number; halves go away from zero. Keeps the unit.',
    example: example('round(-2.5)', '-3'),
  }),
  {
    name: 'pow',
    function: 'power',
    parameters: [parameter('x', numeric), parameter('exponent', numeric)],
    result: partial,
    signature: 'pow(x: int | float, exponent: int | float): float',
    missing:
      'Missing if any argument is, or where the power is no number: a negative x to a fraction, 0 to a negative exponent.',
    doc: 'x to the power of the exponent.',
    example: example('pow(2, 10)', '1024'),
  },
  ofNumber('sqrt', {
    result: partial,
    to: 'float',
    missing: 'Missing if x is, or if x < 0.',
    doc: 'Square root.',
    example: example('sqrt(9)', '3'),
  }),
  ofNumber('exp', {
    result: of('float'),
    to: 'float',
    doc: 'e to the power of x.',
    example: example('exp(1)', '2.718282'),
  }),
  ofNumber('log', {
    result: partial,
    to: 'float',
    missing: 'Missing if x is, or if x ≤ 0.',
    doc: 'Natural logarithm.',
    example: example('log(10)', '2.302585'),
  }),
  ofNumber('log10', {
    result: partial,
    to: 'float',
    missing: 'Missing if x is, or if x ≤ 0.',
    doc: 'Logarithm to the base 10.',
    example: example('log10(1000)', '3'),
  }),
  ofNumber('log1p', {
    result: partial,
    to: 'float',
    missing: 'Missing if x is, or if x ≤ −1.',
    doc: 'Natural logarithm of 1 + x, exact for small x.',
    example: example('log1p(0)', '0'),
  }),
  ofNumber('sin', {
    result: of('float'),
    to: 'float',
    doc: 'Sine of an angle in radians.',
    example: example('sin(0)', '0'),
  }),
  ofNumber('cos', {
    result: of('float'),
    to: 'float',
    doc: 'Cosine of an angle in radians.',
    example: example('cos(0)', '1'),
  }),
]

interface NumberOptions {
  readonly result: FunctionEntry['result']
  readonly to: string
  readonly missing?: string
  readonly doc: string
  readonly example: Example
}

function ofNumber(name: FunctionName, { to, missing = ifAny, ...rest }: NumberOptions): FunctionEntry {
  return {
    name,
    function: name,
    parameters: [parameter('x', numeric)],
    signature: `${name}(x: int | float): ${to}`,
    missing,
    ...rest,
  }
}

function extreme(name: 'least' | 'greatest', described: { doc: string; example: Example }): FunctionEntry {
  return {
    name,
    function: name,
    parameters: [parameter('x', numeric)],
    variadic: true,
    unify: 'all',
    convert: true,
    result: (_, common) => common,
    signature: `${name}(x, …): int when all are, else float`,
    missing: ifAny,
    ...described,
  }
}
