/** The aggregates of windowed features. */
import type { WindowFeaturePlan } from '../plan.ts'
import type { Type } from '../type-rules.ts'
import type { ScalarKind } from '../types.ts'
import { scalar, withUnit } from './entry.ts'

export type AggregateName = WindowFeaturePlan['aggregate']['function']

export interface AggregateEntry {
  readonly name: AggregateName
  /** Kinds of argument. A bool counts as 1 and 0 where a number is asked for. */
  readonly kinds: readonly ScalarKind[]
  readonly argument: 'required' | 'optional'
  readonly result: (of: Type) => Type
  /** What an empty window gives when the feature does not say. */
  readonly empty: 0 | null
  readonly signature: string
  readonly doc: string
}

const measured = ['bool', 'int', 'float'] as const
const float = (type: Type): Type => withUnit({ kind: 'float', nullable: true }, type.unit)
const own = (type: Type): Type => ({ ...type, nullable: true })
const counted = (): Type => ({ kind: 'int', nullable: false })

const entries: readonly AggregateEntry[] = [
  aggregate('sum', { kinds: measured, result: own, doc: 'The sum over the rows of the window.' }),
  {
    name: 'count',
    kinds: scalar,
    argument: 'optional',
    result: counted,
    empty: 0,
    signature: 'count(x?): int',
    doc: 'How many rows the window holds; with an argument, how many whose value is not missing.',
  },
  aggregate('mean', {
    kinds: measured,
    result: float,
    doc: 'The arithmetic mean over the rows of the window.',
  }),
  aggregate('min', { kinds: scalar, result: own, doc: 'The least value of the window.' }),
  aggregate('max', { kinds: scalar, result: own, doc: 'The greatest value of the window.' }),
  aggregate('stddev', {
    kinds: measured,
    result: float,
    doc: 'The sample standard deviation; missing for fewer than two values.',
  }),
  aggregate('last', { kinds: scalar, result: own, doc: 'The value of the newest row of the window.' }),
  {
    name: 'distinct',
    kinds: scalar,
    argument: 'required',
    result: counted,
    empty: 0,
    signature: 'distinct(x): int',
    doc: 'How many different values the window holds, missing ones not counted.',
  },
]

interface AggregateOptions {
  readonly kinds: readonly ScalarKind[]
  readonly result: AggregateEntry['result']
  readonly doc: string
}

function aggregate(name: AggregateName, { kinds, result, doc }: AggregateOptions): AggregateEntry {
  const to = result === float ? 'float' : 'the type of x'
  return { name, kinds, argument: 'required', result, empty: null, signature: `${name}(x): ${to}`, doc }
}

/** Aggregates of windowed features, by name. Missing values are left out of every one. */
export const aggregates: ReadonlyMap<string, AggregateEntry> = new Map(entries.map(e => [e.name, e]))
