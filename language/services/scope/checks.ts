/** The blocks of a model that say what a fitted model must answer and how it is watched. */
import { functions } from '../../functions.ts'
import { writeName } from '../../syntax/keywords.ts'
import type { Expression, ModelDeclaration, TestItem } from '../../syntax/ast.ts'
import { metricCandidates, modelFeatures, observedColumns } from './candidates.ts'
import { comparisons } from './expression.ts'
import { modelAround, namesIn, observed } from './known.ts'
import { comparisonsOf } from './metrics.ts'
import { labelType } from './model.ts'
import { monitors } from '../../health.ts'
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
  words,
} from './query.ts'

export function testBody(query: Query): Suggestions {
  const { item } = query
  if (item.length === 0) return { context: 'testBody', candidates: words(['given', 'expect']) }
  return item[0]!.text === 'expect' ? expectItem(query) : nothing
}

/** The columns that the model's features read and the features of the catalog that it calls, then the rest. */
export function givenBody(query: Query): Suggestions {
  const { item, last } = query
  const model = modelAround(query)
  if (item.length === 0) {
    const given = givenAround(query, model)
    return { context: 'givenBody', candidates: inputs(query, model).filter(({ name }) => !given.has(name)) }
  }
  if (last !== '=' || !item[0]) return nothing
  const name = plain(item[0])
  const type = inputs(query, model).find(input => input.name === name)?.type
  const source = observed(query)?.name
  return {
    context: 'givenValue',
    candidates: words(type?.kind === 'bool' ? ['true', 'false', 'missing'] : ['missing']),
    ...(type && type.kind !== 'unknown' && type.kind !== 'missing' && { wanted: { kinds: [type.kind] } }),
    ...(source !== undefined && { of: { source, column: name } }),
  }
}

/** What a caller of the model may send. */
function inputs(query: Query, model: ModelDeclaration | undefined): Candidate[] {
  const items = model?.features?.items ?? []
  const read = new Set(items.flatMap(({ name, value }) => (value ? namesIn(value) : [name.text])))
  const columns = observedColumns(query)
  const called = new Set(items.flatMap(({ name, value }) => (isFeatureCall(value) ? [name.text] : [])))
  const bare = new Set(columns.map(({ name }) => name))
  return [
    ...columns.filter(({ name }) => read.has(name)),
    ...modelFeatures(query).filter(({ name }) => called.has(name) && !bare.has(name)),
    ...columns.filter(({ name }) => !read.has(name)).map(column => ({ ...column, unlikely: true })),
  ]
}

const isFeatureCall = (value: Expression | undefined): boolean =>
  value?.kind === 'call' && (value.pin !== undefined || !functions.has(value.callee.text))

function testAround(query: Query, model: ModelDeclaration | undefined): TestItem | undefined {
  return model?.tests.findLast(({ span }) => span.start < query.offset)
}

function givenAround(query: Query, model: ModelDeclaration | undefined): ReadonlySet<string> {
  const given = testAround(query, model)?.given.findLast(({ span }) => span.start < query.offset)
  const others = given?.values.filter(({ name }) => name.span.start !== query.place.replace.start) ?? []
  return new Set(others.map(({ name }) => name.text))
}

/** `expect near.late_probability < far.late_probability` */
function expectItem(query: Query): Suggestions {
  const comma = query.item.findLastIndex(({ kind }) => kind === ',')
  const item = query.item.slice(comma < 0 ? 1 : comma + 1)
  const last = item.at(-1)?.text
  const context = 'expect'
  const model = modelAround(query)
  const outputs = (model?.outputs ?? []).flatMap(({ name }): Candidate[] =>
    name ? [{ kind: 'output', name: name.text, text: writeName(name.text) }] : [],
  )
  const rows = (testAround(query, model)?.given ?? []).flatMap(({ name }): Candidate[] =>
    name ? [{ kind: 'row', name: name.text, text: writeName(name.text) }] : [],
  )
  const compared = item.some(({ kind }) => comparisons.includes(kind))
  if (last === '.') return { context, candidates: outputs }
  if (item.length === 0) return { context, candidates: rows.length > 0 ? rows : outputs }
  if (compared) {
    if (!comparisons.includes(item.at(-1)!.kind)) return nothing
    const half: Candidate = { kind: 'value', name: '0.5', text: '0.5' }
    return {
      context,
      candidates: [...rows, ...(rows.length > 0 ? [] : outputs), half, ...words(['true', 'false'])],
    }
  }
  const isRow = rows.some(({ name }) => name === plain(item.at(-1)!)) && item.length === 1
  if (isRow) return nothing
  return { context, candidates: comparisons.map(text => ({ kind: 'operator', name: text, text })) }
}

/** `drift of distance <= 0.1 over 7 days` */
export function healthBody(query: Query): Suggestions {
  const { item, last, place } = query
  const context = 'healthBody'
  if (item.length === 0) return { context, candidates: beginnings(query) }
  const monitor = Object.entries(monitors).find(([name]) => name === item[0]!.text)?.[1]
  if (last === 'of') return { context, candidates: watchable(query, monitor?.of) }
  if (place.brackets > 0) return nothing
  const over = lastIndex(item, 'over')
  if (over >= 0)
    return isNumber(item.at(-1)) && over === item.length - 2 ? { context, candidates: durations() } : nothing
  const compared = item.some(({ kind }) => ['<', '<=', '>', '>='].includes(kind))
  if (compared && isNumber(item.at(-1)))
    return { context, candidates: [...words(['over']), ...beginnings(query)] }
  if (compared) {
    const value = monitor && String(monitor.usual)
    return value === undefined
      ? nothing
      : { context, candidates: [{ kind: 'value', name: value, text: value }] }
  }
  const of = monitor?.of && !has(item, 'of') ? words(['of']) : []
  const operators = monitor ? comparisonsOfMonitor(monitor.better) : comparisonsOf(item[0]!.text)
  return { context, candidates: [...of, ...operators] }
}

function beginnings(query: Query): Candidate[] {
  const watched = Object.entries(monitors).map(([name, { doc }]): Candidate => ({
    kind: 'monitor',
    name,
    text: name,
    doc,
  }))
  return [...watched, ...metricCandidates(labelType(query))]
}

/** The features that a monitor can be of; where it is of categories those first. */
function watchable(query: Query, of: 'feature' | 'category' | undefined): Candidate[] {
  return modelFeatures(query).map(feature =>
    of === 'category' && feature.type && !['category', 'string', 'unknown'].includes(feature.type.kind)
      ? { ...feature, unlikely: true }
      : feature,
  )
}

function comparisonsOfMonitor(better: 'higher' | 'lower'): Candidate[] {
  return comparisonsOf(undefined).map(operator => {
    const sensible = better === 'lower' ? operator.name.startsWith('<') : operator.name.startsWith('>')
    return {
      kind: operator.kind,
      name: operator.name,
      text: operator.text,
      ...(!sensible && { unlikely: true }),
    }
  })
}
