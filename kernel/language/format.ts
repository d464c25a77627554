/** A cell laid out by prettier, with the configuration of the notebook's project. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Options } from 'prettier'
import { readCell } from '../../language/notebook/cell.ts'
import { prettierOptions } from './format-options.ts'
import type { FormatOptions } from './protocol.ts'

/** The cell's new text. The same text when there is nothing to do, also when the cell cannot be read. */
export async function formatCell(
  folder: string,
  source: string,
  options: FormatOptions = {},
): Promise<string> {
  const { language, magics } = readCell(source)
  if (language !== 'typescript' || source.trim() === '') return source
  // Magics are no TypeScript: comments stand in for them.
  let text = source
  for (const { start, end } of magics.toReversed())
    text = `${text.slice(0, start)}//${standIn(start)}${text.slice(end)}`
  const formatted = await layOut(text, await configuration(folder, options))
  if (formatted === undefined) return source
  return magics.reduce(
    (result, { start, end }) => result.replace(`//${standIn(start)}`, () => source.slice(start, end)),
    formatted,
  )
}

const standIn = (start: number) => `%magic:${start}`

async function layOut(text: string, { options, prettier }: Configuration): Promise<string | undefined> {
  try {
    const result = prettier
      ? await prettier.format(text, { ...options, parser: 'typescript' })
      : await layOutByOurs(text, options)
    return result.replace(/\n$/, '')
  } catch {
    return undefined // Its diagnostics say what is wrong with it.
  }
}

async function layOutByOurs(text: string, options: Options): Promise<string> {
  const { format } = await import('prettier/standalone')
  const plugins = await Promise.all([
    import('prettier/plugins/typescript'),
    import('prettier/plugins/estree'),
  ])
  const { plugins: _, ...known } = options
  return await format(text, { ...known, parser: 'typescript', plugins: plugins as Options['plugins'] })
}

interface Configuration {
  readonly options: Options
  /** The project's own, which may be of another version and run the project's plugins. */
  readonly prettier?: Pick<typeof import('prettier'), 'format' | 'resolveConfig'>
}

/** What the project says, else how the editor indents. Code of the project is only run where it is trusted. */
async function configuration(
  folder: string,
  { tabSize, insertSpaces, trusted }: FormatOptions,
): Promise<Configuration> {
  const editor: Options = {
    ...(tabSize === undefined ? {} : { tabWidth: tabSize }),
    ...(insertSpaces === undefined ? {} : { useTabs: !insertSpaces }),
  }
  const prettier = trusted ? await ownPrettier(folder) : undefined
  if (!prettier) return { options: prettierOptions(folder) ?? editor }
  const found = await prettier.resolveConfig(join(folder, 'cell.ts'), { editorconfig: true, useCache: false })
  return { options: found ?? editor, prettier }
}

async function ownPrettier(folder: string): Promise<Configuration['prettier']> {
  try {
    const path = createRequire(join(folder, 'cell.js')).resolve('prettier')
    const found = (await import(/* webpackIgnore: true */ pathToFileURL(path).href)) as {
      default?: typeof import('prettier')
    } & typeof import('prettier')
    return found.default ?? found
  } catch {
    return undefined // The project has none.
  }
}
