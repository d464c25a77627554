/** Functions that make categories, and numbers of them. */
import {
  type ArgumentFacts,
  type FunctionEntry,
  type Violation,
  example,
  ifAny,
  numeric,
  of,
  parameter,
  text,
} from './entry.ts'

export const categoryFunctions: readonly FunctionEntry[] = [
  {
    name: 'bucket',
    function: 'bucket',
    parameters: [parameter('x', numeric), { name: 'bound', kinds: numeric, literal: true }],
    variadic: true,
    constraint: ascending,
    result: args => ({ kind: 'category', nullable: args[0]?.nullable ?? true }),
    signature: 'bucket(x: int | float, bound, …): category',
    missing: 'Missing if x is.',
    doc: 'The interval that x is in, between bounds that are plain numbers and ascend. A bound belongs to the interval above it.',
    example: example('bucket(15, 0, 15, 60)', '"15 .. 60"'),
  },
  {
    name: 'cross',
    function: 'cross',
    parameters: [
      { name: 'x', kinds: text, asText: true },
      { name: 'y', kinds: text, asText: true },
    ],
    variadic: true,
    result: of('category'),
    signature: 'cross(x, y, …): category',
    missing: ifAny,
    doc: 'Every combination of values as a category of its own: the texts joined by `|`, with `\\` before `|` and `\\` inside them. An int or a bool counts as the text it is as a category.',
    example: example('cross("BOI", 17)', '"BOI|17"'),
  },
  {
    name: 'hash',
    function: 'hash',
    parameters: [
      { name: 'x', kinds: text, asText: true },
      { name: 'n', kinds: ['int'], literal: true },
    ],
    constraint: atLeastTwo,
    result: args => ({ kind: 'int', nullable: args[0]?.nullable ?? true }),
    signature: 'hash(x, n: int): int',
    missing: 'Missing if x is.',
    doc: 'A whole number from 0 to n − 1, the same for the same text everywhere; n is a plain number. `category(hash(x, n))` gives a category of many values at most n of them. An int or a bool counts as the text it is as a category.',
    example: example('hash("BOI", 10) < 10', 'true'),
  },
]

function ascending([, ...bounds]: readonly ArgumentFacts[]): Violation | undefined {
  const at = bounds.findIndex((bound, i) => i > 0 && Number(bound.value) <= Number(bounds[i - 1]!.value))
  if (at < 0) return undefined
  return { argument: at + 1, expected: `more than the bound before it, which is ${bounds[at - 1]!.value}` }
}

function atLeastTwo([, n]: readonly ArgumentFacts[]): Violation | undefined {
  const fits = typeof n?.value === 'number' && n.value >= 2 && n.value <= 2 ** 31
  return fits ? undefined : { argument: 1, expected: 'a whole number from 2 to 2147483648' }
}
