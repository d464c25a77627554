/** The parts of a model that stand on a line, and its features. */
import { keywords, writeName } from '../../syntax/keywords.ts'
import type { ModelDeclaration } from '../../syntax/ast.ts'
import type { Type } from '../../type-rules.ts'
import { algorithmCandidates, columnsAndFeatures, declared, observedColumns } from './candidates.ts'
import { rowExpression } from './expression.ts'
import { featureNames, modelAround, observed } from './known.ts'
import { metricList } from './metrics.ts'
import {
  type Candidate,
  type Query,
  type Suggestions,
  has,
  isNumber,
  nothing,
  wantsOperand,
  words,
} from './query.ts'

export function modelBody(query: Query): Suggestions {
  const { item } = query
  const context = 'modelBody'
  switch (item[0]?.text) {
    case undefined:
      return { context, candidates: partWords(modelAround(query)) }
    case 'observe':
      if (item.length === 1) return { context, candidates: declared(query, 'source') }
      if (item.length === 2) return { context, candidates: words(['where']) }
      return rowExpression(query, { names: observedColumns(query), whole: { kinds: ['bool'] } })
    case 'label':
      return has(item, '=') ? rowExpression(query, { names: observedColumns(query) }) : nothing
    case 'weight':
      return rowExpression(
        { ...query, item: item.slice(1) },
        { names: observedColumns(query), whole: { kinds: ['int', 'float'] } },
      )
    case 'balance':
      return item.length === 1 ? { context, candidates: words(['classes']) } : nothing
    case 'split':
      return splitHead(query)
    case 'algorithm':
      return item.length === 1 ? { context, candidates: algorithmCandidates(labelType(query)) } : nothing
    case 'tune':
      return tuneHead(query)
    case 'evaluate':
    case 'require':
      return metricList(query)
    case 'output':
      return has(item, '=') ? outputValue(query) : nothing
    default:
      return nothing
  }
}

/** The parts that are not there yet, in the order in which a model is written; what may be repeated stays. */
function partWords(model: ModelDeclaration | undefined): Candidate[] {
  const present: Readonly<Record<string, boolean>> = {
    observe: model?.observe !== undefined,
    features: model?.features !== undefined,
    label: model?.label !== undefined,
    weight: model?.weight !== undefined,
    balance: model?.balance !== undefined,
    split: model?.split !== undefined,
    prepare: model?.has.has('PrepareItem') ?? false,
    algorithm: model?.algorithm !== undefined,
    tune: model?.tune !== undefined,
    health: model?.health !== undefined,
  }
  return words(keywords.model.filter(word => !present[word]))
}

/** The type of the model's label, when known. */
export function labelType(query: Query): Type | undefined {
  const declaration = modelAround(query)
  if (!declaration?.label?.name) return undefined
  const { findings } = query.project.analyse<'model'>({ declaration, path: query.path })
  return findings.occurrences.find(({ symbol, definition }) => symbol.kind === 'label' && definition)?.type
}

function splitHead(query: Query): Suggestions {
  const { item, last } = query
  const context = 'modelBody'
  if (last === 'split') return { context, candidates: words(['by']) }
  if (last === 'by') return { context, candidates: words(['time', 'random', 'key']) }
  if (item[2]?.text === 'random')
    return last === 'random' ? { context, candidates: words(['seed']) } : nothing
  if (item[2]?.text !== 'key' || last === 'seed' || isNumber(item.at(-1))) return nothing
  if (last === 'key' || last === ',') return { context, candidates: keyColumns(query) }
  return { context, candidates: words(['seed']) }
}

/** Columns of what is observed; those that hold no key of anything come last. */
function keyColumns(query: Query): Candidate[] {
  return observedColumns(query).map(column =>
    column.type && ['string', 'category', 'int'].includes(column.type.kind)
      ? column
      : { ...column, unlikely: true },
  )
}

function tuneHead(query: Query): Suggestions {
  const { item, last } = query
  const context = 'modelBody'
  if (item.length === 1) return { context, candidates: [{ kind: 'value', name: '20', text: '20' }] }
  if (isNumber(item.at(-1)) && item.length === 2) return { context, candidates: words(['trials']) }
  const directions = ['maximizing', 'minimizing']
  if (last === 'trials') return { context, candidates: words([...directions, 'using', 'seed']) }
  if (last === 'using') return { context, candidates: searches }
  if (last === 'seed') return nothing
  if (directions.includes(last)) return metricList(query, last)
  if (directions.some(word => has(item, word))) return metricList(query)
  return { context, candidates: words([...directions, ...(has(item, 'seed') ? [] : ['seed'])]) }
}

