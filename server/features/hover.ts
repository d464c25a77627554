/** What a name means: its type and unit, its documentation, and for data what it looks like. Bounded in length. */
import { type Hover, MarkupKind } from 'vscode-languageserver/node'
import {
  type Occurrence,
  type SymbolRef,
  aggregates,
  algorithms,
  describeLimits,
  describeType,
  functions,
  metrics,
  writeName,
} from '../../language/index.ts'
import type { FeatureDeclaration } from '../../language/syntax/ast.ts'
import { type FileContext, rangeOf } from '../core/context.ts'
import { shortNumber, textHistogram } from './histogram.ts'
import { declared, knownSource } from './known.ts'
import { symbolsAt } from './names.ts'
import { wordDocs } from './word-docs.ts'

/** So many columns of a source are listed. */
const maxColumns = 20

type Describe = (file: FileContext, symbol: SymbolRef, occurrence: Occurrence) => string | undefined

export function hover(file: FileContext, offset: number): Hover | null {
  for (const occurrence of symbolsAt(file, offset)) {
    const value = describe[occurrence.symbol.kind](file, occurrence.symbol, occurrence)
    if (value) return answer(file, occurrence.span, value)
  }
  const token = file.tree.tokens.find(({ start, end }) => start <= offset && offset < end)
  const doc = token?.kind === 'name' ? wordDocs.get(token.text) : undefined
  return token && doc ? answer(file, token, `${code(token.text)}\n\n${doc}`) : null
}

function answer(file: FileContext, span: Occurrence['span'], value: string): Hover {
  return { contents: { kind: MarkupKind.Markdown, value }, range: rangeOf(file.document, span) }
}

const describe: Readonly<Record<SymbolRef['kind'], Describe>> = {
  column: (file, { name, container }, { type }) => {
    const source = knownSource(file, container)
    const known = type ?? source?.columns.find(column => column.name === name)?.type
    const head = `column ${writeName(name)}${known ? `: ${describeType(known)}` : ''}`
    return join(code(head), container && `Column of \`${container}\`.`, known && missingNote(known.nullable))
  },
  source: (file, { name }) => {
    const source = knownSource(file, name)
    if (!source) return undefined
    const { declaration, columns } = source
    const from = declaration.from?.path?.value
    return join(
      code(`source ${writeName(name)}`),
      declaration.doc,
      from &&
        `Reads \`${from}\`${declaration.time ? `, with its time in \`${declaration.time.text}\`` : ''}.`,
      columnTable(columns),
    )
  },
  entity: (file, { name }) => {
    const entity = declared(file, 'entity', name)
    const keys = entity?.keys.map(key => `${writeName(key.name.text)}: ${key.type?.text ?? '?'}`).join(', ')
    return entity && join(code(`entity ${writeName(name)}(${keys})`), entity.doc)
  },
  feature: describeFeature,
  model: (file, { name }) => {
    const model = declared(file, 'model', name)
    if (!model) return undefined
    const { features, observe, label } = model
    const facts = [
      observe?.source && `observes \`${observe.source.text}\``,
      features && `${features.items.length} features`,
      label?.name && `label \`${label.name.text}\``,
    ].filter(Boolean)
    return join(code(`model ${writeName(name)}`), model.doc, facts.join(', '))
  },
  modelFeature: (file, { name, container }, { type }) => {
    const model = declared(file, 'model', container)
    const doc = model?.features?.items.find(item => item.name.text === name)?.doc
    return join(
      code(`feature ${writeName(name)}${type ? `: ${describeType(type)}` : ''}`),
      `Of model \`${container}\`.`,
      doc,
    )
  },
  label: (_, { name, container }, { type }) =>
    join(
      code(`label ${writeName(name)}${type ? `: ${describeType(type)}` : ''}`),
      `What \`${container}\` learns to predict.`,
    ),
  output: (_, { name, container }) =>
    join(code(`output ${writeName(name)}: float`), `An answer of \`${container}\`.`),
  function: (_, { name }) => {
    const entry = functions.get(name)
    return entry && join(code(entry.signature), entry.doc, entry.missing)
  },
  aggregate: (_, { name }) => {
    const entry = aggregates.get(name)
    return entry && join(code(entry.signature), entry.doc, 'Missing values are left out.')
  },
  algorithm: (_, { name }) => {
    const entry = Object.entries(algorithms).find(([known]) => known === name)?.[1]
    const parameters = Object.entries(entry?.hyperparameters ?? {}).map(
      ([p, of]) => `- \`${p} = ${of.default}\`: ${of.doc}`,
    )
    return entry && join(code(`algorithm ${name}`), entry.doc, parameters.join('\n'))
  },
  hyperparameter: (_, { name, container }) => {
    const algorithm = Object.entries(algorithms).find(([known]) => known === container)?.[1]
    const entry = Object.entries(algorithm?.hyperparameters ?? {}).find(([known]) => known === name)?.[1]
    return (
      entry &&
      join(code(`${name}: ${entry.kind} = ${entry.default}`), entry.doc, `Allowed: ${describeLimits(entry)}.`)
    )
  },
  metric: (_, { name }) => {
    const entry = Object.entries(metrics).find(([known]) => known === name)?.[1]
    return (
      entry &&
      join(
        code(`metric ${name}: float`),
        entry.doc,
        `${entry.better === 'higher' ? 'Higher' : 'Lower'} is better.`,
      )
    )
  },
}

