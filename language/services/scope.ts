/** What may be written at an offset: the syntactic context, and the names and words that fit. */
import { algorithms } from '../algorithms.ts'
import type { SourceInfo } from '../check/declarations.ts'
import type { SymbolKind } from '../check/findings.ts'
import { formats, typeNames } from '../check/source.ts'
import { aggregates, functions } from '../functions.ts'
import { metrics } from '../metrics.ts'
import type { AlgorithmPlan } from '../plan.ts'
import type { Project } from '../project.ts'
import type { Declared } from '../check/declarations.ts'
import type { DeclarationKind, ModelDeclaration } from '../syntax/ast.ts'
import { keywords, writeName } from '../syntax/keywords.ts'
import type { Span, Token } from '../syntax/tokens.ts'
import type { Type } from '../type-rules.ts'
import { type Place, placeAt } from './place.ts'

export type ContextKind =
  /** Nothing can be suggested: a comment, a new name, a number. */
  | 'none'
  | 'topLevel'
  | 'sourceBody'
  | 'columnsBody'
  | 'featureHead'
  | 'featureBody'
  | 'modelBody'
  | 'featuresBlock'
  | 'splitBody'
  | 'prepareBody'
  | 'algorithmBody'
  | 'expression'
  /** Inside the quotes of a source's path. */
  | 'path'
  /** Inside other quotes. */
  | 'string'

export interface Candidate {
  readonly kind: SymbolKind | 'keyword' | 'type' | 'format'
  readonly name: string
  /** As it is written, in backticks where that is needed. */
  readonly text: string
  readonly type?: Type
  readonly doc?: string
  /** A signature, or the version and entity of a feature. */
  readonly detail?: string
  /** For a windowed feature: how many keys its call takes. */
  readonly keyCount?: number
}

export interface Scope {
  readonly context: ContextKind
  /** What has been typed of the word at the offset. */
  readonly prefix: string
  /** What a completion replaces. */
  readonly replace: Span
  readonly candidates: readonly Candidate[]
  /** Inside a path: its format, when already written. */
  readonly format?: string
}

interface Suggestions {
  readonly context: ContextKind
  readonly candidates?: readonly Candidate[]
}

interface Query {
  readonly project: Project
  readonly place: Place
  readonly item: readonly Token[]
  readonly last: string
  readonly offset: number
  readonly path: string
}

export function scopeAt(project: Project, path: string, offset: number): Scope {
  const tree = project.file(path)?.tree
  if (!tree) return { context: 'none', prefix: '', replace: { start: offset, end: offset }, candidates: [] }
  const place = placeAt(tree, offset)
  const { prefix, replace, item, inside } = place
  if (inside) return insideText(place)
  const query = { project, place, item, last: item.at(-1)?.text ?? '', offset, path }
  const { context, candidates = [] } = suggestions(query)
  return { context, prefix, replace, candidates }
}

function insideText({ inside, item, prefix }: Place): Scope {
  const { kind, start, end, unterminated } = inside!
  const replace = kind === 'string' ? { start: start + 1, end: unterminated ? end : end - 1 } : { start, end }
  if (kind !== 'string') return { context: 'none', prefix, replace, candidates: [] }
  const path = item[0]?.text === 'from'
  return {
    context: path ? 'path' : 'string',
    prefix,
    replace,
    candidates: [],
    ...(path && item[1] && { format: item[1].text }),
  }
}

function suggestions(query: Query): Suggestions {
  const { blocks } = query.place
  const [outer, inner] = blocks.map(head => head[0]?.text)
  if (blocks.length === 0) return topLevel(query)
  if (outer === 'source') return inner === 'columns' ? columnsBody(query) : sourceBody(query)
  if (outer === 'feature') return featureBody(query)
  if (outer !== 'model') return { context: 'none' }
  switch (inner) {
    case undefined:
      return modelBody(query)
    case 'features':
      return featuresBlock(query)
    case 'split':
      return splitBody(query)
    case 'prepare':
      return prepareBody(query)
    case 'algorithm':
      return algorithmBody(query)
    default:
      return { context: 'none' }
  }
}

const words = (list: readonly string[]): Candidate[] =>
  list.map(name => ({ kind: 'keyword', name, text: name }))

