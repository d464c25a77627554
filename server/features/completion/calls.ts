/** Suggestions of features: their calls in a model, with the keys filled in, and their names in derived features. */
import { CompletionItemKind } from 'vscode-languageserver/node'
import { type Scope, describeType, writeName } from '../../../language/index.ts'
import type { Expression } from '../../../language/syntax/ast.ts'
import type { FileContext } from '../../core/context.ts'
import { knownSource, modelAt } from '../known.ts'
import {
  type CallableFeature,
  callSnippet,
  chooseKeys,
  featureLineSnippet,
  findFeatures,
  renamedLineSnippet,
} from './features.ts'
import { type ItemData, type Suggestion, importing, markdown, snippet } from './items.ts'

/** So many features of the project, and so many of the catalog, are offered at once. */
const limit = 60

interface Found {
  readonly suggestions: readonly Suggestion[]
  readonly more: boolean
}

/** Calls of features: a whole line of `features`, or what stands after `=`. */
export function featureSuggestions(
  file: FileContext,
  { prefix, replace, calls, features: own = [] }: Scope,
): Found {
  const { features, more } = findFeatures(file, { own, prefix, limit })
  const model = modelAt(file, replace.start)
  const columns = knownSource(file, model?.observe?.source?.text)?.columns ?? []
  const items = model?.features?.items.filter(({ span }) => span.start !== replace.start) ?? []
  const names = new Set(items.map(({ name }) => name.text))
  const suggestions = features.map((feature): Suggestion => {
    const used = keysUsed(
      items.flatMap(({ value }) => value ?? []),
      feature.name,
    )
    const keys = chooseKeys(feature.keys, { columns, used: used.byOthers, entity: feature.entity })
    const call = { name: feature.name, keys: keys.map(options => unusedFirst(options, used.byItself)) }
    const line = names.has(feature.name) ? renamedLineSnippet(call) : featureLineSnippet(call)
    return { ...described(file, feature), ...snippet(calls === 'line' ? line : callSnippet(call)) }
  })
  return { suggestions, more }
}

/** Columns that calls in the model use as keys: those of the feature itself, and those of others. */
function keysUsed(values: readonly Expression[], feature: string) {
  const byItself = new Set<string>()
  const byOthers = new Set<string>()
  for (const value of values) {
    if (value.kind !== 'call') continue
    const columns = value.args.flatMap(key => (key.kind === 'name' ? [key.name.text] : []))
    for (const column of columns) (value.callee.text === feature ? byItself : byOthers).add(column)
  }
  return { byItself, byOthers }
}

/** A feature that is called with one column already is called with another next. */
function unusedFirst(options: readonly string[], used: ReadonlySet<string>): readonly string[] {
  return [...options.filter(option => !used.has(option)), ...options.filter(option => used.has(option))]
}

/** Registered features of the entity that an expression may read by name; the project's own are there already. */
export function inputSuggestions(
  file: FileContext,
  { prefix, inputs, candidates, features: own = [] }: Scope,
): Found {
  if (!inputs) return { suggestions: [], more: false }
  const known = new Set(candidates.map(({ name }) => name))
  const { features, more } = findFeatures(file, { own, prefix, limit, entity: inputs.entity })
  const others = features.filter(({ name }) => !known.has(name) && name !== inputs.feature)
  return {
    suggestions: others.map(feature => ({
      ...described(file, feature),
      insertText: writeName(feature.name),
    })),
    more,
  }
}

function described(
  file: FileContext,
  { name, version, entity, type, doc, path }: CallableFeature,
): Suggestion {
  const elsewhere = path !== undefined && path !== file.path
  return {
    label: name,
    kind: CompletionItemKind.Function,
    rank: 3,
    detail: `feature of ${entity}${type ? `: ${describeType(type)}` : ''}`,
    labelDetails: {
      description: version === undefined ? placeOf(file, path) : `catalog, version ${version}`,
    },
    ...(doc !== undefined && { documentation: markdown(doc) }),
    data: { uri: file.document.uri, kind: 'feature', name, ...(elsewhere && { path }) } satisfies ItemData,
    ...(elsewhere && importing(file, { kind: 'feature', name, from: path })),
  }
}

/** Where a feature of the project is declared, in a few words; the cells of a notebook have no path. */
function placeOf(file: FileContext, path: string | undefined): string {
  if (path === undefined || path === file.path) return 'this file'
  return path.includes(':') ? 'this notebook' : path
}
