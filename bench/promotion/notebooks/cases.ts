/** The notebooks of the benchmark, read from `cases/`. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseCase, type NotebookCase } from './format.ts'

const folder = join(import.meta.dirname, 'cases')
const ending = '.notebook'

/** @param isWanted by name; default: all */
export function readCases(isWanted: (name: string) => boolean = () => true): readonly NotebookCase[] {
  return readdirSync(folder)
    .filter(file => file.endsWith(ending))
    .sort()
    .map(file => [basename(file, ending), file] as const)
    .filter(([name]) => isWanted(name))
    .map(([name, file]) => parseCase(name, readFileSync(join(folder, file), 'utf8')))
}
