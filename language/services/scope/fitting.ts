/** The blocks of a model that say how it is split, prepared, fitted and tuned. */
import {
  type AlgorithmEntry,
  type HyperparameterEntry,
  algorithmNamed,
  writeDefault,
} from '../../algorithms.ts'
import { keywords } from '../../syntax/keywords.ts'
import type { Token } from '../../syntax/tokens.ts'
import { hyperparameterCandidates, modelFeatures, columnsAndFeatures } from './candidates.ts'
import { modelAround } from './known.ts'
import {
  type Candidate,
  type Query,
  type Suggestions,
  has,
  isNumber,
  nothing,
  plain,
  words,
} from './query.ts'

export function splitBody(query: Query): Suggestions {
  const { item } = query
  const context = 'splitBody'
  const model = modelAround(query)
  const split = model?.split
  const parts = split?.by ? split.parts : []
  const present = new Set(
    parts
      .filter(({ span }) => span.end < query.offset || span.start > query.offset)
      .map(({ name }) => name.text),
  )
  const free = words(keywords.split.filter(part => !present.has(part)))
  if (item.length === 0) return { context, candidates: free }
  const last = item.at(-1)!
  const byTime = query.place.blocks[1]?.[2]?.text === 'time'
  const folds = has(item, 'folds') || item[0]?.text !== 'train' ? [] : words(['folds'])
  if (last.text === 'folds') return { context, candidates: [{ kind: 'value', name: '5', text: '5' }] }
  if (isNumber(last)) return { context, candidates: [...folds, ...free] }
  if (last.kind === 'date') {
    const clauses = ['until', 'after'].filter(word => !has(item, word))
    return { context, candidates: [...words(clauses), ...folds, ...free] }
  }
  const part = (keywords.split as readonly string[]).includes(last.text)
  if (part)
    return byTime ? { context, candidates: words(['until', 'after']) } : { context, candidates: fractions }
  return nothing
}

const fractions: readonly Candidate[] = ['0.7', '0.15', '0.8', '0.2'].map(text => ({
  kind: 'value',
  name: text,
  text,
}))

type Target = 'numeric' | 'category' | 'any'

const steps: Readonly<Record<string, Exclude<Target, 'any'>>> = {
  impute: 'numeric',
  indicator: 'numeric',
  standardize: 'numeric',
  min_max: 'numeric',
  one_hot: 'category',
  native: 'category',
}

export function prepareBody(query: Query): Suggestions {
  const { item, last } = query
  const context = 'prepareBody'
  if (item.length === 0) return { context, candidates: targets(query) }
  if (last === ':' || last === ',') return { context, candidates: stepWords(query) }
  if (last === 'impute') return { context, candidates: words(['median', 'mean', 'zero', 'none']) }
  return last === 'one_hot' || last === 'native' ? { context, candidates: words(['max']) } : nothing
}

/** What has no rule yet. */
function targets(query: Query): Candidate[] {
  const rules = modelAround(query)?.prepare ?? []
  const ruled = new Set(
    rules
      .filter(({ span }) => span.end < query.offset || span.start > query.offset)
      .map(({ target }) => target.text),
  )
  return [...words(['numeric', 'category']), ...modelFeatures(query)].filter(({ name }) => !ruled.has(name))
}

/** Steps that the rule does not have yet, those for features of its kind first. */
function stepWords(query: Query): Candidate[] {
  const { item } = query
  const scaled = has(item, 'standardize') || has(item, 'min_max')
  const target = targetKind(query)
  return Object.entries(steps).flatMap(([step, kind]): Candidate[] => {
    if (has(item, step) || (scaled && (step === 'standardize' || step === 'min_max'))) return []
    return [{ ...words([step])[0]!, ...(target !== 'any' && target !== kind && { unlikely: true }) }]
  })
}

function targetKind(query: Query): Target {
  const name = plain(query.item[0]!)
  if (name === 'numeric' || name === 'category') return name
  const kind = modelFeatures(query).find(feature => feature.name === name)?.type?.kind
  if (kind === undefined || kind === 'unknown') return 'any'
  return kind === 'category' || kind === 'string' ? 'category' : 'numeric'
}

export function algorithmBody(query: Query): Suggestions {
  const { item, last, place } = query
  const context = 'algorithmBody'
  const name = place.blocks[1]?.[1]?.text ?? ''
  const entry = algorithmNamed(name)
  if (item.length === 0 && entry) {
    const written = modelAround(query)?.algorithm?.hyperparameters ?? []
    const used = new Set(
      written
        .filter(({ span }) => span.end < query.offset || span.start > query.offset)
        .map(h => h.name.text),
    )
    const free = hyperparameterCandidates(entry.hyperparameters, name).filter(h => !used.has(h.name))
    return { context, candidates: entry.random ? [...free, ...words(['random'])] : free }
  }
  if (last === '=' && item[0]) return { context, candidates: valuesOf(entry, plain(item[0])) }
  return item[0]?.text === 'random' ? randomItem(query) : nothing
}

/** The default and the choices of a hyperparameter. */
function valuesOf(algorithm: AlgorithmEntry | undefined, name: string): Candidate[] {
  const entry = hyperparameterOf(algorithm, name)
  if (!entry) return []
  const standard = writeDefault(entry)
  const rest = choicesOf(entry).filter(choice => choice !== standard)
  return [
    { kind: 'choice', name: standard, text: standard, detail: 'default' },
    ...rest.map((choice): Candidate => ({ kind: 'choice', name: choice, text: choice })),
  ]
}

