/** What may be written at an offset: the syntactic context, and the names and words that fit. */
import type { Project } from '../project.ts'
import { type Place, placeAt } from './place.ts'
import { givenBody, healthBody, testBody } from './scope/checks.ts'
import { featureBody } from './scope/feature.ts'
import { ignoreComment, importBody, topLevel } from './scope/file.ts'
import { algorithmBody, prepareBody, randomBody, splitBody, tuneBody } from './scope/fitting.ts'
import { featuresBlock, modelBody } from './scope/model.ts'
import { type Query, type Scope, type Suggestions, headWord, nothing } from './scope/query.ts'
import { columnsBody, sourceBody } from './scope/source.ts'
import { insideText } from './scope/text.ts'

export type { Candidate, CandidateKind, ContextKind, FeatureName, Scope, Wanted } from './scope/query.ts'

export function scopeAt(project: Project, path: string, offset: number): Scope {
  const tree = project.file(path)?.tree
  if (!tree) return { context: 'none', prefix: '', replace: { start: offset, end: offset }, candidates: [] }
  const place = placeAt(tree, offset)
  const { prefix, replace, item } = place
  const query = { project, place, item, last: item.at(-1)?.text ?? '', offset, path }
  const known = { prefix, replace, candidates: [] }
  if (place.inside) return { ...known, ...inside(query, place.inside) }
  return { ...known, ...suggestions(query) }
}

function inside(query: Query, token: NonNullable<Place['inside']>): Pick<Scope, 'context'> & Partial<Scope> {
  const { kind, start, end, unterminated } = token
  if (kind !== 'string')
    return {
      context: 'none',
      replace: { start, end },
      ...(kind === 'comment' && ignoreComment(token, query.offset)),
    }
  const replace = { start: start + 1, end: unterminated ? Math.max(query.offset, typedEnd(token)) : end - 1 }
  const prefix = token.text.slice(1, query.offset - start)
  return { context: 'string', replace, prefix, ...insideText(query, replace) }
}

/** A text without its closing quote reaches to the end of the line; what is typed of it ends before a bracket. */
function typedEnd({ text, start }: NonNullable<Place['inside']>): number {
  return start + text.search(/\s*[)\]}]*\s*$/)
}

function suggestions(query: Query): Suggestions {
  if (query.place.blocks.length === 0) return topLevel(query)
  switch (headWord(query, 0)) {
    case 'import':
      return importBody(query)
    case 'source':
      return headWord(query, 1) === 'columns' ? columnsBody(query) : sourceBody(query)
    case 'feature':
      return featureBody(query)
    case 'model':
      return inModel(query)
    default:
      return nothing
  }
}

const blocks: Readonly<Record<string, (query: Query) => Suggestions>> = {
  features: featuresBlock,
  split: splitBody,
  prepare: prepareBody,
  algorithm: query => (query.place.blocks.length > 2 ? randomBody(query) : algorithmBody(query)),
  tune: tuneBody,
  test: query => (query.place.blocks.length > 2 ? givenBody(query) : testBody(query)),
  health: healthBody,
}

function inModel(query: Query): Suggestions {
  const word = headWord(query, 1)
  if (query.place.blocks.length === 1) return modelBody(query)
  return word !== undefined && Object.hasOwn(blocks, word) ? blocks[word]!(query) : nothing
}
