/** The items of a source. */
import type { SourceInfo } from '../../check/declarations.ts'
import { formats, typeNames } from '../../check/source.ts'
import type { SourceDeclaration } from '../../syntax/ast.ts'
import { keywords } from '../../syntax/keywords.ts'
import { columnsOf } from './candidates.ts'
import { around } from './known.ts'
import {
  type Candidate,
  type Query,
  type Suggestions,
  durations,
  has,
  isNumber,
  isWordToken,
  nothing,
  words,
} from './query.ts'

const formatDocs: Readonly<Record<string, string>> = {
  parquet: 'A Parquet file, or several by a pattern.',
  csv: 'Text with a row a line, values between delimiters.',
  json: 'JSON: an array of objects, or an object a line.',
  arrow: 'An Arrow IPC file.',
  sqlite: 'A table of an SQLite file.',
  postgres: 'A table of a PostgreSQL server, whose connection string an environment variable holds.',
  catalog: 'The source of that name that the catalog holds, with its time and delay.',
}

export function typeCandidates(): Candidate[] {
  const names: readonly string[] = typeNames
  return [...names, ...(names.includes('vector') ? [] : ['vector'])].map(name => ({
    kind: 'type',
    name,
    text: name,
  }))
}

export function sourceBody(query: Query): Suggestions {
  const { item, last } = query
  const context = 'sourceBody'
  switch (item[0]?.text) {
    case undefined:
      return { context, candidates: itemWords(around(query, 'source')) }
    case 'from':
      return { context, candidates: fromWords(query) }
    case 'known':
      if (last === 'known') return { context, candidates: words(['after']) }
      return isNumber(item.at(-1)) ? { context, candidates: durations() } : nothing
    case 'time':
      return item.length === 1 ? { context, candidates: timeColumns(ownSource(query)) } : nothing
    case 'header':
      return item.length === 1 ? { context, candidates: words(['true', 'false']) } : nothing
    default:
      return nothing
  }
}

/** Items that may stand and do not stand yet. */
function itemWords(source: SourceDeclaration | undefined): Candidate[] {
  const present: Readonly<Record<string, boolean>> = {
    from: source?.from !== undefined,
    time: source?.time !== undefined,
    known: source?.knownAfter !== undefined,
    columns: source?.columns !== undefined,
    delimiter: source?.delimiter !== undefined,
    header: source?.header !== undefined,
    missing: source?.missing !== undefined,
  }
  const format = source?.from?.format?.text
  const inText: readonly string[] = format === 'json' ? ['missing'] : ['delimiter', 'header', 'missing']
  const isText = format === undefined || format === 'csv' || format === 'json'
  const fits = (word: string) =>
    (isText && inText.includes(word)) || !['delimiter', 'header', 'missing'].includes(word)
  return words(keywords.source.filter(word => !present[word] && fits(word)))
}

function fromWords({ item, last }: Query): readonly Candidate[] {
  if (item.length === 1) {
    const all = [...new Set<string>([...formats, 'sqlite', 'postgres', 'catalog'])]
    return all.map(name => ({ kind: 'format', name, text: name, doc: formatDocs[name] ?? '' }))
  }
  const format = item[1]?.text
  if (format === 'postgres' && last === 'postgres') return words(['env'])
  const text = item.at(-1)?.kind === 'string'
  return text && (format === 'sqlite' || format === 'postgres') && !has(item, 'table') ? words(['table']) : []
}

function timeColumns(source: SourceInfo | undefined): Candidate[] {
  return columnsOf(source).filter(({ type }) => !type || ['timestamp', 'unknown'].includes(type.kind))
}

export function ownSource(query: Query): SourceInfo | undefined {
  const declaration = around(query, 'source')
  return declaration && query.project.analyse<'source'>({ declaration, path: query.path }).info
}

export function columnsBody(query: Query): Suggestions {
  const { item, last } = query
  const context = 'columnsBody'
  if (last === ':') return { context, candidates: typeCandidates() }
  const source = ownSource(query)
  if (item.length === 0) {
    const said = new Set(source?.declaration.columns?.map(({ name }) => name.text))
    return { context, candidates: columnsOf(source).filter(({ name }) => !said.has(name)) }
  }
  const type = item[2]
  const after = item.at(-1)!
  if (!type || last === '<' || last === ',' || isNumber(after) || after.kind === 'string') return nothing
  if (!['?', '>'].includes(after.kind) && !isWordToken(after)) return nothing
  if (has(item, 'unit') || has(item, 'format')) return nothing
  return { context, candidates: words(type.text === 'timestamp' ? ['format', 'unit'] : ['unit']) }
}
