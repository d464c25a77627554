/** Completion in cells, for Jupyter's clients and for editors. */
import { editsOf, placeIn, spanIn, type CellPlace, type LanguageContext } from './context.ts'
import { documentationOf, signatureOf, withNames } from './markdown.ts'
import { magicCompletion, type MagicMatches } from './magics.ts'
import { toCodePoints } from './positions.ts'
import type {
  Completion,
  CompletionDetails,
  CompletionEntry,
  CompletionKey,
  CompletionList,
  Place,
  TextEdit,
} from './protocol.ts'
import { formatSettings, quotes } from './style.ts'
import { ts } from './typescript.ts'

/** What a reply to a Jupyter client holds at most. */
const maxMatches = 1000
/** Signatures are only worth their time when they can be looked at. */
const maxSignatures = 6

const plain: ts.GetCompletionsAtPositionOptions = {
  includeCompletionsForModuleExports: false,
  includeCompletionsWithInsertText: false,
  includeCompletionsForImportStatements: true,
  importModuleSpecifierEnding: 'js',
}

const rich: ts.GetCompletionsAtPositionOptions = {
  includeCompletionsForModuleExports: true,
  includeCompletionsForImportStatements: true,
  includeCompletionsWithInsertText: true,
  includeAutomaticOptionalChainCompletions: true,
  useLabelDetailsInCompletionEntries: true,
  allowIncompleteCompletions: true,
  importModuleSpecifierPreference: 'shortest',
  importModuleSpecifierEnding: 'js',
  autoImportFileExcludePatterns: ['**/__cell_*', '**/__run_*', '**/node_modules/typescript/lib/*'],
}

/** Content of a `complete_reply`: what begins with what stands before the cursor. */
export function complete(context: LanguageContext, place: Place): Completion {
  const magic = magicCompletion(context, place)
  if (magic) return replyOf({ ...magic, source: place.source, entries: magic.matches })
  const at = placeIn(context, place, true)
  if (!at) return emptyReply(place)
  const found = context.service.getCompletionsAtPosition(at.path, at.position, plain)
  const span = found?.optionalReplacementSpan && spanIn(at.cell, found.optionalReplacementSpan)
  const start = span && inString(found) ? span.start : startOfName(place.source, at.offset)
  const prefix = place.source.slice(start, at.offset)
  const kinds = kindsOf(at)
  const entries = (found?.entries ?? [])
    .filter(entry => entry.name.startsWith(prefix) && isOffered(entry, at))
    .slice(0, maxMatches)
    .map(({ name, kind }) => ({ name, kind: kinds.get(name) ?? kind }))
  const signed =
    entries.length > maxSignatures ? entries : entries.map(entry => withSignature(context, at, entry))
  return replyOf({ source: place.source, start, end: at.offset, entries: signed })
}

interface ReplyParts {
  readonly source: string
  readonly start: number
  readonly end: number
  readonly entries: readonly { readonly name: string; readonly kind: string; readonly signature?: string }[]
}

function replyOf({ source, start, end, entries }: ReplyParts): Completion {
  const from = toCodePoints(source, start)
  const to = toCodePoints(source, end)
  return {
    matches: entries.map(({ name }) => name),
    cursor_start: from,
    cursor_end: to,
    metadata: {
      _jupyter_types_experimental: entries.map(({ name, kind, signature }) => ({
        text: name,
        type: kind,
        start: from,
        end: to,
        ...(signature === undefined ? {} : { signature }),
      })),
    },
  }
}

function emptyReply({ cursor }: Place): Completion {
  return {
    matches: [],
    cursor_start: cursor,
    cursor_end: cursor,
    metadata: { _jupyter_types_experimental: [] },
  }
}

