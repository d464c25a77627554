/**
 * The hazard cases: files of small notebooks, each with the slice that a person wrote for its output `out`.
 *
 *     # Aliases                      what the cases of the file have in common
 *     ## pushed through another name
 *     + const a = [1]                belongs to the slice
 *     - const b = [2]                does not
 *     + const out = a
 *         .length                    an indented line goes on with the statement above it
 *
 * A case without blank lines has a cell for each statement; in others, blank lines separate the cells. Cells stand in
 * the order in which they ran, so a cell that ran twice stands there twice. `! PRO012` says that the case is refused
 * with that diagnostic.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface HazardStatement {
  readonly text: string
  readonly cell: number
  /** Whether it belongs to the slice written by hand. */
  readonly isNeeded: boolean
}

export interface HazardCase {
  /** `aliases: pushed through another name` */
  readonly name: string
  readonly group: string
  /** The code of the diagnostic that refuses it. */
  readonly refusal?: string
  readonly statements: readonly HazardStatement[]
}

export const casesFolder = join(import.meta.dirname, 'cases')

/** Every case, by file and place in it. @throws Error naming the line that is no part of a case */
export function readCorpus(folder = casesFolder): readonly HazardCase[] {
  return readdirSync(folder)
    .filter(file => file.endsWith('.cases'))
    .sort()
    .flatMap(file => parseCases(readFileSync(join(folder, file), 'utf8'), file.slice(0, -'.cases'.length)))
}

export function parseCases(text: string, group: string): readonly HazardCase[] {
  return text
    .split(/^## /m)
    .slice(1)
    .map(block => parseCase(block, group))
}

function parseCase(block: string, group: string): HazardCase {
  const [title = '', ...lines] = block.trimEnd().split('\n')
  const name = `${group}: ${title.trim()}`
  const hasCells = lines.includes('')
  const statements: HazardStatement[] = []
  let refusal: string | undefined
  let cell = 0
  for (const line of lines) {
    const last = statements.at(-1)
    if (line === '') cell++
    else if (line.startsWith('! ')) refusal = line.slice(2)
    else if (line.startsWith('    ') && last)
      statements[statements.length - 1] = { ...last, text: `${last.text}\n${line.slice(4)}` }
    else if (/^[+-] /.test(line))
      statements.push({
        text: line.slice(2),
        cell: hasCells ? cell : statements.length,
        isNeeded: line.startsWith('+'),
      })
    else throw new Error(`${name}: expected a line that begins with +, -, ! or four spaces, got: ${line}`)
  }
  return { name, group, statements, ...(refusal === undefined ? {} : { refusal }) }
}

/** The cells of a case, or of a part of its statements; a cell of which nothing is left is empty. */
export function cellsOf(
  { statements }: HazardCase,
  has: (statement: number) => boolean = () => true,
): string[] {
  const cells: string[] = Array.from({ length: (statements.at(-1)?.cell ?? -1) + 1 }, () => '')
  for (const [i, { cell, text }] of statements.entries()) if (has(i)) cells[cell] += `${text}\n`
  return cells.map(cell => cell.trimEnd())
}

/** The statements of the slice that was written by hand. */
export function handSlice({ statements }: HazardCase): ReadonlySet<number> {
  return new Set(statements.flatMap(({ isNeeded }, i) => (isNeeded ? [i] : [])))
}
