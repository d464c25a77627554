/** Functions of vectors. */
import {
  type ArgumentFacts,
  type FunctionEntry,
  type Violation,
  anyNullable,
  example,
  ifAny,
  of,
  parameter,
  partial,
  withUnit,
} from './entry.ts'

const vector = ['vector'] as const

export const vectorFunctions: readonly FunctionEntry[] = [
  {
    name: 'element',
    function: 'element',
    parameters: [parameter('v', vector), { name: 'place', kinds: ['int'], literal: true }],
    constraint: withinSize,
    result: args => withUnit({ kind: 'float', nullable: anyNullable(args) }, args[0]?.unit),
    signature: 'element(v: vector, place: int): float',
    missing: ifAny,
    doc: 'One number of the vector; the place is a plain number and counts from 1. Keeps the unit.',
    example: example('element(v, 2)', '4'),
  },
  {
    name: 'dot',
    function: 'dot',
    parameters: [parameter('v', vector), parameter('w', vector)],
    unify: 'all',
    result: of('float'),
    signature: 'dot(v: vector, w: vector): float',
    missing: ifAny,
    doc: 'The sum of the products of their numbers. Both are of one size.',
    example: example('dot(v, w)', '24'),
  },
  {
    name: 'norm',
    function: 'norm',
    parameters: [parameter('v', vector)],
    result: args => withUnit({ kind: 'float', nullable: anyNullable(args) }, args[0]?.unit),
    signature: 'norm(v: vector): float',
    missing: ifAny,
    doc: 'The length of the vector: the root of the sum of its squared numbers. Keeps the unit.',
    example: example('norm(v)', '5'),
  },
  {
    name: 'cosine',
    function: 'cosine',
    parameters: [parameter('v', vector), parameter('w', vector)],
    unify: 'all',
    result: partial,
    signature: 'cosine(v: vector, w: vector): float',
    missing: 'Missing if any argument is, or if one of them is all zeros.',
    doc: 'The cosine of the angle between them, from −1 to 1: 1 when they point the same way. Both are of one size.',
    example: example('cosine(v, w)', '0.96'),
  },
]

function withinSize([vector, place]: readonly ArgumentFacts[]): Violation | undefined {
  const size = vector?.type.size
  if (typeof place?.value !== 'number') return undefined
  if (place.value >= 1 && (size === undefined || place.value <= size)) return undefined
  return { argument: 1, expected: size === undefined ? 'a place from 1 on' : `a place from 1 to ${size}` }
}
