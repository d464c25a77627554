/** What a name stands for, in words: the text of hovers and of the documentation of suggestions. */
import type { SymbolKind, SymbolRef } from '../../../language/index.ts'
import type { FileContext } from '../../core/context.ts'
import {
  describeAggregate,
  describeAlgorithm,
  describeFunction,
  describeHyperparameter,
  describeMetric,
  describeMonitor,
} from './built-in.ts'
import {
  type DescribeOptions,
  describeColumn,
  describeEntity,
  describeModel,
  describeSource,
} from './data.ts'
import {
  describeFeature,
  describeLabel,
  describeModelFeature,
  describeOutput,
  describeRow,
} from './features.ts'

export type { DescribeOptions } from './data.ts'

type Describe = (file: FileContext, symbol: SymbolRef, options: DescribeOptions) => string | undefined

const describers: Readonly<Record<SymbolKind, Describe>> = {
  column: describeColumn,
  source: describeSource,
  entity: describeEntity,
  feature: describeFeature,
  model: describeModel,
  modelFeature: describeModelFeature,
  label: describeLabel,
  output: describeOutput,
  function: (_, symbol) => describeFunction(symbol),
  aggregate: (_, symbol) => describeAggregate(symbol),
  algorithm: (_, symbol) => describeAlgorithm(symbol),
  hyperparameter: (_, symbol) => describeHyperparameter(symbol),
  metric: (_, symbol) => describeMetric(symbol),
  monitor: (_, symbol) => describeMonitor(symbol),
  row: (_, { name, container }) => describeRow({ name, container }),
}

/** Markdown; undefined when nothing is known of it. Never longer for more data. */
export function describeSymbol(
  file: FileContext,
  symbol: SymbolRef,
  options: DescribeOptions,
): string | undefined {
  return describers[symbol.kind](file, symbol, options)
}

/** Whether something of the kind can be described. */
export const isDescribable = (kind: string): kind is SymbolKind => Object.hasOwn(describers, kind)
