/**
 * Names that change together while one of them is typed: the names that a model gives itself (features, label,
 * outputs), which nothing outside of it can name. Other names go into other files, where typing must not reach;
 * those are renamed. A bare feature is the name of a column too, and so is left alone.
 */
import type { LinkedEditingRanges } from 'vscode-languageserver/node'
import type { SymbolKind } from '../../language/index.ts'
import { type FileContext, rangeOf } from '../core/context.ts'
import { symbolsAt, unique } from './names.ts'

const local: ReadonlySet<SymbolKind> = new Set(['modelFeature', 'label', 'output'])

/** Plain words; what is in backticks is not typed together. For an expression without the flag `u`. */
const wordPattern = '[A-Za-z_\\u00AA-\\uFFDC][\\w\\u00AA-\\uFFDC]*'

export function linkedEditingRanges(file: FileContext, offset: number): LinkedEditingRanges | null {
  const [found, ...others] = symbolsAt(file, offset)
  if (!found || others.length > 0 || !local.has(found.symbol.kind)) return null
  const places = unique(file.workspace.references(found.symbol))
  const isSafe = places.every(
    ({ path, span }) =>
      path === file.path &&
      file.tree.text.slice(span.start, span.end) === found.symbol.name &&
      file.workspace.symbolsAt(path, span.start + 1).length === 1,
  )
  if (!isSafe || places.length < 2 || !places.some(place => place.definition)) return null
  return { ranges: places.map(({ span }) => rangeOf(file.document, span)), wordPattern }
}
