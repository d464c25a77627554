/** Lists of metrics and requirements on them. */
import { metrics } from '../../metrics.ts'
import { keywords } from '../../syntax/keywords.ts'
import { columnsAndFeatures, metricCandidates } from './candidates.ts'
import { labelType } from './model.ts'
import { type Candidate, type Query, type Suggestions, has, isNumber, nothing, words } from './query.ts'

/** The entry of the list at its end. */
function current({ item }: Query): Query['item'] {
  const comma = item.findLastIndex(({ kind }) => kind === ',')
  return item.slice(comma < 0 ? 1 : comma + 1)
}

/** `evaluate`, `require` and what `tune` optimizes. */
export function metricList(query: Query, direction?: string): Suggestions {
  const { item, last } = query
  const context = 'modelBody'
  const requires = item[0]?.text === 'require'
  if (item.length === 1 || last === ',' || direction)
    return { context, candidates: directed(metricCandidates(labelType(query)), direction) }
  if (last === 'per') return { context, candidates: groups(query) }
  if (last === 'on') return { context, candidates: words(keywords.split) }
  if (last === '@') return { context, candidates: [{ kind: 'value', name: '10', text: '10' }] }
  const part = current(query)
  const compared = part.some(({ kind }) => ['<', '<=', '>', '>='].includes(kind))
  if (requires && compared)
    return isNumber(part.at(-1)) && !has(part, 'on') ? { context, candidates: words(['on']) } : limits(query)
  const per = has(part, 'per') ? [] : words(['per'])
  return { context, candidates: [...per, ...(requires ? comparisonsOf(part[0]?.text) : [])] }
}

/** Metrics that are better the other way cannot be meant. */
function directed(found: Candidate[], direction: string | undefined): Candidate[] {
  if (!direction) return found
  const better = direction === 'maximizing' ? 'higher' : 'lower'
  return found.map(metric => (betterOf(metric.name) === better ? metric : { ...metric, unlikely: true }))
}

export function betterOf(metric: string | undefined): 'higher' | 'lower' | undefined {
  return Object.entries(metrics).find(([name]) => name === metric)?.[1].better
}

/** The operators that a limit of the metric has, the sensible one first. */
export function comparisonsOf(metric: string | undefined): Candidate[] {
  const sensible = betterOf(metric) === 'lower' ? ['<=', '<'] : ['>=', '>']
  return ['>=', '<=', '>', '<'].map(text => ({
    kind: 'operator',
    name: text,
    text,
    ...(!sensible.includes(text) && { unlikely: true }),
  }))
}

/** What a metric can be given per: what has few values first. */
function groups(query: Query): Candidate[] {
  const few: readonly string[] = ['bool', 'category', 'string', 'int', 'unknown']
  return columnsAndFeatures(query).map(candidate =>
    candidate.type && !few.includes(candidate.type.kind) ? { ...candidate, unlikely: true } : candidate,
  )
}

/** A value to begin with: what a model that has learned nothing does not reach. */
function limits(query: Query): Suggestions {
  const part = current(query)
  const value = usual[part[0]?.text ?? '']
  if (value === undefined || !['<', '<=', '>', '>='].includes(query.item.at(-1)!.kind)) return nothing
  return { context: 'modelBody', candidates: [{ kind: 'value', name: value, text: value }] }
}

const usual: Readonly<Record<string, string>> = {
  auc: '0.7',
  pr_auc: '0.5',
  log_loss: '0.6',
  accuracy: '0.8',
  f1: '0.7',
  calibration_error: '0.05',
  r2: '0.5',
  ndcg: '0.5',
  precision: '0.5',
}
