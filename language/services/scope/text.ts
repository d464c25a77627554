/** Inside quotes: what the text stands for, by the item that it is in. */
import { modelAround, observed, sourceNamed, textsOf } from './known.ts'
import { importPath } from './file.ts'
import { tagCandidates } from './feature.ts'
import { type Candidate, type Query, type Scope, has, headWord, plain } from './query.ts'

/** What completes the text; `replace` is what stands between the quotes. */
export function insideText(query: Query, replace: Scope['replace']): Partial<Scope> {
  const { item, last } = query
  const first = item[0]?.text
  if (first === 'import') return importPath(query, replace)
  if (first === 'from' && headWord(query, 0) === 'source') return sourceText(query)
  if (last === 'unit') return { context: 'unit', candidates: texts(units(query)) }
  if (first === 'owner') return { context: 'owner', candidates: texts(owners(query)) }
  if (first === 'tags') return { context: 'tag', candidates: inQuotes(tagCandidates(query)) }
  if (first === 'delimiter') return { context: 'string', candidates: texts([',', ';', '\\t', '|']) }
  if (first === 'missing')
    return { context: 'string', candidates: texts(['', 'NA', 'N/A', 'null', '-', '?']) }
  if (last === 'format') return { context: 'string', candidates: texts(timeFormats) }
  return valueText(query)
}

function sourceText({ item, last }: Query): Partial<Scope> {
  const format = item[1]?.text
  if (last === 'table') {
    const database = item.find(({ kind }) => kind === 'string')
    return { context: 'table', candidates: [], path: database?.text.replace(/^"|"$/g, ''), format }
  }
  if (last === 'env') return { context: 'environment', candidates: [] }
  if (format === 'catalog') return { context: 'catalogSource', candidates: [] }
  return { context: 'path', candidates: [], ...(format !== undefined && { format }) }
}

const timeFormats: readonly string[] = [
  '%Y-%m-%d',
  '%Y-%m-%d %H:%M:%S',
  '%d/%m/%Y',
  '%m/%d/%Y',
  '%d.%m.%Y',
  '%Y%m%d',
  '%d/%m/%Y %H:%M',
  '%m/%d/%Y %I:%M %p',
]

const texts = (list: readonly string[]): Candidate[] => list.map(text => ({ kind: 'text', name: text, text }))

const inQuotes = (found: readonly Candidate[]): Candidate[] =>
  found.map(candidate => ({ ...candidate, text: candidate.name }))

export function units(query: Query): readonly string[] {
  const said = textsOf(query, declaration => {
    if (declaration.kind === 'feature') return [declaration.unit?.value]
    if (declaration.kind === 'source') return (declaration.columns ?? []).map(({ unit }) => unit?.value)
    return declaration.kind === 'entity' ? declaration.keys.map(({ unit }) => unit?.value) : []
  })
  return [...new Set([...said, 'seconds', 'minutes', 'hours', 'days', 'meters', 'percent'])]
}

function owners(query: Query): readonly string[] {
  return textsOf(query, declaration => (declaration.kind === 'feature' ? [declaration.owner?.value] : []))
}

/** A text that is compared with a column, is given for one, or is a class of the label. */
function valueText(query: Query): Partial<Scope> {
  const { item } = query
  const block = headWord(query, 1)
  const model = modelAround(query)
  const source = observed(query)?.name
  if (block === 'test' && headWord(query, 2) === 'given' && item[0] && source)
    return { context: 'columnValue', candidates: [], of: { source, column: plain(item[0]) } }
  if (item[0]?.text === 'output' && has(item, 'probability')) {
    const column = model?.label?.value?.kind === 'name' ? model.label.value.name.text : undefined
    const of = source && column ? { of: { source, column } } : {}
    return { context: 'labelClass', candidates: [], ...of }
  }
  const compared = comparedColumn(query, source)
  return compared
    ? { context: 'columnValue', candidates: [], of: compared }
    : { context: 'string', candidates: [] }
}

/** The column on the other side of the comparison, or the first argument of `one_of`. */
function comparedColumn(query: Query, source: string | undefined): Scope['of'] {
  const { item } = query
  let end = item.length - 1
  if (!['==', '!='].includes(item[end]?.kind ?? '')) {
    const call = item.findLastIndex(({ text }) => text === 'one_of')
    if (call < 0 || item[call + 1]?.kind !== '(') return undefined
    const comma = item.findIndex(({ kind }, i) => i > call && kind === ',')
    if (comma < 0) return undefined
    end = comma
  }
  const column = item[end - 1]
  if (!column || (column.kind !== 'name' && column.kind !== 'quoted')) return undefined
  if (item[end - 2]?.kind !== '.') return source === undefined ? undefined : { source, column: plain(column) }
  const named = sourceNamed(query, plain(item[end - 3]!))
  return named && { source: named.name, column: plain(column) }
}
