/** Changes of a cell that TypeScript offers. */
import { editsOf, placeIn, type LanguageContext } from './context.ts'
import type { CodeAction, InlayHint, Place, Span, TextEdit } from './protocol.ts'
import { formatSettings, quotes } from './style.ts'
import { ts } from './typescript.ts'

const preferences: ts.UserPreferences = {
  importModuleSpecifierPreference: 'shortest',
  importModuleSpecifierEnding: 'js',
  autoImportFileExcludePatterns: ['**/__cell_*', '**/__run_*'],
}

export interface FixRequest extends Span {
  /** The numbers of the diagnostics there. */
  readonly codes: readonly number[]
}

/** Quick fixes of a range of a cell. */
export function fixesOf(
  context: LanguageContext,
  place: Place,
  { start, end, codes }: FixRequest,
): CodeAction[] {
  const at = placeIn(context, place)
  if (!at) return []
  const { offset } = at.cell.module
  const found = codes.flatMap(code =>
    context.service
      .getCodeFixesAtPosition(at.path, offset + start, offset + end, [code], formatSettings(place.source), {
        ...preferences,
        ...quotes(place.source),
      })
      .map(fix => ({ fix, code })),
  )
  const actions = found.flatMap(({ fix, code }): CodeAction[] => {
    if (fix.commands?.length) return []
    const edits = editsOf(context, fix.changes)
    // What would have to be written around the cell cannot be.
    return edits.length ? [{ title: fix.description, name: fix.fixName, codes: [code], edits }] : []
  })
  return [...new Map(actions.map(action => [JSON.stringify([action.title, action.edits]), action])).values()]
}

/** The imports of a cell in order, joined. None is left out: later cells may use it. */
export function organizedImports(source: string, code: string): TextEdit[] {
  const path = '/__organize.ts'
  const host: ts.LanguageServiceHost = {
    getScriptFileNames: () => [path],
    getScriptVersion: () => '1',
    getScriptSnapshot: name => (name === path ? ts.ScriptSnapshot.fromString(code) : undefined),
    getCompilationSettings: () => ({
      noLib: true,
      noResolve: true,
      target: ts.ScriptTarget.ESNext,
      types: [],
    }),
    getCurrentDirectory: () => '/',
    getDefaultLibFileName: () => '',
    fileExists: name => name === path,
    readFile: () => undefined,
  }
  const service = ts.createLanguageService(host)
  const changes = service.organizeImports(
    { type: 'file', fileName: path, mode: ts.OrganizeImportsMode.SortAndCombine },
    formatSettings(source),
    quotes(source),
  )
  service.dispose()
  return changes.flatMap(({ textChanges }) =>
    textChanges.map(({ span, newText }) => ({
      start: span.start,
      end: span.start + span.length,
      text: newText,
    })),
  )
}

/** Types and names of parameters that the text leaves out, as an editor's settings ask for them. */
export function hintsOf(
  context: LanguageContext,
  place: Place,
  request: Span & { settings: ts.UserPreferences },
) {
  const at = placeIn(context, place)
  if (!at) return []
  const { offset } = at.cell.module
  const span = { start: offset + request.start, length: request.end - request.start }
  return context.service.provideInlayHints(at.path, span, request.settings).flatMap((hint): InlayHint[] => {
    const text = hint.displayParts?.map(part => part.text).join('') ?? hint.text
    const kind =
      hint.kind === ts.InlayHintKind.Type
        ? 'type'
        : hint.kind === ts.InlayHintKind.Enum
          ? 'enum'
          : 'parameter'
    return [
      {
        position: hint.position - offset,
        text,
        kind,
        paddingLeft: hint.whitespaceBefore ?? false,
        paddingRight: hint.whitespaceAfter ?? false,
      },
    ]
  })
}