function hyperparameterOf(
  algorithm: AlgorithmEntry | undefined,
  name: string,
): HyperparameterEntry | undefined {
  return Object.entries(algorithm?.hyperparameters ?? {}).find(([known]) => known === name)?.[1]
}

/** The words that a hyperparameter may be. */
function choicesOf(entry: HyperparameterEntry | undefined): readonly string[] {
  if (entry?.kind === 'choice') return entry.choices
  return entry?.kind === 'bool' ? ['true', 'false'] : []
}

/** `random intercept, distance per origin` */
function randomItem(query: Query): Suggestions {
  const { item, last } = query
  const context = 'randomBody'
  if (has(item, 'per')) return last === 'per' ? { context, candidates: keyed(query) } : nothing
  if (item.length > 1 && last !== ',') return { context, candidates: words(['per']) }
  const used = new Set(item.map(plain))
  const numeric = modelFeatures(query).filter(
    ({ type }) => !type || ['int', 'float', 'unknown'].includes(type.kind),
  )
  return {
    context,
    candidates: [...words(['intercept']), ...numeric].filter(({ name }) => !used.has(name)),
  }
}

function keyed(query: Query): Candidate[] {
  return columnsAndFeatures(query).map(candidate =>
    candidate.type && ['float', 'timestamp', 'vector'].includes(candidate.type.kind)
      ? { ...candidate, unlikely: true }
      : candidate,
  )
}

/** The hyperparameters of a random effect. */
export function randomBody(query: Query): Suggestions {
  const own = algorithmNamed(query.place.blocks[1]?.[1]?.text ?? '')?.random
  if (query.item.length > 0 || !own) return nothing
  return {
    context: 'algorithmBody',
    candidates: hyperparameterCandidates(own, query.place.blocks[1]![1]!.text),
  }
}

/** `l2 in log_scale(1e-4 .. 10)` */
export function tuneBody(query: Query): Suggestions {
  const { item, last, place } = query
  const context = 'tuneBody'
  const algorithm = modelAround(query)?.algorithm?.name?.text ?? ''
  const entry = algorithmNamed(algorithm)
  const isWhole =
    item.length > 3 && ['int', 'float', ')', ']'].includes(item.at(-1)!.kind) && place.brackets === 0
  if (item.length === 0 || isWhole) {
    const written = modelAround(query)?.tune?.dimensions ?? []
    const used = new Set(
      written
        .filter(({ span }) => span.end < query.offset || span.start > query.offset)
        .map(({ hyperparameter }) => hyperparameter.text),
    )
    const all = hyperparameterCandidates(entry?.hyperparameters ?? {}, algorithm)
    return {
      context,
      candidates: all
        .filter(({ name }) => !used.has(name))
        .map(candidate => ({ ...candidate, value: rangeOf(hyperparameterOf(entry, candidate.name)) })),
    }
  }
  if (item.length === 1) return { context, candidates: words(['in']) }
  if (last === 'in') return { context, candidates: ranges(hyperparameterOf(entry, plain(item[0]!))) }
  const inList = item.findLast(({ kind }: Token) => kind === '[' || kind === '(')?.kind === '['
  if (inList && (last === '[' || last === ',')) {
    const used = new Set(item.map(plain))
    const choices = choicesOf(hyperparameterOf(entry, plain(item[0]!))).filter(choice => !used.has(choice))
    return { context, candidates: choices.map(name => ({ kind: 'choice', name, text: name })) }
  }
  return nothing
}

function ranges(entry: HyperparameterEntry | undefined): Candidate[] {
  if (!entry) return words(['log_scale'])
  const best = rangeOf(entry)
  const isNumber = entry.kind === 'int' || entry.kind === 'float'
  const other = isNumber && !best.startsWith('log_scale') ? words(['log_scale']) : []
  return [...(best === '' ? [] : [{ kind: 'value' as const, name: best, text: best }]), ...other]
}

/** Values to try: around the default and inside the limits; of strengths and rates in steps of the same factor. */
function rangeOf(entry: HyperparameterEntry | undefined): string {
  if (!entry || entry.kind === 'list') return ''
  if (entry.kind === 'choice' || entry.kind === 'bool') return `[${choicesOf(entry).join(', ')}]`
  const { default: standard, min, max = Infinity, kind } = entry
  const clipped = (value: number): number => Math.min(max, Math.max(min, value))
  if (kind === 'int')
    return `${clipped(Math.max(1, Math.floor(standard / 2)))} .. ${clipped(Math.max(2, standard * 2))}`
  if (max <= 1 && standard >= 0.3) return `${short(clipped(standard / 2))} .. ${short(clipped(1))}`
  const middle = standard > 0 ? standard : 0.01
  const low = clipped(middle / (max <= 1 ? 10 : 1000)) || middle / 1000
  return `log_scale(${short(low)} .. ${short(clipped(middle * 10))})`
}

const short = (value: number): string => {
  const rounded = Number(value.toPrecision(2))
  return rounded < 0.001 ? rounded.toExponential() : String(rounded)
}