function topLevel(query: Query): Suggestions {
  const { item, last } = query
  if (item.length === 0) return { context: 'topLevel', candidates: words(keywords.declaration) }
  if (item[0]!.text === 'entity')
    return last === ':' ? { context: 'topLevel', candidates: types() } : { context: 'none' }
  return item[0]!.text === 'feature' ? featureHead(query) : { context: 'none' }
}

function featureHead(query: Query): Suggestions {
  const { item, last, place, project } = query
  const context = 'featureHead'
  if (item.length === 1) return { context: 'none' }
  if (item.length === 2) return { context, candidates: words(['of']) }
  if (last === 'of') return { context, candidates: declared(project, 'entity') }
  if (last === '=' && item.filter(token => token.text === '=').length === 1)
    return { context, candidates: [...aggregates.values()].map(aggregateCandidate) }
  if (last === 'over') return { context: 'none' }
  const number = ['int', 'float'].includes(item.at(-1)!.kind) && item.at(-2)?.text === 'over'
  if (number) return { context, candidates: words(keywords.duration) }
  if (!item.some(token => token.text === '=')) return { context: 'none' }
  if (wantsOperand(item)) return { context: 'expression', candidates: sourceExpression(query) }
  const clauses = place.brackets === 0 ? words(['where', 'by', 'over']) : []
  return { context: 'expression', candidates: [...clauses, ...words(['and', 'or'])] }
}

function sourceExpression(query: Query): Candidate[] {
  return columnAfterDot(query) ?? [...declared(query.project, 'source'), ...functionCandidates()]
}

/** After `source.`, its columns. */
function columnAfterDot({ item, last, project }: Query): Candidate[] | undefined {
  if (last !== '.') return undefined
  const name = item.at(-2)
  return columnsOf(name && sourceInfo(project, plain(name)))
}

const plain = ({ text }: Token): string => text.replace(/^`|`$/g, '')

function wantsOperand(item: readonly Token[]): boolean {
  const last = item.at(-1)
  if (!last) return true
  if (['name'].includes(last.kind)) return ['and', 'or', 'not', 'where', 'by', 'per'].includes(last.text)
  return !['quoted', 'int', 'float', 'string', 'date', ')', ']'].includes(last.kind)
}

function sourceBody(query: Query): Suggestions {
  const { item, last, place, project, path } = query
  const context = 'sourceBody'
  if (item.length === 0) return { context, candidates: words(keywords.source) }
  if (last === 'from')
    return { context, candidates: formats.map(name => ({ kind: 'format', name, text: name })) }
  if (last === 'known') return { context, candidates: words(['after']) }
  const number = ['int', 'float'].includes(item.at(-1)!.kind)
  if (number && item[0]!.text === 'known') return { context, candidates: words(keywords.duration) }
  if (last !== 'time' || item.length > 1) return { context: 'none' }
  const source = ownSource(project, place, path)
  return { context, candidates: columnsOf(source).filter(({ type }) => !type || type.kind === 'timestamp') }
}

function ownSource(project: Project, place: Place, path: string): SourceInfo | undefined {
  const name = place.blocks[0]?.[1]
  const found = name && project.find('source', plain(name))
  return found?.path === path ? sourceInfo(project, plain(name!)) : undefined
}

function columnsBody({ item, last, project, place, path }: Query): Suggestions {
  if (last === ':') return { context: 'columnsBody', candidates: types() }
  if (item.length === 0)
    return { context: 'columnsBody', candidates: columnsOf(ownSource(project, place, path)) }
  return { context: 'none' }
}

function types(): Candidate[] {
  return typeNames.map(name => ({ kind: 'type', name, text: name }))
}

function featureBody({ item }: Query): Suggestions {
  if (item.length === 0)
    return { context: 'featureBody', candidates: words(['default', 'owner', 'tags', 'unit']) }
  return { context: 'none' }
}

