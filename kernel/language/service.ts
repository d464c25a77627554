/** The TypeScript service: everything that is known of cells, answered from their texts alone. Runs no code of them. */
import { readCell } from '../../language/notebook/cell.ts'
import type { CompiledCell } from '../session/rewrite.ts'
import { createCellModules } from './cell-modules.ts'
import { complete, completeAll, completionDetails } from './completion.ts'
import { completeness } from './completeness.ts'
import type { LanguageContext } from './context.ts'
import { diagnosticsOf } from './diagnostics.ts'
import { fixesOf, hintsOf, organizedImports, type FixRequest } from './fixes.ts'
import { formatCell } from './format.ts'
import { createHost } from './host.ts'
import { hoverOf } from './hover.ts'
import { definitionOf, highlightsOf, referencesOf, type DefinitionKind } from './navigation.ts'
import { foldsOf, symbolsOf, tokensOf } from './outline.ts'
import type {
  CodeAction,
  Completeness,
  Completion,
  CompletionDetails,
  CompletionKey,
  CompletionList,
  Definition,
  DiagnosticOfCell,
  ExecutedCell,
  FormatOptions,
  Highlight,
  Hover,
  InlayHint,
  Place,
  RenameAnswer,
  SignatureHelp,
  Span,
  SymbolOfCell,
  Target,
  TextEdit,
  Tokens,
} from './protocol.ts'
import { renameOf } from './rename.ts'
import { signatureHelp, type SignatureOptions } from './signature.ts'
import { compileCell, ts } from './typescript.ts'

export type * from './protocol.ts'

/** A question: a place, and what the method needs besides. */
export type Asked<Extra = object> = Place & Extra

export interface CellService {
  /** Loads what the first questions need. */
  warm(): void
  /** TypeScript to JavaScript. @throws {CellSyntaxError} */
  compile(source: string): CompiledCell
  completeness(source: string): Completeness
  /** A cell has run: what it declares is known to the cells after it. */
  executed(cell: ExecutedCell): void
  complete(place: Place): Completion
  completeAll(place: Asked<{ trigger?: string }>): CompletionList
  completionDetails(place: Asked<{ entry: CompletionKey }>): CompletionDetails | undefined
  inspect(place: Asked<{ detail?: number }>): Hover | undefined
  signature(place: Asked<SignatureOptions>): SignatureHelp | undefined
  diagnostics(place: Place): DiagnosticOfCell[]
  definition(place: Asked<{ kind?: DefinitionKind }>): Definition | undefined
  references(place: Asked<{ withDeclaration?: boolean }>): Target[]
  /** Without `newName`, what there is to rename. */
  rename(place: Asked<{ newName?: string }>): RenameAnswer
  highlights(place: Place): Highlight[]
  symbols(place: Place): SymbolOfCell[]
  folds(place: Place): (Span & { readonly kind: string })[]
  tokens(place: Place): Tokens
  fixes(place: Asked<FixRequest>): CodeAction[]
  organizeImports(place: Place): TextEdit[]
  hints(place: Asked<Span & { settings: Readonly<Record<string, unknown>> }>): InlayHint[]
  /** The cell's new text. */
  format(place: Asked<FormatOptions>): Promise<string>
  /** Names that nobody shall know any more; null: all. */
  forget(names: readonly string[] | null): void
  /** Packages may be there that were not. */
  packagesChanged(): void
  /** Forgets all that ran. */
  reset(): void
}

/** No cell has ended for so long. */
const quietMs = 300

/** The service for the cells of a folder. Loads nothing until it is asked. */
export function createCellService(folder: string): CellService {
  const host = createHost({ folder, roots: () => modules.roots(), program: () => service.getProgram() })
  const modules = createCellModules(folder, host)
  const service = ts.createLanguageService(host.languageServiceHost)
  const context: LanguageContext = { folder, service, modules }
  /** Set while what cells have changed on disk has not been looked at since the last one ran. */
  let looking: NodeJS.Timeout | undefined

  /** At once takes as long as some cells do: it waits for the next question, or until nothing runs any more. */
  function lookLater(): void {
    clearTimeout(looking)
    looking = setTimeout(look, quietMs).unref()
  }

  function look(): void {
    host.refresh({ now: looking !== undefined })
    clearTimeout(looking)
    looking = undefined
  }

  /** Most questions look first whether anything around the cells has changed. */
  const fresh =
    <Argument, Answer>(answer: (argument: Argument) => Answer) =>
    (argument: Argument): Answer => {
      look()
      return answer(argument)
    }

  return {
    warm() {
      const place = { source: "import { read } from 'slipway'\nread", cursor: 34, cell: null }
      diagnosticsOf(context, place)
      completeAll(context, place)
      host.loadPackages()
    },
    compile: compileCell,
    completeness,
    executed(cell) {
      modules.executed(cell)
      lookLater()
    },
    complete: fresh(place => complete(context, place)),
    completeAll: fresh(place => completeAll(context, place, place.trigger)),
    completionDetails: fresh(place => completionDetails(context, place, place.entry)),
    inspect: fresh(place => hoverOf(context, place, place.detail)),
    signature: fresh(place => signatureHelp(context, place, place)),
    diagnostics: fresh(place => diagnosticsOf(context, place)),
    definition: fresh(place => definitionOf(context, place, place.kind)),
    references: fresh(place => referencesOf(context, place, place.withDeclaration)),
    rename: fresh(place => renameOf(context, place, place.newName)),
    highlights: fresh(place => highlightsOf(context, place)),
    symbols: fresh(place => symbolsOf(context, place)),
    folds: fresh(place => foldsOf(context, place)),
    tokens: fresh(place => tokensOf(context, place)),
    fixes: fresh(place => fixesOf(context, place, place)),
    organizeImports: ({ source }) => {
      const { language, code } = readCell(source)
      return language === 'typescript' ? organizedImports(source, code) : []
    },
    hints: fresh(place => hintsOf(context, place, place)),
    format: place => formatCell(folder, place.source, place),
    forget: names => (names ? modules.forget(new Set(names)) : modules.reset()),
    packagesChanged: () => host.refresh({ now: true }),
    reset: () => modules.reset(),
  }
}
