/** The operators of expressions. */
import type { FunctionName } from '../plan.ts'
import type { Type } from '../type-rules.ts'
import type { Scalar, ScalarKind } from '../types.ts'
import {
  type Example,
  type FunctionEntry,
  anyNullable,
  example,
  ifAny,
  numeric,
  of,
  parameter,
  same,
  scalar,
  withUnit,
} from './entry.ts'

const ordered = scalar.filter(kind => kind !== 'bool')
const kleene = 'Three-valued: missing unless the other side decides.'

const bothInts = (args: readonly Type[]): 'int' | 'float' =>
  args.every(arg => arg.kind === 'int') ? 'int' : 'float'

/** A divisor that is written out and is not 0 divides everything. */
const mayBeZero = (divisor: Scalar | undefined): boolean => typeof divisor !== 'number' || divisor === 0

export const operators: readonly FunctionEntry[] = [
  arithmetic('add', '+', {
    keepUnit: true,
    doc: 'Sum. Both sides have the same unit.',
    example: example('2 + 3', '5'),
  }),
  arithmetic('subtract', '-', {
    keepUnit: true,
    doc: 'Difference. Both sides have the same unit.',
    example: example('2 - 0.5', '1.5'),
  }),
  arithmetic('multiply', '*', { doc: 'Product. Has no unit.', example: example('2 * 3', '6') }),
  {
    name: 'divide',
    function: 'divide',
    operator: '/',
    parameters: [parameter('a', numeric), parameter('b', numeric)],
    result: (args, _, values) => ({ kind: 'float', nullable: anyNullable(args) || mayBeZero(values[1]) }),
    signature: 'a / b: float',
    missing: 'Missing if any argument is, or if the divisor is 0.',
    doc: 'Quotient, always a float. Has no unit.',
    example: example('7 / 2', '3.5'),
  },
  {
    name: 'modulo',
    function: 'modulo',
    operator: '%',
    parameters: [parameter('a', numeric), parameter('b', numeric)],
    unify: 'all',
    result: (args, common, values) =>
      withUnit({ kind: bothInts(args), nullable: anyNullable(args) || mayBeZero(values[1]) }, common.unit),
    signature: 'a % b: int when both are, else float',
    missing: 'Missing if any argument is, or if the divisor is 0.',
    doc: 'What is left of a after taking b away as often as it goes; of the sign of b. Both sides have the same unit.',
    example: example('-7 % 3', '2'),
  },
  {
    name: 'negate',
    function: 'negate',
    operator: '-',
    parameters: [parameter('x', numeric)],
    result: same,
    signature: '-x: the type of x',
    missing: ifAny,
    doc: 'The number with the opposite sign.',
    example: example('-(2 + 3)', '-5'),
  },
  comparison('equal', '==', {
    doc: 'Whether two values are the same.',
    kinds: scalar,
    example: example('"BOI" == "boi"', 'false'),
  }),
  comparison('not_equal', '!=', {
    doc: 'Whether two values differ.',
    kinds: scalar,
    example: example('"BOI" != "boi"', 'true'),
  }),
  comparison('less', '<', {
    doc: 'Whether the left is less. Texts compare by code point.',
    example: example('2 < 3', 'true'),
  }),
  comparison('less_equal', '<=', {
    doc: 'Whether the left is less or the same.',
    example: example('3 <= 3', 'true'),
  }),
  comparison('greater', '>', {
    doc: 'Whether the left is greater. Texts compare by code point.',
    example: example('2001-05-02 > 2001-05-01', 'true'),
  }),
  comparison('greater_equal', '>=', {
    doc: 'Whether the left is greater or the same.',
    example: example('"a" >= "b"', 'false'),
  }),
  logic('and', { doc: 'Whether both are true.', example: example('false and 1 > 2', 'false') }),
  logic('or', { doc: 'Whether one of two is true.', example: example('true or 1 > 2', 'true') }),
  {
    name: 'not',
    function: 'not',
    operator: 'not',
    parameters: [parameter('x', ['bool'])],
    result: of('bool'),
    signature: 'not x: bool',
    missing: ifAny,
    doc: 'Whether it is false.',
    example: example('not 1 > 2', 'true'),
  },
]

interface Described {
  readonly doc: string
  readonly example: Example
}

function arithmetic(
  name: FunctionName,
  operator: string,
  { keepUnit = false, ...described }: Described & { keepUnit?: boolean },
): FunctionEntry {
  return {
    name,
    function: name,
    operator,
    parameters: [parameter('a', numeric), parameter('b', numeric)],
    ...(keepUnit && { unify: 'all' as const }),
    result: (args, common) =>
      withUnit({ kind: bothInts(args), nullable: anyNullable(args) }, keepUnit ? common.unit : undefined),
    signature: `a ${operator} b: int when both are, else float`,
    missing: ifAny,
    ...described,
  }
}

function comparison(
  name: FunctionName,
  operator: string,
  { kinds = ordered, ...described }: Described & { kinds?: readonly ScalarKind[] },
): FunctionEntry {
  return {
    name,
    function: name,
    operator,
    parameters: [parameter('a', kinds), parameter('b', kinds)],
    unify: 'all',
    result: of('bool'),
    signature: `a ${operator} b: bool`,
    missing: ifAny,
    ...described,
  }
}

function logic(name: 'and' | 'or', described: Described): FunctionEntry {
  return {
    name,
    function: name,
    operator: name,
    parameters: [parameter('a', ['bool']), parameter('b', ['bool'])],
    result: of('bool'),
    signature: `a ${name} b: bool`,
    missing: kleene,
    ...described,
  }
}