function describeFeature(
  file: FileContext,
  { name, version }: SymbolRef,
  { type }: Occurrence,
): string | undefined {
  const own = version === undefined ? declared(file, 'feature', name) : undefined
  const registered = file.project.catalogView()?.feature(name, version)
  if (!own && !registered) return undefined
  const plan = registered?.plan
  const shown = type ?? plan?.type
  const entity = own?.entity?.text ?? plan?.entity
  const head = `feature ${writeName(name)}${entity ? ` of ${entity}` : ''}${shown ? `: ${describeType(shown)}` : ''}`
  const owner = own?.owner?.value ?? plan?.owner
  const tags = own?.tags.map(tag => tag.value) ?? plan?.tags ?? []
  return join(
    code(head),
    own?.doc ?? plan?.doc,
    own && definitionText(file, own),
    [owner && `Owner: ${owner}`, tags.length > 0 && `tags: ${tags.join(', ')}`].filter(Boolean).join(' · '),
    plan &&
      catalogText(file, {
        name,
        version: plan.version,
        active: registered.active,
        replacement: registered.replacement,
      }),
  )
}

/** The head of the declaration, as it is written. */
function definitionText(
  file: FileContext,
  { node, aggregate, over }: FeatureDeclaration,
): string | undefined {
  if (!aggregate || !over) return undefined
  let root = node
  while (root.parent) root = root.parent
  const path = file.workspace.files().find(candidate => file.workspace.tree(candidate)?.root === root)
  const text = path && file.workspace.tree(path)?.text.slice(aggregate.span.start, over.span.end)
  return text && code(text)
}

interface Registered {
  readonly name: string
  readonly version: number
  readonly active: boolean
  readonly replacement?: string
}

function catalogText(file: FileContext, { name, version, active, replacement }: Registered): string {
  const statistics = file.project.statistics(name, version)
  const state = active ? '' : `, deprecated${replacement ? ` in favour of \`${replacement}\`` : ''}`
  return join(`**Catalog**, version ${version}${state}`, statistics && statisticsText(statistics)) ?? ''
}

type Statistics = NonNullable<ReturnType<FileContext['project']['statistics']>>

function statisticsText(statistics: Statistics): string {
  const { count, nulls, distinct, mean, stddev, min, max, quantiles, histogram, top } = statistics
  const missing =
    nulls > 0 ? `${shortNumber(nulls)} missing (${((100 * nulls) / count).toFixed(1)} %)` : 'none missing'
  const facts = [`${shortNumber(count)} values, ${missing}`]
  facts.push(`about ${shortNumber(distinct)} different`)
  if (mean !== undefined)
    facts.push(`mean ${shortNumber(mean)}${stddev === undefined ? '' : ` ± ${shortNumber(stddev)}`}`)
  const bars =
    histogram && min !== undefined && max !== undefined
      ? `\`${shortNumber(min)} ${textHistogram(histogram)} ${shortNumber(max)}\``
      : undefined
  const values = top?.slice(0, 5).map(({ value, count: n }) => `\`${value}\` ${shortNumber(n)}`)
  return (
    join(
      facts.join(', '),
      bars,
      quantileText(quantiles),
      values && values.length > 0 ? `Most frequent: ${values.join(', ')}` : undefined,
    ) ?? ''
  )
}

/** At 5, 50 and 95 percent: a histogram from the least to the greatest value says little when one is far out. */
function quantileText(quantiles: readonly number[] | undefined): string | undefined {
  const [low, , middle, , high] = quantiles ?? []
  if (low === undefined || middle === undefined || high === undefined) return undefined
  return `Median ${shortNumber(middle)}; nine of ten from ${shortNumber(low)} to ${shortNumber(high)}`
}

function columnTable(
  columns: readonly { name: string; type: Parameters<typeof describeType>[0] }[],
): string | undefined {
  if (columns.length === 0) return undefined
  const rows = columns
    .slice(0, maxColumns)
    .map(({ name, type }) => `| \`${name.replaceAll('|', '\\|')}\` | ${describeType(type)} |`)
  const more = columns.length > maxColumns ? `\n\n… and ${columns.length - maxColumns} more columns` : ''
  return `| Column | Type |\n|---|---|\n${rows.join('\n')}${more}`
}

const missingNote = (nullable: boolean): string => (nullable ? 'May be missing.' : 'Never missing.')

function code(text: string): string {
  return '```slipway\n' + text + '\n```'
}

function join(...parts: readonly (string | false | undefined)[]): string | undefined {
  return parts.filter(Boolean).join('\n\n') || undefined
}
