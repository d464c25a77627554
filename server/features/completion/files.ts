/** Paths inside quotes: the files and folders of the project, tables of its databases. */
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { type CompletionItem, CompletionItemKind } from 'vscode-languageserver/node'
import type { Scope } from '../../../language/index.ts'
import { type FileContext, rangeOf } from '../../core/context.ts'
import { type DataFile, sourceNameOf } from './surroundings.ts'

const formats: Readonly<Record<string, RegExp>> = {
  parquet: /\.(parquet|pq)$/i,
  csv: /\.(csv|tsv|txt)(\.gz)?$/i,
  json: /\.(json|jsonl|ndjson)(\.gz)?$/i,
  arrow: /\.(arrow|feather|ipc)$/i,
  sqlite: /\.(db|sqlite|sqlite3)$/i,
}

const formatOf = (file: string): string | undefined =>
  Object.keys(formats).find(format => formats[format]!.test(file))

/** Files that are there for others. */
const foreign = /^(slipway|package|package-lock|tsconfig)\.json$/

/** Folders and data files of the project at a path that is being typed. */
export async function pathItems(
  file: FileContext,
  { replace, format }: Scope,
  offset: number,
): Promise<CompletionItem[]> {
  const typed = file.tree.text.slice(replace.start, offset)
  const folder = typed.slice(0, typed.lastIndexOf('/') + 1)
  const { root, hasFolder } = file.project
  if (!hasFolder) return []
  const absolute = path.resolve(root, folder)
  if (path.relative(root, absolute).startsWith('..')) return []
  const range = rangeOf(file.document, { start: replace.start + folder.length, end: replace.end })
  return (await entriesOf(absolute)).flatMap(({ name, isFolder }) => {
    const found = formatOf(name)
    if (!isFolder && found === undefined) return []
    const newText = isFolder ? `${name}/` : name
    // Files of the format that is already written come first, then folders.
    const rank = isFolder ? 1 : format === undefined || format === found ? 0 : 2
    return [
      {
        label: newText,
        kind: isFolder ? CompletionItemKind.Folder : CompletionItemKind.File,
        sortText: `${rank}${newText}`,
        textEdit: { range, newText },
      },
    ]
  })
}

interface Entry {
  readonly name: string
  readonly isFolder: boolean
}

/** At most so many entries of a folder are looked at. */
const maxEntries = 1000

async function entriesOf(folder: string): Promise<readonly Entry[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  return entries
    .filter(({ name }) => !name.startsWith('.') && name !== 'node_modules' && !foreign.test(name))
    .slice(0, maxEntries)
    .map(entry => ({ name: entry.name, isFolder: entry.isDirectory() }))
}

/** Data files in the project's root and in the folders below it, of which no source is made yet. */
export async function unusedDataFiles(file: FileContext): Promise<readonly DataFile[]> {
  const { root, hasFolder } = file.project
  if (!hasFolder) return []
  const used = new Set(file.project.dataFiles())
  const top = await entriesOf(root)
  const below = await Promise.all(
    top
      .filter(({ isFolder, name }) => isFolder && name !== 'pipelines')
      .slice(0, 20)
      .map(async ({ name }) => (await entriesOf(path.join(root, name))).map(entry => within(name, entry))),
  )
  return [...top, ...below.flat()]
    .filter(({ name, isFolder }) => !isFolder && !used.has(name))
    .flatMap(({ name }) => {
      const format = formatOf(name)
      return format === undefined || format === 'sqlite'
        ? []
        : [{ name: sourceNameOf(name), path: name, format }]
    })
    .slice(0, 20)
}

const within = (folder: string, { name, isFolder }: Entry): Entry => ({ name: `${folder}/${name}`, isFolder })
