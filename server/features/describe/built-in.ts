/** What belongs to the language, in words: functions, aggregates, algorithms, hyperparameters, metrics, monitors. */
import {
  type SymbolRef,
  aggregates,
  type FunctionEntry,
  algorithmNamed,
  allFunctions,
  describeLimits,
  describeRange,
  functions,
  metrics,
  monitors,
  writeDefault,
} from '../../../language/index.ts'
import { code, inline, join, table } from './markdown.ts'

export function describeFunction({ name }: Pick<SymbolRef, 'name'>): string | undefined {
  const entry = functions.get(name)
  if (!entry) return undefined
  return join(code(entry.signature), entry.doc, entry.missing, exampleText(entry))
}

const exampleText = ({ example }: FunctionEntry): string =>
  `For example \`${example.expression}\` gives \`${example.value}\`.`

/** An operator as it is written. */
export function describeOperator(sign: string, isUnary = false): string | undefined {
  const entry = allFunctions.find(
    ({ operator, parameters }) => operator === sign && (parameters.length === 1) === isUnary,
  )
  return entry && join(code(entry.signature), entry.doc, entry.missing, exampleText(entry))
}

export function describeAggregate({ name }: Pick<SymbolRef, 'name'>): string | undefined {
  const entry = aggregates.get(name)
  return entry && join(code(entry.signature), entry.doc, 'Missing values are left out.')
}

export function describeAlgorithm({ name }: Pick<SymbolRef, 'name'>): string | undefined {
  const entry = algorithmNamed(name)
  if (!entry) return undefined
  const random = Object.keys(entry.random ?? {})
  return join(
    code(`algorithm ${name}`),
    entry.doc,
    `Learns labels of type ${entry.labels.map(kind => `\`${kind}\``).join(', ')}.`,
    table({
      head: ['Hyperparameter', 'Default', 'Allowed', 'Meaning'],
      rows: Object.entries(entry.hyperparameters).map(([key, of]) => [
        `\`${key}\``,
        `\`${writeDefault(of)}\``,
        describeLimits(of),
        of.doc,
      ]),
    }),
    random.length > 0 && `Random effects have ${random.map(key => `\`${key}\``).join(', ')}.`,
  )
}

export function describeHyperparameter({
  name,
  container,
}: Pick<SymbolRef, 'name' | 'container'>): string | undefined {
  const algorithm = container === undefined ? undefined : algorithmNamed(container)
  const entry = Object.entries({ ...algorithm?.random, ...algorithm?.hyperparameters }).find(
    ([known]) => known === name,
  )?.[1]
  return (
    entry &&
    join(
      code(`${name}: ${entry.kind} = ${writeDefault(entry)}`),
      entry.doc,
      inline(`Allowed: ${describeLimits(entry)}.`, container && `Of \`${container}\``),
    )
  )
}

export function describeMetric({ name }: Pick<SymbolRef, 'name'>): string | undefined {
  const entry = Object.entries(metrics).find(([known]) => known === name)?.[1]
  if (!entry) return undefined
  return join(
    code(`metric ${name}: float`),
    entry.doc,
    `${entry.better === 'higher' ? 'Higher' : 'Lower'} is better; ${describeRange(entry)}.`,
    `For labels of type ${entry.labels.map(kind => `\`${kind}\``).join(', ')}.`,
  )
}

export function describeMonitor({ name }: Pick<SymbolRef, 'name'>): string | undefined {
  const entry = Object.entries(monitors).find(([known]) => known === name)?.[1]
  return entry && join(code(`health ${name}`), entry.doc, `A threshold to begin with: ${entry.usual}.`)
}
