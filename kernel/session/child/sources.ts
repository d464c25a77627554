/** The texts that may fail here, for stack traces: those of cells, and files of the user's that were compiled. */
import { readFileSync } from 'node:fs'
import { isAbsolute, join, relative } from 'node:path'
import { installation } from '../../../library/installation.ts'
import type { FilePlace } from '../../../library/resolve.ts'
import type { RunRequest } from '../child-protocol.ts'
import type { Originals } from '../positions.ts'

/** Where imports of cells start from: a file in the notebook's folder that need not be there. */
export const importingFile = 'notebook.ts'

/** Cells whose texts and maps are kept. */
const maxCells = 2000
const maxFileBytes = 4 << 20

export interface Sources extends Originals {
  remember(request: RunRequest): void
  /** The lines of a cell by its name, or of a file of the user's; undefined for others and what cannot be read. */
  lines(file: string): readonly string[] | undefined
  /** How a file is called in what is shown: as seen from the notebook's folder when it lies there. */
  shown(path: string): string
}

export interface SourcesOptions {
  /** The notebook's folder. */
  readonly folder: string
  original(place: FilePlace): FilePlace | undefined
}

export function createSources({ folder, original }: SourcesOptions): Sources {
  const cells = new Map<string, Pick<RunRequest, 'maps' | 'source'>>()
  return {
    original,
    remember({ file, maps, source }) {
      cells.delete(file)
      cells.set(file, { maps, ...(source === undefined ? {} : { source }) })
      if (cells.size > maxCells) cells.delete(cells.keys().next().value!)
    },
    mapsOf: file => cells.get(file)?.maps,
    isOurs: createOwnFrames(folder),
    lines(file) {
      if (file.startsWith('Cell[')) return textOfCell(cells, file)?.split(/\r\n|[\n\r]/)
      const path = isAbsolute(file) ? file : join(folder, file)
      if (path.includes('/node_modules/')) return undefined
      return readLines(path)
    },
    shown(path) {
      const inside = relative(folder, path)
      return inside.startsWith('..') || isAbsolute(inside) ? path : inside
    },
  }
}

/** Of a cell that ran in parts every part has the whole text. */
function textOfCell(
  cells: ReadonlyMap<string, { readonly source?: string }>,
  file: string,
): string | undefined {
  const whole = cells.get(file)
  if (whole) return whole.source
  const start = file.replace(/\]$/, '#')
  return [...cells].findLast(([name]) => name.startsWith(start))?.[1].source
}

function readLines(path: string): readonly string[] | undefined {
  try {
    const text = readFileSync(path, 'utf8')
    return text.length > maxFileBytes ? undefined : text.split(/\r\n|[\n\r]/)
  } catch {
    return undefined
  }
}

/** Whether a frame is of this installation's own code: the bundles, or its folders in a checkout. */
function createOwnFrames(notebookFolder: string): (frame: string) => boolean {
  const { root, packaged } = installation()
  const imports = `${join(notebookFolder, importingFile)}:1:`
  if (packaged)
    return frame =>
      frame.includes(imports) ||
      (/\/dist\/[^/]+\.cjs:/.test(frame.replaceAll('\\', '/')) && frame.includes(root))
  const folders = ['kernel', 'library', 'engine', 'catalog', 'language'].map(name => join(root, name, '/'))
  return frame => frame.includes(imports) || folders.some(folder => frame.includes(folder))
}
