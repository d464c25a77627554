/** Where names of cells are declared and used. */
import { placeIn, spanIn, targetIn, type LanguageContext } from './context.ts'
import type { Definition, Highlight, Place, Target } from './protocol.ts'
import { ts } from './typescript.ts'

export type DefinitionKind = 'definition' | 'type' | 'implementation'

/** The declarations of what stands at a place: in cells, local files or declaration files. */
export function definitionOf(
  context: LanguageContext,
  place: Place,
  kind: DefinitionKind = 'definition',
): Definition | undefined {
  const at = placeIn(context, place)
  const found = at && lookUp(context.service, { path: at.path, position: at.position, kind })
  const span = found && spanIn(at.cell, found.span)
  if (!found || !span) return undefined
  const targets = found.targets.flatMap(
    ({ fileName, textSpan }) => targetIn(context, fileName, textSpan) ?? [],
  )
  return targets.length ? { span, targets: distinct(targets) } : undefined
}

interface LookUp {
  readonly path: string
  readonly position: number
  readonly kind: DefinitionKind
}

function lookUp(service: ts.LanguageService, { path, position, kind }: LookUp) {
  const bound = service.getDefinitionAndBoundSpan(path, position)
  const span = bound?.textSpan ?? { start: position, length: 0 }
  if (kind === 'definition') return bound && { span, targets: bound.definitions ?? [] }
  const targets =
    kind === 'type'
      ? service.getTypeDefinitionAtPosition(path, position)
      : service.getImplementationAtPosition(path, position)
  return targets && { span, targets }
}

/** Every mention in cells and local files. */
export function referencesOf(context: LanguageContext, place: Place, withDeclaration = true): Target[] {
  const at = placeIn(context, place)
  const found = (at && context.service.findReferences(at.path, at.position)) ?? []
  const references = found.flatMap(({ references }) => references)
  const targets = references
    .filter(({ fileName }) => !fileName.includes('/node_modules/'))
    .filter(reference => withDeclaration || !isDeclaration(context, reference))
    .flatMap(({ fileName, textSpan }) => targetIn(context, fileName, textSpan) ?? [])
  return distinct(targets)
}

function isDeclaration(
  { modules }: LanguageContext,
  { fileName, textSpan, isDefinition }: ts.ReferencedSymbolEntry,
) {
  const cell = modules.find(fileName)
  const at = cell && textSpan.start - cell.module.offset
  return isDefinition === true || (cell?.syntax.declared.some(declared => declared.at === at) ?? false)
}

/** Mentions in the same cell. */
export function highlightsOf(context: LanguageContext, place: Place): Highlight[] {
  const at = placeIn(context, place)
  const found = at && context.service.getDocumentHighlights(at.path, at.position, [at.path])
  return (found ?? []).flatMap(({ highlightSpans }) =>
    highlightSpans.flatMap(({ textSpan, kind }) => {
      const span = spanIn(at!.cell, textSpan)
      return span ? [{ ...span, write: kind === ts.HighlightSpanKind.writtenReference }] : []
    }),
  )
}

function distinct(targets: readonly Target[]): Target[] {
  return [...new Map(targets.map(target => [JSON.stringify(target), target])).values()]
}
