/** Features of an entity: the head, windowed or derived, and the items. */
import { writeName } from '../../syntax/keywords.ts'
import { aggregateCandidates, declared, functionCandidates, literals } from './candidates.ts'
import { columnAfterDot, comparisons, sourceExpression, wantedAt } from './expression.ts'
import { featureAround, featureNamed, featureNames, keysOf, visible } from './known.ts'
import {
  type Candidate,
  type Query,
  type Suggestions,
  durations,
  has,
  isNumber,
  lastIndex,
  nothing,
  plain,
  wantsOperand,
  words,
} from './query.ts'

export function featureHead(query: Query): Suggestions {
  const { item, last, place } = query
  const context = 'featureHead'
  if (item.length === 1) return nothing
  if (item.length === 2) return { context, candidates: words(['of']) }
  if (last === 'of' && item.length === 3) return { context, candidates: declared(query, 'entity') }
  if (!has(item, '=')) return nothing
  if (last === '=' && item.findIndex(({ kind }) => kind === '=') === item.length - 1)
    return beginsValue(query)
  const over = lastIndex(item, 'over')
  if (over >= 0 && place.brackets === 0)
    return isNumber(item.at(-1)) ? { context, candidates: durations() } : nothing
  if (!isWindowed(query)) return derived(query)
  if (inClause(query, 'by')) return byClause(query)
  if (wantsOperand(item)) return sourceExpression(query)
  const clauses = ['where', 'by', 'over'].filter(word => place.brackets === 0 && !has(item, word))
  const logic = place.brackets > 0 || has(item, 'where') ? operatorsAfter() : []
  return { context: 'expression', candidates: [...words(clauses), ...logic] }
}

const operatorsAfter = (): Candidate[] => [
  ...words(['and', 'or']),
  ...comparisons.map((text): Candidate => ({ kind: 'operator', name: text, text })),
]

/** An aggregate, or a feature of the same entity that is computed with. */
function beginsValue(query: Query): Suggestions {
  return {
    context: 'featureHead',
    candidates: [...aggregateCandidates(), ...inputsOf(query), ...functionCandidates()],
    ...entityInputs(query),
  }
}

/** Whether the value is an aggregate of a source's columns: it begins with a call, or reads `source.column`. */
function isWindowed({ item }: Query): boolean {
  const value = item.slice(item.findIndex(({ kind }) => kind === '=') + 1)
  const names = new Set(aggregateCandidates().map(({ name }) => name))
  const call = value[1]?.kind === '(' && names.has(value[0]!.text)
  return (
    call || value.some(({ kind }) => kind === '.') || ['where', 'by', 'over'].some(word => has(value, word))
  )
}

function inClause({ item, place }: Query, word: string): boolean {
  if (place.brackets > 0) return false
  const clause = Math.max(...['where', 'by', 'over'].map(name => lastIndex(item, name)))
  return clause >= 0 && item[clause]!.text === word
}

/** `by source.column, …`: a column for each key of the entity, by its type and name. */
function byClause(query: Query): Suggestions {
  const { item, last } = query
  const from = item.slice(lastIndex(item, 'by') + 1)
  const position = from.filter(({ kind }) => kind === ',').length
  const key = keysOf(query, item[3] && plain(item[3]))[position]
  const wanted = key && { wanted: { kinds: [key.kind], name: key.name } }
  const columns = columnAfterDot(query)
  if (columns) return { context: 'expression', candidates: columns, ...wanted }
  if (last === 'by' || last === ',')
    return { context: 'expression', candidates: aggregated(query), ...wanted }
  const clauses = ['where', 'over'].filter(word => !has(item, word))
  return { context: 'featureHead', candidates: words(clauses) }
}

/** The sources, the one that the aggregate reads first. */
function aggregated(query: Query): Candidate[] {
  const dot = query.item.findIndex(({ kind }) => kind === '.')
  const read = dot > 0 ? plain(query.item[dot - 1]!) : undefined
  return declared(query, 'source').map(source =>
    read === undefined || source.name === read ? source : { ...source, unlikely: true },
  )
}

/** An expression over other features of the entity. */
function derived(query: Query): Suggestions {
  const names = inputsOf(query)
  if (!wantsOperand(query.item)) {
    return { context: 'expression', candidates: [...operatorsAfter(), ...arithmetic()] }
  }
  const wanted = wantedAt(query, names)
  return {
    context: 'expression',
    candidates: [...names, ...functionCandidates(), ...words(['not']), ...literals()],
    ...(wanted && { wanted }),
    ...entityInputs(query),
  }
}

const arithmetic = (): Candidate[] =>
  ['+', '-', '*', '/', '%'].map((text): Candidate => ({ kind: 'operator', name: text, text }))

function entityInputs(query: Query): Pick<Suggestions, 'inputs' | 'features'> {
  const { item } = query
  if (!item[1] || !item[3]) return {}
  return {
    inputs: { entity: plain(item[3]), feature: plain(item[1]) },
    features: featureNames(query),
  }
}

/** The project's own features of the same entity; not the feature itself. */
function inputsOf(query: Query): Candidate[] {
  const [, self, , entity] = query.item
  if (!self || !entity) return []
  return visible(query, 'feature').flatMap(({ declaration, name }): Candidate[] => {
    if (name === plain(self) || declaration.entity?.text !== plain(entity)) return []
    const type = featureNamed(query, name)?.type
    const { doc } = declaration
    return [
      {
        kind: 'feature',
        name,
        text: writeName(name),
        ...(type && { type }),
        ...(doc !== undefined && { doc }),
      },
    ]
  })
}

export function featureBody(query: Query): Suggestions {
  const { item, last, place } = query
  const context = 'featureBody'
  const feature = featureAround(query)
  if (item.length === 0) {
    const present: Readonly<Record<string, boolean>> = {
      default: feature?.defaultValue !== undefined,
      owner: feature?.owner !== undefined,
      tags: (feature?.tags.length ?? 0) > 0,
      unit: feature?.unit !== undefined,
    }
    return { context, candidates: words(['default', 'owner', 'tags', 'unit'].filter(word => !present[word])) }
  }
  if (item[0]!.text === 'tags' && place.brackets > 0 && (last === '[' || last === ',')) {
    const used = new Set(feature?.tags.map(({ value }) => value))
    return { context: 'tag', candidates: tagCandidates(query).filter(({ name }) => !used.has(name)) }
  }
  if (item[0]!.text === 'default' && item.length === 1) return { context, candidates: defaults(query) }
  return nothing
}

function defaults(query: Query): Candidate[] {
  const feature = featureAround(query)
  const type = feature?.name && featureNamed(query, feature.name.text)?.type
  if (type?.kind === 'bool') return words(['false', 'true'])
  return type && ['string', 'category'].includes(type.kind) ? [] : [{ kind: 'value', name: '0', text: '0' }]
}

/** Tags of the project's features; a tag that is no plain word stands in quotes. */
export function tagCandidates({ project }: Query): Candidate[] {
  const counts = new Map<string, number>()
  for (const { declarations } of project.files)
    for (const declaration of declarations)
      for (const { value } of declaration.kind === 'feature' ? declaration.tags : [])
        counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].map(([name, count]) => ({
    kind: 'text',
    name,
    text: writeName(name) === name ? name : JSON.stringify(name),
    detail: `${count} feature${count === 1 ? '' : 's'}`,
  }))
}
