/**
 * What can be typed next. The language knows what fits; here it becomes items in their order, with what they bring
 * along. However much there is to choose from, the answer is bounded, and says when there is more.
 */
import { type CompletionItem, CompletionItemKind, type CompletionList } from 'vscode-languageserver/node'
import type { Candidate, Scope } from '../../language/index.ts'
import { type FileContext, rangeOf } from '../core/context.ts'
import { type Abilities, usualAbilities } from './abilities.ts'
import { featureSuggestions, inputSuggestions } from './completion/calls.ts'
import { pathItems, unusedDataFiles } from './completion/files.ts'
import { type Suggestion, itemOf, snippet } from './completion/items.ts'
import { matches } from './completion/match.ts'
import { rankOf } from './completion/rank.ts'
import { withoutPlaces } from './completion/snippets.ts'
import { type Surroundings, surroundingsOf } from './completion/surroundings.ts'
import { tableItems } from './completion/tables.ts'
import { templatesOf } from './completion/templates.ts'
import {
  catalogSourceItems,
  environmentItems,
  givenItems,
  ignoreItems,
  textItems,
  valueItems,
} from './completion/texts.ts'

/** So many candidates are all given; of more, those that what is typed may mean. */
const maxItems = 250

export async function completion(
  file: FileContext,
  offset: number,
  abilities: Abilities = usualAbilities,
): Promise<CompletionList | null> {
  const scope = file.workspace.scopeAt(file.path, offset)
  const items = await inQuotes(file, scope, offset)
  if (items) return list(items)
  if (scope.context === 'none') return null
  const { suggestions, more } = await suggestionsIn(file, scope, offset)
  return list(place(file, { scope, suggestions, abilities }), more)
}

const list = (items: CompletionItem[], isIncomplete = false): CompletionList => ({ isIncomplete, items })

type Quoted = (
  file: FileContext,
  scope: Scope,
  offset: number,
) => CompletionItem[] | Promise<CompletionItem[]>

const quoted: Readonly<Partial<Record<Scope['context'], Quoted>>> = {
  path: pathItems,
  importPath: textItems,
  table: tableItems,
  environment: environmentItems,
  catalogSource: catalogSourceItems,
  unit: textItems,
  owner: textItems,
  labelClass: valueItems,
  columnValue: valueItems,
  string: textItems,
  ignore: ignoreItems,
}

async function inQuotes(
  file: FileContext,
  scope: Scope,
  offset: number,
): Promise<CompletionItem[] | undefined> {
  return quoted[scope.context]?.(file, scope, offset)
}

interface Found {
  readonly suggestions: readonly Suggestion[]
  readonly more: boolean
}

async function suggestionsIn(file: FileContext, scope: Scope, offset: number): Promise<Found> {
  const { context, wanted, prefix, replace } = scope
  const dataFiles = context === 'topLevel' ? await unusedDataFiles(file) : []
  let known: Surroundings | undefined
  const around = (): Surroundings => (known ??= surroundingsOf(file, offset, dataFiles))
  const begins = beginsItem(file, replace.start) || context === 'prepareBody'
  const fitting = bounded(scope.candidates, prefix)
  const calls = scope.calls || scope.inputs ? featureSuggestions(file, scope) : undefined
  const own = fitting.flatMap((candidate): readonly Suggestion[] => {
    const rank = rankOf(candidate, wanted)
    if (candidate.kind === 'keyword' && begins) {
      const templates = templatesOf(context, candidate.name, around)
      if (templates.length > 0)
        return templates.map((template, i) => fromTemplate(file, { candidate, rank, template, i }))
    }
    return [named(file, { candidate, rank, context })]
  })
  const inputs = scope.inputs ? inputSuggestions(file, scope) : undefined
  const given =
    context === 'givenValue' ? givenItems(file, scope).map((item): Suggestion => ({ ...item, rank: -1 })) : []
  return {
    suggestions: [
      ...given,
      ...own,
      ...(inputs?.suggestions ?? []),
      ...(scope.calls ? (calls?.suggestions ?? []) : []),
    ],
    more: fitting.length < scope.candidates.length || calls?.more === true,
  }
}

/** All candidates, or those that what is typed may mean. */
function bounded(candidates: readonly Candidate[], prefix: string): readonly Candidate[] {
  if (candidates.length <= maxItems) return candidates
  return candidates.filter(({ name }) => matches(prefix, name)).slice(0, maxItems)
}

function beginsItem(file: FileContext, offset: number): boolean {
  return /(^|[{,\n])\s*$/.test(file.tree.text.slice(Math.max(0, offset - 500), offset))
}

interface Templated {
  readonly candidate: Candidate
  readonly rank: number
  readonly template: ReturnType<typeof templatesOf>[number]
  readonly i: number
}

function fromTemplate(file: FileContext, { candidate, rank, template, i }: Templated): Suggestion {
  const item = itemOf(file, candidate, rank)
  const label = template.label ?? candidate.name
  return {
    ...item,
    label,
    detail: template.detail,
    ...(i > 0 && { kind: CompletionItemKind.Snippet, filterText: `${label} ${candidate.name}` }),
    ...snippet(template.snippet),
  }
}

/** An item that brings a value along where it begins one: `l2 = 1`, `l2 in log_scale(…)`, `distance = 400`. */
function named(
  file: FileContext,
  { candidate, rank, context }: { candidate: Candidate; rank: number; context: Scope['context'] },
): Suggestion {
  const item = itemOf(file, candidate, rank)
  const { kind, text, value } = candidate
  const whole = (sign: string, standard: string): Suggestion => ({
    ...item,
    ...snippet(`${text.replace(/[\\$}]/g, '\\$&')} ${sign} \${1:${standard.replace(/[\\$}]/g, '\\$&')}}`),
  })
  if (kind === 'hyperparameter' && value !== undefined)
    return whole(context === 'tuneBody' ? 'in' : '=', value)
  if (context === 'givenBody') return { ...item, insertText: `${text} = ` }
  return item
}

interface Placing {
  readonly scope: Scope
  readonly suggestions: readonly Suggestion[]
  readonly abilities: Abilities
}

/** Items with their edits and order. In backticks what is compared with the typed text begins with one. */
function place(file: FileContext, { scope, suggestions, abilities }: Placing): CompletionItem[] {
  const { replace } = scope
  const range = rangeOf(file.document, replace)
  const inBackticks = file.tree.text[replace.start] === '`'
  return suggestions.map(({ rank, insertText, insertTextFormat, textEdit, ...item }, i) => {
    const text = insertText ?? item.label
    const isSnippet = insertTextFormat !== undefined
    const newText = isSnippet && !abilities.snippets ? withoutPlaces(text) : text
    return {
      ...item,
      sortText: `${rank < 0 ? '' : rank}${String(i).padStart(4, '0')}`,
      ...(isSnippet && abilities.snippets && { insertTextFormat }),
      ...(inBackticks && { filterText: `\`${item.label}` }),
      textEdit: textEdit ?? { range, newText },
      ...(abilities.commands && followUp(newText)),
    }
  })
}

/** What the editor shows next by itself: the parameters of a call, or what goes on after a word. */
function followUp(text: string): Pick<CompletionItem, 'command'> {
  if (/^[\p{L}\p{N}_`]+\(/u.test(text))
    return { command: { title: 'Parameters', command: 'editor.action.triggerParameterHints' } }
  return / = $|: $/.test(text)
    ? { command: { title: 'Suggest', command: 'editor.action.triggerSuggest' } }
    : {}
}
