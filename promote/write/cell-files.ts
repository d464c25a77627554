/** The `.slip` files that a pipeline has of a notebook's own cells: which ones, by which names, and where they came from. */
import type { Texts } from '../merge.ts'
import { modelCopyPath } from '../manifest.ts'
import { nameCellFiles, placesInFile, printCellFile, type CellFile } from '../model-cells.ts'
import type { Notebook } from '../notebook.ts'
import type { Slice } from '../slice/slice.ts'
import type { GeneratedFile } from './step-file.ts'

export interface CellFiles {
  /** Runs of model cells. */
  readonly runs: ReadonlySet<number>
  /** What the code for them calls a file -> what the pipeline calls it. */
  readonly names: ReadonlyMap<string, string>
  /** By the latter. */
  readonly texts: Texts
  /** The same as files of the pipeline's folder, with the cells they came from. */
  readonly files: readonly GeneratedFile[]
}

/** Of the models that kept statements use. */
export function printCellFiles(slice: Slice, { runs }: Notebook): CellFiles {
  const all = new Map(runs.flatMap(run => run.models ?? []).map(({ file }) => [file.path, file]))
  const wanted = slice.references.flatMap(({ path }) => all.get(path ?? '') ?? [])
  const files = nameCellFiles([...new Set(wanted)])
  const names = new Map([...files].map(([name, { path }]) => [path, name]))
  const nameOf = ({ path }: CellFile) => names.get(path) ?? path
  const texts = new Map([...files].map(([name, file]) => [name, printCellFile(file, nameOf)]))
  return {
    runs: new Set(runs.flatMap(({ models }, i) => (models ? [i] : []))),
    names,
    texts: Object.fromEntries(texts),
    files: [...files].map(([name, file]) => {
      const path = modelCopyPath(name)
      const map = placesInFile(file, nameOf).map(place => ({ file: path, cell: file.cell, ...place }))
      return { path, text: texts.get(name) ?? '', map, diagnostics: [] }
    }),
  }
}
