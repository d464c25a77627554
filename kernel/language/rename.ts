/**
 * Renaming in all cells. A name of a cell is another symbol in every module that imports it, so what belongs
 * together is followed from module to module; names that a cell declares again are other names.
 */
import type { OpenCell } from './cell-modules.ts'
import { placeIn, spanIn, targetIn, type LanguageContext } from './context.ts'
import type { Edit, Place, RenameAnswer } from './protocol.ts'
import { ts } from './typescript.ts'

const preferences: ts.UserPreferences = {
  // `{ a }` becomes `{ a: b }`, an import `{ read as b }`: what others call it stays.
  providePrefixAndSuffixTextForRename: true,
  allowRenameOfImportPath: false,
}

/** The changes by which what stands at a place gets another name; without one, what there is to rename. */
export function renameOf(context: LanguageContext, place: Place, newName?: string): RenameAnswer {
  const at = placeIn(context, place)
  if (!at) return { ok: false, reason: 'Only TypeScript cells have names that can be renamed.' }
  const info = [at.position, at.position - 1]
    .map(position => ({ position, info: context.service.getRenameInfo(at.path, position, preferences) }))
    .find(({ info }) => info.canRename)
  if (!info?.info.canRename) return { ok: false, reason: reasonOf(context, at.path, at.position) }
  const span = spanIn(at.cell, info.info.triggerSpan)
  if (!span) return { ok: false, reason: 'Expected a name, got a place without one.' }
  const name = place.source.slice(span.start, span.end)
  if (newName === undefined) return { ok: true, span, name, edits: [] }
  if (!isIdentifier(newName) && isIdentifier(name))
    return { ok: false, reason: `Expected a name, got ${JSON.stringify(newName)}.` }
  const found = collect(context, at.cell, info.info.triggerSpan.start)
  const foreign = found.find(({ fileName }) => isForeign(fileName))
  if (foreign)
    return { ok: false, reason: `${name} is declared in ${foreign.fileName}, which is not to be changed.` }
  const edits = found.flatMap(location => editOf(context, location, newName))
  return { ok: true, span, name, edits: distinct(edits) }
}

function reasonOf({ service }: LanguageContext, path: string, position: number): string {
  const info = service.getRenameInfo(path, position, preferences)
  return info.canRename ? '' : info.localizedErrorMessage
}

/** All places of a name, through the modules that import it from each other. */
function collect(context: LanguageContext, start: OpenCell, position: number): ts.RenameLocation[] {
  const all: ts.RenameLocation[] = []
  const seen = new Set<string>()
  const waiting: { readonly cell: OpenCell; readonly position: number }[] = [{ cell: start, position }]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { cell, position } = next
    const found = context.service.findRenameLocations(cell.path, position, false, false, preferences) ?? []
    for (const location of found) {
      const key = `${location.fileName} ${location.textSpan.start}`
      if (seen.has(key)) continue
      seen.add(key)
      const place = context.modules.find(location.fileName)
      if (place && location.textSpan.start < place.module.offset)
        waiting.push(...linked(context, place, nameAt(place, location.textSpan)))
      else all.push(location)
    }
  }
  return all
}

const nameAt = ({ module }: OpenCell, { start, length }: ts.TextSpan) =>
  module.text.slice(start, start + length)

/** Where else a name stands for the same: in the cell it is imported from, or in those that import it from here. */
function linked({ modules }: LanguageContext, cell: OpenCell, written: string) {
  const { imports, aliases, aliasOrigins } = cell.module
  const name = aliases.get(written) ?? written
  const origin = aliasOrigins.get(written) ?? imports.get(name)
  if (origin) {
    const declaring = modules.find(origin.path)
    return declaring ? declaration(declaring, name) : []
  }
  const importers = modules.all().flatMap(other => importsOf(other, { name, path: cell.path }))
  return [...declaration(cell, name), ...importers]
}

function declaration(cell: OpenCell, name: string) {
  const declared = cell.syntax.declared.find(candidate => candidate.name === name)
  return declared && cell.syntax.language === 'typescript'
    ? [{ cell, position: cell.module.offset + declared.at }]
    : []
}

/** Where a module imports a name from another, under its name or another. */
function importsOf(cell: OpenCell, { name, path }: { readonly name: string; readonly path: string }) {
  const { imports, aliases, aliasOrigins, text, offset } = cell.module
  const local = [
    ...(imports.get(name)?.path === path ? [name] : []),
    ...[...aliases].flatMap(([alias, stands]) =>
      stands === name && aliasOrigins.get(alias)?.path === path ? [alias] : [],
    ),
  ]
  const prefix = text.slice(0, offset)
  const begin = prefix.lastIndexOf('\n', prefix.indexOf(`/${path.slice(path.lastIndexOf('/') + 1)}'`)) + 1
  return local.flatMap(written => {
    const found = wordIn(prefix.slice(begin), written)
    return found === -1 ? [] : [{ cell, position: begin + found }]
  })
}

function wordIn(text: string, word: string): number {
  const pattern = `(?<![\\p{ID_Continue}$])${word.replaceAll('$', '\\$')}(?![\\p{ID_Continue}$])(?! as )`
  return new RegExp(pattern, 'u').exec(text)?.index ?? -1
}

function editOf(context: LanguageContext, location: ts.RenameLocation, newName: string): Edit[] {
  const target = targetIn(context, location.fileName, location.textSpan)
  const { prefixText = '', suffixText = '' } = location
  return target ? [{ ...target, text: `${prefixText}${newName}${suffixText}` }] : []
}

/** Declarations of packages and of what comes with the kernel. */
function isForeign(path: string): boolean {
  return path.includes('/node_modules/') || path.endsWith('.d.ts')
}

function isIdentifier(text: string): boolean {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(text)
}

function distinct(edits: readonly Edit[]): Edit[] {
  return [...new Map(edits.map(edit => [JSON.stringify(edit), edit])).values()]
}
