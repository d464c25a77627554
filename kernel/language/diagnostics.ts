/** What TypeScript finds in a cell, without what only comes of cells being modules. */
import { placeIn, targetIn, type CellPlace, type LanguageContext } from './context.ts'
import { withNames } from './markdown.ts'
import type { DiagnosticOfCell, Place } from './protocol.ts'
import { ts } from './typescript.ts'

/**
 * What is no error in cells: that what another cell declared is assigned to (an import, to TypeScript), that a type
 * is not known which evolves over cells, that a re-exported type does not say so.
 */
const artificial = new Set([2632, 1205, 1448, 7034, 7005, 80001, 80005, 7043, 7044, 7045, 7046, 7047, 7050])
/** Of names that depend on each other in a circle, as names of cells that were run again may. */
const circular = new Set([7022, 7023, 7024, 2502])
const untypedPackage = 7016

export function diagnosticsOf(context: LanguageContext, place: Place): DiagnosticOfCell[] {
  const at = placeIn(context, place)
  if (!at) return []
  const { service } = context
  const syntactic = service.getSyntacticDiagnostics(at.path)
  const found = [...syntactic, ...service.getSemanticDiagnostics(at.path)]
  const suggestions = syntactic.length ? [] : service.getSuggestionDiagnostics(at.path)
  const all = [...found, ...suggestions]
  return all.flatMap(diagnostic => {
    if (artificial.has(diagnostic.code) || isAboutOrder(diagnostic, at)) return []
    const span = spanOf(diagnostic, at)
    return span ? [{ ...span, ...describe(context, diagnostic, at) }] : []
  })
}

function describe(context: LanguageContext, diagnostic: ts.Diagnostic, { cell }: CellPlace) {
  const { code, category, messageText, reportsUnnecessary, reportsDeprecated, relatedInformation } =
    diagnostic
  const text = (message: string | ts.DiagnosticMessageChain) =>
    withNames(ts.flattenDiagnosticMessageText(message, '\n'), cell.module.aliases)
  const related = (relatedInformation ?? []).flatMap(({ file, start, length, messageText }) => {
    const target = file && targetIn(context, file.fileName, { start: start ?? 0, length: length ?? 0 })
    return target ? [{ message: text(messageText), target }] : []
  })
  return {
    severity: code === untypedPackage ? ('hint' as const) : severityOf(category),
    message: text(messageText),
    code,
    ...(reportsUnnecessary ? { unused: true } : {}),
    ...(reportsDeprecated ? { deprecated: true } : {}),
    ...(related.length ? { related } : {}),
  }
}

/** What stands behind the cell's text is said at its end; what stands before is ours. */
function spanOf({ start = 0, length = 0 }: ts.Diagnostic, { cell }: CellPlace) {
  const size = cell.syntax.source.length
  const from = start - cell.module.offset
  if (from < 0) return undefined
  const end = Math.min(from + length, size)
  const visible = cell.syntax.source.trimEnd().length
  const begin = Math.min(from, Math.max(0, visible - 1))
  return { start: begin, end: Math.max(end, Math.min(begin + 1, size)) }
}

/** A circle that other cells are part of. */
function isAboutOrder({ code, start = 0, length = 0, file }: ts.Diagnostic, { cell }: CellPlace): boolean {
  if (!circular.has(code)) return false
  const name = file?.text.slice(start, start + length) ?? ''
  return cell.module.imports.size > 0 && cell.syntax.declared.some(declared => declared.name === name)
}

function severityOf(category: ts.DiagnosticCategory): DiagnosticOfCell['severity'] {
  if (category === ts.DiagnosticCategory.Error) return 'error'
  return category === ts.DiagnosticCategory.Warning ? 'warning' : 'hint'
}