/** The parameters and the result of what can be called. */
function withSignature(context: LanguageContext, at: CellPlace, entry: { name: string; kind: string }) {
  if (!/^(?:function|local function|method|constructor)$/.test(entry.kind)) return entry
  const details = context.service.getCompletionEntryDetails(
    at.path,
    at.position,
    entry.name,
    {},
    undefined,
    plain,
    undefined,
  )
  const text = details && signatureOf(details.displayParts, at.cell.module.aliases)
  const signature = text === undefined ? undefined : /\(.*$/s.exec(text.replace(/^\(\w[\w ]*\) /, ''))?.[0]
  return signature === undefined ? entry : { ...entry, signature }
}

/** Everything that may be meant at a place, for an editor to filter. */
export function completeAll(context: LanguageContext, place: Place, trigger?: string): CompletionList {
  const magic = magicCompletion(context, place)
  if (magic) return magicList(magic)
  const at = placeIn(context, place, true)
  const empty = { start: place.cursor, end: place.cursor }
  if (!at) return { items: [], isIncomplete: false, commitCharacters: [], replace: empty }
  const found = context.service.getCompletionsAtPosition(
    at.path,
    at.position,
    { ...rich, ...quotes(place.source), ...(isTrigger(trigger) ? { triggerCharacter: trigger } : {}) },
    formatSettings(place.source),
  )
  const start = startOfName(place.source, at.offset)
  const replace = (found?.optionalReplacementSpan && spanIn(at.cell, found.optionalReplacementSpan)) ?? {
    start,
    end: at.offset,
  }
  const kinds = kindsOf(at)
  const items = (found?.entries ?? [])
    .filter(entry => isOffered(entry, at))
    .map(entry => entryOf(entry, { at, kinds, isMember: found?.isMemberCompletion ?? false }))
  return {
    items,
    isIncomplete: found?.isIncomplete === true,
    commitCharacters:
      found?.defaultCommitCharacters ?? (found?.isNewIdentifierLocation ? [] : ['.', ',', ';']),
    replace,
  }
}

function magicList(magic: MagicMatches): CompletionList {
  return {
    items: magic.matches.map(({ name, kind, detail }, i) => ({
      name,
      kind,
      sortText: String(i).padStart(4, '0'),
      ...(detail === '' ? {} : { description: detail }),
    })),
    isIncomplete: false,
    commitCharacters: [],
    replace: { start: magic.start, end: magic.end },
  }
}

interface EntryContext {
  readonly at: CellPlace
  readonly kinds: ReadonlyMap<string, string>
  readonly isMember: boolean
}

function entryOf(entry: ts.CompletionEntry, { at, kinds }: EntryContext): CompletionEntry {
  const modifiers = new Set((entry.kindModifiers ?? '').split(','))
  const replace = entry.replacementSpan && spanIn(at.cell, entry.replacementSpan)
  const { labelDetails, insertText, filterText, source, data, commitCharacters } = entry
  return {
    name: entry.name,
    kind: source === undefined ? (kinds.get(entry.name) ?? entry.kind) : entry.kind,
    sortText: entry.sortText,
    ...(insertText === undefined ? {} : { insertText: withNames(insertText, at.cell.module.aliases) }),
    ...(filterText === undefined ? {} : { filterText }),
    ...(replace === undefined ? {} : { replace }),
    ...(labelDetails?.detail === undefined ? {} : { label: labelDetails.detail }),
    ...describe(entry),
    ...(entry.isRecommended ? { preselect: true } : {}),
    ...(modifiers.has('deprecated') ? { deprecated: true } : {}),
    ...(modifiers.has('optional') ? { optional: true } : {}),
    ...(commitCharacters === undefined ? {} : { commitCharacters }),
    ...(source === undefined ? {} : { source }),
    ...(data === undefined ? {} : { data }),
  }
}

function describe({ labelDetails, sourceDisplay }: ts.CompletionEntry): { description?: string } {
  const description = labelDetails?.description ?? (sourceDisplay && ts.displayPartsToString(sourceDisplay))
  return description === undefined ? {} : { description }
}

/** Documentation of an entry, and the import that taking it writes. */
export function completionDetails(
  context: LanguageContext,
  place: Place,
  { name, source, data }: CompletionKey,
): CompletionDetails | undefined {
  const at = placeIn(context, place, true)
  const details =
    at &&
    context.service.getCompletionEntryDetails(
      at.path,
      at.position,
      name,
      formatSettings(place.source),
      source,
      { ...rich, ...quotes(place.source) },
      data as ts.CompletionEntryData | undefined,
    )
  if (!details) return undefined
  const changes = details.codeActions?.flatMap(action => action.changes) ?? []
  const edits = editsOf(context, changes).filter(edit => 'cell' in edit && edit.cell === at.cell.id)
  return {
    signature: signatureOf(details.displayParts, at.cell.module.aliases),
    documentation: documentationOf(details.documentation, details.tags),
    edits: edits as unknown as TextEdit[],
  }
}

/** Where names of other cells come from, they are of a kind; here they are imports only by our doing. */
function kindsOf({ cell }: CellPlace): ReadonlyMap<string, string> {
  return new Map([...cell.module.imports].map(([name, { kind }]) => [name, kind]))
}

function isOffered({ name }: ts.CompletionEntry, { cell }: CellPlace): boolean {
  return !/^(?:\.\/)?__(?:cell|run)_/.test(name) && !cell.module.aliases.has(name)
}

/** Whether a text is completed as a whole: paths and members of unions of texts. */
function inString(found: ts.CompletionInfo | undefined): boolean {
  return (
    found?.entries.some(({ kind }) => kind === 'string' || kind === 'script' || kind === 'directory') ?? false
  )
}

function startOfName(source: string, offset: number): number {
  return offset - /[\p{ID_Continue}$]*$/u.exec(source.slice(0, offset))![0].length
}

function isTrigger(text: string | undefined): text is ts.CompletionsTriggerCharacter {
  return text !== undefined && ['.', '"', "'", '`', '/', '@', '<', '#', ' '].includes(text)
}