function modelBody(query: Query): Suggestions {
  const { item, last, project } = query
  const context = 'modelBody'
  const model = modelOf(query)
  switch (item[0]?.text) {
    case undefined:
      return {
        context,
        candidates: words(keywords.model.filter(word => !isPresent(model?.declaration, word))),
      }
    case 'observe':
      if (item.length === 1) return { context, candidates: declared(project, 'source') }
      if (item.length === 2) return { context, candidates: words(['where']) }
      return rowExpression(query, observedColumns(query))
    case 'label':
      return item.some(token => token.text === '=')
        ? rowExpression(query, observedColumns(query))
        : { context: 'none' }
    case 'split':
      if (last === 'split') return { context, candidates: words(['by']) }
      if (last === 'by') return { context, candidates: words(['time', 'random']) }
      return last === 'random' ? { context, candidates: words(['seed']) } : { context: 'none' }
    case 'algorithm':
      return item.length === 1 ? { context, candidates: algorithmCandidates() } : { context: 'none' }
    case 'evaluate':
    case 'require':
      return metricItem(query)
    case 'output':
      return last === '='
        ? { context: 'expression', candidates: [probability(model?.declaration)] }
        : { context: 'none' }
    default:
      return { context: 'none' }
  }
}

/** Parts that may stand once and are there; the parts that may be repeated never count. */
function isPresent(model: ModelDeclaration | undefined, word: string): boolean {
  const parts: Readonly<Record<string, string>> = {
    observe: 'ObserveItem',
    features: 'FeaturesItem',
    label: 'LabelItem',
    split: 'SplitItem',
    prepare: 'PrepareItem',
    algorithm: 'AlgorithmItem',
  }
  return model?.has.has(parts[word] ?? '') ?? false
}

function metricItem(query: Query): Suggestions {
  const { item, last } = query
  const context = 'modelBody'
  if (item.length === 1 || last === ',') return { context, candidates: metricCandidates() }
  if (last === 'per') return { context, candidates: [...observedColumns(query), ...modelFeatures(query)] }
  if (last === 'on') return { context, candidates: words(keywords.split) }
  const kind = item.at(-1)!.kind
  if (item[0]!.text === 'require' && (kind === 'int' || kind === 'float'))
    return { context, candidates: words(['on']) }
  return kind === 'name' ? { context, candidates: words(['per']) } : { context: 'none' }
}

function probability(model: ModelDeclaration | undefined): Candidate {
  const label = model?.label?.name?.text
  const text = label === undefined ? 'probability' : `probability(${writeName(label)})`
  return {
    kind: 'function',
    name: 'probability',
    text,
    doc: 'The probability that the label is true.',
    detail: 'float',
  }
}

function featuresBlock(query: Query): Suggestions {
  if (query.item.length === 0) return { context: 'featuresBlock', candidates: observedColumns(query) }
  if (!query.item.some(token => token.text === '=')) return { context: 'none' }
  const { candidates = [], context } = rowExpression(query, [
    ...observedColumns(query),
    ...modelFeatures(query),
  ])
  const operand = wantsOperand(query.item) && query.last !== '.'
  return { context, candidates: operand ? [...candidates, ...callableFeatures(query.project)] : candidates }
}

function rowExpression(query: Query, names: readonly Candidate[]): Suggestions {
  const context = 'expression'
  const columns = columnAfterDot(query)
  if (columns) return { context, candidates: columns }
  if (!wantsOperand(query.item)) return { context, candidates: words(['and', 'or']) }
  return { context, candidates: [...names, ...functionCandidates(), ...words(['not', ...keywords.literal])] }
}

function splitBody({ item }: Query): Suggestions {
  const context = 'splitBody'
  const last = item.at(-1)
  if (!last || ['int', 'float', 'date'].includes(last.kind))
    return { context, candidates: words(keywords.split) }
  const part = (keywords.split as readonly string[]).includes(last.text)
  return part ? { context, candidates: words(['until', 'after']) } : { context: 'none' }
}

function prepareBody(query: Query): Suggestions {
  const { item, last } = query
  const context = 'prepareBody'
  if (item.length === 0)
    return { context, candidates: [...words(['numeric', 'category']), ...modelFeatures(query)] }
  if (last === ':' || last === ',')
    return { context, candidates: words(['impute', 'standardize', 'one_hot']) }
  if (last === 'impute') return { context, candidates: words(['median', 'mean', 'zero', 'none']) }
  return last === 'one_hot' ? { context, candidates: words(['max']) } : { context: 'none' }
}