const searches: readonly Candidate[] = [
  ['random', 'Each trial on its own.'],
  ['sobol', 'Spreads the trials evenly over the space.'],
  ['bayesian', 'Chooses each trial by what the trials before it reached.'],
].map(([name, doc]) => ({ kind: 'choice', name: name!, text: name!, doc: doc! }))

function outputValue(query: Query): Suggestions {
  const { item, last } = query
  const model = modelAround(query)
  const label = model?.label?.name?.text
  if (last === '(' && label !== undefined)
    return { context: 'expression', candidates: [{ kind: 'label', name: label, text: writeName(label) }] }
  if (last === '=') return { context: 'expression', candidates: outputForms(label, labelType(query)) }
  if (!has(item, 'rank')) return nothing
  const context = 'modelBody'
  const others = (model?.outputs ?? []).flatMap(({ name, span }): Candidate[] =>
    name && query.offset > span.end + 1
      ? [{ kind: 'output', name: name.text, text: writeName(name.text) }]
      : [],
  )
  if (last === 'rank') return { context, candidates: words(['by', 'top']) }
  if (last === 'top') return { context, candidates: [{ kind: 'value', name: '10', text: '10' }] }
  if (last === 'by') return { context, candidates: others }
  if (has(item, 'per'))
    return last === 'per' || last === ',' ? { context, candidates: observedColumns(query) } : nothing
  if (!has(item, 'by')) return { context, candidates: words(['by']) }
  return { context, candidates: words(['per']) }
}

/** What an output can be, by the type of the label. */
function outputForms(label: string | undefined, type: Type | undefined): Candidate[] {
  const of = label === undefined ? '' : writeName(label)
  const kind = type?.kind ?? 'unknown'
  const classes = ['category', 'string'].includes(kind)
  const counted = ['int', 'float'].includes(kind)
  return [
    {
      kind: 'function',
      name: 'probability',
      text: `probability(${of}${classes ? ', "$1"' : ''})`,
      detail: classes ? 'probability(label, "class"): float' : 'probability(label): float',
      doc: classes
        ? 'The probability of a class of the label, from 0 to 1.'
        : 'The probability that the label is true, from 0 to 1.',
      ...(counted && { unlikely: true }),
    },
    {
      kind: 'function',
      name: 'prediction',
      text: `prediction(${of})`,
      detail: 'prediction(label): the type of the label',
      doc: 'The expected value of a number, the likeliest class, or whether true is likelier.',
      ...(kind === 'bool' && { unlikely: true }),
    },
    ...words(['rank']),
  ]
}

/** A line of `features`, or its value. */
export function featuresBlock(query: Query): Suggestions {
  const { item, last } = query
  if (item.length === 0) {
    const named = namedFeatures(query)
    const free = observedColumns(query).filter(({ name }) => !named.has(name))
    return {
      context: 'featuresBlock',
      candidates: withoutLabel(query, free),
      calls: 'line',
      features: featureNames(query),
    }
  }
  if (!has(item, '=')) return nothing
  const names = withoutLabel(query, columnsAndFeatures(query))
  const found = rowExpression(query, {
    names,
    whole: { kinds: ['int', 'float', 'bool', 'category', 'string'] },
  })
  return wantsOperand(item) && last === '='
    ? { ...found, calls: 'value', features: featureNames(query) }
    : found
}

/** Names of the features that stand in the block, the one at the offset left out. */
function namedFeatures(query: Query): ReadonlySet<string> {
  const items = modelAround(query)?.features?.items ?? []
  const others = items.filter(({ name }) => name.span.start !== query.place.replace.start)
  return new Set(others.map(({ name }) => name.text))
}

/** What the label is computed from leaks: it comes last. */
function withoutLabel(query: Query, candidates: readonly Candidate[]): Candidate[] {
  const model = modelAround(query)
  const read = new Set(labelReads(query, model))
  const time = observed(query)?.time
  return candidates.map(candidate =>
    candidate.kind === 'column' && read.has(candidate.name)
      ? { ...candidate, unlikely: true, detail: 'the label is computed from it' }
      : candidate.name === time && query.item.length === 0
        ? { ...candidate, unlikely: true }
        : candidate,
  )
}

function labelReads(query: Query, model: ModelDeclaration | undefined): readonly string[] {
  if (!model?.label) return []
  const { findings } = query.project.analyse<'model'>({ declaration: model, path: query.path })
  const { start, end } = model.label.span
  return findings.occurrences
    .filter(({ span, symbol }) => symbol.kind === 'column' && start <= span.start && span.end <= end)
    .map(({ symbol }) => symbol.name)
}
