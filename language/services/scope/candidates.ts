/** Candidates made of what the language and the project know. */
import {
  type AlgorithmEntry,
  type HyperparameterEntry,
  algorithms,
  describeLimits,
  writeDefault,
} from '../../algorithms.ts'
import type { ImportableKind, SourceInfo } from '../../check/declarations.ts'
import { type AggregateEntry, aggregates, functions } from '../../functions.ts'
import { type MetricEntry, metrics } from '../../metrics.ts'
import type { AnyDeclaration } from '../../syntax/ast.ts'
import { writeName } from '../../syntax/keywords.ts'
import type { Type } from '../../type-rules.ts'
import type { ValueKind } from '../../types.ts'
import { importable, modelAround, observed, visible } from './known.ts'
import { type Candidate, type CandidateKind, type Query, words } from './query.ts'

/** Names of a kind that the file can see, then those that would be imported. */
export function declared(query: Query, kind: ImportableKind): Candidate[] {
  const seen = visible(query, kind).map(({ name, declaration: { doc } }): Candidate => {
    return { kind, name, text: writeName(name), ...documented(doc) }
  })
  return [...seen, ...importable(query, kind).map(({ declaration, path }) => elsewhere(declaration, path))]
}

function elsewhere({ kind, name, doc }: AnyDeclaration, from: string): Candidate {
  return { kind, name: name!.text, text: writeName(name!.text), from, ...documented(doc) }
}

const documented = (doc: string | undefined): { doc?: string } => (doc === undefined ? {} : { doc })

export function columnsOf(source: SourceInfo | undefined): Candidate[] {
  return [...(source?.columns?.values() ?? [])].map(({ name, type }) => ({
    kind: 'column',
    name,
    text: writeName(name),
    type,
    container: source!.name,
  }))
}

export const observedColumns = (query: Query): Candidate[] => columnsOf(observed(query))

/** The features of the model; in its `features` block only those above. */
export function modelFeatures(query: Query): Candidate[] {
  const model = modelAround(query)
  if (!model) return []
  const inBlock = query.place.blocks[1]?.[0]?.text === 'features'
  const { features } = query.project.analyse<'model'>({ declaration: model, path: query.path }).info
  return features
    .filter(({ declared: end }) => !inBlock || end < query.offset)
    .map(({ name, type }) => ({
      kind: 'modelFeature',
      name,
      text: writeName(name),
      type,
      container: model.name!.text,
    }))
}

/** Columns of what is observed and features of the model, a name once. */
export function columnsAndFeatures(query: Query): Candidate[] {
  const columns = observedColumns(query)
  const names = new Set(columns.map(({ name }) => name))
  return [...columns, ...modelFeatures(query).filter(({ name }) => !names.has(name))]
}

export function functionCandidates(): Candidate[] {
  return [...functions.values()].map(entry => entryCandidate('function', entry))
}

export function aggregateCandidates(): Candidate[] {
  return [...aggregates.values()].map(entry => entryCandidate('aggregate', entry))
}

function entryCandidate(
  kind: CandidateKind,
  { name, signature, doc }: Pick<AggregateEntry, 'signature' | 'doc'> & { name: string },
): Candidate {
  return { kind, name, text: name, detail: signature, doc }
}

/** Algorithms; those that cannot learn such a label are unlikely. */
export function algorithmCandidates(label: Type | undefined): Candidate[] {
  return Object.entries(algorithms).map(([name, entry]) => ({
    kind: 'algorithm',
    name,
    text: name,
    doc: entry.doc,
    ...unlikely(entry, label),
  }))
}

/** Metrics; those that do not fit the label are unlikely. */
export function metricCandidates(label: Type | undefined): Candidate[] {
  return Object.entries(metrics).map(([name, entry]) => ({
    kind: 'metric',
    name,
    text: name,
    doc: entry.doc,
    detail: `${entry.better} is better`,
    ...(entry.k === 'required' && { value: '10' }),
    ...unlikely(entry, label),
  }))
}

function unlikely(
  { labels }: Pick<AlgorithmEntry | MetricEntry, 'labels'>,
  label: Type | undefined,
): { unlikely?: true } {
  const known = label && label.kind !== 'unknown' && label.kind !== 'missing'
  return known && !labels.includes(label.kind as ValueKind) ? { unlikely: true } : {}
}

export function hyperparameterCandidates(
  entries: Readonly<Record<string, HyperparameterEntry>>,
  algorithm: string,
): Candidate[] {
  return Object.entries(entries).map(([name, entry]) => ({
    kind: 'hyperparameter',
    name,
    text: name,
    doc: entry.doc,
    detail: `${entry.kind}, ${describeLimits(entry)}, default ${writeDefault(entry)}`,
    value: writeDefault(entry),
    container: algorithm,
  }))
}

/** `true` and `false`; `missing` where that may stand. */
export const literals = (): Candidate[] => words(['true', 'false', 'missing'])