function algorithmBody({ item, place }: Query): Suggestions {
  const name = place.blocks[1]?.[1]?.text ?? ''
  const entry = Object.hasOwn(algorithms, name) ? algorithms[name as AlgorithmPlan['name']] : undefined
  if (item.length > 0 || !entry) return { context: 'none' }
  const candidates = Object.entries(entry.hyperparameters).map(
    ([key, { kind, doc, default: value }]): Candidate => ({
      kind: 'hyperparameter',
      name: key,
      text: key,
      type: { kind, nullable: false },
      doc,
      detail: `default ${value}`,
    }),
  )
  return { context: 'algorithmBody', candidates }
}

// Where candidates come from.

function modelOf({ project, place, path }: Query): Declared<ModelDeclaration> | undefined {
  const name = place.blocks[0]?.[1]
  if (!name) return undefined
  return project
    .all('model')
    .find(found => found.path === path && found.declaration.name!.text === plain(name))
}

function observedColumns(query: Query): Candidate[] {
  const source = modelOf(query)?.declaration.observe?.source
  return columnsOf(source && sourceInfo(query.project, source.text))
}

/** The features of the model; in its `features` block only those above. */
function modelFeatures(query: Query): Candidate[] {
  const model = modelOf(query)
  if (!model) return []
  const inBlock = query.place.blocks[1]?.[0]?.text === 'features'
  const { features } = query.project.analyse<'model'>(model).info
  return features
    .filter(({ declared: end }) => !inBlock || end < query.offset)
    .map(({ name, type }) => ({ kind: 'modelFeature', name, text: writeName(name), type }))
}

function sourceInfo(project: Project, name: string): SourceInfo | undefined {
  const found = project.all('source').find(({ declaration }) => declaration.name!.text === name)
  return found && project.analyse<'source'>(found).info
}

function columnsOf(source: SourceInfo | undefined): Candidate[] {
  return [...(source?.columns?.values() ?? [])].map(({ name, type }) => ({
    kind: 'column',
    name,
    text: writeName(name),
    type,
  }))
}

function declared(project: Project, kind: Exclude<DeclarationKind, 'model'>): Candidate[] {
  return project.all(kind).map(({ declaration }) => {
    const { text } = declaration.name!
    const doc = declaration.doc === undefined ? {} : { doc: declaration.doc }
    return { kind, name: text, text: writeName(text), ...doc }
  })
}

/** Windowed features that a model may call: the project's own, then the catalog's. */
function callableFeatures(project: Project): Candidate[] {
  const own = project.all('feature').map((found): Candidate => {
    const { name, type, keys, declaration } = project.analyse<'feature'>(found).info
    const doc = declaration.doc === undefined ? {} : { doc: declaration.doc }
    return {
      kind: 'feature',
      name,
      text: writeName(name),
      type,
      ...doc,
      ...(keys && { keyCount: keys.length }),
    }
  })
  const taken = new Set(own.map(({ name }) => name))
  const { catalog } = project.host
  const registered = (catalog?.names() ?? []).flatMap((name): Candidate[] => {
    const found = taken.has(name) ? undefined : catalog!.feature(name)
    if (!found?.active) return []
    const { type, doc, version, entity, by } = found.plan
    const detail = `version ${version} of ${entity}`
    return [
      {
        kind: 'feature',
        name,
        text: writeName(name),
        type,
        detail,
        keyCount: by.length,
        ...(doc !== undefined && { doc }),
      },
    ]
  })
  return [...own, ...registered]
}

function functionCandidates(): Candidate[] {
  return [...functions.values()].map(({ name, signature, doc }) => ({
    kind: 'function',
    name,
    text: name,
    detail: signature,
    doc,
  }))
}

function aggregateCandidate({
  name,
  signature,
  doc,
}: {
  name: string
  signature: string
  doc: string
}): Candidate {
  return { kind: 'aggregate', name, text: name, detail: signature, doc }
}

function algorithmCandidates(): Candidate[] {
  return Object.entries(algorithms).map(([name, { doc }]) => ({ kind: 'algorithm', name, text: name, doc }))
}

function metricCandidates(): Candidate[] {
  return Object.entries(metrics).map(([name, { doc }]) => ({ kind: 'metric', name, text: name, doc }))
}
