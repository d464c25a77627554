/** A cell laid out by prettier, with the configuration of the notebook's project. */
import { join } from 'node:path'
import type { Options } from 'prettier'
import { readCell } from '../../language/notebook/cell.ts'
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

async function layOut(text: string, options: Options): Promise<string | undefined> {
  const { format } = await import('prettier/standalone')
  const plugins = await Promise.all([
    import('prettier/plugins/typescript'),
    import('prettier/plugins/estree'),
  ])
  try {
    const result = await format(text, {
      ...options,
      parser: 'typescript',
      plugins: plugins as Options['plugins'],
    })
    return result.replace(/\n$/, '')
  } catch {
    return undefined // Its diagnostics say what is wrong with it.
  }
}

/** What the project says, else what most notebooks look like. A configuration that is a program is only run when allowed. */
async function configuration(
  folder: string,
  { tabSize, insertSpaces, trusted }: FormatOptions,
): Promise<Options> {
  const editor: Options = {
    ...(tabSize === undefined ? {} : { tabWidth: tabSize }),
    ...(insertSpaces === undefined ? {} : { useTabs: !insertSpaces }),
  }
  const own = await projectOptions(join(folder, 'cell.ts'), trusted ?? false)
  const { plugins: _, parser: __, overrides: ___, ...known } = own ?? {}
  return own ? known : editor
}

async function projectOptions(
  file: string,
  trusted: boolean,
): Promise<(Options & { overrides?: unknown }) | undefined> {
  const { resolveConfig, resolveConfigFile } = await import('prettier')
  try {
    const found = await resolveConfigFile(file)
    if (!trusted && found && /\.(?:[cm]?[jt]s)$/.test(found)) return undefined
    return (await resolveConfig(file, { editorconfig: true, useCache: false })) ?? undefined
  } catch {
    return undefined // A configuration that cannot be read is prettier's command line to complain of.
  }
}
