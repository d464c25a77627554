/** What can be done with a declaration, above it. Only for editors that have the commands. */
import type { CodeLens, Command, Position } from 'vscode-languageserver/node'
import { type DocumentUri } from 'vscode-languageserver/node'
import type { Name, Text } from '../../language/syntax/ast.ts'
import { type FileContext, rangeOf } from '../core/context.ts'
import type { Abilities } from './abilities.ts'
import { declarationsIn } from './known.ts'

/** What `codeLens/resolve` needs to count the uses of a name. */
export interface LensData {
  readonly uri: DocumentUri
  readonly position: Position
}

export function codeLenses(file: FileContext, { commands }: Pick<Abilities, 'commands'>): CodeLens[] {
  if (!commands) return []
  return declarationsIn(file.tree).flatMap(declaration => {
    const { name, kind } = declaration
    if (!name) return []
    if (kind === 'model') return modelLenses(file, name, declaration.tests)
    const uses = usesLens(file, name)
    return kind === 'feature' ? [uses, commandLens(file, name, showSql(file, name))] : [uses]
  })
}

function modelLenses(
  file: FileContext,
  name: Name,
  tests: readonly { readonly name: Text | undefined; readonly span: Name['span'] }[],
): CodeLens[] {
  const { uri } = file.document
  const lens = (title: string, command: string): CodeLens =>
    commandLens(file, name, { title, command, arguments: [uri, name.text] })
  const named = tests.flatMap(test => (test.name ? [{ ...test, name: test.name }] : []))
  const run = named.map(test =>
    commandLens(file, test, {
      title: 'Run',
      command: 'slipway.runTests',
      arguments: [uri, name.text, test.name.value],
    }),
  )
  return [
    lens('Train on a sample', 'slipway.trainSample'),
    lens('Preview features', 'slipway.previewFeatures'),
    commandLens(file, name, showSql(file, name)),
    ...(named.length > 0 ? [lens(`Run tests (${named.length})`, 'slipway.runTests')] : []),
    ...run,
  ]
}

const showSql = ({ document }: FileContext, { text }: Name): Command => ({
  title: 'Show SQL',
  command: 'slipway.showSql',
  arguments: [document.uri, text],
})

function commandLens(file: FileContext, { span }: Pick<Name, 'span'>, command: Command): CodeLens {
  return { range: rangeOf(file.document, span), command }
}

/** Counted when the editor shows it. */
function usesLens(file: FileContext, { span }: Name): CodeLens {
  const range = rangeOf(file.document, span)
  return { range, data: { uri: file.document.uri, position: range.start } satisfies LensData }
}

export function uriOfLens({ data }: CodeLens): string | undefined {
  return isLensData(data) ? data.uri : undefined
}

/** The lens with how often the name is used, in all files of the project. */
export function resolveLens(file: FileContext, lens: CodeLens): CodeLens {
  const { data } = lens
  if (!isLensData(data)) return lens
  const { uri, position } = data
  const offset = file.document.offsetAt(position)
  const places = file.workspace.referencesAt(file.path, offset).filter(place => !place.definition)
  const count = new Set(places.map(place => `${place.path}:${place.span.start}`)).size
  const title = count === 0 ? 'no uses' : `${count} use${count === 1 ? '' : 's'}`
  return { ...lens, command: { title, command: 'slipway.showReferences', arguments: [uri, position] } }
}

function isLensData(data: unknown): data is LensData {
  return typeof data === 'object' && data !== null && 'uri' in data && 'position' in data
}
