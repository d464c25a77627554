/** The cells that a debugger may meet: those that ran, and those whose text a client has told of. */
import type { DecodedMappings } from '../session/rewrite.ts'
import { cellPath } from './code-id.ts'

/** A cell as it ran. */
export interface RanCell {
  /** What its script is called, e.g. `Cell[3]`. */
  readonly file: string
  /** The text of the client. */
  readonly source: string
  /** The script. */
  readonly code: string
  readonly maps: readonly DecodedMappings[]
}

export interface Cells {
  ran(cell: RanCell, names: readonly string[]): void
  /** A client tells of a text. Returns its path. */
  dump(source: string): string
  /** The text behind a path. */
  source(path: string): string | undefined
  /** The cell whose script this is. */
  ofScript(script: { readonly url: string; readonly length: number }): RanCell | undefined
  /** Runs of the cell at a path, in order. */
  runs(path: string): readonly RanCell[]
  /** A name that did not come by a cell. */
  name(name: string): void
  /** The names that cells have declared, in order. */
  names(): readonly string[]
  /** The process is another one: nothing has run in it. */
  forget(): void
}

/** Cells that are remembered. */
const maxCells = 500

export function createCells(): Cells {
  const ran: RanCell[] = []
  const dumped = new Map<string, string>()
  const names = new Set<string>()
  /** What was hashed; nothing is before a debugger asks. */
  const paths = new Map<string, string>()

  function pathOf(source: string): string {
    const found = paths.get(source) ?? cellPath(source)
    paths.set(source, found)
    if (paths.size > 2 * maxCells) paths.delete(paths.keys().next().value!)
    return found
  }
  const runs = (path: string) => ran.filter(({ source }) => pathOf(source) === path)

  return {
    ran(cell, declared) {
      ran.push(cell)
      if (ran.length > maxCells) ran.shift()
      for (const name of declared) names.add(name)
    },
    dump(source) {
      const path = pathOf(source)
      dumped.delete(path)
      dumped.set(path, source)
      if (dumped.size > maxCells) dumped.delete(dumped.keys().next().value!)
      return path
    },
    source: path => dumped.get(path) ?? runs(path).at(-1)?.source,
    ofScript({ url, length }) {
      const same = ran.filter(({ file }) => file === url)
      return same.findLast(({ code }) => code.length === length) ?? same.at(-1)
    },
    runs,
    name: name => void names.add(name),
    names: () => [...names],
    forget() {
      ran.length = 0
      names.clear()
    },
  }
}
