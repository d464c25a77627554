/**
 * The requests that the TypeScript service answers: Jupyter's `complete`, `inspect` and `is_complete`, and those beyond
 * Jupyter (docs/notebooks.md). Each names a cell by `code`, `cursor_pos` (in code points) and, for clients that show
 * a notebook, `cell` and `cells`. Spans in replies are UTF-16 offsets in the cell.
 */
import type { Json } from '../wire/message.ts'
import { cellIdOf, requireText, textOf, type Handler, type RequestContext } from '../session/requests.ts'
import type { LanguageClient } from './client.ts'
import type { CellText, Place } from './protocol.ts'

/** The answers of one service, by the type of the request. */
export function languageHandlers(language: LanguageClient): Readonly<Record<string, Handler>> {
  const answer =
    (ask: (place: Place, content: Json) => Promise<object | undefined>): Handler =>
    async request => ({ ...(await ask(placeOf(request), request.content)) })
  return {
    complete_request: answer(place => language.ask('complete', place)),
    async inspect_request(request) {
      const detail = Number(request.content['detail_level'] ?? 0)
      const found = await language.ask('inspect', { ...placeOf(request), detail })
      if (!found) return { found: false, data: {}, metadata: {} }
      const data = { 'text/plain': found.plain, 'text/markdown': found.markdown }
      return { found: true, data, metadata: {}, span: found.span }
    },
    async is_complete_request({ content }) {
      const { state, indent } = await language.completeness(requireText(content, 'code'))
      // The reply of this one request uses `status` for its answer.
      return { status: state, ...(state === 'incomplete' ? { indent } : {}) } as never
    },
    slipway_completion_request: answer((place, { trigger }) =>
      language.ask('completeAll', { ...place, ...text({ trigger }) }),
    ),
    slipway_completion_details_request: answer((place, content) =>
      language.ask('completionDetails', {
        ...place,
        entry: {
          name: textOf(content, 'name'),
          ...text({ source: content['source'] }),
          data: content['data'],
        },
      }),
    ),
    slipway_signature_request: answer(
      async (place, content) =>
        (await language.ask('signature', {
          ...place,
          ...text({ trigger: content['trigger'] }),
          retrigger: content['retrigger'] === true,
        })) ?? { signatures: [], activeSignature: 0, activeParameter: 0 },
    ),
    slipway_diagnostics_request: answer(async place => ({
      diagnostics: await language.ask('diagnostics', place),
    })),
    slipway_definition_request: answer(
      async (place, { kind }) =>
        (await language.ask('definition', {
          ...place,
          kind: kind === 'type' || kind === 'implementation' ? kind : 'definition',
        })) ?? { targets: [] },
    ),
    slipway_references_request: answer(async (place, content) => ({
      targets: await language.ask('references', {
        ...place,
        withDeclaration: content['declaration'] !== false,
      }),
    })),
    slipway_rename_request: answer((place, { name }) =>
      language.ask('rename', { ...place, ...text({ newName: name }) }),
    ),
    slipway_highlights_request: answer(async place => ({
      highlights: await language.ask('highlights', place),
    })),
    slipway_symbols_request: answer(async place => ({ symbols: await language.ask('symbols', place) })),
    slipway_folds_request: answer(async place => ({ folds: await language.ask('folds', place) })),
    slipway_tokens_request: answer(async place => ({ tokens: await language.ask('tokens', place) })),
    slipway_fixes_request: answer(async (place, content) => {
      const codes = Array.isArray(content['codes']) ? content['codes'].map(Number) : []
      return { actions: await language.ask('fixes', { ...place, ...spanOf(content), codes }) }
    }),
    slipway_organize_imports_request: answer(async place => ({
      edits: await language.ask('organizeImports', place),
    })),
    slipway_hints_request: answer(async (place, content) => ({
      hints: await language.ask('hints', {
        ...place,
        ...spanOf(content),
        settings: (content['settings'] ?? {}) as Json,
      }),
    })),
    slipway_format_request: answer(
      async (place, { tab_size: tabSize, insert_spaces: insertSpaces, trusted }) => ({
        code: await language.ask('format', {
          ...place,
          ...(typeof tabSize === 'number' ? { tabSize } : {}),
          ...(typeof insertSpaces === 'boolean' ? { insertSpaces } : {}),
          trusted: trusted === true,
        }),
      }),
    ),
  }
}

/** Requests that need no running user code, and so may be answered while a cell runs. */
export const languageRequests: readonly string[] = [
  'complete_request',
  'inspect_request',
  'is_complete_request',
  'slipway_completion_request',
  'slipway_completion_details_request',
  'slipway_signature_request',
  'slipway_diagnostics_request',
  'slipway_definition_request',
  'slipway_references_request',
  'slipway_rename_request',
  'slipway_highlights_request',
  'slipway_symbols_request',
  'slipway_folds_request',
  'slipway_tokens_request',
  'slipway_fixes_request',
  'slipway_organize_imports_request',
  'slipway_hints_request',
  'slipway_format_request',
]

function placeOf({ content, incoming }: RequestContext): Place {
  const source = requireText(content, 'code')
  const before = content['before']
  const cells = cellsOf(content['cells'])
  const position = content['cursor_pos']
  return {
    source,
    // Without a cursor, as Jupyter has it, the end is meant.
    cursor: typeof position === 'number' ? position : [...source].length,
    cell: typeof content['cell'] === 'string' ? content['cell'] : (cellIdOf(incoming.message) ?? null),
    ...(Array.isArray(before) ? { before: before.map(String) } : {}),
    ...(cells ? { cells } : {}),
  }
}

function cellsOf(value: unknown): CellText[] | undefined {
  if (!Array.isArray(value)) return undefined
  return value.map(cell => {
    const { id, source } = (cell ?? {}) as Partial<CellText>
    return { id: String(id ?? ''), source: String(source ?? '') }
  })
}

function spanOf(content: Json): { start: number; end: number } {
  const start = Number(content['start'] ?? 0)
  return { start, end: Number(content['end'] ?? start) }
}

/** Those of the values that are texts. */
function text<Key extends string>(values: Record<Key, unknown>): Partial<Record<Key, string>> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => typeof value === 'string'),
  ) as Partial<Record<Key, string>>
}
