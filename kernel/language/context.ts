/** What every answer about cells is made from, and how places in modules become places in cells and files. */
import type { CellModules, OpenCell } from './cell-modules.ts'
import { fromCodePoints } from './positions.ts'
import type { Edit, Place, Span, Target } from './protocol.ts'
import { ts } from './typescript.ts'

export interface LanguageContext {
  readonly folder: string
  readonly service: ts.LanguageService
  readonly modules: CellModules
}

/** A place in a cell whose module TypeScript sees. */
export interface CellPlace {
  readonly cell: OpenCell
  readonly path: string
  /** Of the place in the cell. */
  readonly offset: number
  /** Of the place in the module. */
  readonly position: number
}

/** Opens the cell of a place. Undefined for cells that are not in TypeScript. */
export function placeIn(context: LanguageContext, place: Place, isWritten = false): CellPlace | undefined {
  const cell = context.modules.open(place, isWritten)
  if (cell.syntax.language !== 'typescript') return undefined
  const offset = fromCodePoints(place.source, place.cursor)
  return { cell, path: cell.path, offset, position: cell.module.offset + offset }
}

/** A span of a module as one of its cell's text; undefined when it is not (all) of that. */
export function spanIn({ module, syntax }: OpenCell, { start, length }: ts.TextSpan): Span | undefined {
  const from = start - module.offset
  const to = from + length
  return from < 0 || to > syntax.source.length ? undefined : { start: from, end: to }
}

/** A span of any file TypeScript knows. Undefined for what we wrote around cells, and for cells that are gone. */
export function targetIn(context: LanguageContext, path: string, span: ts.TextSpan): Target | undefined {
  const cell = context.modules.find(path)
  if (cell) return cellTarget(cell, span)
  if (isOurs(path)) return undefined
  const file = context.service.getProgram()?.getSourceFile(path)
  if (!file) return undefined
  const at = (position: number) => ts.getLineAndCharacterOfPosition(file, position)
  return { file: path, range: { start: at(span.start), end: at(span.start + span.length) } }
}

function cellTarget(cell: OpenCell, span: ts.TextSpan): Target | undefined {
  if (cell.syntax.language === 'slip') {
    // Its module is made of its models' names; they stand elsewhere in its text.
    const name = cell.syntax.code.slice(span.start, span.start + span.length)
    const declared = cell.syntax.declared.find(candidate => candidate.name === name)
    return declared && { cell: cell.id, start: declared.at, end: declared.at + name.length }
  }
  const found = spanIn(cell, span)
  return found && { cell: cell.id, ...found }
}

const isOurs = (path: string) => /\/__(?:cell|run)_[^/]*$/.test(path)

/** Changes of files as TypeScript wants them. What it would write around a cell goes to the cell's top. */
export function editsOf(context: LanguageContext, changes: readonly ts.FileTextChanges[]): Edit[] {
  return changes.flatMap(({ fileName, textChanges }) =>
    textChanges.flatMap(({ span, newText }): Edit[] => {
      const cell = context.modules.find(fileName)
      if (cell && span.start < cell.module.offset) return topEdit(cell, span, newText)
      const target = targetIn(context, fileName, span)
      return target ? [{ ...target, text: newText }] : []
    }),
  )
}

function topEdit(cell: OpenCell, span: ts.TextSpan, newText: string): Edit[] {
  const text = newText.trim()
  if (text === '' || span.start + span.length > cell.module.offset) return []
  const start = topOf(cell.syntax.source)
  return [{ cell: cell.id, start, end: start, text: `${text}\n` }]
}

/** Where a new first line goes: behind a cell magic and the comments that must be first. */
export function topOf(source: string): number {
  return /^(?:\s*%%[^\n]*\n)?(?:[ \t]*\/\/(?:\/\s*<|\s*@ts-)[^\n]*\n)*/.exec(source)![0].length
}
